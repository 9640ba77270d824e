"""The definition checks on one service alone, as it is being written.

The rules look at a small catalogue made of the service and what it touches: what it rests on and
what rests on it, each as far as the caps below reach, who consumes any of them, the organizations
and people named, and the names of its provider's other services. Every rule runs. What lies
beyond a cap is not looked at, and the one rule whose answer would be wrong then is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from catenary.apps.calendars.queries import calendars_by_reference, in_use_by, with_parts
from catenary.apps.common.queries import in_batches
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_key
from catenary.apps.organizations.queries.editing import named_organizations, named_people
from catenary.apps.portfolio.choices import CALENDAR_USER
from catenary.apps.portfolio.models import (
    Consumption,
    Dependency,
    GateException,
    Service,
    Sharing,
)
from catenary.apps.portfolio.policies import sees_restricted
from catenary.apps.portfolio.queries.documents import redacted, service_documents
from catenary.apps.portfolio.queries.hidden import with_place_holders
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    referable_services,
    services_by_id,
    services_by_reference,
)
from catenary.domain.actors import Actor, Viewpoint, path_numbers
from catenary.domain.checks import check_catalogue
from catenary.domain.documents.shapes import (
    CalendarDocument,
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


def findings_about(
    actor: Actor,
    viewpoint: Viewpoint,
    document: ServiceDocument,
    kept: frozenset[str] = frozenset(),
) -> list[Finding]:
    """What the rules find about this one service, if it said this: the same as the checks page
    would say of it after saving, as far as the caps reach.

    ``kept`` are supporters that the actor may not see, put back by a door in the place of their
    place holders. Everything else the actor may not see is to the rules as if it were not there:
    they would tell whoever tries a name that it is taken.
    """
    told = _told(actor, viewpoint, document, kept)
    own, below, above, is_whole = _reach(document, told)
    rows = services_by_id({*below, *above})
    seen = referable_services(actor, rows.values())
    documents = service_documents(seen & rows.keys())
    services: dict[str, ServiceDocument] = {}
    for number, found in documents.items():
        if rows[number].root_id != viewpoint.root_id:
            found = redacted(found)
        services[found.reference] = found
    if told.is_home:
        services |= _namesakes(actor, document, services)
    services[document.reference] = document
    known = {n: row.reference for n, row in rows.items() if row.reference in services}
    near = {n: reference for n, reference in known.items() if n in above}
    if own is not None:
        near[own] = document.reference
    consumption = _consumption(
        near, {n: reference for n, reference in known.items() if n in below}, viewpoint.root_id
    )
    organizations = _organizations(services, document, consumption, viewpoint.root_id, told)
    catalogue = CatalogueDocument(
        organizations,
        named_people((c for c in _contacts(document) if "@" in c), viewpoint.root_id),
        services,
        consumption,
        _calendars_of(services, document) | _calendar(document, own, viewpoint),
    )
    is_exception = own is not None and GateException.objects.filter(service_id=own).exists()
    findings = check_catalogue(
        with_place_holders(catalogue, without=told.absent),
        live_by_exception=frozenset({document.reference} if is_exception else ()),
        scope=frozenset({document.reference}),
    )
    return [f for f in findings if is_whole or f.code not in _NEEDS_ALL_ABOVE]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the actor may be told of what a document names: whether its provider is of their own
    house, the services it names that there are for them, and the names for which there is
    nothing, whether it exists or not."""

    is_home: bool
    rows: Mapping[str, ServiceRow]
    absent: frozenset[str]


def _told(
    actor: Actor, viewpoint: Viewpoint, document: ServiceDocument, kept: frozenset[str]
) -> _Told:
    provider = organizations_by_key([document.provider]).get(document.provider)
    roots = actor.root_ids | {viewpoint.root_id}
    is_home = provider is not None and (actor.is_operator or provider.root_id in roots)
    named = {member.service for group in document.relies_on for member in group.members}
    rows = services_by_reference({*named, document.reference})
    seen = referable_services(actor, rows.values())
    known = {
        reference: row
        for reference, row in rows.items()
        if (row.id in seen or reference in kept) and (is_home or reference != document.reference)
    }
    return _Told(is_home, known, frozenset(named - known.keys()))


def _reach(document: ServiceDocument, told: _Told) -> tuple[int | None, set[int], set[int], bool]:
    """The number of the service itself, those of services below and above, and whether all above
    are among them."""
    rows = dict(told.rows)
    own = rows.pop(document.reference, None)
    below = _walk({row.id for row in rows.values() if not row.is_removed}, down=True)
    above = _walk({own.id}, down=False) if own else set()
    number = own.id if own else None
    return number, below, above - {number}, len(above) < REACH


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
    actor: Actor, document: ServiceDocument, known: dict[str, ServiceDocument]
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
        and (not row.restricted or sees_restricted(actor, row.provider_path))
    }


