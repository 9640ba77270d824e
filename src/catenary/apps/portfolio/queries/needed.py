"""Needed now? Whether services that are hit are within their service hours, and when next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catenary.apps.portfolio.queries.calendars import hours_of_services
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.intervals import instant, moment
from catenary.domain.service_hours import Hours, next_opening

#: Of so many services it is told: the nearest.
MOST = 500


@dataclass(frozen=True, slots=True)
class Needed:
    """``is_now`` when the hours a service keeps are open; ``next`` is when they are next, that
    moment itself included (none: not within a hundred years)."""

    hours: Hours
    is_now: bool
    next: datetime | None


def needed_at(references: Iterable[str], at: datetime) -> dict[str, Needed]:
    """Of services somebody may see, by reference; those that say no hours, or hours that cannot
    be worked out, are missing. A handful of queries for all."""
    wanted = list(dict.fromkeys(references))[:MOST]
    rows = services_by_reference(wanted)
    hours = hours_of_services(row.id for row in rows.values())
    now = instant(at)
    openings: dict[Hours, int | None] = {}
    found = {}
    for reference, row in rows.items():
        kept = hours.get(row.id)
        if kept is None:
            continue
        if kept not in openings:
            openings[kept] = next_opening(kept, now)
        opens = openings[kept]
        found[reference] = Needed(kept, opens == now, None if opens is None else moment(opens))
    return found


def needed_as_plain(needed: Needed | None) -> dict[str, Any] | None:
    """For programs; none where nobody said any hours."""
    if needed is None:
        return None
    return {"now": needed.is_now, "next": needed.next.isoformat() if needed.next else None}
