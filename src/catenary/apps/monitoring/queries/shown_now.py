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
    key. ``is_owner``: they answer for it; else it is escalated to them."""

    name: str
    address: str
    key: str
    is_owner: bool


def callees_of(
    *, actor: Actor, viewpoint: Viewpoint, references: Sequence[str]
) -> dict[str, tuple[Callee, ...]]:
    """Whom to call about services of one's own top organization; of others, whose people are not
    told, about none. At most eight queries."""
    rows = _at_home(actor, viewpoint, references)
    documents = service_documents([row.id for row in rows.values()])
    named: dict[str, list[tuple[str, bool]]] = {}
    for reference, row in rows.items():
        document = documents.get(row.id)
        if document is not None:
            owner = [(document.owner, True)] if document.owner else []
            escalation = [(contact, False) for contact in document.co_creation.escalate_to]
            named[reference] = owner + escalation
    contacts = {contact for listed in named.values() for contact, _ in listed}
    # Anybody may write any address into a definition: whose it is, is told of one's own alone.
    people = people_by_email(
        (contact for contact in contacts if "@" in contact), root_ids=[viewpoint.root_id]
    )
    houses = {
        key: row
        for key, row in organizations_by_key(contacts).items()
        if row.root_id == viewpoint.root_id
    }
    found = {}
    for reference, listed in named.items():
        callees = []
        for contact, is_owner in listed:
            if contact in houses:
                callees.append(Callee(houses[contact].name, "", contact, is_owner))
            elif "@" in contact:
                person = people.get(contact)
                name = contact if person is None else person.name
                callees.append(Callee(name, contact, "", is_owner))
        found[reference] = tuple(dict.fromkeys(callees))
    return found


def _at_home(
    actor: Actor, viewpoint: Viewpoint, references: Iterable[str]
) -> Mapping[str, ServiceRow]:
    standing = standing_now()
    seen = visible_services(standing.estate, actor, viewpoint)
    found = {}
    for reference, row in services_by_reference(references).items():
        place = standing.estate.service_position(row.id)
        if place is not None and seen[place] and row.root_id == viewpoint.root_id:
            found[reference] = row
    return found


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
