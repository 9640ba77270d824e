"""All definition rules in one list, and the check that asks each of them."""

from __future__ import annotations

from catenary.domain.checks import (
    accountability,
    calendars,
    definition,
    naming,
    promises,
    reliance,
    thresholds,
    usage,
)
from catenary.domain.checks.index import CatalogueIndex
from catenary.domain.checks.rule import Rule
from catenary.domain.documents.shapes import CatalogueDocument
from catenary.domain.findings import SEVERITY_ORDER, Finding

#: Every rule, by code. The page ``docs/reference/definition-checks.md`` has a heading for each.
RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *accountability.RULES,
            *calendars.RULES,
            *definition.RULES,
            *naming.RULES,
            *promises.RULES,
            *reliance.RULES,
            *thresholds.RULES,
            *usage.RULES,
        ),
        key=lambda each: each.code,
    )
)

_MOST_SEVERE_FIRST = sorted(RULES, key=lambda each: (SEVERITY_ORDER[each.severity], each.code))


def rule_of(code: str) -> Rule | None:
    """The rule with this code, or None."""
    return next((each for each in RULES if each.code == code), None)


def check_catalogue(
    catalogue: CatalogueDocument,
    *,
    live_by_exception: frozenset[str] = frozenset(),
    scope: frozenset[str] | None = None,
) -> list[Finding]:
    """Everything the rules find in ``catalogue``: by severity, then code, then subject.

    ``live_by_exception`` names the services that entered as "already in operation". ``scope``
    limits the *subjects* reported (references of services, keys of organizations, e-mail
    addresses of people); the rules look at everything all the same. A loop or a pair of like
    names is reported at a subject in scope when it has one.

    Sentences name other services and organizations: whoever shows a finding must be allowed to
    see its subject, and what crosses top organizations must be redacted there.
    """
    index = CatalogueIndex(catalogue, live_by_exception=live_by_exception, scope=scope)
    findings: list[Finding] = []
    for each in _MOST_SEVERE_FIRST:
        code, severity = each.code, each.severity
        found = [
            Finding(code, severity, subject, path, sentence, remedy)
            for subject, path, sentence, remedy in each.look(index)
            if scope is None or subject in scope
        ]
        found.sort(key=lambda finding: finding.subject)
        findings.extend(found)
    return findings
