"""Closing days of a calendar by a file."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.sentences import Sentence


@dataclass(frozen=True, slots=True)
class ClosingDay:
    """A date with its hours until now and then; ``name`` is that of the event."""

    day: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class NotClosed:
    """An event that is not taken: the line of the file, why, and how to mend it if one can."""

    line: str
    name: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ClosedDaysPage:
    """The form, with the text that was sent; with ``is_looked`` also what it would change.

    ``seen`` is the digest of what the calendar says, ``looked`` that of the text; saving takes
    both back. ``manager`` is what else manages the calendar, in words.
    """

    name: str
    reference: str
    answer: Sentence
    back_url: str
    edit_url: str
    seen: str
    looked: str = ""
    text: str = ""
    manager: str = ""
    takes_over: bool = False
    problems: tuple[str, ...] = ()
    is_looked: bool = False
    may_save: bool = False
    closing: tuple[ClosingDay, ...] = ()
    more_closing: str = ""
    known: tuple[ClosingDay, ...] = ()
    more_known: str = ""
    rejected: tuple[NotClosed, ...] = ()
    more_rejected: str = ""
