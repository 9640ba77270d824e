"""The chain around one service, as far as whoever asks may see it.

Only reliance of one's own top organization is followed: what a provider elsewhere rests on is
theirs to show. Supporters one may not open appear as "a supporting service of …"; customers
elsewhere appear by their organization alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.apps.portfolio.queries.service import ServiceLink, service_links
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from catenary.domain.estate import Bools, Estate, Ints

#: More services than this are counted, not listed: nobody reads a table of thousands.
SHOWN = 300
_CONSUMERS_SHOWN = 200


class Direction(StrEnum):
    """Which way one looks from the focus."""

    BOTH = "both"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class ChainService:
    """A service of the chain; ``steps`` is negative above the focus, positive below it."""

    link: ServiceLink
    steps: int


@dataclass(frozen=True, slots=True)
class HiddenSupporter:
    """A supporter one may not open: its place holder and its provider."""

    id: str
    provider: OrganizationRow


@dataclass(frozen=True, slots=True)
class ChainConsumer:
    """An organization that consumes a service of the chain, by its own name for it; or one
    elsewhere whose own services, ``relying`` in number, rely on it."""

    organization: OrganizationRow
    service: str
    known_as: str = ""
    relying: int = 0


@dataclass(frozen=True, slots=True)
class ChainView:
    """The chain of ``focus``. ``reliance`` holds (reliant reference, group) with hidden members
    under their place holders. ``not_shown`` counts visible services left out because there are
    too many; ``total_up`` and ``total_down`` count all visible ones within the depth;
    ``beyond`` those above that may not be seen."""

    focus: ServiceLink
    services: tuple[ChainService, ...]
    hidden: tuple[HiddenSupporter, ...]
    reliance: tuple[tuple[str, DependencyGroupDocument], ...]
    consumers: tuple[ChainConsumer, ...]
    total_up: int
    total_down: int
    not_shown: int
    beyond: int


def chain_of(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    reference: str,
    direction: Direction = Direction.BOTH,
    depth: int | None = 2,
    limit: int = SHOWN,
    records: Records = TODAY,
) -> ChainView | None:
    """The chain of a service to ``depth`` steps (None: all); none when there is no such service
    the actor may see."""
    row = records.services_by_reference([reference]).get(reference)
    estate = records.estate()
    place = estate.service_position(row.id) if row else None
    organization = estate.organization_position(viewpoint.organization_id)
    root = estate.organization_position(viewpoint.root_id)
    if place is None or organization is None or root is None:
        return None
    seen = records.visible(estate, actor, viewpoint)
    if not seen[place]:
        return None
    own = seen & records.at_home(estate, viewpoint)
    up, down, beyond = _steps(estate, place, direction, depth, seen, own)
    total_up, total_down = int((up > 0).sum()), int(((down > 0) & seen).sum())
    shown, steps = _nearest(place, up, down, seen, limit)
    roles = estate.roles_seen_from(organization)
    links = service_links(estate, shown, roles, known_to=viewpoint, records=records)
    by_id = {int(estate.service_ids[p]): link for p, link in zip(shown, links, strict=True)}
    hidden_places = np.flatnonzero((down > 0) & ~seen)
    reliance, hidden = _reliance(records, estate, shown, own, by_id, hidden_places)
    return ChainView(
        focus=links[0],
        services=tuple(
            ChainService(link, int(step)) for link, step in zip(links, steps, strict=True)
        ),
        hidden=hidden,
        reliance=reliance,
        consumers=(
            ()
            if direction is Direction.DOWN
            else _consumers(records, estate, shown[steps <= 0], own, by_id, viewpoint, root)
        ),
        total_up=total_up,
        total_down=total_down,
        not_shown=1 + total_up + total_down - len(np.union1d(shown, shown)),
        beyond=beyond,
    )


def _steps(
    estate: Estate, place: int, direction: Direction, depth: int | None, seen: Bools, own: Bools
) -> tuple[Ints, Ints, int]:
    start = np.array([place])
    nowhere = np.full(estate.size, -1, dtype=np.int64)
    up, down, beyond = nowhere, nowhere.copy(), 0
    if direction is not Direction.DOWN:
        # Above the focus stands whatever of ours relies on it; others' services are counted.
        passable = own.copy()
        passable[place] = True
        up = estate.steps_up(start, depth, passable)
        up[~own] = -1
        if own[place]:
            everything = np.ones(estate.size, dtype=np.bool_)
            reach = estate.steps_up(start, None, everything)
            beyond = int(((reach > 0) & ~seen).sum())
    if direction is not Direction.UP:
        down = estate.steps_down(start, depth, own)
    return up, down, beyond


def _nearest(place: int, up: Ints, down: Ints, seen: Bools, limit: int) -> tuple[Ints, Ints]:
    """The focus and the services nearest to it, with their signed steps. A service that stands
    both above and below (in a loop) is shown where it is nearer."""
    above, below = np.flatnonzero(up > 0), np.flatnonzero((down > 0) & seen)
    places = np.concatenate([above, below])
    distance = np.concatenate([up[above], down[below]])
    signed = np.concatenate([-up[above], down[below]])
    order = np.argsort(distance, kind="stable")
    places, signed = places[order], signed[order]
    places, signed = places[places != place], signed[places != place]
    _, first = np.unique(places, return_index=True)
    first.sort()
    first = first[: limit - 1]
    return (
        np.concatenate([[place], places[first]]).astype(np.int64),
        np.concatenate([[0], signed[first]]).astype(np.int64),
    )


def _reliance(
    records: Records,
    estate: Estate,
    shown: Ints,
    own: Bools,
    by_id: dict[int, ServiceLink],
    hidden_places: Ints,
) -> tuple[tuple[tuple[str, DependencyGroupDocument], ...], tuple[HiddenSupporter, ...]]:
    """The dependency groups of the shown services, with place holders for hidden members."""
    reliants = [int(n) for n in estate.service_ids[shown[own[shown]]]]
    hidden_ids = [int(n) for n in estate.service_ids[hidden_places]]
    holders = {pk: f"hidden-{number}" for number, pk in enumerate(hidden_ids)}
    rows = records.reliance(reliants)
    order = {pk: number for number, pk in enumerate(reliants)}
    rows.sort(key=lambda row: (order[row.reliant_id], row.position, row.group_id))
    groups: dict[int, tuple[str, DependencyGroupDocument]] = {}
    for row in rows:
        link = by_id.get(row.supporter_id)
        # A member beyond the depth keeps its weight in the words on the gate, without a mark.
        holder = holders.get(row.supporter_id, f"beyond-{row.supporter_id}")
        member = Supporter(link.reference if link else holder, row.weight.normalize())
        if row.group_id in groups:
            reliant, said = groups[row.group_id]
            groups[row.group_id] = reliant, replace(said, members=(*said.members, member))
        else:
            document = DependencyGroupDocument(
                (member,), row.minimum.normalize(), row.full.normalize(), row.soft
            )
            groups[row.group_id] = by_id[row.reliant_id].reference, document
    hidden_rows = records.services_by_id(hidden_ids)
    providers = records.organizations_by_id({row.provider_id for row in hidden_rows.values()})
    hidden = tuple(
        HiddenSupporter(holders[pk], providers[hidden_rows[pk].provider_id])
        for pk in hidden_ids
        if pk in hidden_rows
    )
    return tuple(groups.values()), hidden


def _consumers(
    records: Records,
    estate: Estate,
    shown: Ints,
    own: Bools,
    by_id: dict[int, ServiceLink],
    viewpoint: Viewpoint,
    root: int,
) -> tuple[ChainConsumer, ...]:
    """Who consumes the shown services: everybody for our own, only us for those of others."""
    found = _declared(records, estate.service_ids[shown], own[shown], viewpoint)
    inside = shown[own[shown]]
    relying = _relying_outside(estate, inside, root)
    rows = records.organizations_by_id(
        [consumer for consumer, _, _ in found]
        + [int(estate.organization_ids[provider]) for provider, _, _ in relying]
    )
    declared = {(consumer, service) for consumer, service, _ in found}
    consumers = [
        ChainConsumer(rows[consumer], by_id[service].reference, known_as)
        for consumer, service, known_as in found
    ]
    for provider, place, count in relying:
        organization_id = int(estate.organization_ids[provider])
        service = int(estate.service_ids[place])
        if (organization_id, service) not in declared:
            consumers.append(
                ChainConsumer(rows[organization_id], by_id[service].reference, relying=count)
            )
    return tuple(consumers[:_CONSUMERS_SHOWN])


def _declared(
    records: Records, ids: Ints, own: Bools, viewpoint: Viewpoint
) -> list[tuple[int, int, str]]:
    rows = records.consumption(ids[own].tolist())
    rows += records.consumption(ids[~own].tolist(), viewpoint.root_id)
    return [(row.consumer_id, row.service_id, row.known_as) for row in rows]


def _relying_outside(estate: Estate, places: Ints, root: int) -> list[tuple[int, int, int]]:
    """(Provider elsewhere, our service, how many of theirs rely on it directly)."""
    found = []
    for place in places:
        reliants = estate.reliants_of(np.array([place]))
        outside = reliants[estate.provider_root[reliants] != root]
        providers, counts = np.unique(estate.provider[outside], return_counts=True)
        found += [
            (int(provider), int(place), int(count))
            for provider, count in zip(providers, counts, strict=True)
        ]
    return found
