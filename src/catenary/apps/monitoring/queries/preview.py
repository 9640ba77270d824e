"""Before maintenance is announced, and after: whom it hits, within their service hours or not, and
when it would hurt least.

Whom it hits is the what-if of the chain (`portfolio.queries.impact`), told as far as it may be. The
harm of a time is worked out over the services one sees (`domain.maintenance.timing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.preview_live import Together, hit_together
from catenary.apps.portfolio.queries.calendars import hours_of_services
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.impact import ImpactView, impact_as_plain, impact_view
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.service import ServiceLink
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.condition.codes import CODE_NAMES
from catenary.domain.estate import Estate
from catenary.domain.intervals import HOUR
from catenary.domain.maintenance.reading import Planned
from catenary.domain.maintenance.timing import Hit, best_first, harm
from catenary.domain.maintenance.windows import Occurrence, occurrences, on_the_wall
from catenary.domain.service_hours import Hours, elapsed, next_opening, open_intervals

#: So many days ahead better times are looked for, one start an hour.
DAYS = 14
#: So many occurrences are looked at, so many services weighed, so many better days told.
LOOKED_AT, WEIGHED, BETTER = 10, 1_000, 5
_AHEAD = timedelta(days=400)
#: So many starts that are no whole hours are looked at.
_EDGES = 1_000


@dataclass(frozen=True, slots=True)
class PreviewHit:
    """A service that would be hit, worked on or standing on what is. ``consumers`` are the
    organizations that consume it, as far as they are known here; ``hours`` are none where nobody
    said any, or they cannot be worked out."""

    link: ServiceLink
    kind: str
    is_worked_on: bool
    consumers: int
    hours: Hours | None


@dataclass(frozen=True, slots=True)
class PreviewTime:
    """One time. ``harm`` is the weighted service time it would take (`domain.maintenance.timing`),
    ``in_hours`` how many services it hits within their service hours, ``out_of_hours`` how many
    outside; ``together`` are further services that are hit as things are: because of faults that
    stand now, or of other maintenance then."""

    start: datetime
    end: datetime
    harm: int
    in_hours: tuple[ServiceLink, ...]
    out_of_hours: tuple[ServiceLink, ...]
    together: tuple[Together, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewSlot:
    """A start within the next days, on the wall of the plan's zone, and its harm; ``level`` is 0
    when it takes nothing, else from 1 (the least of these days) to 4 (the most)."""

    start: datetime
    harm: int
    level: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The answer. ``days`` are the next days, each with its hours on the wall, an hour that does
    not come being none; ``better`` the best start of each of the best days, the best first, none
    of them worse than what is planned."""

    impact: ImpactView
    hits: tuple[PreviewHit, ...]
    occurrences: tuple[PreviewTime, ...]
    days: tuple[tuple[date, tuple[PreviewSlot | None, ...]], ...]
    better: tuple[PreviewSlot, ...]

    @property
    def is_best(self) -> bool:
        """Whether no hour of the next days would hurt less than the first time planned."""
        return not self.better


def preview(
    *, actor: Actor, viewpoint: Viewpoint, planned: Planned, at: datetime, besides: str = ""
) -> Preview | None:
    """What a plan would do; none when nothing it names is seen from the viewpoint. ``besides`` is
    the key of the maintenance it is the plan of."""
    impact, _ = impact_view(
        actor=actor,
        viewpoint=viewpoint,
        references=planned.services,
        condition=CODE_NAMES[planned.condition],
        as_known=True,
    )
    if impact is None:
        return None
    hits = _hits(actor, viewpoint, impact)
    weights = [
        Hit(each.hours, each.consumers, CODE_NAMES.index(each.kind)) for each in hits[:WEIGHED]
    ]
    times = occurrences(planned.window, micros(at), micros(at + _AHEAD))[:LOOKED_AT]
    together = hit_together(
        actor=actor,
        viewpoint=viewpoint,
        planned=planned,
        times=[(moment(each.start), moment(each.end)) for each in times],
        alone=_references(impact),
        besides=besides,
    )
    days, slots = _slots(planned, weights, at)
    told = tuple(
        _time(each, hits, weights, others) for each, others in zip(times, together, strict=True)
    )
    return Preview(impact, hits, told, days, _better(slots, told))


