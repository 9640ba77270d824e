"""What services were shown as over time, for days and events: spans with their true beginnings, and
holes where nothing was known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
#: So many services are read whole without asking first which of them changed.
_MANY = 1_000


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
    ahead_starts = [moment(each) for each in ahead.instant[ahead.instant > micros(since)].tolist()]
    rows = [
        EffectiveCondition.objects.filter(service_id__in=batch, starts_at__gt=since)
        for batch in in_batches(wanted)
    ]
    if len(ahead_starts) + sum(each.count() for each in rows) > most:
        starts = list(ahead_starts)
        for each in rows:
            starts += each.order_by("-starts_at").values_list("starts_at", flat=True)[: most + 1]
        if len(starts) > most:
            since = sorted(starts, reverse=True)[most]
    spans: dict[int, list[Span]] = {}
    for number, intervals in intervals_of(wanted, since - _TICK).items():
        if any(one.start >= since or one.end is not None for one in intervals):
            course = spans[number] = []
            for one in intervals:
                if one.end is None or one.end > since:
                    _append(course, _span(one))
    return Recent({number: course for number, course in spans.items() if course}, since)


def changed_since(services: Sequence[int], since: datetime) -> list[int]:
    """Of many services those that may have changed since a moment, so that the courses of a hundred
    thousand are not read for the few; few are given back as they are."""
    wanted = sorted(services)
    if len(wanted) <= _MANY:
        return wanted
    # These first: what is spread out meanwhile stands in rows then.
    found: set[int] = set(ahead_of_rows(np.array(wanted, dtype=np.int64)).service.tolist())
    for batch in in_batches(wanted):
        rows = EffectiveCondition.objects.filter(service_id__in=batch, starts_at__gt=since)
        found |= set(rows.values_list("service_id", flat=True).distinct())
    return sorted(found)


def _span(one: Interval) -> Span:
    end = None if one.end is None else micros(one.end)
    return Span(micros(one.start), end, shown(one.effective))


def _append(course: list[Span], span: Span) -> None:
    last = course[-1] if course else None
    if last is not None and last.end == span.start and last.kind == span.kind:
        course[-1] = Span(last.start, span.end, span.kind)
    else:
        course.append(span)
