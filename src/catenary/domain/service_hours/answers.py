"""Single questions about service hours; many at once are for `OpenTime`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import numpy as np

from catenary.domain.intervals import DAY, instant, without
from catenary.domain.service_hours.open_time import NEVER
from catenary.domain.service_hours.openings import open_intervals, open_time
from catenary.domain.service_hours.values import Hours

#: Hours that do not open for so long are taken never to open again.
_AHEAD = 100 * 365 * DAY
_LAST = instant(datetime(9998, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Gap:
    """The first time that is promised and not covered, and how much is not covered in all."""

    start: int
    end: int
    in_all: int


def is_open(hours: Hours, at: int) -> bool:
    """Whether hours are open at an instant."""
    return len(open_intervals(hours, at, at + 1)) == 1


def elapsed(hours: Hours, start: int, end: int) -> int:
    """Service time between two instants, below zero when the second comes first."""
    low, high = sorted((start, end))
    between = open_intervals(hours, low, high).length
    return between if start <= end else -between


def next_opening(hours: Hours, at: int) -> int | None:
    """``at`` itself when hours are open then, else when they open next; None when they do not
    within a hundred years."""
    return _first(at, lambda start, end: _opening(hours, start, end))


def next_change(hours: Hours, at: int) -> int | None:
    """The first instant after ``at`` at which hours open or close; None when that does not happen
    within a hundred years."""
    return _first(at, lambda start, end: _change(hours, start, end))


def first_instant_past(hours: Hours, start: int, target: int) -> int | None:
    """The first instant at which more than ``target`` of service time has elapsed since
    ``start``; None when that does not come within a hundred years. Raises ValueError for a
    target below zero."""

    def breach(low: int, high: int) -> int | None:
        found = open_time(hours, low, high).first_past(np.array([low]), np.array([target]))
        return None if found[0] == NEVER else int(found[0])

    for end in _horizons(start):
        found = breach(start, end)
        if found is not None:
            return found
    return None


def first_gap(promised: Hours, covering: Hours, start: int, end: int) -> Gap | None:
    """Where ``covering`` hours fall short of those ``promised`` within ``[start, end)``; None when
    they cover all of them (SEMANTICS 6). Raises what `open_intervals` does."""
    missing = without(open_intervals(promised, start, end), open_intervals(covering, start, end))
    if not len(missing):
        return None
    return Gap(int(missing.starts[0]), int(missing.ends[0]), missing.length)


def _opening(hours: Hours, start: int, end: int) -> int | None:
    found = open_intervals(hours, start, end)
    return int(found.starts[0]) if len(found) else None


def _change(hours: Hours, start: int, end: int) -> int | None:
    found = open_intervals(hours, start, end)
    if not len(found):
        return None
    if found.starts[0] > start:
        return int(found.starts[0])
    return int(found.ends[0]) if found.ends[0] < end else None


def _first(at: int, ask: Callable[[int, int], int | None]) -> int | None:
    for end in _horizons(at):
        found = ask(at, end)
        if found is not None:
            return found
    return None


def _horizons(at: int) -> Iterator[int]:
    """How far to look: a week, then ever further, until a hundred years have been seen."""
    for step in count(3):
        ahead = min(2**step * DAY, _AHEAD)
        yield min(at + ahead, _LAST)
        if ahead == _AHEAD or at + ahead >= _LAST:
            return
