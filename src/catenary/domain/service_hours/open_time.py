"""``open(t)``: the service time elapsed up to t, for any number of instants at once."""

from __future__ import annotations

import numpy as np

from catenary.domain.intervals import Bools, Intervals, Ints

#: Stands for an instant that does not come within what was worked out.
NEVER = int(np.iinfo(np.int64).max)


class OpenTime:
    """The service time of some hours from ``start`` to ``end``, as a function one can ask.

    Everything is in microseconds; answers have the shape of the question. An instant outside
    ``[start, end]`` raises ValueError: nothing is known there, and no answer is a guess.
    """

    __slots__ = ("_before", "end", "intervals", "start")

    def __init__(self, intervals: Intervals, start: int, end: int) -> None:
        self.intervals = intervals
        self.start = start
        self.end = end
        #: Service time before each opening, and after the last.
        self._before = np.concatenate([[0], np.cumsum(intervals.ends - intervals.starts)])

    def open(self, at: Ints) -> Ints:
        """Service time from ``start`` up to each instant: it never falls, and grows exactly while
        the hours are open. Between a and b lies ``open(b) - open(a)``."""
        at = self._known(at)
        # The openings that have begun, of which the last may still run.
        begun = np.searchsorted(self.intervals.starts, at, "right")
        if not len(self.intervals):
            return np.zeros(at.shape, np.int64)
        latest = np.maximum(begun - 1, 0)
        into = np.minimum(at, self.intervals.ends[latest]) - self.intervals.starts[latest]
        return np.where(begun > 0, self._before[latest] + into, 0)

    def is_open(self, at: Ints) -> Bools:
        """Whether the hours are open at each instant; at the closing instant they are not."""
        at = self._known(at)
        begun = np.searchsorted(self.intervals.starts, at, "right")
        ended = np.searchsorted(self.intervals.ends, at, "right")
        return np.asarray(begun > ended, np.bool_)

    def elapsed(self, start: Ints, end: Ints) -> Ints:
        """Service time from each start to its end; below zero when the end comes first."""
        return self.open(end) - self.open(start)

    def first_past(self, start: Ints, target: Ints) -> Ints:
        """The first instant at which more than ``target`` of service time has elapsed since
        ``start``: the breach of a clock (SEMANTICS 5). `NEVER` when it lies after ``end``.

        A target used up exactly at closing time is kept until the next opening: the breach is
        that opening's first microsecond. Raises ValueError for a target below zero.
        """
        target = np.asarray(target, np.int64)
        if (target < 0).any():
            raise ValueError("a target of service time is not below zero")
        goal = self.open(start) + target + 1
        opening = np.searchsorted(self._before, goal, "left") - 1
        known = goal <= self._before[-1]
        if not len(self.intervals):
            return np.full(goal.shape, NEVER)
        opening = np.where(known, opening, 0)
        breach = self.intervals.starts[opening] + (goal - self._before[opening])
        return np.where(known, breach, NEVER)

    def _known(self, at: Ints) -> Ints:
        at = np.asarray(at, np.int64)
        if at.size and (at.min() < self.start or at.max() > self.end):
            raise ValueError("an instant lies outside of what was worked out")
        return at
