"""The definition checks on one service alone, as it is being written.

The rules look at a small catalogue made of the service and what it touches: what it rests on and
what rests on it, each as far as the caps below reach, who consumes any of them, the organizations
and people named, and the names of its provider's other services. Every rule runs. What lies
beyond a cap is not looked at, and the one rule whose answer would be wrong then is left out.
"""

from __future__ import annotations

from catenary.apps.common.queries import in_batches
from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.organizations.queries.editing import named_organizations, named_people
from catenary.apps.portfolio.models import Consumption, Dependency, GateException, Service
from catenary.apps.portfolio.queries.documents import redacted, service_documents
from catenary.apps.portfolio.queries.hidden import with_place_holders
from catenary.apps.portfolio.queries.lookup import (
    referable_services,
    services_by_id,
    services_by_reference,
)
from catenary.domain.actors import Actor, Viewpoint, path_numbers
from catenary.domain.checks import check_catalogue
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    ConsumptionDocument,
    OrganizationDocument,
    ServiceDocument,
    Stage,
)
from catenary.domain.findings import Finding
from catenary.domain.text import sort_key

#: So many services below, and so many above, are looked at.
REACH = 150
#: So many other services of the provider are compared by name.
NAMES = 500
#: "Supports nothing a customer uses": only true when everything above was looked at.
_NEEDS_ALL_ABOVE = frozenset({"CAT507"})


def findings_about(actor: Actor, viewpoint: Viewpoint, document: ServiceDocument) -> list[Finding]:
    """What the rules find about this one service, if it said this: the same as the checks page
    would say of it after saving, as far as the caps reach."""
    below, above, is_whole = _reach(document)
    rows = services_by_id({*below, *above})
    seen = referable_services(actor, rows.values())
    documents = service_documents(seen & rows.keys())
    services: dict[str, ServiceDocument] = {}
    for number, found in documents.items():
        if rows[number].root_id != viewpoint.root_id:
            found = redacted(found)
        services[found.reference] = found
    services |= _namesakes(document, services)
    services[document.reference] = document
    consumption = _consumption(services, viewpoint.root_id)
    organizations = _organizations(services, document, consumption, viewpoint.root_id)
    catalogue = CatalogueDocument(
        organizations,
        named_people((c for c in _contacts(document) if "@" in c), viewpoint.root_id),
        services,
        consumption,
    )
    exceptions = GateException.objects.filter(service__reference=document.reference)
    findings = check_catalogue(
        with_place_holders(catalogue),
        live_by_exception=frozenset({document.reference} if exceptions.exists() else ()),
        scope=frozenset({document.reference}),
    )
    return [f for f in findings if is_whole or f.code not in _NEEDS_ALL_ABOVE]


def _reach(document: ServiceDocument) -> tuple[set[int], set[int], bool]:
    """The numbers of services below and above, and whether all above are among them."""
    named = {member.service for group in document.relies_on for member in group.members}
    rows = services_by_reference({*named, document.reference})
    own = rows.pop(document.reference, None)
    below = _walk({row.id for row in rows.values() if not row.is_removed}, down=True)
    above = _walk({own.id}, down=False) if own else set()
    return below, above - {own.id if own else 0}, len(above) < REACH


def _walk(start: set[int], *, down: bool) -> set[int]:
    column, other = ("reliant_id", "supporter_id") if down else ("supporter_id", "reliant_id")
    found, edge = set(start), set(start)
    while edge and len(found) < REACH:
        following: set[int] = set()
        for batch in in_batches(edge):
            rows = Dependency.objects.filter(**{f"{column}__in": batch})
            following.update(rows.values_list(other, flat=True).distinct()[:REACH])
        edge = set(sorted(following - found)[: REACH - len(found)])
        found |= edge
    return found


def _namesakes(
    document: ServiceDocument, known: dict[str, ServiceDocument]
) -> dict[str, ServiceDocument]:
    """Other services of the provider, by name alone: first those that sort beside this one."""
    rows = Service.objects.filter(provider__key=document.provider, removed_at__isnull=True)
    rows = rows.exclude(reference=document.reference).exclude(stage=str(Stage.RETIRED))
    key = sort_key(document.name)
    near = [
        *rows.filter(name_key__gte=key).order_by("name_key", "pk")[: NAMES // 2],
        *rows.filter(name_key__lt=key).order_by("-name_key", "pk")[: NAMES // 2],
    ]
    return {
        row.reference: ServiceDocument(
            row.reference, row.name, document.provider, stage=Stage(row.stage)
        )
        for row in near
        if row.reference not in known
    }


def _consumption(
    services: dict[str, ServiceDocument], root_id: int
) -> dict[tuple[str, str], ConsumptionDocument]:
    """Who consumes any of the services; and, as if they consumed it, who of other top
    organizations relies on one with a service of their own, as on the page of all checks."""
    found = {}
    references = sorted(services)
    for start in range(0, len(references), 900):
        batch = references[start : start + 900]
        rows = Consumption.objects.filter(service__reference__in=batch, ends_at__isnull=True)
        for consumer, reference, known_as in rows.values_list(
            "consumer__key", "service__reference", "known_as"
        ):
            found[consumer, reference] = ConsumptionDocument(consumer, reference, known_as)
        relying = (
            Dependency.objects.filter(
                supporter__reference__in=batch,
                supporter__root_id=root_id,
                reliant__removed_at__isnull=True,
            )
            .exclude(reliant__root_id=root_id)
            .exclude(reliant__stage=str(Stage.RETIRED))
        )
        for pair in relying.values_list(
            "reliant__provider__key", "supporter__reference"
        ).distinct():
            found.setdefault(pair, ConsumptionDocument(*pair))
    return found


def _organizations(
    services: dict[str, ServiceDocument],
    document: ServiceDocument,
    consumption: dict[tuple[str, str], ConsumptionDocument],
    root_id: int,
) -> dict[str, OrganizationDocument]:
    """The organizations that provide or consume here, and of those that the document names in
    other words the ones of our own house: whether another exists is not told."""
    linked = {service.provider for service in services.values()}
    linked |= {consumer for consumer, _ in consumption}
    typed = {outcome.wanted_by for outcome in document.outcomes}
    typed |= set(document.published_to)
    typed |= {contact for contact in _contacts(document) if "@" not in contact}
    rows = organizations_by_key(linked | typed)
    numbers = {
        number
        for key, row in rows.items()
        if key in linked or row.root_id == root_id
        for number in path_numbers(row.path)
    }
    return named_organizations(numbers)


def _contacts(document: ServiceDocument) -> list[str]:
    both = document.co_creation
    return [c for c in (document.owner, *both.talk_to, *both.escalate_to) if c]
