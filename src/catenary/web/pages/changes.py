"""What changed: the question, and what happened, the latest first."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.history import HistoryEntry
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
class ChangesPage:
    """The fields hold what was asked for, as it was written."""

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
    older_url: str = ""
    problem: str = ""
