"""The definition checks on one organization, person or consumption alone, as it is being written.

As for services (`scoped_checks`), every rule runs on a small catalogue made of the object and what
it names. What whoever asks may not see is not in it: an organization of others is not told from
one that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable

from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.organizations.queries.editing import named_organizations, organizations_of
from catenary.apps.portfolio.models import Consumption
from catenary.apps.portfolio.queries.documents import redacted, service_documents
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    referable_services,
    services_by_reference,
)
from catenary.domain.actors import Actor, Viewpoint, path_numbers
from catenary.domain.checks import check_catalogue
from catenary.domain.checks.naming import same_name_key
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    ConsumptionDocument,
    OrganizationDocument,
    PersonDocument,
    ServiceDocument,
)
from catenary.domain.findings import Finding

HouseDocument = OrganizationDocument | PersonDocument | ConsumptionDocument
#: So many other things that a consumer consumes are compared by name.
NAMES = 500


def findings_about_house(
    actor: Actor, viewpoint: Viewpoint, document: HouseDocument
) -> list[Finding]:
    """What the rules find about this organization, person or consumption, if it said this."""
    if isinstance(document, OrganizationDocument):
        organizations = _organizations(actor, viewpoint, [document.part_of])
        organizations[document.key] = document
        return _found(CatalogueDocument(organizations), document.key, "organizations")
    if isinstance(document, PersonDocument):
        named = [document.organization, *(m.organization for m in document.memberships)]
        own = organizations_of(document.email)
        organizations = _organizations(actor, viewpoint, named, own)
        catalogue = CatalogueDocument(organizations, {document.email: document})
        return _found(catalogue, document.email, "people")
    return _about_consumption(actor, viewpoint, document)


def _found(catalogue: CatalogueDocument, subject: str, section: str) -> list[Finding]:
    findings = check_catalogue(catalogue, scope=frozenset({subject}))
    return [finding for finding in findings if finding.path[0] == section]


def _organizations(
    actor: Actor, viewpoint: Viewpoint, keys: Iterable[str], own: Iterable[int] = ()
) -> dict[str, OrganizationDocument]:
    """Of these organizations those that the actor may know of, with what is above them; ``own``
    are numbers they know of already."""
    known = frozenset(own)
    roots = actor.root_ids | {viewpoint.root_id}
    numbers = {
        number
        for row in organizations_by_key(key for key in keys if key).values()
        if actor.is_operator or row.root_id in roots or row.id in known
        for number in path_numbers(row.path)
    }
    return named_organizations(numbers)


def _about_consumption(
    actor: Actor, viewpoint: Viewpoint, document: ConsumptionDocument
) -> list[Finding]:
    rows = services_by_reference([document.service])
    consumer = organizations_by_key([document.consumer]).get(document.consumer)
    others: list[tuple[str, str]] = []
    if consumer is not None and (actor.is_operator or consumer.root_id in actor.root_ids):
        # What another house calls what it consumes is not told.
        taken = Consumption.objects.filter(consumer_id=consumer.id, ends_at__isnull=True)
        named = taken.exclude(known_as="").exclude(service__reference=document.service)
        own_name = same_name_key(document.known_as)
        others = [
            (reference, known_as)
            for reference, known_as in named.order_by("pk").values_list(
                "service__reference", "known_as"
            )[:NAMES]
            if own_name and same_name_key(known_as) == own_name
        ]
        rows |= services_by_reference(reference for reference, _ in others)
    seen = referable_services(actor, rows.values())
    services = _services(viewpoint, {row.id: row for row in rows.values() if row.id in seen})
    consumption = {
        (document.consumer, reference): ConsumptionDocument(document.consumer, reference, known_as)
        for reference, known_as in others
        if reference in services
    }
    consumption[document.consumer, document.service] = document
    providers = [service.provider for service in services.values()]
    catalogue = CatalogueDocument(
        # Whether a consumer is there at all is for the operation to say, not for a rule.
        {document.consumer: OrganizationDocument(document.consumer, document.consumer)}
        | {key: OrganizationDocument(key, key) for key in providers}
        | _organizations(actor, viewpoint, [document.consumer]),
        {},
        services,
        consumption,
    )
    return [
        finding
        for finding in _found(catalogue, document.consumer, "consumption")
        # Two under one name are found at one of them: this is about both.
        if finding.code == "CAT508" or finding.path[2:] in ((), (document.service,))
    ]


def _services(viewpoint: Viewpoint, rows: dict[int, ServiceRow]) -> dict[str, ServiceDocument]:
    found = {}
    for number, document in service_documents(rows).items():
        is_home = rows[number].root_id == viewpoint.root_id
        found[document.reference] = document if is_home else redacted(document)
    return found
