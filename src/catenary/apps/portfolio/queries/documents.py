"""The catalogue as documents: what everything says now, or said at a past moment.

One builder for both, and for plans, checks and exports alike. Whoever asks gets what they may
see: an operator everything, others their own top organizations with what those consume.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from catenary.apps.calendars.queries import calendar_documents, calendars_by_reference
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import all_documents, current_documents
from catenary.apps.history.queries.parts import current_parts
from catenary.apps.organizations.queries import (
    organization_documents,
    person_addresses,
    person_documents,
)
from catenary.apps.portfolio.models import Consumption, Dependency, GateException, Service
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.contacts import as_read, by_contact, people_in
from catenary.domain.documents.kept import OutcomeSaid, kept_hours, kept_outcomes, kept_service
from catenary.domain.documents.plain import read_service
from catenary.domain.documents.shapes import (
    CalendarDocument,
    CatalogueDocument,
    ConsumptionDocument,
    OrganizationDocument,
    ServiceDocument,
    ServiceHours,
    Stage,
)
from catenary.domain.findings import Problem

#: What reading a kept document raises that is not as we write it.
_DAMAGE = (ValueError, ArithmeticError, LookupError, TypeError, AttributeError)


class DamagedDocument(Exception):
    """A stored document no longer reads: the database was changed behind the product's back."""


def service_plains(ids_by_reference: dict[str, int]) -> dict[str, dict[str, Any]]:
    """What services say now, in plain form, by reference."""
    found = _with_addresses(current_documents(Kind.SERVICE, ids_by_reference.values()))
    return {
        reference: found[number]
        for reference, number in ids_by_reference.items()
        if number in found
    }


def service_documents(ids: Iterable[int]) -> dict[int, ServiceDocument]:
    """What services say now, by number."""
    numbers = list(ids)
    plains = _with_addresses(current_documents(Kind.SERVICE, numbers))
    references = dict(Service.objects.filter(pk__in=list(plains)).values_list("pk", "reference"))
    return {pk: service_of(references[pk], plain) for pk, plain in plains.items()}


def service_outcomes(ids: Iterable[int]) -> dict[int, tuple[OutcomeSaid, ...]]:
    """The outcomes of services now, by number: one query, which hands over nothing else."""
    parts = current_parts(Kind.SERVICE, ids, "outcomes")
    return outcomes_in(
        {number: said for number, (said,) in parts.items()},
        lambda number: service_documents([number])[number],
    )


def service_hours_said(ids: Iterable[int]) -> dict[int, ServiceHours]:
    """The hours that services say they keep, by number, those that say none left out: one query,
    which hands over nothing else. Raises `DamagedDocument`."""
    found = {}
    for number, (said,) in current_parts(Kind.SERVICE, ids, "service-hours").items():
        if said is None:
            continue
        try:
            found[number] = kept_hours(said)
        except _DAMAGE:
            whole = service_documents([number])[number].service_hours
            if whole is not None:
                found[number] = whole
    return found


def live_catalogue(
    actor: Actor, viewpoint: Viewpoint | None, *, with_direct_customers: bool = False
) -> CatalogueDocument:
    """Everything the actor may see from the viewpoint; without one (operators only), everything.

    Services of other top organizations appear without what they rely on. ``with_direct_customers``
    adds, for the definition checks, who of other top organizations relies on a service with a
    service of their own, as if they consumed it: the customer is known, their service is not.
    """
    if viewpoint is None and not actor.is_operator:
        raise ValueError("only an operator reads the catalogue without a viewpoint")
    organizations = organization_documents()
    people = person_documents(None if viewpoint is None else viewpoint.root_id)
    references = dict(
        Service.objects.filter(removed_at__isnull=True).values_list("pk", "reference")
    )
    roots: dict[int, int] = {}
    visible: set[int] | None = None
    if viewpoint is not None:
        estate = current_estate()
        mask = visible_services(estate, actor, viewpoint)
        visible = set(estate.service_ids[mask].tolist())
        roots = dict(Service.objects.values_list("pk", "root_id"))
    services: dict[str, ServiceDocument] = {}
    addresses = by_contact(person_addresses())
    for number, plain in all_documents(Kind.SERVICE):
        reference = references.get(number)
        if reference is None or (visible is not None and number not in visible):
            continue
        document = service_of(reference, as_read(plain, addresses))
        if viewpoint is not None and roots[number] != viewpoint.root_id:
            document = redacted(document)
        services[reference] = document
    consumption = {}
    rows = Consumption.objects.filter(ends_at__isnull=True).order_by("consumer_path", "service_id")
    if viewpoint is not None:
        rows = rows.filter(consumer_root_id=viewpoint.root_id) | rows.filter(
            service__root_id=viewpoint.root_id
        )
    for consumer, service_id, known_as in rows.values_list(
        "consumer__key", "service_id", "known_as"
    ):
        reference = references.get(service_id)
        if reference in services:
            row = ConsumptionDocument(consumer, reference, known_as)
            consumption[consumer, reference] = row
    if viewpoint is not None:
        if with_direct_customers:
            for consumer, supporter in _direct_customers(viewpoint.root_id):
                if supporter in services:
                    row = ConsumptionDocument(consumer, supporter)
                    consumption.setdefault((consumer, supporter), row)
        named = {document.provider for document in services.values()}
        named |= {consumer for consumer, _ in consumption}
        organizations = own_and_named(organizations, viewpoint.root_key, named)
    calendars = calendar_documents()
    if viewpoint is not None:
        calendars = seen_calendars(calendars, services.values(), viewpoint.root_id)
    return CatalogueDocument(organizations, people, services, consumption, calendars)


