"""The definition checks on the live catalogue, kept per version and top organization: they look
at everything, so a page must not run them anew each time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import cached_property

from django.db import connection

from catenary.apps.common.queries import catalogue_version, collecting_later
from catenary.apps.portfolio.queries.documents import live_catalogue, services_by_exception
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.hidden import with_place_holders
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.checks import check_catalogue
from catenary.domain.documents.shapes import CatalogueDocument, OrganizationDocument
from catenary.domain.findings import Finding, Severity

_lock = threading.Lock()
_held: dict[tuple[object, ...], _Checked] = {}
#: So many sets of findings are kept, unless the catalogues they are about hold more services
#: than this all together: a hundred thousand services take half a gigabyte.
_KEPT = 8
_SERVICES_KEPT = 150_000
#: So many services are checked within a page's time.
_QUICK = 1_000


@dataclass(frozen=True)
class _Checked:
    """What was found in one version of the catalogue, and what pages ask of it again and
    again."""

    version: int
    catalogue: CatalogueDocument
    findings: list[Finding]

    @cached_property
    def open_count(self) -> int:
        return sum(finding.severity is not Severity.NOTICE for finding in self.findings)

    @cached_property
    def by_subject(self) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.subject, []).append(finding)
        return found


def live_findings(
    actor: Actor, viewpoint: Viewpoint | None
) -> tuple[CatalogueDocument, list[Finding]]:
    """What the rules find in what the actor may see and manage from the viewpoint, with the
    catalogue they looked at. Subjects are those of the viewpoint's own top organization; an
    operator without a viewpoint gets everything."""
    checked = _checked(actor, viewpoint)
    return checked.catalogue, checked.findings


def findings_at_hand(
    actor: Actor, viewpoint: Viewpoint, reference: str
) -> tuple[CatalogueDocument, list[Finding]] | None:
    """The findings about one subject when they are known for this version of the catalogue, or
    quick to find; none when a page would have to wait for them."""
    checked = _known(actor, viewpoint)
    if checked is None:
        if current_estate().size > _QUICK:
            return None
        checked = _checked(actor, viewpoint)
    return checked.catalogue, checked.by_subject.get(reference, [])


def held_finding_count(actor: Actor, viewpoint: Viewpoint) -> int | None:
    """How many errors and warnings there are, when that is already known for this version of
    the catalogue; none when somebody would have to wait for it."""
    checked = _known(actor, viewpoint)
    return None if checked is None else checked.open_count


def _known(actor: Actor, viewpoint: Viewpoint | None) -> _Checked | None:
    held = _held.get(_key(actor, viewpoint))
    return held if held is not None and held.version == catalogue_version() else None


def _checked(actor: Actor, viewpoint: Viewpoint | None) -> _Checked:
    known = _known(actor, viewpoint)
    if known is not None:
        return known
    with _lock:
        # Whoever waited here finds what the one before has found.
        known = _known(actor, viewpoint)
        if known is not None:
            return known
        version = catalogue_version()
        with collecting_later():
            catalogue = live_catalogue(actor, viewpoint, with_direct_customers=True)
            scope = None if viewpoint is None else _own_subjects(catalogue, viewpoint)
            findings = check_catalogue(
                with_place_holders(_with_houses_of_roles(catalogue)),
                live_by_exception=services_by_exception(),
                scope=scope,
            )
        checked = _Checked(version, catalogue, findings)
        _keep(_key(actor, viewpoint), checked)
    return checked


def _with_houses_of_roles(catalogue: CatalogueDocument) -> CatalogueDocument:
    """The catalogue with a bare organization for every one in which somebody in it has a role and
    which is not in it: it stands in another house, and the rules would call it missing."""
    named = {m.organization for person in catalogue.people.values() for m in person.memberships}
    elsewhere = named.difference(catalogue.organizations)
    if not elsewhere:
        return catalogue
    houses = {key: OrganizationDocument(key, key) for key in sorted(elsewhere)}
    return replace(catalogue, organizations=catalogue.organizations | houses)


def _keep(key: tuple[object, ...], checked: _Checked) -> None:
    """Hold it, and let go of what was found longest ago and of what is no longer true."""
    _held.pop(key, None)
    room = _SERVICES_KEPT - len(checked.catalogue.services)
    kept = 1
    for other, held in reversed(list(_held.items())):
        room -= len(held.catalogue.services)
        kept += 1
        if room < 0 or kept > _KEPT or held.version != checked.version:
            del _held[other]
    _held[key] = checked


def _key(actor: Actor, viewpoint: Viewpoint | None) -> tuple[object, ...]:
    return (
        str(connection.settings_dict["NAME"]),
        viewpoint.root_id if viewpoint else None,
        # Restricted services are open to some and not to others.
        actor.is_operator,
        tuple(fact.path for fact in actor.memberships),
    )


def _own_subjects(catalogue: CatalogueDocument, viewpoint: Viewpoint) -> frozenset[str]:
    """Everything of the viewpoint's own top organization: others' gaps are theirs to mend."""
    own = {viewpoint.root_key}
    for key, document in catalogue.organizations.items():
        if document.part_of in own:
            own.add(key)
    return frozenset(
        own
        | {r for r, document in catalogue.services.items() if document.provider in own}
        | {e for e, person in catalogue.people.items() if person.organization in own}
        | {r for r, calendar in catalogue.calendars.items() if calendar.organization in own}
    )
