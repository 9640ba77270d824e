"""The conditions of services through a span of time, and at one moment of the past, as kept today.

Whoever asks for services by number says with it that the reader may see them; `condition_courses`
looks for oneself. What a service was is told of everybody alike, why it was is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from catenary.apps.monitoring.queries.kept import (
    UNHEARD_OF,
    Effective,
    conditions_at,
    intervals_of,
)
from catenary.apps.monitoring.queries.status import shown
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.actors import Actor, Viewpoint


@dataclass(frozen=True, slots=True)
class Stretch:
    """A condition that stood in ``[start, end)``."""

    start: datetime
    end: datetime
    effective: Effective


#: A service through a span: stretches that fill it from end to end, in order.
Course = tuple[Stretch, ...]


def courses_of(service_ids: Iterable[int], start: datetime, end: datetime) -> dict[int, Course]:
    """Every service's conditions in ``[start, end)``, cut to it. Where nothing is known stands
    `UNHEARD_OF`, so a course has no gaps; none at all when the span is empty. One query."""
    wanted = list(dict.fromkeys(service_ids))
    if start >= end:
        return {number: () for number in wanted}
    kept = {
        number: [
            Stretch(
                max(one.start, start), end if one.end is None else min(one.end, end), one.effective
            )
            for one in intervals
        ]
        for number, intervals in intervals_of(wanted, start, end).items()
    }
    return {number: _filled(kept.get(number, ()), start, end) for number in wanted}


def _filled(kept: Sequence[Stretch], start: datetime, end: datetime) -> Course:
    found: list[Stretch] = []
    reached = start
    for one in kept:
        if one.start > reached:
            found.append(Stretch(reached, one.start, UNHEARD_OF))
        found.append(one)
        reached = one.end
    if reached < end:
        found.append(Stretch(reached, end, UNHEARD_OF))
    return tuple(found)


def effective_at(service_ids: Iterable[int], at: datetime) -> dict[int, Effective]:
    """The effective conditions of services at a moment, by number; those of which nothing was
    known are missing."""
    return conditions_at(at, service_ids)


@dataclass(frozen=True, slots=True)
class ShownStretch:
    """What a service was shown as in ``[start, end)`` (`queries.status.SHOWN`)."""

    start: datetime
    end: datetime
    shown: str


def shown_course(course: Course) -> tuple[ShownStretch, ...]:
    """A course as it was shown: stretches that look alike are one."""
    found = []
    for kind, alike in groupby(course, key=lambda one: shown(one.effective)):
        stretches = list(alike)
        found.append(ShownStretch(stretches[0].start, stretches[-1].end, kind))
    return tuple(found)


def condition_courses(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    references: Sequence[str],
    start: datetime,
    end: datetime,
) -> Mapping[str, Course]:
    """The courses of those of these services that the actor may see from the viewpoint, by
    reference; the others are missing, as those are that do not exist."""
    rows = services_by_reference(references)
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    allowed = {}
    for reference, row in rows.items():
        place = estate.service_position(row.id)
        if place is not None and seen[place]:
            allowed[row.id] = reference
    courses = courses_of(allowed, start, end)
    return {reference: courses[number] for number, reference in allowed.items()}
