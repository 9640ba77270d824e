"""Openings as days on the wall, for pictures and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from catenary.domain.intervals import MINUTE, clipped, instant, moment
from catenary.domain.service_hours.openings import open_intervals
from catenary.domain.service_hours.values import (
    MINUTES_OF_A_DAY,
    AllOf,
    AnyOf,
    Hours,
    Span,
    WeeklyHours,
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date with the openings a wall shows, in minutes after midnight, and the microseconds
    open in all: on the day the clocks go back, 24 hours on the wall are 25."""

    day: date
    spans: tuple[Span, ...]
    length: int


def zones_of(hours: Hours) -> tuple[str, ...]:
    """The time zones that hours keep, each once; those open round the clock keep none."""
    if isinstance(hours, WeeklyHours):
        return (hours.zone,) if hours.zone else ()
    if isinstance(hours, (AnyOf, AllOf)):
        found = [zone for part in hours.parts for zone in zones_of(part)]
    else:
        found = [*zones_of(hours.hours), *zones_of(hours.taken)]
    return tuple(dict.fromkeys(found))


def midnight(day: date, zone: str) -> int:
    """The instant at which a date begins in a zone."""
    return instant(datetime.combine(day, time(), tzinfo=ZoneInfo(zone)))


def days_of(hours: Hours, zone: str, first: date, count: int) -> list[Day]:
    """The openings of so many days in a row, as a wall in ``zone`` shows them. Raises what
    `open_intervals` does."""
    dates = [first + timedelta(days=away) for away in range(count + 1)]
    bounds = [midnight(day, zone) for day in dates]
    found = open_intervals(hours, bounds[0], bounds[-1])
    days = []
    for day, start, end in zip(dates, bounds, bounds[1:], strict=False):
        openings = clipped(found, start, end)
        spans = []
        for opens, closes in openings:
            shown = (
                _minute(opens, zone),
                MINUTES_OF_A_DAY if closes == end else _minute(closes, zone),
            )
            # Within the hour that is shown twice, a span may end before it began.
            if shown[0] < shown[1]:
                spans.append(shown)
        days.append(Day(day, tuple(spans), openings.length))
    return days


def _minute(at: int, zone: str) -> int:
    wall = moment(at // MINUTE * MINUTE).astimezone(ZoneInfo(zone))
    return wall.hour * 60 + wall.minute
