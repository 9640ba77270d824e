"""The words history is written in."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What kind of object a revision is of."""

    ORGANIZATION = "organization"
    PERSON = "person"
    SERVICE = "service"
    CONSUMPTION = "consumption"
    CALENDAR = "calendar"


class Action(StrEnum):
    """What happened to it."""

    CREATED = "created"
    CHANGED = "changed"
    TAKEN_OVER = "taken-over"
    REMOVED = "removed"
    RESTORED = "restored"
