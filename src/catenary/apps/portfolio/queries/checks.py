"""The definition checks on the live catalogue, kept per version and top organization: they look
at everything, so a page must not run them anew each time."""

from __future__ import annotations

import threading

from django.db import connection

from catenary.apps.common.queries import catalogue_version
from catenary.apps.portfolio.queries.documents import live_catalogue, services_by_exception
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.checks import check_catalogue
from catenary.domain.documents.shapes import CatalogueDocument
from catenary.domain.findings import Finding, Severity

_lock = threading.Lock()
_held: dict[tuple[object, ...], tuple[int, CatalogueDocument, list[Finding]]] = {}
_KEPT = 8
#: So many services are checked within a page's time.
_QUICK = 1_000


def live_findings(
    actor: Actor, viewpoint: Viewpoint | None
) -> tuple[CatalogueDocument, list[Finding]]:
    """What the rules find in what the actor may see and manage from the viewpoint, with the
    catalogue they looked at. Subjects are those of the viewpoint's own top organization; an
    operator without a viewpoint gets everything."""
    key = _key(actor, viewpoint)
    version = catalogue_version()
    held = _held.get(key)
    if held is not None and held[0] == version:
        return held[1], held[2]
    with _lock:
        catalogue = live_catalogue(actor, viewpoint, with_direct_customers=True)
        scope = None if viewpoint is None else _own_subjects(catalogue, viewpoint)
        findings = check_catalogue(
            catalogue, live_by_exception=services_by_exception(), scope=scope
        )
        if len(_held) >= _KEPT:
            _held.pop(next(iter(_held)))
        _held[key] = (version, catalogue, findings)
    return catalogue, findings


def findings_at_hand(
    actor: Actor, viewpoint: Viewpoint
) -> tuple[CatalogueDocument, list[Finding]] | None:
    """The findings when they are known for this version of the catalogue, or quick to find;
    none when a page would have to wait for them."""
    held = _held.get(_key(actor, viewpoint))
    if held is not None and held[0] == catalogue_version():
        return held[1], held[2]
    if current_estate().size > _QUICK:
        return None
    return live_findings(actor, viewpoint)


def held_finding_count(actor: Actor, viewpoint: Viewpoint) -> int | None:
    """How many errors and warnings there are, when that is already known for this version of
    the catalogue; none when somebody would have to wait for it."""
    held = _held.get(_key(actor, viewpoint))
    if held is None or held[0] != catalogue_version():
        return None
    return sum(finding.severity is not Severity.NOTICE for finding in held[2])


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
    )
