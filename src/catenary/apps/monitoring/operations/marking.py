"""One mark per step of the engine: the conditions of these services changed; and one for every
version of maintenance. Who is to hear of it is worked out later (`operations.telling`,
`operations.announcing`), so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings

from catenary.apps.common.operations.outbox import leave

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


def mark_announced(maintenance: int, at: datetime) -> None:
    """Leave one row, in the transaction that keeps a version of maintenance. Due a little later:
    what is mended at once is told as it was meant."""
    due_at = at + timedelta(seconds=settings.NOTICE_SECONDS)
    leave(kind=ANNOUNCED, payloads=[{"maintenance": maintenance}], at=at, due_at=due_at)