def _consumption(
    near: dict[int, str], below: dict[int, str], root_id: int
) -> dict[tuple[str, str], ConsumptionDocument]:
    """Who consumes the service or what rests on it; and, as if they consumed it, who of other top
    organizations relies on one with a service of their own, as on the page of all checks. Of what
    it rests on only what our own house consumes matters."""
    found = {}
    columns = ("consumer__key", "service_id", "known_as")
    rows = Consumption.objects.filter(service_id__in=near, ends_at__isnull=True)
    ours = Consumption.objects.filter(
        service_id__in=below, consumer_root_id=root_id, ends_at__isnull=True
    )
    named = near | below
    for consumer, number, known_as in [*rows.values_list(*columns), *ours.values_list(*columns)]:
        reference = named[number]
        found[consumer, reference] = ConsumptionDocument(consumer, reference, known_as)
    relying = (
        Dependency.objects.filter(supporter_id__in=near, reliant__removed_at__isnull=True)
        .exclude(reliant__root_id=root_id)
        .exclude(reliant__stage=str(Stage.RETIRED))
        .values_list("reliant__provider__key", "supporter_id", "supporter__root_id")
    )
    for consumer, number, root in relying:
        if root == root_id:
            pair = (consumer, near[number])
            found.setdefault(pair, ConsumptionDocument(*pair))
    return found


def _organizations(
    services: dict[str, ServiceDocument],
    document: ServiceDocument,
    consumption: dict[tuple[str, str], ConsumptionDocument],
    root_id: int,
    told: _Told,
) -> dict[str, OrganizationDocument]:
    """The organizations that provide or consume here, and of those that the document names the
    ones of our own house or linked to it: whether any other exists is not told."""
    others = {service.provider for ref, service in services.items() if ref != document.reference}
    linked = others | {consumer for consumer, _ in consumption}
    linked |= {document.provider} if told.is_home else set()
    typed = {document.provider, *(outcome.wanted_by for outcome in document.outcomes)}
    typed |= set(document.published_to)
    typed |= {contact for contact in _contacts(document) if "@" not in contact}
    rows = organizations_by_key(linked | typed)
    numbers = {
        number
        for key, row in rows.items()
        if key in linked or row.root_id == root_id or _is_linked(row, root_id)
        for number in path_numbers(row.path)
    }
    return named_organizations(numbers)


def _is_linked(row: OrganizationRow, root_id: int) -> bool:
    """Does an organization of another house, or a part of it, provide something ours may see, or
    use something ours provides?"""
    consuming = Consumption.objects.filter(
        service__root_id=root_id, ends_at__isnull=True, consumer_path__startswith=row.path
    )
    shared = Sharing.objects.filter(
        Q(root_id=root_id) | Q(root_id__isnull=True),
        service__removed_at__isnull=True,
        service__provider_path__startswith=row.path,
    )
    relying = Dependency.objects.filter(
        supporter__root_id=root_id,
        reliant__removed_at__isnull=True,
        reliant__provider_path__startswith=row.path,
    ).exclude(reliant__stage=str(Stage.RETIRED))
    return consuming.exists() or shared.exists() or relying.exists()


def _calendar(
    document: ServiceDocument, own: int | None, viewpoint: Viewpoint
) -> dict[str, CalendarDocument]:
    """The calendar whose hours the service keeps, when it is of one's own house or the service
    (``own``) keeps it already: whether another exists is not told."""
    reference = document.service_hours.calendar if document.service_hours else ""
    row = calendars_by_reference([reference]).get(reference)
    if row is None or row.is_removed:
        return {}
    is_home = row.root_id == viewpoint.root_id
    if not is_home and (own is None or row.id not in in_use_by(CALENDAR_USER, [own])):
        return {}
    return with_parts([reference])


def _calendars_of(
    services: dict[str, ServiceDocument], document: ServiceDocument
) -> dict[str, CalendarDocument]:
    """The calendars by which those around the service are open: all that is seen of them here
    may be seen."""
    named = {
        each.service_hours.calendar
        for each in services.values()
        if each.reference != document.reference and each.service_hours is not None
    }
    return with_parts(named - {""})


def _contacts(document: ServiceDocument) -> list[str]:
    both = document.co_creation
    return [c for c in (document.owner, *both.talk_to, *both.escalate_to) if c]
