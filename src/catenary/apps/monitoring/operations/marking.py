"""One mark per step of the engine: the conditions of these services changed. Who is to hear of it
is worked out later (`operations.telling`), so that the engine waits for nobody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings

from catenary.apps.common.operations.outbox import leave

#: The kind of these marks in the outbox.
CHANGED = "conditions-changed"
#: Of more services than this the mark does not name each: then everybody is looked at.
_MOST_NAMED = 2_000


def mark_changed(services: Collection[int], at: datetime) -> None:
    """Leave one row, in the transaction that keeps the conditions; nothing for nothing."""
    if services:
        named = sorted(services) if len(services) <= _MOST_NAMED else None
        due_at = at + timedelta(seconds=settings.NOTICE_SECONDS)
        leave(kind=CHANGED, payloads=[{"services": named}], at=at, due_at=due_at)
