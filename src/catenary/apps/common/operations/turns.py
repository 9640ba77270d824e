"""Whose turn it is to write: transactions that begin soon after the one before has ended.

SQLite has one writer. Whoever comes while another writes is told to sleep, longer each time, up to
a tenth of a second: a worker that writes one step after the other would be met asleep most of the
time. Here the turn is asked for every few milliseconds. PostgreSQL needs nothing of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction

from catenary.apps.common.queries import is_busy

_FIRST, _LONGEST = 0.0005, 0.003


@contextmanager
def one_turn(*, whole: bool = False, repeatable: bool = False) -> Iterator[None]:
    """One transaction, or a part of the one that was begun. Raises `OperationalError` when its
    turn does not come in time. ``whole``: such a part stands and falls with all of it, and needs
    no mark to go back to. ``repeatable``: it is worked out again from what is on the disk when the
    power fails, so nobody waits until the disk has it. A program that crashes loses nothing of it
    either way, and nothing that is written later survives without it.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        is_first = repeatable and not connection.in_atomic_block
        with transaction.atomic(savepoint=not whole):
            if is_first:
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit TO OFF")
            yield
        return
    connection.ensure_connection()
    with ExitStack() as stack:
        if repeatable:
            _do_not_wait(stack, connection.connection)
        _begin(stack, connection.connection)
        yield


def in_order(queue: int) -> None:
    """From here to the end of the transaction nobody else is in this queue, so that its rows become
    visible in the order of their numbers, and whoever reads on from the last one misses none.
    PostgreSQL gives numbers when rows are written and shows rows when they are committed; SQLite
    has one writer at a time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [queue])


def _do_not_wait(stack: ExitStack, raw: Any) -> None:
    (as_set,) = raw.execute("PRAGMA synchronous").fetchone()
    raw.execute("PRAGMA synchronous=NORMAL")
    stack.callback(raw.execute, f"PRAGMA synchronous={int(as_set)}")


def _begin(stack: ExitStack, raw: Any) -> None:
    until, wait = time.monotonic() + settings.LOCK_SECONDS, _FIRST
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                stack.enter_context(transaction.atomic())
                return
            except OperationalError as error:
                if not is_busy(error) or time.monotonic() > until:
                    raise
            time.sleep(wait)
            wait = min(wait * 2, _LONGEST)
    finally:
        # For the single statements that nobody wraps in a turn.
        raw.execute(f"PRAGMA busy_timeout={settings.LOCK_SECONDS * 1000}")