def _hits(actor: Actor, viewpoint: Viewpoint, impact: ImpactView) -> tuple[PreviewHit, ...]:
    worked_on = [(link, impact.condition, True) for link in impact.failing]
    standing = [(hit.link, hit.kind, False) for hit in impact.hits if hit.kind in CODE_NAMES]
    found = [*worked_on, *standing]
    rows = services_by_reference(link.reference for link, _, _ in found)
    estate = current_estate()
    numbers = [rows[link.reference].id for link, _, _ in found]
    consumers = _consumers(estate, viewpoint, numbers)
    hours = hours_of_services(numbers)
    return tuple(
        PreviewHit(link, kind, is_own, consumers.get(number, 0), hours.get(number))
        for (link, kind, is_own), number in zip(found, numbers, strict=True)
    )


def _consumers(estate: Estate, viewpoint: Viewpoint, numbers: Sequence[int]) -> dict[int, int]:
    """How many organizations consume each service; of services of others, how many of ours."""
    places = estate.service_positions(numbers)
    root = estate.organization_position(viewpoint.root_id)
    service, consumer = estate.consumption_service, estate.consumption_consumer
    known = np.isin(service, places) & (
        (estate.provider_root[service] == root) | (estate.organization_root[consumer] == root)
    )
    width = len(estate.organization_ids)
    pairs = np.unique(service[known] * width + consumer[known])
    which, counts = np.unique(pairs // width, return_counts=True)
    return dict(zip(estate.service_ids[which].tolist(), counts.tolist(), strict=True))


def _time(
    each: Occurrence,
    hits: Sequence[PreviewHit],
    weights: Sequence[Hit],
    others: tuple[Together, ...],
) -> PreviewTime:
    inside = [hit for hit in hits if is_needed(hit.hours, each.start, each.end)]
    cost = harm(weights, np.array([each.start]), each.end - each.start)
    return PreviewTime(
        moment(each.start),
        moment(each.end),
        int(cost[0]),
        tuple(hit.link for hit in inside),
        tuple(hit.link for hit in hits if hit not in inside),
        others,
    )


def is_needed(hours: Hours | None, start: int, end: int) -> bool:
    """Whether hours are open at any instant of a time; where nobody said any, they are."""
    return hours is None or elapsed(hours, start, end) > 0


def next_needed(hours: Hours | None, at: int) -> int | None:
    """When a service is needed next: now, when its hours are open or nobody said any."""
    return at if hours is None else next_opening(hours, at)


def _slots(
    planned: Planned, weights: Sequence[Hit], at: datetime
) -> tuple[tuple[tuple[date, tuple[PreviewSlot | None, ...]], ...], list[PreviewSlot]]:
    zone, duration = planned.window.zone, planned.window.duration
    today = at.astimezone(ZoneInfo(zone)).date()
    walls = [
        datetime.combine(today + timedelta(days=day), datetime.min.time()).replace(hour=hour)
        for day in range(DAYS)
        for hour in range(24)
    ]
    known = {
        wall: start
        for wall in walls
        if (start := on_the_wall(wall, zone)) is not None and start >= micros(at)
    }
    harms = harm(weights, np.fromiter(known.values(), np.int64, len(known)), duration).tolist()
    least, most = min(harms, default=0), max(harms, default=0)
    slots = {
        wall: PreviewSlot(wall, cost, _level(cost, least, most))
        for wall, cost in zip(known, harms, strict=True)
    }
    rows = tuple(
        (walls[first].date(), tuple(slots.get(wall) for wall in walls[first : first + 24]))
        for first in range(0, len(walls), 24)
    )
    return rows, [*slots.values(), *_at_edges(planned, weights, at)]


def _at_edges(planned: Planned, weights: Sequence[Hit], at: datetime) -> list[PreviewSlot]:
    """Starts at which service hours end, and from which it is over when they begin: between two of
    these the harm grows or falls evenly, so the least of all minutes is one of them."""
    zone, duration = planned.window.zone, planned.window.duration
    first = micros(at)
    last = micros(at + timedelta(days=DAYS))
    edges: set[int] = set()
    for hours in {hit.hours for hit in weights if hit.hours is not None}:
        known = open_intervals(hours, first, last + duration)
        edges.update(known.ends.tolist())
        edges.update((known.starts - duration).tolist())
    found: dict[datetime, int] = {}
    for edge in sorted(each for each in edges if first <= each < last)[:_EDGES]:
        wall = moment(edge).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if on_the_wall(wall, zone) == edge and not wall.second and not wall.microsecond:
            found[wall] = edge
    harms = harm(weights, np.fromiter(found.values(), np.int64, len(found)), duration).tolist()
    return [PreviewSlot(wall, cost, 0) for wall, cost in zip(found, harms, strict=True)]


def _level(cost: int, least: int, most: int) -> int:
    if not cost:
        return 0
    return 2 if least == most else 1 + -(-3 * (cost - least) // (most - least))


def _better(slots: Sequence[PreviewSlot], times: Sequence[PreviewTime]) -> tuple[PreviewSlot, ...]:
    """The best start of each day, the best days first, where that is better than planned."""
    by_day: dict[date, PreviewSlot] = {}
    for slot in slots:
        best = by_day.get(slot.start.date())
        if best is None or slot.harm < best.harm:
            by_day[slot.start.date()] = slot
    days = list(by_day.values())
    order = best_first(np.array([slot.harm for slot in days], dtype=np.int64))
    limit = times[0].harm if times else None
    ranked = [days[place] for place in order.tolist()]
    return tuple(slot for slot in ranked if limit is None or slot.harm < limit)[:BETTER]


def _references(impact: ImpactView) -> set[str]:
    return {link.reference for link in impact.failing} | {
        hit.link.reference for hit in impact.hits if hit.kind in CODE_NAMES
    }


def service_time(harm_of: int) -> Mapping[str, Any]:
    """A harm for programs: in whole microseconds, and in hours for people."""
    return {"microseconds": harm_of, "hours": round(harm_of / HOUR, 1)}


def preview_as_plain(found: Preview) -> dict[str, Any]:
    """The answer for programs, the same at every door."""
    return {
        "impact": impact_as_plain(found.impact),
        "hits": [
            {
                "reference": hit.link.reference,
                "name": hit.link.name,
                "condition": hit.kind,
                "worked-on": hit.is_worked_on,
                "consumers": hit.consumers,
                "has-hours": hit.hours is not None,
            }
            for hit in found.hits
        ],
        "occurrences": [
            {
                "start": each.start.isoformat(),
                "end": each.end.isoformat(),
                "harm": service_time(each.harm),
                "in-service-hours": [link.reference for link in each.in_hours],
                "outside-service-hours": [link.reference for link in each.out_of_hours],
                "with-other-maintenance": [
                    one.link.reference for one in each.together if one.is_announced
                ],
                "with-present-faults": [
                    one.link.reference for one in each.together if not one.is_announced
                ],
                "together": [
                    {
                        "reference": one.link.reference,
                        # Null stands for what may not be seen.
                        "because": [None if b is None else b.reference for b in one.because],
                    }
                    for one in each.together
                ],
            }
            for each in found.occurrences
        ],
        "better": [_slot_as_plain(slot) for slot in found.better],
        "starts": [_slot_as_plain(slot) for _, day in found.days for slot in day if slot],
    }


def _slot_as_plain(slot: PreviewSlot) -> dict[str, Any]:
    return {
        "start": slot.start.isoformat(timespec="minutes"),
        "harm": service_time(slot.harm),
    }
