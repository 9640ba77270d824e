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
    # Thousands of services keep the same few hours; the very same, as they come from here.
    known: dict[int, Needed] = {}
    found = {}
    for reference, kept in hours_by_reference(references).items():
        needed = known.get(id(kept))
        if needed is None:
            needed = known[id(kept)] = needed_of(kept, at)
        found[reference] = needed
    return found


def needed_of(hours: Hours, at: datetime) -> Needed:
    """The same of hours."""
    opens = next_opening(hours, instant(at))
    return Needed(hours, opens == instant(at), None if opens is None else moment(opens))


def hours_by_reference(references: Iterable[str]) -> dict[str, Hours]:
    """The hours that services keep, by reference; those that say none, or hours that cannot be
    worked out, are missing. A handful of queries for all."""
    wanted = list(dict.fromkeys(references))[:MOST]
    numbers = numbers_by_reference(wanted)
    hours = hours_of_services(numbers.values())
    return {
        reference: kept
        for reference, number in numbers.items()
        if (kept := hours.get(number)) is not None
    }


def needed_as_plain(needed: Needed | None) -> dict[str, Any] | None:
    """For programs; none where nobody said any hours."""
    if needed is None:
        return None
    return {"now": needed.is_now, "next": needed.next.isoformat() if needed.next else None}
