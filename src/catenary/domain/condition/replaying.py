"""Conditions through a stretch of time over a chain that changes meanwhile: what really stood at
each instant decides, not what stands today.

The stretch is cut where the chain changes. Within a segment changes of own conditions are followed
upward, at a cut everything asked about is computed anew. What would take too long is followed up to
some instant only, and from there on another time: an instant needs to know nothing of those before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from catenary.domain.chain.compiled import compiled
from catenary.domain.condition.codes import NOTHING
from catenary.domain.condition.engines import chosen
from catenary.domain.condition.own import Own
from catenary.domain.condition.propagation import propagate, propagate_change
from catenary.domain.condition.turns import NOTHING_KNOWN, Codes16, Turns, codes_at, turns_of
from catenary.domain.estate import Bools, Ints
from catenary.domain.impact import Gates

#: So many times the size of a chain may be gone through besides.
_CHAINS = 3
#: An own condition: as reported, without what is planned, with that alone.
OwnValue = tuple[int, int, int]
SILENT: OwnValue = (NOTHING, NOTHING, NOTHING)


@dataclass(frozen=True, eq=False)
class Segment:
    """The chain from an instant on: who relies on whom, who is there at all, and of whom it is to
    be assumed that they work."""

    start: int
    gates: Gates
    exists: Bools
    is_assumed: Bools


@dataclass(frozen=True, eq=False)
class Segments:
    """The chain of ``size`` services through time: ``starts`` are the instants from which on it
    is another one, in order, and ``at`` makes the segment that begins at one of these. Not all are
    held at once: a chain may be large, and change often."""

    size: int
    starts: Sequence[int]
    at: Callable[[int], Segment]


@dataclass(frozen=True, eq=False)
class Events:
    """Own conditions from instants on, in order of time; of several of one service at one instant
    the last counts. ``own`` has three columns (`condition.own.Own`)."""

    instant: Ints
    service: Ints
    own: Ints


#: What it costs to look at an instant at all, in turns.
EACH_INSTANT = 50


def replayed(
    segments: Segments,
    before: Mapping[int, OwnValue],
    events: Events,
    asked: Ints,
    *,
    most: int | None = None,
) -> tuple[Turns, int | None]:
    """What the services ``asked`` about, by position, are from the start of the first segment on.

    ``before`` are the own conditions of those of whom something
    is said at its start. Events before that do not count. With ``most`` it stops when what came
    after the first instant costs more than so many turns, and a few times the chain: the first
    instant that was not looked at is told, too.
    """
    state = _State(segments.size, before)
    starts = set(segments.starts)
    first = segments.starts[0]
    edges = np.flatnonzero(np.diff(events.instant, prepend=first - 1, append=first - 1))
    groups = {
        int(events.instant[low]): (low, high)
        for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        if events.instant[low] >= first
    }
    is_asked = np.zeros(segments.size, dtype=np.bool_)
    is_asked[asked] = True
    positions, instants, codes = [], [], []
    left, reached = None if most is None else most + _CHAINS * segments.size, None
    for instant in sorted(groups.keys() | starts):
        if left is not None and left < 0 and instant > first:
            reached = instant
            break
        low, high = groups.get(instant, (0, 0))
        is_cut = instant in starts
        segment = segments.at(instant) if is_cut else None
        changed = state.advanced(segment, events.service[low:high], events.own[low:high])
        changed = changed[is_asked[changed]]
        positions.append(changed)
        instants.append(np.full(len(changed), instant))
        codes.append(state.codes[changed])
        if left is not None and instant > first:
            # Where the chain changes it is put together anew.
            left -= EACH_INSTANT + (_CHAINS * segments.size if is_cut else len(changed))
    found = turns_of(np.concatenate(positions), np.concatenate(instants), np.concatenate(codes))
    return found, reached


def in_the_end(
    segments: Segments, before: Mapping[int, OwnValue], events: Events, asked: Ints
) -> Turns:
    """The same from the last instant on, at which anything changes, alone."""
    start = segments.starts[-1]
    # There may be none: then the chain alone is what changes.
    last = max([start, *events.instant[-1:].tolist()])
    state = _State(segments.size, before)
    state.advanced(segments.at(start), events.service, events.own)
    return turns_of(asked, np.full(len(asked), last), state.codes[asked])


class _State:
    """What stands at an instant of the replay."""

    def __init__(self, size: int, before: Mapping[int, OwnValue]) -> None:
        first, second, third = (np.full(size, NOTHING, dtype=np.int8) for _ in range(3))
        self.own = Own(first, second, third, np.zeros(size, dtype=np.bool_))
        self._say(
            np.fromiter(before, np.int64, len(before)),
            np.array(list(before.values()), dtype=np.int64).reshape(len(before), 3),
        )
        self.codes: Codes16 = np.full(size, NOTHING_KNOWN, dtype=np.int16)
        self.exists = np.ones(size, dtype=np.bool_)

    def _say(self, services: Ints, own: Ints) -> None:
        self.own.condition[services] = own[:, 0]
        self.own.without_planned[services] = own[:, 1]
        self.own.only_planned[services] = own[:, 2]

    def advanced(self, segment: Segment | None, services: Ints, own: Ints) -> Ints:
        """Go on by one instant; everybody who may have changed, each once."""
        self._say(services, own)
        if segment is not None:
            self.exists = segment.exists
            self.own.is_assumed[:] = segment.is_assumed
            self.engine = chosen(compiled(segment.gates))
            self.conditions = propagate(self.engine, self.own)
            changed = np.arange(self.own.size)
        else:
            said = np.unique(services)
            found = propagate_change(self.engine, self.conditions, said, self.own.at(said))
            # Whether a condition is derived hangs on what is said of the service itself.
            changed = np.union1d(found, said)
        now = codes_at(self.conditions, self.own, changed)
        self.codes[changed] = np.where(self.exists[changed], now, np.int16(NOTHING_KNOWN))
        return changed
