"""Whether somebody follows what is reported, and how far behind they are: for doctor and metrics.

However much waits or was ever said, this costs the same few small queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min

from catenary.apps.monitoring.models import Belated, PackedChange, Waiting
from catenary.apps.monitoring.queries.stored import anybody_speaks, is_stale, propagation

#: No more than so many are counted.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Following:
    """``seen_at`` is the engine's last sign of life, ``is_followed`` whether it is recent;
    ``is_needed`` whether anything was ever reported. ``waiting`` words and moments are due, the
    oldest ``late`` by; ``owed`` stretches of the past and large changes are to be written out."""

    seen_at: datetime | None
    is_followed: bool
    is_needed: bool
    waiting: int
    late: timedelta
    owed: int


def following(at: datetime) -> Following:
    """How what is reported is followed at a moment."""
    _, seen_at = propagation()
    due = Waiting.objects.filter(due_at__lte=at).order_by("due_at")
    waits = due.values("due_at")[:MOST_COUNTED].aggregate(number=Count("*"), first=Min("due_at"))
    return Following(
        seen_at=seen_at,
        is_followed=not is_stale(seen_at, at),
        is_needed=anybody_speaks(),
        waiting=waits["number"],
        late=at - (waits["first"] or at),
        owed=sum(rows.objects.all()[:MOST_COUNTED].count() for rows in (Belated, PackedChange)),
    )
