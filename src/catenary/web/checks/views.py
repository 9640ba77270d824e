"""What the definition checks found, by rule, each with the way to mend it."""

from __future__ import annotations

from collections import Counter

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary.apps.portfolio.queries.checks import findings_at_hand, live_findings
from catenary.apps.portfolio.queries.service import ServiceView
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.checks import RULES, rule_of
from catenary.domain.checks.wording import without_rules
from catenary.domain.documents.shapes import CatalogueDocument
from catenary.domain.findings import FieldPath, Finding, Severity
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.pages import (
    ChecksPage,
    Chip,
    Count,
    Facet,
    FindingRow,
    Link,
    RuleGroup,
    Sentence,
    say,
)
from catenary.web.reading import figure, in_words

_IN_GROUP = 10
_OF_ONE_RULE = 200
_PROVIDERS = 12
#: More notices than these of one rule are folded away: they are known, and not urgent.
_NOTICES_OPEN = 3


@require_safe
@signed_in
def checks(asking: Asking) -> HttpResponse:
    """Every finding in what one may see of one's own top organization."""
    given = asking.request.GET
    chosen = {name: given.get(name, "")[:100] for name in ("severity", "rule", "provider")}
    if asking.viewpoint is None:
        page = ChecksPage(answer=say(_("There is nothing to check yet.")))
        return page_response(asking, "checks.html", page, current="checks")
    catalogue, findings = live_findings(asking.actor, asking.viewpoint)
    return page_response(
        asking,
        "checks.html",
        _page(catalogue, findings, chosen, asking.viewpoint),
        current="checks",
    )


def findings_of(actor: Actor, viewpoint: Viewpoint, view: ServiceView) -> tuple[FindingRow, ...]:
    """The findings about one service, when they are at hand."""
    known = findings_at_hand(actor, viewpoint, view.document.reference)
    if known is None:
        return ()
    catalogue, findings = known
    return tuple(_row(catalogue, f) for f in findings)


def _page(
    catalogue: CatalogueDocument,
    findings: list[Finding],
    chosen: dict[str, str],
    viewpoint: Viewpoint,
) -> ChecksPage:
    def kept(finding: Finding, without: str = "") -> bool:
        facts = {
            "severity": finding.severity.value,
            "rule": finding.code,
            "provider": _provider(catalogue, finding),
        }
        return all(
            not value or name == without or facts[name] == value for name, value in chosen.items()
        )

    shown = [finding for finding in findings if kept(finding)]
    own = sum(1 for d in catalogue.services.values() if _is_own(catalogue, d.provider, viewpoint))
    return ChecksPage(
        answer=_answer(findings, own),
        groups=_groups(catalogue, shown, chosen),
        total=Count(len(shown)),
        severities=_facets(
            chosen,
            "severity",
            Counter(f.severity.value for f in findings if kept(f, "severity")),
            {s.value: _severity(s) for s in Severity},
        ),
        rules=_facets(
            chosen,
            "rule",
            Counter(f.code for f in findings if kept(f, "rule")),
            {rule.code: _(rule.title) for rule in RULES},
        ),
        providers=_facets(
            chosen,
            "provider",
            Counter(_provider(catalogue, f) for f in findings if kept(f, "provider")),
            {key: d.name for key, d in catalogue.organizations.items()},
            _PROVIDERS,
        ),
        filters=tuple(
            Chip(
                _word(catalogue, name, value),
                "filter",
                remove_url=addresses.checks(**{**chosen, name: ""}),
            )
            for name, value in chosen.items()
            if value
        ),
        clear_url=addresses.checks(),
        rules_checked=len(RULES),
        services_checked=Count(own),
    )


def _answer(findings: list[Finding], services: int) -> Sentence:
    errors = sum(f.severity is Severity.ERROR for f in findings)
    warnings = sum(f.severity is Severity.WARNING for f in findings)
    of = ngettext("{n} service", "{n} services", services).format(n=figure(services))
    notices = len(findings) - errors - warnings
    if not errors and not warnings and notices:
        return say(
            _("Every definition holds: {rules} rules looked at {services}, with {notices}."),
            rules=len(RULES),
            services=of,
            notices=ngettext("{n} notice", "{n} notices", notices).format(n=figure(notices)),
        )
    if not errors and not warnings:
        return say(
            _("Every definition holds: {rules} rules looked at {services}."),
            rules=len(RULES),
            services=of,
        )
    wrong = ngettext("{n} error", "{n} errors", errors).format(n=figure(errors))
    gaps = ngettext("{n} warning", "{n} warnings", warnings).format(n=figure(warnings))
    what = _("{wrong} and {gaps}").format(wrong=wrong, gaps=gaps) if errors else gaps
    return say(_("{what} in the definitions of {services}."), what=what, services=of)


