"""The names by which a viewpoint knows services of others, and lists in the order of these names.

The estate holds services in the order of the names that their providers gave them; who reads
another name beside a service looks for it under that one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from catenary.apps.portfolio.queries.records import TODAY, Records
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
    above: dict[int, tuple[int, str]] = {}
    below: dict[int, set[str]] = {}
    here = viewpoint.path
    for service, consumer, name, provider in records.known(service_ids, viewpoint.root_id):
        if provider.startswith(here):
            continue
        if here.startswith(consumer):
            best = above.get(service, (0, ""))
            above[service] = max(best, (len(consumer), name))
        elif consumer.startswith(here):
            below.setdefault(service, set()).add(name)
    agreed = {service: min(names) for service, names in below.items() if len(names) == 1}
    return agreed | {service: name for service, (_, name) in above.items()}


@dataclass(frozen=True, slots=True)
class NamesInOrder:
    """What services are sorted by: the provider's name, or the one that the viewpoint knows.

    ``own`` are the latter by place in the estate; ``order`` are all places in the order of both,
    none while no service has another name.
    """

    estate: Estate
    own: Mapping[int, str]
    order: Ints | None

    def name(self, place: int) -> str:
        """The name that a service is sorted by."""
        return self.own.get(place) or self.estate.service_names[place]

    def sorted(self, places: Ints) -> Ints:
        """Places, given in the order of the estate, in the order of these names."""
        if self.order is None:
            return places
        # Picked out of what is sorted already: a tenth of sorting a hundred thousand anew.
        is_wanted = np.zeros(self.estate.size, dtype=np.bool_)
        is_wanted[places] = True
        return self.order[is_wanted[self.order]]


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
        return NamesInOrder(estate, own, _order(estate, own) if own else None)

    return estate.remembered(("own names", viewpoint.path, viewpoint.root_id), compute)


def _order(estate: Estate, own: Mapping[int, str]) -> Ints:
    """All places when those in ``own`` are sorted by the names there, and those with the same name
    by number."""
    many = 4 * len(own) > estate.size
    return _sorted_anew(estate, own) if many else _moved(estate, own)


def _sorted_anew(estate: Estate, own: Mapping[int, str]) -> Ints:
    names = list(estate.service_names)
    for place, name in own.items():
        names[place] = name
    by_number = np.argsort(estate.service_ids, kind="stable").tolist()
    return np.array(sorted(by_number, key=names.__getitem__), dtype=np.int64)


def _moved(estate: Estate, own: Mapping[int, str]) -> Ints:
    """The order of the estate, with the few that have other names put where they belong."""
    numbers = estate.service_ids
    moved = sorted(own, key=lambda place: (own[place], int(numbers[place])))
    at = np.array([_place_of(estate, own[each], int(numbers[each])) for each in moved])
    left = np.sort(np.array(moved))
    stay = np.delete(np.arange(estate.size), left)
    return np.insert(stay, at - np.searchsorted(left, at), moved)


def _place_of(estate: Estate, name: str, number: int) -> int:
    """Before which place a service with this name and number belongs."""
    names, numbers = estate.service_names, estate.service_ids
    place = bisect_left(names, name)
    while place < estate.size and names[place] == name and numbers[place] < number:
        place += 1
    return place
