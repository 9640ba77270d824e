"""The conditions of services through a span of time, and at one moment of the past, as kept today.

Whoever asks for services by number says with it that the reader may see them; `condition_courses`
looks for oneself. What a service was is told of everybody alike, why it was is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Q

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import EffectiveCondition
from catenary.apps.monitoring.queries.explaining import UNHEARD_OF, Effective
from catenary.apps.monitoring.queries.status import shown
from catenary.apps.monitoring.queries.stored import EFFECTIVE
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
    `UNHEARD_OF`, so a course has no gaps; none at all when the span is empty. One query for every
    900 services."""
    wanted = list(dict.fromkeys(service_ids))
    if start >= end:
        return {number: () for number in wanted}
    kept: dict[int, list[Stretch]] = {}
    for batch in in_batches(wanted):
        rows = (
            EffectiveCondition.objects.filter(service_id__in=batch, starts_at__lt=end)
            .filter(Q(ends_at__isnull=True) | Q(ends_at__gt=start))
            .order_by("service_id", "starts_at")
            .values_list("service_id", "starts_at", "ends_at", *EFFECTIVE)
        )
        for number, begins, ends, *columns in rows.iterator(chunk_size=5_000):
            until = end if ends is None else min(ends, end)
            one = Stretch(max(begins, start), until, Effective(*columns))
            kept.setdefault(number, []).append(one)
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
    found: dict[int, Effective] = {}
    for batch in in_batches(dict.fromkeys(service_ids)):
        rows = EffectiveCondition.objects.filter(service_id__in=batch, starts_at__lte=at).filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=at)
        )
        found.update((row[0], Effective(*row[1:])) for row in rows.values_list(*_KEPT))
    return found


_KEPT = ("service_id", *EFFECTIVE)


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
