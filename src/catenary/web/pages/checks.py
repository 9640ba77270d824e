"""Checks: the gaps in the definitions, and how to mend them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy

from catenary.web.pages.marks import Chip, Count, Facet
from catenary.web.pages.sentences import Link, Sentence

_SEVERITY_WORDS: dict[str, LazyText] = {
    "error": gettext_lazy("error"),
    "warning": gettext_lazy("warning"),
    "notice": gettext_lazy("notice"),
}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding: ``subject`` leads to the service or organization, ``field`` says where in
    it ("warranty › availability"). ``severity`` is ``error``, ``warning`` or ``notice``."""

    code: str
    severity: str
    sentence: str
    remedy: str
    subject: Link
    field: str = ""
    url: str = ""

    @property
    def severity_word(self) -> str:
        """The severity as the reader reads it."""
        return str(_SEVERITY_WORDS.get(self.severity, self.severity))


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """One rule with the idea behind it and what it found; ``more_url`` lists all of it when only
    the first findings are shown; ``is_folded`` leaves them closed until one asks."""

    code: str
    title: str
    idea: str
    severity: str
    count: Count
    findings: tuple[FindingRow, ...]
    more_url: str = ""
    is_folded: bool = False

    @property
    def severity_word(self) -> str:
        """The severity as the reader reads it."""
        return str(_SEVERITY_WORDS.get(self.severity, self.severity))


@dataclass(frozen=True, slots=True)
class ChecksPage:
    """Findings of the live catalogue by rule, filtered by severity, rule and provider."""

    answer: Sentence
    groups: tuple[RuleGroup, ...] = ()
    total: Count = Count(0)
    severities: tuple[Facet, ...] = ()
    rules: tuple[Facet, ...] = ()
    providers: tuple[Facet, ...] = ()
    filters: tuple[Chip, ...] = ()
    clear_url: str = "/checks/"
    previous_url: str = ""
    next_url: str = ""
    rules_checked: int = 0
    services_checked: Count = Count(0)
