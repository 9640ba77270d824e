"""What a rule says when something is wrong: one shape for pages, files, commands and programs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding matters.

    ``error``: the definition contradicts itself or the chain cannot hold.
    ``warning``: a promise or a definition has a gap somebody should close.
    ``notice``: worth knowing; nothing has to be done.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


SEVERITY_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}

#: Where in a catalogue something stands, as the keys one follows from the top of a catalogue
#: file: ``("services", "hospital-it/crm", "warranty", "availability")``; list items by position.
FieldPath = tuple[str | int, ...]


class Finding(NamedTuple):
    """One thing a definition check found. A large catalogue has hundreds of thousands, hence a
    tuple.

    ``code`` names the rule (``CAT101``); ``subject`` is the reference of the organization or
    service it is about; ``path`` leads to the field; ``sentence`` says what is wrong, ``remedy``
    how to mend it. The idea behind the rule stands with the rule, once.
    """

    code: str
    severity: Severity
    subject: str
    path: FieldPath
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason why a document cannot be read at all: wrong shape, unit, reference or threshold.

    Problems stop a plan; findings do not. ``expected`` says what would have been right.
    """

    path: FieldPath
    sentence: str
    expected: str = ""
