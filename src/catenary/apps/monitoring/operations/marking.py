"""One mark per step of the engine: the conditions of these services changed; and one for every
version of maintenance. Who is to hear of it is worked out later (`operations.telling`,
`operations.announcing`), so that nobody waits for it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from catenary.apps.common.operations.outbox import leave
from catenary.apps.monitoring.models import Propagation
from catenary.apps.monitoring.queries.stored import asked_at

#: The kind of these marks in the outbox.
CHANGED = "conditions-changed"
#: The kind of marks that maintenance was planned, changed or called off.
ANNOUNCED = "maintenance-planned"
#: Of more services than this the mark does not name each: then everybody is looked at.
_MOST_NAMED = 2_000


def mark_changed(services: Collection[int], at: datetime) -> None:
    """Leave one row, in the transaction that keeps the conditions; nothing for nothing."""
    if services:
        named = sorted(services) if len(services) <= _MOST_NAMED else None
        due_at = at + timedelta(seconds=settings.NOTICE_SECONDS)
        leave(kind=CHANGED, payloads=[{"services": named}], at=at, due_at=due_at)


def count_up(at: datetime) -> None:
    """Give what is kept another number, so that whoever holds what they read reads it again; in
    the transaction that keeps it."""
    # A random stride: after a restore the same number must not come again for other conditions.
    stride = 1 + secrets.randbelow(1 << 40)
    with connection.cursor() as cursor:
        # Worded here: every step does it.
        cursor.execute(
            "UPDATE monitoring_propagation SET number = number + %s, seen_at = %s WHERE id = 1",
            [stride, asked_at(at)],
        )
        is_there = cursor.rowcount
    if not is_there:
        Propagation.objects.create(pk=1, number=stride, seen_at=at)


def mark_announced(maintenance: int, at: datetime) -> None:
    """Leave one row, in the transaction that keeps a version of maintenance. Due a little later:
    what is mended at once is told as it was meant."""
    due_at = at + timedelta(seconds=settings.NOTICE_SECONDS)
    leave(kind=ANNOUNCED, payloads=[{"maintenance": maintenance}], at=at, due_at=due_at)
