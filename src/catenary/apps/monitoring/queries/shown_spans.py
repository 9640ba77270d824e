"""What services were shown as over time, for days and events: spans with their true beginnings, and
holes where nothing was known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import EffectiveCondition
from catenary.apps.monitoring.queries.explaining import Effective
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.status import shown
from catenary.domain.condition.days import Span

_COLUMNS = ("service_id", "starts_at", "ends_at", "best", "worst", "planned")


def spans_of(services: Iterable[int], since: datetime) -> dict[int, list[Span]]:
    """What each service was shown as from a moment on, joined where it did not change; the first
    span may begin earlier. Services of which nothing was known are missing."""
    found: dict[int, list[Span]] = {}
    overlapping = Q(ends_at__isnull=True) | Q(ends_at__gt=since)
    for batch in in_batches(sorted(set(services))):
        rows = EffectiveCondition.objects.filter(overlapping, service_id__in=batch)
        for row in rows.order_by("starts_at").values_list(*_COLUMNS).iterator():
            _append(found.setdefault(row[0], []), _span(row))
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
    starts: list[datetime] = []
    for batch in in_batches(wanted):
        rows = EffectiveCondition.objects.filter(service_id__in=batch, starts_at__gt=since)
        starts += rows.order_by("-starts_at").values_list("starts_at", flat=True)[: most + 1]
    if len(starts) > most:
        since = sorted(starts, reverse=True)[most]
    touched: set[int] = set()
    for batch in in_batches(wanted):
        rows = EffectiveCondition.objects.filter(
            Q(starts_at__gte=since) | Q(ends_at__gte=since), service_id__in=batch
        )
        touched.update(rows.values_list("service_id", flat=True).distinct())
    return Recent(spans_of(touched, since), since)


def _span(row: tuple[Any, ...]) -> Span:
    _, start, end, best, worst, planned = row
    known = Effective(best, worst, planned, 0, 0, False, False)
    return Span(micros(start), None if end is None else micros(end), shown(known))


def _append(course: list[Span], span: Span) -> None:
    last = course[-1] if course else None
    if last is not None and last.end == span.start and last.kind == span.kind:
        course[-1] = Span(last.start, span.end, span.kind)
    else:
        course.append(span)
