"""What a page tells of a condition: what it is, since when, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.web.pages.marks import ConditionMark
from catenary.web.pages.sentences import Link


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One path from the service to where its condition comes from; ``mark`` is what stands there,
    ``said`` by whose word and in which words."""

    path: tuple[Link, ...]
    mark: ConditionMark
    since: datetime | None
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusBlock:
    """The condition of a service; ``words`` say its range where it is not certain, ``url`` leads
    to everything about it; ``stale`` says since when nobody follows what is reported, if nobody
    does."""

    mark: ConditionMark
    words: str
    since: datetime | None
    notes: tuple[str, ...]
    causes: tuple[CauseLine, ...]
    risks: tuple[CauseLine, ...]
    is_more: bool
    url: str = ""
    stale: str = ""
