"""An organization as a link in the chain: what it provides, to whom, and what it consumes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catenary.apps.organizations.queries import MemberRow, OrganizationRow
from catenary.apps.portfolio.queries.catalogue import ServiceSummary, summaries
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.domain.actors import Actor, Viewpoint, path_numbers
from catenary.domain.estate import Bools, Estate, Ints

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ConsumedService:
    """A service an organization consumes, by whose word and under which name."""

    consumer: OrganizationRow
    service: ServiceSummary
    known_as: str


@dataclass(frozen=True, slots=True)
class OrganizationView:
    """What may be seen of an organization. ``is_inside`` is false for one of another top
    organization: then only what lies between it and us is shown, and its people are not."""

    organization: OrganizationRow
    description: str
    is_inside: bool
    above: tuple[OrganizationRow, ...]
    below: tuple[OrganizationRow, ...]
    provides: tuple[ServiceSummary, ...]
    provided_count: int
    consumes: tuple[ConsumedService, ...]
    consumed_count: int
    customers: tuple[OrganizationRow, ...]
    providers: tuple[OrganizationRow, ...]
    people: tuple[MemberRow, ...]


def organization_view(
    *, actor: Actor, viewpoint: Viewpoint, key: str, records: Records = TODAY
) -> OrganizationView | None:
    """The organization as the actor sees it from the viewpoint. Of other top organizations only
    those that provide something to ours or consume something of ours, with what stands above
    them, are there at all."""
    row = records.organizations_by_key([key]).get(key)
    estate = records.estate()
    place = estate.organization_position(row.id) if row else None
    ours = estate.organization_position(viewpoint.root_id)
    here = estate.organization_position(viewpoint.organization_id)
    if row is None or place is None or ours is None or here is None:
        return None
    seen = records.visible(estate, actor, viewpoint)
    home = records.at_home(estate, viewpoint)
    is_inside = records.is_inside(row, viewpoint)
    end = int(estate.organization_end[place])
    provided = np.flatnonzero(estate.inside(place) & seen)
    related = related_organizations(estate, home, seen)
    if not is_inside and not related[place:end].any():
        return None
    roles = estate.roles_seen_from(here)
    consumer = estate.consumption_consumer
    consumes = (consumer >= place) & (consumer < end) & seen[estate.consumption_service]
    if not is_inside:
        # What they buy elsewhere is theirs; what they consume of ours we know.
        consumes &= home[estate.consumption_service]
    consumed = np.unique(estate.consumption_service[consumes])
    tops = np.flatnonzero(related)
    customers = _customers(estate, place, seen, None if is_inside else ours)
    providers = np.unique(estate.provider[consumed])
    outside = providers[(providers < place) | (providers >= end)]
    above = [n for n in path_numbers(row.path) if n != row.id]
    below = [
        int(estate.organization_ids[o]) for o in range(place + 1, end) if is_inside or o in tops
    ]
    rows = records.organizations_by_id(
        above
        + below[: _SHOWN * 5]
        + [int(estate.organization_ids[o]) for o in (*customers[:_SHOWN], *outside[:_SHOWN])]
    )
    return OrganizationView(
        organization=row,
        description=records.description(row.id) if is_inside else "",
        is_inside=is_inside,
        above=tuple(rows[number] for number in above),
        below=tuple(
            rows[n] for n in below if n in rows and (rows[n].parent_id == row.id or not is_inside)
        )[:_SHOWN],
        provides=summaries(estate, viewpoint, provided[:_SHOWN], roles, records=records),
        provided_count=len(provided),
        consumes=_consumed(records, estate, viewpoint, row, consumed[:_SHOWN], roles),
        consumed_count=len(consumed),
        customers=tuple(rows[int(estate.organization_ids[o])] for o in customers[:_SHOWN]),
        providers=tuple(rows[int(estate.organization_ids[o])] for o in outside[:_SHOWN]),
        people=records.members(row, viewpoint) if is_inside else (),
    )


def sees_organization(*, actor: Actor, viewpoint: Viewpoint, organization: OrganizationRow) -> bool:
    """Whether `organization_view` shows it from there: one of the same top organization, or one
    next to it in the chain."""
    if organization.root_id == viewpoint.root_id:
        return True
    estate = TODAY.estate()
    place = estate.organization_position(organization.id)
    if place is None:
        return False
    seen = TODAY.visible(estate, actor, viewpoint)
    related = related_organizations(estate, TODAY.at_home(estate, viewpoint), seen)
    return bool(related[place : int(estate.organization_end[place])].any())


def related_organizations(estate: Estate, home: Bools, seen: Bools) -> Bools:
    """Which organizations of other tops lie next to ours in the chain; ``home`` are the services
    of our own top organization."""
    related = np.zeros(len(estate.organization_ids), dtype=np.bool_)
    related[estate.provider[seen & ~home]] = True
    own = seen & home
    related[estate.consumption_consumer[own[estate.consumption_service]]] = True
    relying = own[estate.dependency_supporter] & estate.standing
    related[estate.provider[estate.dependency_reliant[relying]]] = True
    return related


def _customers(estate: Estate, place: int, seen: Bools, only: int | None) -> list[int]:
    """Organizations outside that consume or rely on what it provides; of another top
    organization's customers ``only`` our own: who else buys there is not ours to know."""
    end = int(estate.organization_end[place])
    provided = estate.inside(place) & seen
    consumer = estate.consumption_consumer[provided[estate.consumption_service]]
    relies = provided[estate.dependency_supporter] & estate.standing
    relying = estate.dependency_reliant[relies]
    providers = estate.provider[relying[seen[relying]]]
    everyone = np.unique(np.concatenate([consumer, providers]))
    everyone = everyone[(everyone < place) | (everyone >= end)]
    if only is not None:
        everyone = everyone[estate.organization_root[everyone] == only]
    return [int(o) for o in everyone]


def _consumed(
    records: Records,
    estate: Estate,
    viewpoint: Viewpoint,
    row: OrganizationRow,
    places: Ints,
    roles: Ints,
) -> tuple[ConsumedService, ...]:
    found = {s.id: s for s in summaries(estate, viewpoint, places, roles, records=records)}
    taken = records.consumption(found, below=row.path)
    consumers = records.organizations_by_id({each.consumer_id for each in taken})
    return tuple(
        ConsumedService(consumers[each.consumer_id], found[each.service_id], each.known_as)
        for each in taken
    )
