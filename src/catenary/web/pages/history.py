"""History of one service: who changed what and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; empty means it was not there."""

    field: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry: when (aware), who, through which door or source, what in a sentence."""

    at: datetime
    who: str
    sentence: str
    through: str = ""
    changes: tuple[Change, ...] = ()
    revert_url: str = ""
    proposed_by: Sentence = Sentence()


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """All entries of ``subject``, newest first, a page at a time."""

    subject: Link
    reference: str
    entries: tuple[HistoryEntry, ...] = ()
    newer_url: str = ""
    older_url: str = ""
