"""What letters are made of: headings with lines, conditions, places and moments in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

#: So many services are named in a message; the others stand on the page.
NAMED = 50
LONGEST_SUBJECT = 140


@dataclass(frozen=True, slots=True)
class Line:
    """One service or cause; ``path`` leads to its page here, ``kind`` is the condition the words
    are about, for a sign beside them (empty: none)."""

    name: str
    path: str
    words: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said, before anybody makes text, HTML or JSON of it: headings with lines under
    them. Call `letter_of` while the reader's language is active."""

    subject: str
    opening: str
    parts: tuple[tuple[str, tuple[Line, ...]], ...]
    more: str


def with_lines(*parts: tuple[str, Iterable[Line]]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """The parts under which anything stands."""
    made = [(heading, tuple(lines)) for heading, lines in parts]
    return tuple((heading, lines) for heading, lines in made if lines)


def path_of(reference: str) -> str:
    """The page of a service; none of what may not be named."""
    return f"/services/{reference}/" if reference else ""


def when(at: datetime, zone: ZoneInfo) -> str:
    """A moment on the wall of a zone, which is named."""
    local = at.astimezone(zone)
    return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"
