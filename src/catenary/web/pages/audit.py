"""The audit: who came in, what changed, which roles came and went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.web.pages.tokens import Choice


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line: when, who, a sentence, how (door, address, browser), and details below it.
    ``is_warning`` marks what one looks for: failures and waits."""

    at: datetime
    who: str
    sentence: str
    email: str = ""
    through: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit with what it was narrowed to; the form gets ``what``, ``person``,
    ``from`` and ``to`` (days) from this address."""

    lines: tuple[AuditLine, ...] = ()
    subjects: tuple[Choice, ...] = ()
    person: str = ""
    since: str = ""
    until: str = ""
    problem: str = ""
    is_everything: bool = False
    is_narrowed: bool = False
    url: str = ""
    older_url: str = ""
