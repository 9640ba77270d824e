"""The course of a condition as days on a wall: of each day the worst that was, and how long each
condition held (docs/algorithms/days.md).

A day is what a calendar in the reader's zone calls so: from one local midnight to the next, 23 or
25 hours where the clocks change, and from the first instant after a midnight that is skipped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from catenary.domain.intervals import instant, moment

#: What a condition is shown as, the worst first; nothing known at all comes before "operational":
#: silence never makes a day look fine.
KINDS = ("down", "degraded", "unknown", "maintenance", "operational")
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Span:
    """A condition in ``[start, end)``, in microseconds; ``end`` is none while it stands."""

    start: int
    end: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date and the worst condition of it, with the microseconds each held; those that did not
    hold are not there. Of the last day only what has passed counts; of a day that has not begun
    ``worst`` is empty."""

    day: date
    worst: str
    held: dict[str, int]

    @property
    def length(self) -> int:
        """How much of the day is told of."""
        return sum(self.held.values())


@dataclass(frozen=True, slots=True)
class Worst:
    """On how many ``days`` a condition was the worst, and how long it held on those in all; with
    ``is_whole`` it held all the time of them."""

    kind: str
    days: int
    length: int
    is_whole: bool


def worst_of(days: Iterable[Day]) -> tuple[Worst, ...]:
    """The days by their worst condition, the worst first; those that have not begun do not
    count."""
    told: dict[str, list[Day]] = {}
    for day in days:
        told.setdefault(day.worst, []).append(day)
    found = []
    for kind in KINDS:
        if kind in told:
            length = sum(day.held[kind] for day in told[kind])
            whole = sum(day.length for day in told[kind])
            found.append(Worst(kind, len(told[kind]), length, length == whole))
    return tuple(found)


def today_in(zone: str, now: int) -> date:
    """The date a calendar in a zone shows at an instant."""
    return moment(now).astimezone(ZoneInfo(zone)).date()


def midnights(zone: str, first: date, count: int) -> list[int]:
    """The instants at which ``count`` dates in a row begin in a zone, and where the last ends.

    A date that is skipped as a whole (Samoa, 30 December 2011) begins where it ends.
    """
    clock = ZoneInfo(zone)
    found: list[int] = []
    for away in range(count + 1):
        wall = datetime.combine(first + timedelta(days=away), time())
        # Where midnight is skipped, the earlier offset names the instant of the jump or one after
        # it; where it comes twice, the first of both is the beginning.
        begins = instant(wall.replace(tzinfo=clock, fold=0))
        other = instant(wall.replace(tzinfo=clock, fold=1))
        begins = _jump(clock, other, begins) if other < begins else begins
        found.append(max(begins, found[-1]) if found else begins)
    return found


def _jump(clock: ZoneInfo, low: int, high: int) -> int:
    """The instant within ``(low, high]`` at which the clocks go forward."""
    after = moment(high).astimezone(clock).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if moment(middle).astimezone(clock).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high


def days(spans: Iterable[Span], bounds: Sequence[int], first: date, now: int) -> tuple[Day, ...]:
    """The days that begin and end at ``bounds`` (`midnights`), the first being ``first``.

    ``spans`` may come in any order and do not overlap; where there is none, nothing is known.
    """
    held: list[dict[str, int]] = [{} for _ in bounds[1:]]
    for span in spans:
        until = now if span.end is None else min(span.end, now)
        kind, touched = span.kind, _places(bounds, span.start, until)
        for place in touched[1:-1]:
            # It fills the days between its first and its last; one that is skipped has no length.
            if bounds[place + 1] > bounds[place]:
                held[place][kind] = bounds[place + 1] - bounds[place]
        for place in {*touched[:1], *touched[-1:]}:
            length = min(until, bounds[place + 1]) - max(span.start, bounds[place])
            if length > 0:
                held[place][kind] = held[place].get(kind, 0) + length
    found = []
    for place, told in enumerate(held):
        length = min(now, bounds[place + 1]) - bounds[place]
        silent = length - sum(told.values())
        if length > 0 and silent > 0:
            told["unknown"] = told.get("unknown", 0) + silent
        # Nearly every day was one thing.
        worst = next(iter(told), "") if len(told) < 2 else min(told, key=_RANK.__getitem__)
        found.append(Day(first + timedelta(days=place), worst, told))
    return tuple(found)


def _places(bounds: Sequence[int], start: int, end: int) -> range:
    """Which days a span touches."""
    if end <= bounds[0] or start >= bounds[-1] or end <= start:
        return range(0)
    low = bisect_right(bounds, max(start, bounds[0])) - 1
    high = bisect_right(bounds, min(end, bounds[-1]) - 1) - 1
    return range(low, min(high, len(bounds) - 2) + 1)
