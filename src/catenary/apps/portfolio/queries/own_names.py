"""The names by which a viewpoint knows services of others, and lists in the order of these names.

The estate holds services in the order of the names that their providers gave them; who reads
another name beside a service looks for it under that one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from catenary.apps.portfolio.queries.records import TODAY, ConsumptionRow, Records
from catenary.domain.actors import Viewpoint
from catenary.domain.estate import Estate, Ints
from catenary.domain.text import sort_key


def known_names(
    viewpoint: Viewpoint, service_ids: Iterable[int] | None, *, records: Records = TODAY
) -> dict[int, str]:
    """The names under which the viewpoint knows services of others; without numbers, all of them.

    What it calls them itself, else what the nearest organization above calls them, which
    consumes for everybody below it; else the name on which all consumers below agree. Of what
    is provided inside the viewpoint the provider's own name is the name.
    """
    rows: list[tuple[ConsumptionRow, str]] = records.known(service_ids, viewpoint.root_id)
    above: dict[int, tuple[int, str]] = {}
    below: dict[int, set[str]] = {}
    for row, provider in rows:
        if provider.startswith(viewpoint.path):
            continue
        if viewpoint.path.startswith(row.consumer_path):
            best = above.get(row.service_id, (0, ""))
            above[row.service_id] = max(best, (len(row.consumer_path), row.known_as))
        elif row.consumer_path.startswith(viewpoint.path):
            below.setdefault(row.service_id, set()).add(row.known_as)
    agreed = {service: min(names) for service, names in below.items() if len(names) == 1}
    return agreed | {service: name for service, (_, name) in above.items()}


@dataclass(frozen=True, slots=True)
class NamesInOrder:
    """What services are sorted by: the provider's name, or the one that the viewpoint knows.

    ``own`` are the latter by place in the estate; ``ranks`` where each place stands in the order
    of both, none while no service has another name.
    """

    estate: Estate
    own: Mapping[int, str]
    ranks: Ints | None

    def name(self, place: int) -> str:
        """The name that a service is sorted by."""
        return self.own.get(place) or self.estate.service_names[place]

    def sorted(self, places: Ints) -> Ints:
        """Places, given in the order of the estate, in the order of these names."""
        if self.ranks is None:
            return places
        return places[np.argsort(self.ranks[places], kind="stable")]


def providers_names(estate: Estate) -> NamesInOrder:
    """The names that providers gave their services, the same for everybody."""
    return NamesInOrder(estate, {}, None)


def names_in_order(
    estate: Estate, viewpoint: Viewpoint, *, records: Records = TODAY
) -> NamesInOrder:
    """The names that the viewpoint reads: worked out once for each version of the catalogue."""

    def compute() -> NamesInOrder:
        names = known_names(viewpoint, None, records=records)
        places, found = estate.places_of(np.array(list(names), dtype=np.int64))
        keys = map(sort_key, names.values())
        rows = zip(places.tolist(), found.tolist(), keys, strict=True)
        own = {place: key for place, is_there, key in rows if is_there and key}
        return NamesInOrder(estate, own, _ranks(estate, own) if own else None)

    return estate.remembered(("own names", viewpoint.path, viewpoint.root_id), compute)


def _ranks(estate: Estate, own: Mapping[int, str]) -> Ints:
    """Where each place stands when those in ``own`` are sorted by the names there, and those with
    the same name by number."""
    numbers = estate.service_ids
    moved = sorted(own, key=lambda place: (own[place], int(numbers[place])))
    at = np.array([_place_of(estate, own[each], int(numbers[each])) for each in moved])
    left = np.sort(np.array(moved))
    stay = np.delete(np.arange(estate.size), left)
    order = np.insert(stay, at - np.searchsorted(left, at), moved)
    ranks = np.empty(estate.size, dtype=np.int64)
    ranks[order] = np.arange(estate.size)
    return ranks


def _place_of(estate: Estate, name: str, number: int) -> int:
    """Before which place a service with this name and number belongs."""
    names, numbers = estate.service_names, estate.service_ids
    place = bisect_left(names, name)
    while place < estate.size and names[place] == name and numbers[place] < number:
        place += 1
    return place
