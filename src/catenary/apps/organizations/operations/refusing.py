"""What the operations of this room say alike."""

from __future__ import annotations

from catenary.apps.history.choices import Action
from catenary.domain.refusals import Refusal
from catenary.domain.said import said


def action_of(existed: bool, was_removed: bool) -> Action:
    """What history calls the writing of something that existed, was removed, or is new."""
    if was_removed:
        return Action.RESTORED
    return Action.CHANGED if existed else Action.CREATED


def not_allowed(key: str, path: tuple[str | int, ...]) -> Refusal:
    """The actor does not administer the organization ``key``, or there is none: which of the two
    is told to operators only, or anybody could find out who is here by trying keys."""
    return Refusal(
        "not-allowed",
        key,
        path,
        said("you do not administer {key}", key),
        said(
            "ask an administrator of {key}, or of an organization above it, or correct the key", key
        ),
    )
