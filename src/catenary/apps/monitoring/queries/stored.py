"""What the engine has kept: own conditions that stand, and when something changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Min, Q, Window
from django.db.models.functions import RowNumber

from catenary.apps.common.queries import in_batches
from catenary.apps.history.queries import Mark
from catenary.apps.monitoring.models import Followed, OwnCondition, Propagation, Source, Waiting

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


def own_changes_from(first: datetime, also: Iterable[int], most: int) -> list[OwnRow] | None:
    """Own conditions that begin or end at a moment or later, and those that stand of some other
    services; none when the former are more than ``most``."""
    columns = ("service_id", "starts_at", "ends_at", *OWN)
    found: dict[int, OwnRow] = {}
    # Two questions, each with an index of its own.
    for later in (Q(starts_at__gte=first), Q(ends_at__gte=first)):
        rows = OwnCondition.objects.filter(later).values_list("pk", *columns)[: most + 1]
        found.update((row[0], _own_row(*row[1:])) for row in rows)
        if len(found) > most:
            return None
    for batch in in_batches(also):
        others = OwnCondition.objects.filter(
            service_id__in=batch, ends_at__isnull=True, starts_at__lt=first
        )
        found.update((row[0], _own_row(*row[1:])) for row in others.values_list("pk", *columns))
    return sorted(found.values(), key=lambda row: row.start)


def standing_own_of(
    services: Iterable[int], at: datetime | None
) -> dict[int, tuple[int, int, int]]:
    """The own conditions of some services just before a moment, or as they stand."""
    found = {}
    for batch in in_batches(services):
        rows = OwnCondition.objects.filter(service_id__in=batch)
        if at is None:
            rows = rows.filter(ends_at__isnull=True)
        else:
            rows = rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gte=at), starts_at__lt=at)
        found.update({row[0]: row[1:] for row in rows.values_list("service_id", *OWN)})
    return found


def followed_to() -> Mark | None:
    """How far into history changes of the catalogue were followed; none when they never were."""
    row = Followed.objects.filter(pk=1).values_list("revision_id", "version").first()
    return None if row is None else Mark(*row)


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
    """What is due by a moment, the first first. When that is more than can be taken at once, every
    source has its turn: a flood from one holds up nobody else."""
    rows = Waiting.objects.filter(due_at__lte=at)
    columns = ("pk", "service_id", "since")
    found = rows.order_by("due_at", "pk").values_list(*columns)[: most + 1]
    if len(found) > most:
        turn = Window(
            RowNumber(),
            partition_by=F("observation__source_id"),
            order_by=[F("due_at").asc(), F("pk").asc()],
        )
        in_turn = rows.annotate(turn=turn).order_by("turn", "due_at", "pk")
        found = in_turn.values_list(*columns)[:most]
    return [Due(*row) for row in found]


def anybody_speaks() -> bool:
    """Whether anything was ever reported in this installation."""
    return Source.objects.exists()


def propagation() -> tuple[int, datetime | None]:
    """The number that grows with everything that is kept, and the engine's last sign of life."""
    row = Propagation.objects.filter(pk=1).values_list("number", "seen_at").first()
    return (0, None) if row is None else (row[0], row[1])
