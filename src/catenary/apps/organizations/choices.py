"""The words of this room."""

from __future__ import annotations

from enum import StrEnum


class NotKnown(StrEnum):
    """Why somebody a provider vouches for is not let in."""

    UNVERIFIED = "unverified"
    NOBODY_HERE = "nobody-here"
    ANOTHER_IDENTITY = "another-identity"
    CLOSED = "closed"


class AskedOf(StrEnum):
    """Of whom a second factor is asked. An organization asks everybody or nobody."""

    NOBODY = "nobody"
    OPERATORS = "operators"
    EVERYBODY = "everybody"
