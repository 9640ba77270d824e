"""Leaving something in the outbox, taking it out, and saying what became of it.

Rows are marked, never counted past: a row whose transaction commits late is simply still there.
Who takes rows has them for a short while, and says again and again that it still has them
(`hold`); when it dies, they are taken again after that. Which attempt it is tells who has a row:
whoever was believed dead can neither settle nor fail it. So whatever is carried out outside the
database may be begun twice, and must carry a number by which the other side knows it again; what is
done in the database is done in the transaction that says so, once.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from catenary.apps.common.models import OutboxRow
from catenary.apps.common.operations import insert_rows, waiting_turn
from catenary.apps.common.queries import in_batches
from catenary.domain.backoff import MOST_ATTEMPTS, wait_after

#: How long what is done is kept, so that somebody may look when something was told.
_KEPT = timedelta(days=30)
_SWEPT_AT_ONCE = 1_000
#: So many rows that were given up are changed in one turn to write.
MOST_AT_ONCE = 10_000
#: Whoever tells why an attempt failed may quote a long answer of the other side.
_LONGEST_TROUBLE = 500
_CHANCES = 1 << 20


@dataclass(frozen=True, slots=True)
class Letter:
    """One row that was taken; ``attempt`` counts from one."""

    id: int
    kind: str
    payload: Any
    created_at: datetime
    attempt: int


def leave(
    *, kind: str, payloads: Iterable[Any], at: datetime, due_at: datetime | None = None
) -> None:
    """Leave rows, in the transaction of what they are about; due at once unless told otherwise."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("what is told is left in the transaction of what it tells of")
    insert_rows(
        OutboxRow,
        ["kind", "payload", "created_at", "due_at", "attempts", "trouble"],
        (
            (
                kind,
                _text(payload),
                at,
                due_at or at,
                0,
                "",
            )
            for payload in payloads
        ),
    )


def is_waiting(*, kind: str, payload: Any) -> bool:
    """Whether a row just like this one waits to be carried out."""
    waiting = OutboxRow.objects.filter(kind=kind, done_at__isnull=True, dead_at__isnull=True)
    return waiting.filter(payload=_text(payload)).exists()


def _text(payload: Any) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def take(*, kinds: Sequence[str], at: datetime, most: int, lease: timedelta) -> list[Letter]:
    """Take due rows, the longest due first; nobody else gets them before the lease ends.

    Raises `CatalogueBusy` when the turn does not come."""
    if not _due(kinds, at).exists():
        # Looking is cheap; a transaction would take the writers' turn on SQLite.
        return []
    with waiting_turn():
        rows = list(_locked(kinds, at, most))
        for batch in in_batches(row.pk for row in rows):
            OutboxRow.objects.filter(pk__in=batch).update(
                taken_until=at + lease, attempts=F("attempts") + 1
            )
    return [_letter(row) for row in rows]


def hold(letters: Sequence[Letter], *, until: datetime) -> set[int]:
    """Say that these are still in hand; the numbers of those that are. Whoever lost one, because
    it seemed dead, must not carry it out."""
    held: set[int] = set()
    with waiting_turn():
        for letter in sorted(letters, key=lambda each: each.id):
            if _of(letter).update(taken_until=until):
                held.add(letter.id)
    return held


class TakenByAnother(Exception):
    """Somebody else took these rows meanwhile: what was worked out for them is not kept."""


def seen(*, kind: str, at: datetime, most: int) -> list[Letter]:
    """Due rows, without taking them: for what is worked out first and then done in the database."""
    return [_letter(row) for row in _due([kind], at).order_by("due_at", "pk")[:most]]


def take_away(letters: Sequence[Letter]) -> None:
    """Take rows away that were seen, in the transaction that keeps what they ask for. Raises
    `TakenByAnother` when one is gone: then that transaction must not be kept."""
    gone = 0
    for batch in in_batches(letter.id for letter in letters):
        gone += OutboxRow.objects.filter(pk__in=batch).delete()[0]
    if gone != len(letters):
        raise TakenByAnother


def is_due(*, kinds: Sequence[str], at: datetime) -> bool:
    """Whether anything of these kinds is due; one small query."""
    return bool(_due(kinds, at).exists())


def settle(*, letter: Letter, at: datetime) -> None:
    """It is done."""
    _of(letter).update(done_at=at, taken_until=None, trouble="")


def fail(*, letter: Letter, at: datetime, trouble: str, is_final: bool = False) -> bool:
    """It could not be done: it is tried again later, or given up when that is final or it was
    tried often enough. Says whether it was given up."""
    row = _of(letter)
    trouble = trouble[:_LONGEST_TROUBLE]
    if is_final or letter.attempt >= MOST_ATTEMPTS:
        row.update(dead_at=at, taken_until=None, trouble=trouble)
        return True
    chance = secrets.randbelow(_CHANCES) / _CHANCES
    wait = timedelta(microseconds=wait_after(letter.attempt, chance))
    row.update(due_at=at + wait, taken_until=None, trouble=trouble)
    return False


def try_again(*, ids: Iterable[int], at: datetime) -> int:
    """Try dead rows again, from the first attempt on; how many there were. Very many take several
    turns, so that others write between them."""
    found = 0
    for some in in_batches(ids, size=MOST_AT_ONCE):
        with waiting_turn():
            for batch in in_batches(some):
                found += OutboxRow.objects.filter(pk__in=batch, dead_at__isnull=False).update(
                    dead_at=None, due_at=at, attempts=0, taken_until=None
                )
    return found


def throw_away(*, ids: Iterable[int]) -> int:
    """Throw dead rows away for good; how many there were. Call it in a turn to write, with
    `MOST_AT_ONCE` at most."""
    found = 0
    for batch in in_batches(ids):
        found += OutboxRow.objects.filter(pk__in=batch, dead_at__isnull=False).delete()[0]
    return found


def sweep(*, at: datetime) -> int:
    """Take away what was done long ago; how many rows."""
    old = OutboxRow.objects.filter(done_at__lt=at - _KEPT).values_list("pk", flat=True)
    numbers = list(old[:_SWEPT_AT_ONCE])
    if numbers:
        with waiting_turn():
            for batch in in_batches(numbers):
                OutboxRow.objects.filter(pk__in=batch).delete()
    return len(numbers)


def _of(letter: Letter) -> Any:
    """The row of a letter for as long as nobody took it after us."""
    return OutboxRow.objects.filter(
        pk=letter.id, attempts=letter.attempt, done_at__isnull=True, dead_at__isnull=True
    )


def _due(kinds: Sequence[str], at: datetime) -> Any:
    return OutboxRow.objects.filter(
        Q(taken_until__isnull=True) | Q(taken_until__lte=at),
        kind__in=kinds,
        due_at__lte=at,
        done_at__isnull=True,
        dead_at__isnull=True,
    )


def _locked(kinds: Sequence[str], at: datetime, most: int) -> Any:
    # On SQLite the transaction alone keeps others out.
    rows = _due(kinds, at).select_for_update(skip_locked=True)
    return rows.order_by("due_at", "pk")[:most]


def _letter(row: OutboxRow) -> Letter:
    return Letter(row.pk, row.kind, json.loads(row.payload), row.created_at, row.attempts + 1)