def _groups(
    catalogue: CatalogueDocument, shown: list[Finding], chosen: dict[str, str]
) -> tuple[RuleGroup, ...]:
    by_code: dict[str, list[Finding]] = {}
    for finding in shown:
        by_code.setdefault(finding.code, []).append(finding)
    groups = []
    for code, found in by_code.items():
        rule = rule_of(code)
        if rule is None:
            continue
        limit = _OF_ONE_RULE if chosen["rule"] == code else _IN_GROUP
        more = len(found) > limit and chosen["rule"] != code
        groups.append(
            RuleGroup(
                code=code,
                title=_(rule.title),
                idea=without_rules(_(rule.idea)),
                severity=rule.severity.value,
                count=Count(len(found)),
                findings=tuple(_row(catalogue, finding) for finding in found[:limit]),
                more_url=addresses.checks(**{**chosen, "rule": code}) if more else "",
                is_folded=(
                    rule.severity is Severity.NOTICE
                    and len(found) > _NOTICES_OPEN
                    and chosen["rule"] != code
                ),
            )
        )
    severities = [severity.value for severity in Severity]
    return tuple(sorted(groups, key=lambda g: (severities.index(g.severity), g.is_folded)))


def _row(catalogue: CatalogueDocument, finding: Finding) -> FindingRow:
    subject = Link(finding.subject)
    if finding.subject in catalogue.services:
        subject = Link(
            catalogue.services[finding.subject].name,
            addresses.service(finding.subject),
            finding.subject,
        )
    elif finding.subject in catalogue.calendars:
        subject = Link(
            catalogue.calendars[finding.subject].name,
            addresses.calendar(finding.subject),
            finding.subject,
        )
    elif finding.subject in catalogue.organizations:
        subject = Link(
            catalogue.organizations[finding.subject].name,
            addresses.organization(finding.subject),
        )
    elif finding.subject in catalogue.people:
        subject = Link(catalogue.people[finding.subject].name)
    return FindingRow(
        code=finding.code,
        severity=finding.severity.value,
        sentence=in_words(finding.sentence),
        remedy=in_words(finding.remedy),
        subject=subject,
        field=_field(finding.path),
        url=addresses.checks(rule=finding.code),
    )


def _field(path: FieldPath) -> str:
    """Where in the document: what follows the kind and the reference."""
    return " › ".join(str(step) for step in path[2:])


def _provider(catalogue: CatalogueDocument, finding: Finding) -> str:
    if finding.subject in catalogue.services:
        return catalogue.services[finding.subject].provider
    if finding.subject in catalogue.calendars:
        return catalogue.calendars[finding.subject].organization
    if finding.subject in catalogue.people:
        return catalogue.people[finding.subject].organization
    return finding.subject


def _is_own(catalogue: CatalogueDocument, key: str, viewpoint: Viewpoint) -> bool:
    while key in catalogue.organizations and key != viewpoint.root_key:
        key = catalogue.organizations[key].part_of
    return key == viewpoint.root_key


def _facets(
    chosen: dict[str, str],
    name: str,
    counts: Counter[str],
    words: dict[str, str],
    limit: int = 100,
) -> tuple[Facet, ...]:
    order = {value: number for number, value in enumerate(words)}
    values = sorted(counts, key=lambda value: (-counts[value], order.get(value, 0)))
    if name == "severity":
        values = sorted(counts, key=lambda value: order.get(value, 0))
    return tuple(
        Facet(
            words.get(value, value),
            Count(counts[value]),
            addresses.checks(**{**chosen, name: "" if chosen[name] == value else value}),
            chosen[name] == value,
        )
        for value in values[:limit]
    )


def _severity(severity: Severity) -> str:
    return {
        Severity.ERROR: _("errors"),
        Severity.WARNING: _("warnings"),
        Severity.NOTICE: _("notices"),
    }[severity]


def _word(catalogue: CatalogueDocument, name: str, value: str) -> str:
    if name == "provider" and value in catalogue.organizations:
        return catalogue.organizations[value].name
    if name == "rule":
        rule = rule_of(value)
        return _(rule.title) if rule else value
    return value
