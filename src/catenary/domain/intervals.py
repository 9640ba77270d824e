"""Sets of half-open intervals of time, exactly: whole microseconds since 1970 in UTC (SEMANTICS 3).

A set is kept in its one shortest form: sorted, without overlaps, neighbours joined, nothing empty.
So two sets are equal exactly when their arrays are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(moment: datetime) -> int:
    """Microseconds since 1970 of a moment that knows its offset from UTC.

    Raises ValueError for one that does not: nobody could say which instant it is.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without its offset from UTC is no instant")
    return (moment - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The moment in UTC of an instant; OverflowError outside the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=at)


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """A set of instants as ``[starts[i], ends[i])``. Made by `joined` or `where_at_least`, which
    bring it into its shortest form; the arrays are read-only."""

    starts: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.starts.tolist(), self.ends.tolist(), strict=True)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Intervals):
            return NotImplemented
        return np.array_equal(self.starts, other.starts) and np.array_equal(self.ends, other.ends)

    __hash__ = None  # type: ignore[assignment]

    @property
    def length(self) -> int:
        """Microseconds in all."""
        return int((self.ends - self.starts).sum())


def _frozen(starts: Ints, ends: Ints) -> Intervals:
    starts.setflags(write=False)
    ends.setflags(write=False)
    return Intervals(starts, ends)


def _array(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


EMPTY = _frozen(np.empty(0, np.int64), np.empty(0, np.int64))


def intervals(pairs: Sequence[tuple[int, int]]) -> Intervals:
    """The set that pairs of start and end name together; a pair that does not end after its
    start names nothing."""
    return joined(_array(start for start, _ in pairs), _array(end for _, end in pairs))


def joined(starts: Ints, ends: Ints) -> Intervals:
    """The set of everything in at least one of the intervals, given in any order."""
    kept = starts < ends
    starts, ends = starts[kept], ends[kept]
    if not len(starts):
        return EMPTY
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    # A new interval begins where everything before has ended; touching ones are one.
    begins = np.concatenate([[True], starts[1:] > ends[:-1]])
    return _frozen(starts[begins], ends[np.concatenate([begins[1:], [True]])])


def where_at_least(parts: Sequence[Intervals], minimum: int) -> Intervals:
    """The instants that lie in at least ``minimum`` of the sets: 1 is the union, all of them the
    intersection."""
    if minimum < 1:
        raise ValueError("at least one of the sets must hold an instant")
    if minimum == 1:
        return joined(
            np.concatenate([EMPTY.starts, *(part.starts for part in parts)]),
            np.concatenate([EMPTY.ends, *(part.ends for part in parts)]),
        )
    return _where(parts, np.ones(len(parts), np.int64), minimum)


def without(these: Intervals, taken: Intervals) -> Intervals:
    """The instants of the first set that are not in the second."""
    return _where([these, taken], np.array([1, -1]), 1)


def clipped(these: Intervals, start: int, end: int) -> Intervals:
    """The part of a set within ``[start, end)``."""
    first = int(np.searchsorted(these.ends, start, "right"))
    last = int(np.searchsorted(these.starts, end, "left"))
    if first >= last or start >= end:
        return EMPTY
    return _frozen(
        np.maximum(these.starts[first:last], start), np.minimum(these.ends[first:last], end)
    )


def _where(parts: Sequence[Intervals], weights: Ints, minimum: int) -> Intervals:
    """Where the weights of the sets that hold an instant add up to at least ``minimum``."""
    steps = [step for part in parts for step in (part.starts, part.ends)]
    at = np.concatenate([EMPTY.starts, *steps])
    if not len(at):
        return EMPTY
    changes = np.concatenate(
        [
            np.repeat(np.array([weight, -weight]), len(part))
            for part, weight in zip(parts, weights.tolist(), strict=True)
        ]
    )
    order = np.argsort(at, kind="stable")
    at = at[order]
    # What happens at one instant happens together: only the sum after it counts.
    last = np.concatenate([at[1:] != at[:-1], [True]])
    holds = np.cumsum(changes[order])[last] >= minimum
    at = at[last]
    turns = np.diff(holds, prepend=False)
    bounds = at[turns]
    # Every set is bounded, so nothing holds after the last step: bounds come in pairs.
    return _frozen(bounds[0::2].copy(), bounds[1::2].copy())
