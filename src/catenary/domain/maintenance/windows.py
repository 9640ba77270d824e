"""Windows of maintenance: when they take place, by the clock on the wall, in microseconds of UTC.

A rule gives starts on the wall of a zone; each lasts a fixed time, whatever the clocks do
meanwhile. A start that the clocks skip does not take place (RFC 5545); of one that comes twice the
first is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from catenary.domain.intervals import DAY, instant, moment
from catenary.domain.maintenance.rules import Rule, dates

_DAY = timedelta(days=1)
#: How far ahead is looked for an occurrence: the farther the rarer.
_HORIZONS = tuple(days * DAY for days in (8, 40, 366, 8 * 366, 30 * 366))


@dataclass(frozen=True, slots=True)
class Change:
    """One occurrence unlike the others. ``at`` is its start by the rule, on the wall; without a
    ``start`` of its own it does not take place."""

    at: datetime
    start: datetime | None = None
    duration: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """When maintenance takes place: at ``start`` on the wall of ``zone`` for ``duration``
    microseconds, and again by ``rule``. Every change names an occurrence."""

    zone: str
    start: datetime
    duration: int
    rule: Rule | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Once: ``at`` is what it is called by, its start on the wall as first planned; ``[start,
    end)`` is when it takes place."""

    at: datetime
    start: int
    end: int
    is_changed: bool = False


def occurrences(window: Window, first: int, last: int) -> list[Occurrence]:
    """All that overlap ``[first, last)``, in order of their start."""
    changed = {change.at: change for change in window.changes}
    found = []
    if last > first:
        for at, start in _planned(window, first - window.duration, last):
            end = start + window.duration
            if at not in changed and start < last and end > first:
                found.append(Occurrence(at, start, end))
    for change in window.changes:
        if change.start is None:
            continue
        moved = on_the_wall(change.start, window.zone)
        if moved is not None and moved < last and moved + change.duration > first:
            found.append(Occurrence(change.at, moved, moved + change.duration, True))
    return sorted(found, key=lambda each: (each.start, each.end, each.at))


def takes_place(window: Window, at: datetime) -> bool:
    """Whether the rule gives this very start on the wall, whatever became of it since."""
    start = on_the_wall(at, window.zone)
    if start is None:
        return False
    return any(at == planned for planned, _ in _planned(window, start, start + 1))


def next_occurrence(window: Window, at: int) -> Occurrence | None:
    """The one that runs at an instant, or else comes next; none within thirty years."""
    for ahead in _HORIZONS:
        found = [each for each in occurrences(window, at, at + ahead) if each.end > at]
        if found:
            return found[0]
    return None


def on_the_wall(wall: datetime, zone: str) -> int | None:
    """The instant at which the clocks of a zone show a time, for the first time; none when they
    skip it."""
    local = wall.replace(tzinfo=ZoneInfo(zone or "UTC"), fold=0)
    try:
        found = local.astimezone(UTC)
        shown = found.astimezone(local.tzinfo).replace(tzinfo=None)
    except (OverflowError, ValueError):
        return None
    return instant(found) if shown == wall else None


def _planned(window: Window, first: int, last: int) -> Iterator[tuple[datetime, int]]:
    """What the rule gives from ``first`` on (or a little earlier) up to ``last``: starts on the
    wall and as instants."""
    rule = window.rule
    if rule is None:
        start = on_the_wall(window.start, window.zone)
        if start is not None and start < last:
            yield window.start, start
        return
    earliest = instant(window.start.replace(tzinfo=UTC)) - 2 * DAY
    first_day = _date(max(first, earliest)) - _DAY
    taken = 0
    for day in dates(rule, window.start.date(), first_day, _date(last) + _DAY):
        at = datetime.combine(day, window.start.time())
        start = on_the_wall(at, window.zone)
        if start is None:
            continue
        if _is_over(rule, at, start) or start >= last:
            return
        taken += 1
        if rule.count is not None and taken > rule.count:
            return
        if start >= first:
            yield at, start


def _is_over(rule: Rule, at: datetime, start: int) -> bool:
    if rule.until is None:
        return False
    return at > rule.until if rule.until.tzinfo is None else start > instant(rule.until)


def _date(at: int) -> date:
    return moment(at).date()
