"""What stands in the outbox: for operators, doctor and metrics."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Min, Value
from django.db.models.functions import Left, StrIndex

from catenary.apps.common.models import OutboxRow


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What was given up, and why the last attempt failed."""

    id: int
    kind: str
    payload: Any
    created_at: datetime
    dead_at: datetime
    attempts: int
    trouble: str


@dataclass(frozen=True, slots=True)
class OutboxCount:
    """How many rows of a kind wait, since when the first of them is due, and how many are dead."""

    kind: str
    waiting: int
    oldest_due: datetime | None
    dead: int


def dead_letters(*, limit: int = 200) -> list[DeadLetter]:
    """What was given up, the last first."""
    rows = OutboxRow.objects.filter(dead_at__isnull=False).order_by("-dead_at", "-pk")[:limit]
    return [
        DeadLetter(
            row.pk,
            row.kind,
            json.loads(row.payload),
            row.created_at,
            row.dead_at or row.created_at,
            row.attempts,
            row.trouble,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Rows of one kind that are not done and that are for the same: ``numbers`` are the list that
    their payload begins with. ``attempts`` were made of each, and ``trouble`` is of the last one
    that failed. Of dead ones the moments are when they were given up, of others when they are due.
    """

    kind: str
    numbers: tuple[int, ...]
    is_dead: bool
    attempts: int
    rows: int
    first_at: datetime
    last_at: datetime
    trouble: str


def bundles(*, kinds: Collection[str] | None = None, is_dead: bool | None = None) -> list[Bundle]:
    """What waits and what is dead, gathered by whom it is for, with how often it was tried and why
    that failed: few, however many rows there are. Of one kind, and in one state, where it is said.

    Whose payload is to be gathered begins with the list of whom it is for.
    """
    found: list[Bundle] = []
    for dead in (False, True) if is_dead is None else (is_dead,):
        rows = OutboxRow.objects.filter(done_at__isnull=True, dead_at__isnull=not dead)
        if kinds is not None:
            rows = rows.filter(kind__in=kinds)
        at = "dead_at" if dead else "due_at"
        gathered = (
            rows.annotate(beginning=_BEGINNING)
            .values_list("kind", "beginning", "attempts", "trouble")
            .annotate(rows=Count("pk"), first=Min(at), last=Max(at))
            .order_by("kind", "beginning", "last")
        )
        found += [
            Bundle(kind, _numbers(beginning), dead, attempts, number, first, last, trouble)
            for kind, beginning, attempts, trouble, number, first, last in gathered
        ]
    return found


def dead_rows(*, until: datetime) -> Iterator[tuple[int, str, tuple[int, ...]]]:
    """Everything given up until a moment: its number, its kind, and whom it is for as in
    `bundles`."""
    rows = OutboxRow.objects.filter(dead_at__lte=until).annotate(beginning=_BEGINNING)
    listed = rows.order_by("pk").values_list("pk", "kind", "beginning")
    for number, kind, beginning in listed.iterator(chunk_size=10_000):
        yield number, kind, _numbers(beginning)


#: `{"subscriptions":[7,12` of the payload of a notice.
_BEGINNING = Left("payload", StrIndex("payload", Value("]")))


@lru_cache(maxsize=4_096)
def _numbers(beginning: str) -> tuple[int, ...]:
    _name, _bracket, listed = beginning.rstrip("]").partition("[")
    words = listed.split(",")
    return tuple(map(int, words)) if all(map(str.isdecimal, words)) else ()


def dead_count() -> int:
    """How many were given up."""
    return OutboxRow.objects.filter(dead_at__isnull=False).count()


def done_since(moment: datetime) -> dict[str, int]:
    """How many were carried out since a moment, by kind."""
    rows = OutboxRow.objects.filter(done_at__gt=moment)
    return dict(rows.values_list("kind").annotate(number=Count("pk")))


def outbox_counts() -> list[OutboxCount]:
    """What waits and what is dead, by kind."""
    waiting = {
        row["kind"]: (row["number"], row["first"])
        for row in OutboxRow.objects.filter(done_at__isnull=True, dead_at__isnull=True)
        .values("kind")
        .annotate(number=Count("pk"), first=Min("due_at"))
    }
    dead = dict(
        OutboxRow.objects.filter(dead_at__isnull=False)
        .values_list("kind")
        .annotate(number=Count("pk"))
    )
    return [
        OutboxCount(kind, *waiting.get(kind, (0, None)), dead.get(kind, 0))
        for kind in sorted(waiting.keys() | dead.keys())
    ]
