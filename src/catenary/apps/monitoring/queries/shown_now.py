"""The conditions that stand of some services, and whom one calls about them, as far as whoever
asks may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catenary.apps.monitoring.models import Observation, Source
from catenary.apps.monitoring.queries.standing import RANK_OF, RANKS, standing_now
from catenary.apps.organizations.queries import (
    organizations_by_key,
    people_by_email,
    people_by_id,
)
from catenary.apps.portfolio.queries.documents import service_documents
from catenary.apps.portfolio.queries.estate import visible_services
from catenary.apps.portfolio.queries.lookup import ServiceRow, services_by_reference
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.observations.reading import SAYABLE
from catenary.domain.observations.words import Plan

_SAID = {code: word for word, code in SAYABLE.items()}


def shown_now(*, actor: Actor, viewpoint: Viewpoint, references: Iterable[str]) -> dict[str, str]:
    """What services are shown as (`standing.RANKS`), by reference; those that may not be seen are
    missing."""
    standing = standing_now()
    estate = standing.estate
    seen = visible_services(estate, actor, viewpoint)
    codes = standing.codes_from(estate.organization_position(viewpoint.root_id))
    found = {}
    for reference, row in services_by_reference(references).items():
        place = estate.service_position(row.id)
        if place is not None and seen[place]:
            found[reference] = RANKS[RANK_OF[codes[place]]]
    return found


@dataclass(frozen=True, slots=True)
class Callee:
    """Whom one calls about a service: a person by name and address, or an organization by its
    key. ``part`` is ``owner`` (they answer for it), ``escalation`` or ``contact``."""

    name: str
    address: str
    key: str
    part: str


def callees_of(
    *, actor: Actor, viewpoint: Viewpoint, references: Sequence[str]
) -> dict[str, tuple[Callee, ...]]:
    """Whom to call about services that may be seen, as their pages name them; of others' services
    also with whom one talks. At most eight queries."""
    rows = _seen(actor, viewpoint, references)
    documents = service_documents([row.id for row in rows.values()])
    named: dict[str, list[tuple[str, str]]] = {}
    for reference, row in rows.items():
        document = documents.get(row.id)
        if document is None:
            continue
        both = document.co_creation
        named[reference] = [(document.owner, "owner")] if document.owner else []
        named[reference] += [(contact, "escalation") for contact in both.escalate_to]
        if row.root_id != viewpoint.root_id:
            # Who is named already is called anyway.
            known = {contact for contact, _ in named[reference]}
            talk = (contact for contact in both.talk_to if contact not in known)
            named[reference] += [(contact, "contact") for contact in talk]
    contacts = {contact for listed in named.values() for contact, _ in listed}
    houses = organizations_by_key(contacts)
    near = {viewpoint.root_id, *(row.root_id for row in rows.values())}
    people = people_by_email((contact for contact in contacts if "@" in contact), root_ids=near)
    roots = _roots_of(person.organization_id for person in people.values())
    found = {}
    for reference, listed in named.items():
        root = rows[reference].root_id
        callees = []
        for contact, part in listed:
            house, person = houses.get(contact), people.get(contact)
            # Anybody may write any address or key into a definition: whose it is, is told of the
            # people of its own house and of one's own alone.
            if house is not None and house.root_id in (root, viewpoint.root_id):
                callees.append(Callee(house.name, "", contact, part))
            elif "@" in contact:
                is_told = person is not None and (
                    roots.get(person.organization_id) in (root, viewpoint.root_id)
                )
                name = person.name if person is not None and is_told else contact
                callees.append(Callee(name, contact, "", part))
        found[reference] = tuple(dict.fromkeys(callees))
    return found


def _roots_of(organizations: Iterable[int]) -> dict[int, int]:
    """The top organizations of some, all by number."""
    estate = standing_now().estate
    found = {}
    for number in set(organizations):
        place = estate.organization_position(number)
        if place is not None:
            found[number] = int(estate.organization_ids[estate.organization_root[place]])
    return found


def _seen(
    actor: Actor, viewpoint: Viewpoint, references: Iterable[str]
) -> Mapping[str, ServiceRow]:
    standing = standing_now()
    seen = visible_services(standing.estate, actor, viewpoint)
    found = {}
    for reference, row in services_by_reference(references).items():
        place = standing.estate.service_position(row.id)
        if place is not None and seen[place]:
            found[reference] = row
    return found


def _at_home(
    actor: Actor, viewpoint: Viewpoint, references: Iterable[str]
) -> Mapping[str, ServiceRow]:
    found = _seen(actor, viewpoint, references)
    return {name: row for name, row in found.items() if row.root_id == viewpoint.root_id}


@dataclass(frozen=True, slots=True)
class Reported:
    """A word as it was reported. ``condition`` is a word of `domain.observations.reading.SAYABLE`,
    ``until`` when it decays to unknown; ``plan`` whether it said it was planned, or nothing."""

    condition: str
    at: datetime
    recorded_at: datetime
    until: datetime | None
    source_kind: str
    source_name: str
    by: str
    text: str
    reference: str
    share: int
    plan: Plan


def reported_of(
    *, actor: Actor, viewpoint: Viewpoint, reference: str, limit: int
) -> tuple[Reported, ...]:
    """The last words about a service of one's own top organization, the last first; of others',
    who keep to themselves what their people say, none."""
    row = _at_home(actor, viewpoint, [reference]).get(reference)
    if row is None:
        return ()
    rows = list(Observation.objects.filter(service_id=row.id).order_by("-at", "-pk")[:limit])
    sources = Source.objects.in_bulk({each.source_id for each in rows})
    people = people_by_id({each.person_id for each in rows if each.person_id}, {viewpoint.root_id})
    found = []
    for each in rows:
        source = sources[each.source_id]
        person = people.get(each.person_id) if each.person_id else None
        found.append(
            Reported(
                condition=_SAID.get(each.condition, "unknown"),
                at=each.at,
                recorded_at=each.recorded_at,
                until=each.valid_until,
                source_kind=source.kind,
                source_name=source.name,
                by="" if person is None else person.name,
                text=each.text,
                reference=each.reference,
                share=each.share,
                plan=Plan(each.planned),
            )
        )
    return tuple(found)
