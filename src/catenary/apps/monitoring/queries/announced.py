"""Maintenance that is announced for a time and could make a difference to a question about it.

Of the house's own plans the services worked on are supposed, seen or not: conditions are computed
on everything and then redacted, as they will be when the time has come. Of others' plans what they
do to services of others is supposed, which one uses or which services of the house rely on, and
nothing behind those; what becomes of the house's own services follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.queries.agenda import plans_within, reliances
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.plans import Plan, plans_by_id
from catenary.apps.monitoring.queries.touched import homes_of, may_be_told, touched_as_planned
from catenary.domain.actors import Viewpoint
from catenary.domain.estate import Bools, Estate
from catenary.domain.maintenance.windows import occurrences

#: So many plans are looked at that take place then, and so many are read at once.
_LISTED, _TOGETHER = 500, 100


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """One time of other maintenance. ``title`` is empty where what is worked on may not be told;
    ``planned`` is what services, by position in the estate, are as planned."""

    key: str
    title: str
    start: datetime
    end: datetime
    planned: Mapping[int, int]


def announced_within(
    *,
    estate: Estate,
    viewpoint: Viewpoint,
    seen: Bools,
    reach: Bools,
    start: datetime,
    end: datetime,
    besides: str = "",
) -> tuple[list[Meanwhile], bool]:
    """What is announced within ``[start, end)`` and lies below something in ``reach``, the first
    first; without the maintenance whose key is ``besides``. And whether there are more such plans
    than are looked at."""
    found = []
    looked_at = 0
    for plan in _plans(plans_within(estate, reliances(estate, reach), start, end)):
        times = []
        if plan.key != besides and plan.versions[-1].planned is not None:
            times = occurrences(plan.last.window, micros(start), micros(end))
        if not times:
            continue
        looked_at += 1
        if looked_at > _LISTED:
            break
        planned, knows = _planned(estate, viewpoint, seen, plan)
        if not _matters(estate, planned, reach):
            continue
        title = plan.last.title if knows else ""
        found += [
            Meanwhile(plan.key, title, moment(each.start), moment(each.end), planned)
            for each in times
        ]
    in_order = sorted(found, key=lambda each: (each.start, each.end, each.key))
    return in_order, looked_at > _LISTED


def _plans(numbers: Iterable[int]) -> Iterator[Plan]:
    for batch in in_batches(numbers, _TOGETHER):
        plans = plans_by_id(batch)
        yield from (plans[number] for number in batch)


def _planned(
    estate: Estate, viewpoint: Viewpoint, seen: Bools, plan: Plan
) -> tuple[dict[int, int], bool]:
    """What is to be supposed of a plan, and whether what is worked on may be told."""
    places, states, worked_on = touched_as_planned(estate, plan.last)
    knows = bool((worked_on & seen[places]).any())
    if homes_of(estate, places, worked_on) == {viewpoint.root_id}:
        chosen = worked_on
    else:
        chosen = may_be_told(estate, viewpoint, seen, places, worked_on)
        # What it makes of services of the house follows from what they rely on, as it will then:
        # supposed by themselves, they would stay so whatever else is supposed below them.
        home = estate.provider_root[places] == estate.organization_position(viewpoint.root_id)
        follows = home & ~worked_on
        relied_on = np.isin(places, estate.supporters_of(places[follows]))
        chosen = (chosen & ~follows) | (relied_on & ~home)
    return dict(zip(places[chosen].tolist(), states[chosen].tolist(), strict=True)), knows


def _matters(estate: Estate, planned: Mapping[int, int], reach: Bools) -> bool:
    if not planned:
        return False
    everywhere = np.ones(estate.size, dtype=np.bool_)
    above = estate.steps_up(np.array(sorted(planned), dtype=np.int64), None, everywhere) >= 0
    return bool((above & reach).any())


def all_planned(meanwhile: Iterable[Meanwhile]) -> dict[int, int]:
    """What services are as planned while all of these are under way."""
    found: dict[int, int] = {}
    for each in meanwhile:
        for place, condition in each.planned.items():
            found[place] = max(condition, found.get(place, 0))
    return found
