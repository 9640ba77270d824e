"""What is kept of inlets themselves: how much came through each, and the latest it refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

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


class Note(NamedTuple):
    """An item, what stands against it, and the service that it named, where it is about that."""

    item: Item
    wrong: Sequence[Wrong]
    service: str = ""


class _Refused(NamedTuple):
    """Items that are the same to a person: the last of them, and how often since when."""

    last: Note
    at: datetime
    since: datetime
    times: int


def keep_refused(told: Iterable[tuple[int, datetime, Sequence[Note]]]) -> None:
    """Keep the latest that inlets refused, and let older ones go. What was refused before, of the
    same service for the same reasons, is counted: it pushes nothing else out."""
    found: dict[int, dict[tuple[str, tuple[Wrong, ...]], _Refused]] = {}
    for inlet_id, at, noted in told:
        kept = found.setdefault(inlet_id, {})
        for note in noted:
            alike = (note.service, tuple(note.wrong))
            before = kept.pop(alike, None)
            since, times = (before.since, before.times) if before else (at, 0)
            # Last in its order: of many, the latest are kept.
            kept[alike] = _Refused(note, at, since, times + 1)
    for inlet_id, kept in sorted(found.items()):
        if kept:
            _keep(inlet_id, list(kept.values())[-REFUSALS_KEPT:])


def _keep(inlet_id: int, kept: Iterable[_Refused]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(_KEEPING, [_row(inlet_id, refused) for refused in kept])
    rows = RefusedItem.objects.filter(inlet_id=inlet_id).order_by("-at", "-id")
    gone = list(rows.values_list("id", flat=True)[REFUSALS_KEPT:])
    if gone:
        RefusedItem.objects.filter(id__in=gone).delete()


def _row(inlet_id: int, refused: _Refused) -> tuple[Any, ...]:
    note = refused.last
    reasons = json.dumps([_reason(each) for each in note.wrong[:10]])
    service = "".join(filter(str.isprintable, note.service))[:_LONGEST_REFERENCE]
    digest = blake2b(f"{service}\0{reasons}".encode(), digest_size=16).hexdigest()
    seen = (_moment(refused.at), _moment(refused.since), refused.times)
    return (inlet_id, digest, *seen, reasons, service, excerpt(note.item.raw))


#: The account of the inlet was counted on before, so two who keep the same wait for each other.
_KEEPING = (
    "INSERT INTO monitoring_refuseditem"
    " (inlet_id, digest, at, since, times, reasons, service, excerpt)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (inlet_id, digest) DO UPDATE SET at = excluded.at, excerpt = excluded.excerpt,"
    " times = monitoring_refuseditem.times + excluded.times"
)
_LONGEST_REFERENCE = 300


def _reason(wrong: Wrong) -> list[Any]:
    """As it is told to programs, and how it is put together, for readers of other languages."""
    told = [said_to_plain(wrong.sentence), said_to_plain(wrong.expected)]
    return [wrong.code, _sentence(wrong), wrong.field[:100], *told]


def _sentence(wrong: Wrong) -> str:
    field = f"{wrong.field}: " if wrong.field else ""
    return f"{field}{wrong.sentence}; expected: {wrong.expected}"[:400]
