"""Conditions as they stand, or as they stood at a moment, as is known of it today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db.models import Q

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.prepared import Prepared
from catenary.apps.common.queries.prepared import numbers as these
from catenary.apps.monitoring.choices import SourceKind
from catenary.apps.monitoring.models import OwnCondition, Source
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.kept import Effective, conditions_at, effective_now
from catenary.apps.monitoring.queries.stored import OWN
from catenary.apps.monitoring.queries.words import words_from
from catenary.domain.condition.codes import NOTHING, OPERATIONAL
from catenary.domain.observations.history import history_of

OwnValue = tuple[int, int, int]


def is_only_planned(value: OwnValue) -> bool:
    """Whether an own condition is maintenance: not operational, and for planned causes alone."""
    condition, without_planned, _only_planned = value
    return condition not in (OPERATIONAL, NOTHING) and without_planned == OPERATIONAL


_OWN = Prepared(
    lambda ids: OwnCondition.objects.filter(
        service_id__in=these(ids), ends_at__isnull=True
    ).values_list("service_id", "starts_at", *OWN)
)


def effective_then(service_ids: Sequence[int], at: datetime | None) -> dict[int, Effective]:
    """The effective conditions of services, by number, at a moment or now; those of which nothing
    is known are missing."""
    if at is None:
        return effective_now(np.array(service_ids, dtype=np.int64))
    return conditions_at(at, service_ids)


def own_without_schedules(service_ids: Sequence[int], at: datetime) -> dict[int, OwnValue]:
    """The own conditions of a few services at a moment, as if no maintenance were under way that
    was planned here: what everybody else says of them. Of those that are missing nobody else says
    anything."""
    words, _numbers = words_from(dict.fromkeys(service_ids, at))
    schedules = Source.objects.filter(
        kind=SourceKind.SCHEDULE, pk__in=np.unique(words.source).tolist()
    )
    others = words.chosen(~np.isin(words.source, list(schedules.values_list("pk", flat=True))))
    standing = history_of(others).at(micros(at))
    values = zip(standing.condition, standing.without_planned, standing.only_planned, strict=True)
    return {
        number: (int(condition), int(without), int(only))
        for number, (condition, without, only) in zip(
            standing.service.tolist(), values, strict=True
        )
    }


def own_then(
    service_ids: Sequence[int], at: datetime | None
) -> dict[int, tuple[datetime, OwnValue]]:
    """Own conditions likewise, each with when it began; of those that are missing nothing was
    said."""
    if at is None:
        return {row[0]: (row[1], row[2:]) for row in _OWN.rows(service_ids)}
    found: dict[int, tuple[datetime, OwnValue]] = {}
    for batch in in_batches(service_ids):
        stands = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
        rows = OwnCondition.objects.filter(stands, service_id__in=batch, starts_at__lte=at)
        for row in rows.values_list("service_id", "starts_at", *OWN):
            found[row[0]] = (row[1], row[2:])
    return found
