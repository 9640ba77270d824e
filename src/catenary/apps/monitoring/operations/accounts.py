"""What is kept of inlets themselves: how much came through each, and the latest it refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import connection

from catenary.apps.monitoring.models import RefusedItem
from catenary.apps.monitoring.queries.inlets import COUNTS, REFUSALS_KEPT
from catenary.domain.observations.heard import Item, excerpt
from catenary.domain.observations.reading import Wrong
from catenary.domain.said import said_to_plain


class Counted(Protocol):
    """What became of some items."""

    taken: int
    repeated: int
    passed_over: int
    corrected: int

    @property
    def refused(self) -> Sequence[object]:
        """Each that was refused."""


def count(told: Iterable[tuple[int, Counted, datetime]]) -> None:
    """Count what came through inlets, by their numbers, and when."""
    sums: dict[int, tuple[datetime, list[int]]] = {}
    for inlet_id, heard, at in told:
        new = [heard.taken, heard.repeated, heard.passed_over, heard.corrected, len(heard.refused)]
        since, so_far = sums.get(inlet_id, (at, [0] * len(new)))
        sums[inlet_id] = (max(since, at), [a + b for a, b in zip(so_far, new, strict=True)])
    # Worded here: it is done for every delivery, and wording it costs more than doing it. In the
    # order of their numbers, so that two who count wait for each other, never in a ring.
    rows = [(_moment(at), *counts, inlet_id) for inlet_id, (at, counts) in sorted(sums.items())]
    with connection.cursor() as cursor:
        cursor.executemany(_COUNTING, rows)


_COUNTING = (
    "UPDATE monitoring_inletaccount SET heard_at = %s, "
    + ", ".join(f"{name} = {name} + %s" for name in COUNTS)
    + " WHERE inlet_id = %s"
)


def _moment(at: datetime) -> datetime | str:
    if connection.vendor == "postgresql":
        return at
    return str(connection.ops.adapt_datetimefield_value(at))


def keep_refused(
    told: Iterable[tuple[int, datetime, Sequence[tuple[Item, Sequence[Wrong]]]]],
) -> None:
    """Keep the latest that inlets refused, and let older ones go."""
    notes: dict[int, list[RefusedItem]] = {}
    for inlet_id, at, noted in told:
        for item, wrong in noted[-REFUSALS_KEPT:]:
            kept = RefusedItem(
                inlet_id=inlet_id,
                at=at,
                reasons=json.dumps([_reason(each) for each in wrong[:10]]),
                excerpt=excerpt(item.raw),
            )
            notes.setdefault(inlet_id, []).append(kept)
    for inlet_id, kept_now in sorted(notes.items()):
        RefusedItem.objects.bulk_create(kept_now[-REFUSALS_KEPT:])
        rows = RefusedItem.objects.filter(inlet_id=inlet_id)
        newest = rows.order_by("-id").values_list("id", flat=True)
        oldest = list(newest[REFUSALS_KEPT - 1 : REFUSALS_KEPT])
        if oldest:
            rows.filter(id__lt=oldest[0]).delete()


def _reason(wrong: Wrong) -> list[Any]:
    """As it is told to programs, and how it is put together, for readers of other languages."""
    told = [said_to_plain(wrong.sentence), said_to_plain(wrong.expected)]
    return [wrong.code, _sentence(wrong), wrong.field[:100], *told]


def _sentence(wrong: Wrong) -> str:
    field = f"{wrong.field}: " if wrong.field else ""
    return f"{field}{wrong.sentence}; expected: {wrong.expected}"[:400]
