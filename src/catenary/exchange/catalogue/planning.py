"""Comparing what files say with the live catalogue: nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from catenary.apps.calendars.queries import calendar_documents, managed_calendars
from catenary.apps.organizations.queries import (
    Managed,
    managed_organizations,
    managed_people,
    organization_documents,
    organizations_by_id,
    person_documents,
)
from catenary.apps.portfolio.queries.documents import service_plains
from catenary.apps.portfolio.queries.lookup import (
    consumption_names,
    holds_on,
    links_of_organizations,
    managed_consumption,
    managed_services,
    services_by_id,
)
from catenary.domain.actors import manager_in_words
from catenary.domain.documents.calendars import calendar_to_plain
from catenary.domain.documents.plain import (
    consumption_to_plain,
    digest,
    organization_to_plain,
    person_to_plain,
    service_to_plain,
)
from catenary.domain.documents.shapes import CatalogueDocument
from catenary.domain.findings import FieldPath
from catenary.domain.plan import Plan, PlannedAction, PlannedItem, field_changes
from catenary.domain.refusals import Refusal
from catenary.domain.said import Said, figure, said

Plains = Mapping[str, dict[str, Any]]

_ARROW = " > "
#: Where the objects of each kind stand in catalogue files.
SECTIONS = {
    "organization": "organizations",
    "person": "people",
    "calendar": "calendars",
    "service": "services",
    "consumption": "consumption",
}


def consumption_reference(consumer: str, service: str) -> str:
    """How a consumption is named in plans: consumer and service."""
    return f"{consumer}{_ARROW}{service}"


def consumption_pair(reference: str) -> tuple[str, str]:
    """Consumer and service of a consumption named in a plan."""
    consumer, _, service = reference.partition(_ARROW)
    return consumer, service


def plan_catalogue(
    *, wanted: CatalogueDocument, source: str, prune: bool = False, take_over: bool = False
) -> Plan:
    """What would happen if ``wanted`` were applied as ``source``, and why it may not.

    ``prune`` also removes what this source manages and ``wanted`` no longer holds; ``take_over``
    allows changing what another source manages. Permissions are for the operations to judge.
    """
    comparison = _Comparison(source, prune, take_over)
    comparison.compare(
        "organization",
        {key: organization_to_plain(d) for key, d in wanted.organizations.items()},
        managed_organizations(),
        _organizations_before,
    )
    comparison.compare(
        "person",
        {key: person_to_plain(d) for key, d in wanted.people.items()},
        managed_people(),
        _people_before,
    )
    comparison.compare(
        "calendar",
        {key: calendar_to_plain(d) for key, d in wanted.calendars.items()},
        managed_calendars(),
        lambda live: {r: calendar_to_plain(d) for r, d in calendar_documents(live).items()},
    )
    services = managed_services()
    comparison.compare(
        "service",
        {key: service_to_plain(d) for key, d in wanted.services.items()},
        services,
        lambda live: service_plains({key: row.id for key, row in live.items()}),
    )
    comparison.compare(
        "consumption",
        {
            consumption_reference(*pair): consumption_to_plain(d)
            for pair, d in wanted.consumption.items()
        },
        _live_consumption(),
        _consumption_before,
    )
    comparison.refusals += _still_needed(wanted, comparison.items, services)
    comparison.refusals += _still_in_use(wanted, comparison.items)
    return Plan(tuple(comparison.items), comparison.unchanged, tuple(comparison.refusals))


class _Comparison:
    """Collects items and refusals, kind by kind."""

    def __init__(self, source: str, prune: bool, take_over: bool) -> None:
        self.source = source
        self.prune = prune
        self.take_over = take_over
        self.items: list[PlannedItem] = []
        self.refusals: list[Refusal] = []
        self.unchanged = 0

    def compare(
        self,
        kind: str,
        wanted: Plains,
        live: Mapping[str, Managed],
        said_before: Callable[[Mapping[str, Managed]], Plains],
    ) -> None:
        """Add what would happen to the objects of one kind."""
        changed: dict[str, Managed] = {}
        for reference, plain in wanted.items():
            row = live.get(reference)
            if row is None:
                self.items.append(PlannedItem(kind, reference, PlannedAction.CREATE))
            elif row.digest == digest(plain) and not (
                self.take_over and row.managed_by != self.source
            ):
                self.unchanged += 1
            else:
                changed[reference] = row
        before = said_before(changed) if changed else {}
        for reference, row in changed.items():
            elsewhere = row.managed_by if row.managed_by != self.source else ""
            if elsewhere and not self.take_over:
                self.refusals.append(_managed_elsewhere(kind, reference, elsewhere))
            self.items.append(
                PlannedItem(
                    kind,
                    reference,
                    PlannedAction.CHANGE,
                    field_changes(before.get(reference, {}), wanted[reference]),
                    elsewhere,
                )
            )
        if self.prune:
            self.items += [
                PlannedItem(kind, reference, PlannedAction.REMOVE)
                for reference, row in live.items()
                if row.managed_by == self.source and reference not in wanted
            ]


def _managed_elsewhere(kind: str, reference: str, manager: str) -> Refusal:
    path: FieldPath = (SECTIONS[kind], reference)
    if kind == "consumption":
        path = (SECTIONS[kind], *consumption_pair(reference))
    return Refusal(
        "managed-elsewhere",
        reference,
        path,
        said(
            "{reference} is managed by {manager}; these files would change it",
            reference,
            manager_in_words(manager),
        ),
        said("change it there, or take it over with --take-over (then these files manage it)"),
    )


def _organizations_before(live: Mapping[str, Managed]) -> Plains:
    said = organization_documents()
    return {key: organization_to_plain(said[key]) for key in live if key in said}


def _people_before(live: Mapping[str, Managed]) -> Plains:
    said = person_documents()
    return {email: person_to_plain(said[email]) for email in live if email in said}


def _live_consumption() -> dict[str, Managed]:
    rows = managed_consumption()
    keys = {row.id: row.key for row in organizations_by_id(pair[0] for pair in rows).values()}
    services = {row.id: row.reference for row in services_by_id(pair[1] for pair in rows).values()}
    return {
        consumption_reference(keys[consumer], services[service]): row
        for (consumer, service), row in rows.items()
    }


def _consumption_before(live: Mapping[str, Managed]) -> Plains:
    names = consumption_names(row.id for row in live.values())
    before: dict[str, dict[str, Any]] = {}
    for reference, row in live.items():
        plain: dict[str, Any] = {"service": consumption_pair(reference)[1]}
        if names.get(row.id):
            plain["known-as"] = names[row.id]
        before[reference] = plain
    return before


def _still_in_use(wanted: CatalogueDocument, items: list[PlannedItem]) -> list[Refusal]:
    """Why organizations the plan would remove must stay: something provides, consumes or
    belongs there, today or as these files want it."""
    removed = [item for item in items if item.action is PlannedAction.REMOVE]
    leaving = {item.reference for item in removed if item.kind == "service"}
    ending = {item.reference for item in removed if item.kind == "consumption"}
    keys = {item.reference for item in removed if item.kind == "organization"}
    uses: dict[str, tuple[_Use, str]] = {}
    for key, (provided, consumed) in links_of_organizations(keys).items():
        for reference in provided:
            if reference not in leaving and reference not in wanted.services:
                uses.setdefault(key, (_provides, reference))
        for reference in consumed:
            if consumption_reference(key, reference) not in ending:
                uses.setdefault(key, (_consumes, reference))
    if keys:
        for key, use, what in _uses(wanted):
            if key in keys:
                uses.setdefault(key, (use, what))
    return [
        Refusal(
            "still-in-use",
            key,
            ("organizations", key),
            use(key, what),
            said("keep it, or move what it provides and end what it consumes first"),
        )
        for key, (use, what) in uses.items()
    ]


#: Says of an organization what it is still used for: each way in a sentence of its own.
_Use = Callable[[str, str], Said]


def _provides(key: str, service: str) -> Said:
    return said("{key} is no longer in these files, but still provides {service}", key, service)


def _consumes(key: str, service: str) -> Said:
    return said("{key} is no longer in these files, but still consumes {service}", key, service)


def _is_published_to(key: str, service: str) -> Said:
    return said(
        "{key} is no longer in these files, but {service} is still published to it", key, service
    )


def _has_calendar(key: str, calendar: str) -> Said:
    return said(
        "{key} is no longer in these files, but still has the calendar {calendar}", key, calendar
    )


def _has_part(key: str, part: str) -> Said:
    return said("{key} is no longer in these files, but still has {part} as a part", key, part)


def _has_person(key: str, email: str) -> Said:
    return said("{key} is no longer in these files, but {email} still belongs there", key, email)


def _has_role(key: str, email: str) -> Said:
    return said("{key} is no longer in these files, but {email} still has a role there", key, email)


def _uses(wanted: CatalogueDocument) -> Iterator[tuple[str, _Use, str]]:
    """Every organization the files name, and what it is named for."""
    for service in wanted.services.values():
        yield service.provider, _provides, service.reference
        for key in service.published_to:
            yield key, _is_published_to, service.reference
    for calendar in wanted.calendars.values():
        yield calendar.organization, _has_calendar, calendar.reference
    for consumer, reference in wanted.consumption:
        yield consumer, _consumes, reference
    for organization in wanted.organizations.values():
        yield organization.part_of, _has_part, organization.key
    for person in wanted.people.values():
        yield person.organization, _has_person, person.email
        for membership in person.memberships:
            yield membership.organization, _has_role, person.email


def _still_needed(
    wanted: CatalogueDocument, items: list[PlannedItem], live: Mapping[str, Managed]
) -> list[Refusal]:
    """Why services the plan would remove must stay: what remains, or comes, needs them."""
    removed = [item for item in items if item.action is PlannedAction.REMOVE]
    leaving = {item.reference for item in removed if item.kind == "service"}
    ending = {item.reference for item in removed if item.kind == "consumption"}
    if not leaving:
        return []
    holders = {
        reference: [
            holder
            for holder in holding
            if holder not in leaving
            and holder not in wanted.services
            and consumption_reference(holder, reference) not in ending
        ]
        for reference, holding in _held_today(leaving, live).items()
    }
    for service in wanted.services.values():
        for member in {m.service for g in service.relies_on for m in g.members} & leaving:
            holders.setdefault(member, []).append(service.reference)
    for consumer, reference in wanted.consumption:
        if reference in leaving and consumer not in holders.get(reference, ()):
            holders.setdefault(reference, []).append(consumer)
    return [
        Refusal(
            "still-needed",
            reference,
            ("services", reference),
            said(
                "{reference} is no longer in these files, but {holders} still needs it",
                reference,
                said("{first} and {n} more", remaining[0], figure(len(remaining) - 1))
                if len(remaining) > 1
                else remaining[0],
            ),
            said("keep it, set its stage to retired, or end what needs it first"),
        )
        for reference, remaining in holders.items()
        if remaining
    ]


def _held_today(leaving: set[str], live: Mapping[str, Managed]) -> dict[str, list[str]]:
    ids = {live[reference].id: reference for reference in sorted(leaving)}
    return {ids[number]: held for number, held in holds_on(ids).items()}
