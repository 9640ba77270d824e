"""What services were shown as over time, for days and events: spans with their true beginnings, and
holes where nothing was known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import EffectiveCondition
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.kept import Interval, ahead_of_rows, intervals_of
from catenary.apps.monitoring.queries.status import shown
from catenary.domain.condition.days import Span

_TICK = timedelta(microseconds=1)


def spans_of(services: Iterable[int], since: datetime) -> dict[int, list[Span]]:
    """What each service was shown as from a moment on, joined where it did not change; the first
    span may begin earlier. Services of which nothing was known are missing."""
    found: dict[int, list[Span]] = {}
    for number, intervals in intervals_of(services, since).items():
        course = found[number] = []
        for one in intervals:
            _append(course, _span(one))
    return found


@dataclass(frozen=True, slots=True)
class Recent:
    """Courses since ``since``: later than asked for where there was too much."""

    spans: dict[int, list[Span]]
    since: datetime


def recent_spans(services: Iterable[int], since: datetime, most: int) -> Recent:
    """The courses of services since a moment, or since a later one when more than ``most``
    intervals began meanwhile: of what happened, the latest is told."""
    wanted = sorted(set(services))
    ahead = ahead_of_rows(np.array(wanted, dtype=np.int64))
    starts = [moment(instant) for instant in ahead.instant[ahead.instant > micros(since)].tolist()]
    for batch in in_batches(wanted):
        rows = EffectiveCondition.objects.filter(service_id__in=batch, starts_at__gt=since)
        starts += rows.order_by("-starts_at").values_list("starts_at", flat=True)[: most + 1]
    if len(starts) > most:
        since = sorted(starts, reverse=True)[most]
    found = intervals_of(wanted, since - _TICK)
    touched = {
        number
        for number, intervals in found.items()
        for one in intervals
        if one.start >= since or (one.end is not None and one.end >= since)
    }
    return Recent(spans_of(touched, since), since)


def _span(one: Interval) -> Span:
    end = None if one.end is None else micros(one.end)
    return Span(micros(one.start), end, shown(one.effective))


def _append(course: list[Span], span: Span) -> None:
    last = course[-1] if course else None
    if last is not None and last.end == span.start and last.kind == span.kind:
        course[-1] = Span(last.start, span.end, span.kind)
    else:
        course.append(span)
