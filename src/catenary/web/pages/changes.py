"""What changed: the question, and what happened, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.web.pages.history import HistoryEntry
from catenary.web.pages.marks import Count
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One thing that happened to ``subject``; ``kind`` is its word, ``note`` why."""

    kind: str
    subject: Link
    reference: str
    entry: HistoryEntry
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChangedTogether:
    """Everything that one change did: who, when and how once, then its first rows. ``count`` are
    all, ``counted`` the same in words by kind; one of many is folded (``is_long``) behind the
    first ``named`` and how many ``more``. ``whole_url`` lists all when they are more than here."""

    at: datetime
    who: str
    through: str
    note: str
    rows: tuple[ChangedRow, ...]
    count: Count
    counted: str
    named: tuple[str, ...] = ()
    more: int = 0
    is_long: bool = False
    whole_url: str = ""


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """The fields hold what was asked for, as it was written. ``groups`` are changes, ``rows``
    everything that a single one did (``is_one``); ``all_url`` leads back from there."""

    answer: Sentence
    since: str = ""
    until: str = ""
    organization: str = ""
    service: str = ""
    person: str = ""
    door: str = ""
    source: str = ""
    doors: tuple[tuple[str, str], ...] = ()
    rows: tuple[ChangedRow, ...] = ()
    groups: tuple[ChangedTogether, ...] = ()
    is_one: bool = False
    all_url: str = ""
    older_url: str = ""
    problem: str = ""
