"""The own condition of services through time, from what all their sources say.

At each instant the own condition is the worst of all standing words; a known word beats unknown.
A word that does not say whether it is of something planned is taken as planned while a planned word
no better than it stands for the same service: a monitor cannot tell the maintenance it was told of
from a fault. What says that it is not planned is never taken as planned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catenary.domain.chain.compiled import Codes
from catenary.domain.condition.codes import DOWN, NOTHING, OPERATIONAL, UNKNOWN
from catenary.domain.condition.own import Own, nothing_reported
from catenary.domain.estate import Bools, Ints
from catenary.domain.observations.spans import Spans, spans_of
from catenary.domain.observations.words import NEVER, Plan, Words

#: How many standing words of each condition and plan there are: row per instant.
_Counts = NDArray[np.int32]
_PLANS = len(Plan)
#: No word at all of some kind.
_NONE = -1


@dataclass(frozen=True, eq=False)
class History:
    """Own conditions in ``[start, end)``, ordered by service and start, as `condition.own.Own`
    has them. Where nothing is said there is no entry; neighbours differ or do not touch."""

    service: Ints
    start: Ints
    end: Ints
    condition: Codes
    without_planned: Codes
    only_planned: Codes

    def __len__(self) -> int:
        return len(self.service)

    def chosen(self, which: Ints | Bools) -> History:
        """Some of these entries."""
        return History(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def at(self, moment: int) -> History:
        """What stands at a moment, one entry at most for each service."""
        return self.chosen((self.start <= moment) & (moment < self.end))

    def own(self, moment: int, size: int, is_assumed: Bools | None = None) -> Own:
        """The own conditions of services 0 to ``size`` at a moment; ``is_assumed`` marks those
        declared "no monitoring: assume operational"."""
        standing = self.at(moment)
        found = nothing_reported(size, is_assumed)
        assumed = found.is_assumed[standing.service]
        own = Own(standing.condition, standing.without_planned, standing.only_planned, assumed)
        return found.with_at(standing.service, own)

    def next_change(self, moment: int) -> int:
        """The first instant after a moment at which anything begins or ends; `NEVER` if none."""
        edges = np.concatenate((self.start, self.end))
        later = edges[edges > moment]
        return int(later.min()) if len(later) else NEVER


def history_of(words: Words) -> History:
    """The history that a set of words makes, in whatever order they came."""
    return folded(spans_of(words))


def folded(spans: Spans) -> History:
    """The history of services from the spans of all their sources."""
    service, start, end, counts = _instants(spans)
    condition, without_planned, only_planned = _judged(counts)
    stands = counts.any(axis=1) & (start < end)
    found = History(service, start, end, condition, without_planned, only_planned).chosen(stands)
    return _merged(found)


def _instants(spans: Spans) -> tuple[Ints, Ints, Ints, _Counts]:
    """Between any two instants at which some word of a service begins or ends: how many words of
    each kind stand."""
    kind = spans.condition.astype(np.int64) * _PLANS + spans.plan
    service = np.concatenate((spans.service, spans.service))
    time = np.concatenate((spans.start, spans.end))
    step = np.repeat(np.array((1, -1), dtype=np.int32), len(kind))
    order = np.lexsort((time, service))
    service, time = service[order], time[order]
    steps = np.zeros((len(order), NOTHING * _PLANS), dtype=np.int32)
    steps[np.arange(len(order)), np.concatenate((kind, kind))[order]] = step[order]
    # Everything that begins also ends, so sums over all services are sums over each.
    counts = np.cumsum(steps, axis=0, dtype=np.int32)
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = (service[1:] != service[:-1]) | (time[1:] != time[:-1])
    service, time, counts = service[last], time[last], counts[last]
    end = np.full(len(time), NEVER, dtype=np.int64)
    end[:-1] = np.where(service[1:] == service[:-1], time[1:], NEVER)
    return service, time, end, counts


def _judged(counts: _Counts) -> tuple[Codes, Codes, Codes]:
    """Own conditions: as reported, without planned causes, and with planned causes alone."""
    stands = counts.reshape(len(counts), NOTHING, _PLANS) > 0
    planned, unsaid, unplanned = (stands[:, :, plan] for plan in Plan)
    worst_planned = _worst_known(planned)
    covered = unsaid & (np.arange(NOTHING) <= worst_planned[:, None])
    covered[:, UNKNOWN] = unsaid[:, UNKNOWN] & planned.any(axis=1)
    planned = planned | covered
    unplanned = unplanned | (unsaid & ~covered)
    nobody = np.zeros(len(counts), dtype=np.bool_)
    return (
        _own(planned | unplanned, nobody),
        _own(unplanned, np.logical_or.reduce(planned, axis=1)),
        _own(planned, np.logical_or.reduce(unplanned, axis=1)),
    )


def _worst_known(stands: Bools) -> Codes:
    """The worst known condition among standing words, `_NONE` where there is none."""
    known = np.where(stands[:, : DOWN + 1], np.arange(DOWN + 1, dtype=np.int8), np.int8(_NONE))
    worst: Codes = known.max(axis=1)
    return worst


def _own(stands: Bools, has_removed: Bools) -> Codes:
    """The worst known condition; a removed cause leaves a word that says operational."""
    known = np.where(has_removed, np.int8(OPERATIONAL), np.int8(_NONE))
    worst = np.maximum(known, _worst_known(stands))
    return np.where(worst == _NONE, np.int8(UNKNOWN), worst)


def _merged(history: History) -> History:
    """The same with neighbours that say the same made one."""
    if not len(history):
        return history
    begins = np.ones(len(history), dtype=np.bool_)
    begins[1:] = history.start[1:] != history.end[:-1]
    for name in ("service", "condition", "without_planned", "only_planned"):
        column = getattr(history, name)
        begins[1:] |= column[1:] != column[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(history)) - 1
    found = history.chosen(first)
    found.end[:] = history.end[last]
    return found
