"""A new version of the estate out of the one before, when only some services changed.

Loading a hundred thousand services anew takes the better part of a second, and somebody waits
for it after every edit. Changing a few takes milliseconds: their rows are replaced, everybody
else moves to their new places. The organizations stay as they are; when their tree changes, the
estate is loaded whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catenary.domain.estate import Bools, Estate, Ints

_GONE = -1


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What the estate holds of one service; organizations by number, the stage by code."""

    id: int
    name: str
    provider_id: int
    stage: int
    restricted: bool
    outcome_count: int
    assumed: bool


@dataclass(frozen=True, slots=True)
class Renewal:
    """What is said anew.

    ``touched`` are the numbers of services created, changed or removed; those that still exist
    stand in ``services``. ``dependencies`` (reliant, supporter, soft) and ``published`` (service,
    position of the top organization or `EVERYONE`) are all those of touched services now;
    ``consumption`` (consumer, service) all those of the services in ``consumed``. Numbers
    throughout but for the position in ``published``.
    """

    touched: frozenset[int]
    services: Sequence[ServiceFacts]
    dependencies: Sequence[tuple[int, int, bool]]
    published: Sequence[tuple[int, int]]
    consumed: frozenset[int]
    consumption: Sequence[tuple[int, int]]


def renewed(estate: Estate, renewal: Renewal, version: int) -> Estate:
    """The estate of ``version``, equal to one loaded from the database, but for the order in
    which dependencies, consumption and publications stand."""
    if _says_nothing_new(estate, renewal):
        return estate.unchanged(version)
    new = sorted(renewal.services, key=lambda facts: (facts.name, facts.id))
    old_places = estate.service_positions(renewal.touched)
    kept_ids = np.delete(estate.service_ids, old_places)
    names = _without(estate.service_names, old_places)
    at = _insertions(names, kept_ids, new)
    place_of_old = _moved(estate.size, old_places, at, estate.service_ids, new)

    def column(old: Ints, values: list[int]) -> Ints:
        return np.insert(np.delete(old, old_places), at, values)

    provider = [estate.organization_position(facts.provider_id) or 0 for facts in new]
    restricted = np.insert(
        np.delete(estate.restricted, old_places), at, [facts.restricted for facts in new]
    )
    assumed = np.insert(np.delete(estate.assumed, old_places), at, [facts.assumed for facts in new])
    fresh = estate.with_columns(
        version=version,
        service_ids=np.insert(kept_ids, at, [facts.id for facts in new]),
        service_names=_with(names, at, new),
        provider=column(estate.provider, provider),
        stage=column(estate.stage, [facts.stage for facts in new]),
        restricted=restricted,
        assumed=assumed,
        outcome_count=column(estate.outcome_count, [facts.outcome_count for facts in new]),
    )
    touched = _marks(estate, renewal.touched)
    return _with_links(estate, fresh, renewal, place_of_old, touched)


def _says_nothing_new(estate: Estate, renewal: Renewal) -> bool:
    """Whether all that was revised is what the estate does not hold, as most edits are: words."""
    if renewal.consumed or {facts.id for facts in renewal.services} != renewal.touched:
        return False
    for facts in renewal.services:
        place = estate.service_position(facts.id)
        if place is None or facts != ServiceFacts(
            facts.id,
            estate.service_names[place],
            int(estate.organization_ids[estate.provider[place]]),
            int(estate.stage[place]),
            bool(estate.restricted[place]),
            int(estate.outcome_count[place]),
            bool(estate.assumed[place]),
        ):
            return False
    touched = _marks(estate, renewal.touched)
    ids, rows = estate.service_ids, touched[estate.dependency_reliant]
    relied = zip(
        ids[estate.dependency_reliant[rows]].tolist(),
        ids[estate.dependency_supporter[rows]].tolist(),
        estate.dependency_soft[rows].tolist(),
        strict=True,
    )
    shown = touched[estate.published_service]
    published = zip(
        ids[estate.published_service[shown]].tolist(),
        estate.published_root[shown].tolist(),
        strict=True,
    )
    return Counter(relied) == Counter(
        (reliant, supporter, bool(soft)) for reliant, supporter, soft in renewal.dependencies
    ) and Counter(published) == Counter(renewal.published)


