"""What the engine has kept: own conditions that stand, and when something changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, Q

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import (
    EffectiveCondition,
    OwnCondition,
    Propagation,
    Source,
    Waiting,
)

#: What an own condition is: as reported, without what is planned, with that alone.
OWN = ("condition", "without_planned", "only_planned")
#: What an effective condition is.
EFFECTIVE = (
    "best",
    "worst",
    "planned",
    "next_loss",
    "possible_next_loss",
    "derived",
    "assumed",
)
#: The effective condition of a service of which nothing is known: no row is kept of it.
NOTHING_KNOWN = (0, 2, False, 0, 0, False, False)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """An own condition in ``[start, end)``; ``end`` is none while it stands."""

    service_id: int
    start: datetime
    end: datetime | None
    own: tuple[int, int, int]


def _own_row(service_id: int, start: datetime, end: datetime | None, *own: int) -> OwnRow:
    condition, without_planned, only_planned = own
    return OwnRow(service_id, start, end, (condition, without_planned, only_planned))


def standing_own() -> list[tuple[int, tuple[int, int, int]]]:
    """The own condition of every service of which something is said."""
    rows = OwnCondition.objects.filter(ends_at__isnull=True).values_list("service_id", *OWN)
    return [(row[0], row[1:]) for row in rows.iterator(chunk_size=5_000)]


def standing_effective() -> dict[int, tuple[Any, ...]]:
    """The effective condition of every service of which something is known."""
    rows = EffectiveCondition.objects.filter(ends_at__isnull=True)
    return {row[0]: row[1:] for row in rows.values_list("service_id", *EFFECTIVE).iterator()}


def own_changes_from(first: datetime, also: Iterable[int]) -> list[OwnRow]:
    """Own conditions that begin or end at a moment or later, and those that stand of some other
    services."""
    columns = ("service_id", "starts_at", "ends_at", *OWN)
    rows = OwnCondition.objects.filter(Q(starts_at__gte=first) | Q(ends_at__gte=first))
    found = [_own_row(*row) for row in rows.values_list(*columns)]
    for batch in in_batches(also):
        others = OwnCondition.objects.filter(
            service_id__in=batch, ends_at__isnull=True, starts_at__lt=first
        )
        found += [_own_row(*row) for row in others.values_list(*columns)]
    return found


def standing_own_of(services: Iterable[int], at: datetime) -> dict[int, tuple[int, int, int]]:
    """The own conditions of some services just before a moment."""
    found = {}
    for batch in in_batches(services):
        rows = OwnCondition.objects.filter(service_id__in=batch, starts_at__lt=at).filter(
            Q(ends_at__isnull=True) | Q(ends_at__gte=at)
        )
        found.update({row[0]: row[1:] for row in rows.values_list("service_id", *OWN)})
    return found


def last_change() -> datetime | None:
    """The last moment at which any condition that is kept changed."""
    own = OwnCondition.objects.aggregate(one=Max("starts_at"), two=Max("ends_at"))
    effective = EffectiveCondition.objects.aggregate(one=Max("starts_at"))
    known = [each for each in (*own.values(), *effective.values()) if each is not None]
    return max(known, default=None)


def next_due() -> datetime | None:
    """When the engine has something to do next; none without anything."""
    due: datetime | None = Waiting.objects.aggregate(due=Min("due_at"))["due"]
    return due


@dataclass(frozen=True, slots=True)
class Due:
    """A service that the engine must look at, from ``since`` on."""

    id: int
    service_id: int
    since: datetime


def due_by(at: datetime, most: int) -> list[Due]:
    """What is due by a moment, the first first."""
    rows = Waiting.objects.filter(due_at__lte=at).order_by("due_at", "pk")[:most]
    return [Due(*row) for row in rows.values_list("pk", "service_id", "since")]


def anybody_speaks() -> bool:
    """Whether anything was ever reported in this installation."""
    return Source.objects.exists()


def propagation() -> tuple[int, datetime | None]:
    """The number that grows with everything that is kept, and the engine's last sign of life."""
    row = Propagation.objects.filter(pk=1).values_list("number", "seen_at").first()
    return (0, None) if row is None else (row[0], row[1])
