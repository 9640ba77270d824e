"""Needed now? Whether services that are hit are within their service hours, and when next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catenary.apps.portfolio.queries.calendars import hours_of_services
from catenary.apps.portfolio.queries.lookup import numbers_by_reference
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
    numbers = numbers_by_reference(wanted)
    hours = hours_of_services(numbers.values())
    now = instant(at)
    # Thousands of services keep the same few hours; the very same, as they come from here.
    known: dict[int, Needed] = {}
    found = {}
    for reference, number in numbers.items():
        kept = hours.get(number)
        if kept is None:
            continue
        needed = known.get(id(kept))
        if needed is None:
            opens = next_opening(kept, now)
            needed = Needed(kept, opens == now, None if opens is None else moment(opens))
            known[id(kept)] = needed
        found[reference] = needed
    return found


def needed_as_plain(needed: Needed | None) -> dict[str, Any] | None:
    """For programs; none where nobody said any hours."""
    if needed is None:
        return None
    return {"now": needed.is_now, "next": needed.next.isoformat() if needed.next else None}