def _with_links(
    estate: Estate, fresh: Estate, renewal: Renewal, place_of_old: Ints, touched: Bools
) -> Estate:
    supporter = place_of_old[estate.dependency_supporter]
    stays = ~touched[estate.dependency_reliant] & (supporter != _GONE)
    known = [
        (reliant, supporting, soft)
        for reliant, supporting, soft in renewal.dependencies
        if fresh.service_position(reliant) is not None
        and fresh.service_position(supporting) is not None
    ]
    consumed = _marks(estate, renewal.consumed)
    service = place_of_old[estate.consumption_service]
    consumes = ~consumed[estate.consumption_service] & (service != _GONE)
    consumption = [
        (consumer, place)
        for consumer_id, service_id in renewal.consumption
        if (place := fresh.service_position(service_id)) is not None
        and (consumer := estate.organization_position(consumer_id)) is not None
    ]
    shown = ~touched[estate.published_service] & (place_of_old[estate.published_service] != _GONE)
    published = [
        (place, root)
        for service_id, root in renewal.published
        if (place := fresh.service_position(service_id)) is not None
    ]
    return fresh.with_columns(
        dependency_reliant=_joined(
            place_of_old[estate.dependency_reliant[stays]],
            fresh.service_positions(row[0] for row in known),
        ),
        dependency_supporter=_joined(
            supporter[stays], fresh.service_positions(row[1] for row in known)
        ),
        dependency_soft=np.concatenate(
            (
                estate.dependency_soft[stays],
                np.array([row[2] for row in known], dtype=np.bool_),
            )
        ),
        consumption_consumer=_joined(
            estate.consumption_consumer[consumes], [row[0] for row in consumption]
        ),
        consumption_service=_joined(service[consumes], [row[1] for row in consumption]),
        published_service=_joined(
            place_of_old[estate.published_service[shown]], [row[0] for row in published]
        ),
        published_root=_joined(estate.published_root[shown], [row[1] for row in published]),
    )


def _insertions(names: list[str], ids: Ints, new: Sequence[ServiceFacts]) -> Ints:
    """Before which of the services that stay each new one stands."""
    places = []
    for facts in new:
        first, last = bisect_left(names, facts.name), bisect_right(names, facts.name)
        places.append(first + int(np.searchsorted(ids[first:last], facts.id)))
    return np.array(places, dtype=np.int64)


def _moved(size: int, old_places: Ints, at: Ints, ids: Ints, new: Sequence[ServiceFacts]) -> Ints:
    """For each old position the new one; `_GONE` for services that no longer exist."""
    stays = np.ones(size, dtype=np.bool_)
    stays[old_places] = False
    moved = np.full(size, _GONE, dtype=np.int64)
    kept = np.arange(size - len(old_places), dtype=np.int64)
    moved[stays] = kept + np.searchsorted(at, kept, side="right")
    new_place = {facts.id: int(at[rank]) + rank for rank, facts in enumerate(new)}
    for place in old_places.tolist():
        moved[place] = new_place.get(int(ids[place]), _GONE)
    return moved


def _marks(estate: Estate, service_ids: frozenset[int]) -> Bools:
    marks = np.zeros(estate.size, dtype=np.bool_)
    marks[estate.service_positions(service_ids)] = True
    return marks


def _without(names: list[str], places: Ints) -> list[str]:
    kept = names.copy()
    for place in sorted(places.tolist(), reverse=True):
        del kept[place]
    return kept


def _with(names: list[str], at: Ints, new: Sequence[ServiceFacts]) -> list[str]:
    for rank, (place, facts) in enumerate(zip(at.tolist(), new, strict=True)):
        names.insert(place + rank, facts.name)
    return names


def _joined(old: Ints, new: Ints | list[int]) -> Ints:
    return np.concatenate((old, np.asarray(new, dtype=np.int64)))