def seen_calendars(
    calendars: dict[str, CalendarDocument], services: Iterable[ServiceDocument], root_id: int
) -> dict[str, CalendarDocument]:
    """Those calendars of a top organization, and of others those that the services kept, which
    are all seen, keep: with everything they are made of."""
    rows = calendars_by_reference(calendars)
    wanted = {reference for reference, row in rows.items() if row.root_id == root_id}
    wanted |= {s.service_hours.calendar for s in services if s.service_hours is not None}
    seen: set[str] = set()
    while wanted:
        seen |= wanted
        wanted = {p for r in wanted if r in calendars for p in calendars[r].parts} - seen
    return {reference: said for reference, said in calendars.items() if reference in seen}


def _direct_customers(root_id: int) -> list[tuple[str, str]]:
    rows = Dependency.objects.filter(
        supporter__root_id=root_id, supporter__removed_at__isnull=True
    ).exclude(reliant__root_id=root_id)
    standing = rows.filter(reliant__removed_at__isnull=True).exclude(reliant__stage=Stage.RETIRED)
    return list(standing.values_list("reliant__provider__key", "supporter__reference").distinct())


def own_and_named(
    organizations: dict[str, OrganizationDocument], root_key: str, named: set[str]
) -> dict[str, OrganizationDocument]:
    """The organizations of one top organization, and of others those named, with what is above
    them."""
    kept: set[str] = {root_key}
    for key in named:
        while key and key not in kept and key in organizations:
            kept.add(key)
            key = organizations[key].part_of
    # Tree order: what is above comes before what is below.
    own = {root_key}
    for key, document in organizations.items():
        if document.part_of in own:
            own.add(key)
    return {key: said for key, said in organizations.items() if key in kept or key in own}


def redacted(document: ServiceDocument, *, ours: Collection[str] = frozenset()) -> ServiceDocument:
    """What somebody of another top organization may read of a service they may see: all it
    promises, nothing of what it rests on, to whom else it is published, how it is labelled, or
    whether it is monitored (what is assumed is told with the condition it makes).
    Who wants an outcome and who said so is read of the organizations in ``ours`` (by key) alone:
    one customer does not learn the names of another."""
    return replace(
        document,
        relies_on=(),
        published_to=(),
        restricted=False,
        assume_operational=False,
        tags=(),
        outcomes=tuple(
            outcome if outcome.wanted_by in ours else replace(outcome, wanted_by="", said_by="")
            for outcome in document.outcomes
        ),
    )


def services_by_exception() -> frozenset[str]:
    """References of services that entered the catalogue without passing the gates."""
    return frozenset(
        GateException.objects.filter(service__removed_at__isnull=True).values_list(
            "service__reference", flat=True
        )
    )


def _with_addresses(plains: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    addresses = by_contact(person_addresses(people_in(plains.values())))
    return {number: as_read(plain, addresses) for number, plain in plains.items()}


def outcomes_in(
    kept: dict[int, Any], whole: Callable[[int], ServiceDocument]
) -> dict[int, tuple[OutcomeSaid, ...]]:
    """The outcomes in what is ``kept`` of them, by number. Those that do not read are asked for
    with the ``whole`` service, which says what is wrong with it: `DamagedDocument`."""
    found = {}
    for number, outcomes in kept.items():
        try:
            found[number] = kept_outcomes(outcomes)
        except _DAMAGE:
            found[number] = tuple(
                OutcomeSaid(each.key, each.statement, each.said_by, each.wanted_by)
                for each in whole(number).outcomes
            )
    return found


def service_of(reference: str, plain: dict[str, Any]) -> ServiceDocument:
    """The service a kept plain document is of. Raises `DamagedDocument`."""
    try:
        return kept_service(reference, plain)
    except _DAMAGE:
        # Not as it was written: the forms know what is wrong with it.
        problems: list[Problem] = []
        document = read_service(reference, plain, problems, ("services", reference))
        if document is None:
            raise DamagedDocument(f"{reference}: {problems[0].sentence}") from None
        return document
