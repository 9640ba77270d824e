"""A definition rule as a value: its code, the thought behind it and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from catenary.domain.checks.index import CatalogueIndex
from catenary.domain.findings import FieldPath, Severity

#: What a rule yields: subject, path, sentence, remedy. Code and severity are the rule's.
Found = tuple[str, FieldPath, str, str]
Look = Callable[[CatalogueIndex], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One definition rule.

    ``idea`` is the thought behind it and where it comes from, ``remedy`` how such a finding is
    mended in general (each finding says it for its own case). ``look`` yields what it finds in
    a catalogue; it must not change the index.
    """

    code: str
    title: str
    severity: Severity
    idea: str
    remedy: str
    look: Look


def rule(
    code: str, title: str, severity: Severity, *, idea: str, remedy: str
) -> Callable[[Look], Rule]:
    """Turns a looking function into the :class:`Rule` of that code."""

    def made(look: Look) -> Rule:
        return Rule(code, title, severity, idea, remedy, look)

    return made
