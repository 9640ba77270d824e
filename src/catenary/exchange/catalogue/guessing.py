"""Names of organizations and addresses of people are of the whole installation: whoever creates one
is told when it is taken, though they may not see by whom (docs/decisions/0063). A list of names
must not be tried that way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from catenary.apps.access.operations.limits import guesses_left, take_guesses
from catenary.domain.actors import Actor
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import said


class TooManyGuesses(Refused):
    """Somebody has found so many names of others taken that they are told nothing for a while."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(
            [
                Refusal(
                    "too-many-guesses",
                    "",
                    (),
                    said("too many names that belong to others were tried"),
                    said("correct the names, and try again in a while"),
                )
            ]
        )


@contextmanager
def counted_guesses(actor: Actor, at: datetime, names: Collection[str]) -> Iterator[None]:
    """Around a change that says something of organizations and people with these names: counts
    those that turn out to be of others. Raises `TooManyGuesses`, also before anything is looked
    at. Operators see all, so there is nothing for them to guess."""
    account_id = actor.account_id
    if not names or account_id is None or actor.is_operator:
        yield
        return
    left = guesses_left(account_id=account_id, at=at)
    if not left.remaining:
        raise TooManyGuesses(left.reset // left.quota + 1)
    try:
        yield
    except Refused as refused:
        taken = {r.reference for r in refused.refusals if r.code == "not-allowed"}
        cost = len(taken.intersection(names))
        if cost:
            take_guesses(account_id=account_id, at=at, cost=min(cost, left.remaining))
        if cost > left.remaining:
            raise TooManyGuesses(left.window // left.quota + 1) from refused
        raise
