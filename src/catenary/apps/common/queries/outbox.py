"""What stands in the outbox: for operators, doctor and metrics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min

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
