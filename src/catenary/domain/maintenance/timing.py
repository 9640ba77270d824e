"""When maintenance hurts least: the service time it would take from customers, for each start.

harm(start) = Σ over services hit of weight × service time open within [start, start + duration).
A service weighs as many as consume it, twice that when it would be down rather than degraded. All
in whole numbers; the worked example is in docs/algorithms/maintenance.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catenary.domain.condition.codes import DOWN
from catenary.domain.intervals import Ints
from catenary.domain.service_hours import ALWAYS, Hours, open_time

#: A service that is down costs twice what a degraded one does.
DOWN_WEIGHT, DEGRADED_WEIGHT = 2, 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A service that would be hit: its hours (none: nobody said, so they count as always), how
    many consume it, and what it would be."""

    hours: Hours | None
    consumers: int
    condition: int

    @property
    def weight(self) -> int:
        """How much an hour of it counts."""
        return self.consumers * (DOWN_WEIGHT if self.condition == DOWN else DEGRADED_WEIGHT)


def harm(hits: Sequence[Hit], starts: Ints, duration: int) -> Ints:
    """Weighted service time in microseconds that maintenance of a duration would take, for each
    start. When nobody consumes anything that is hit, every service weighs as if one did."""
    total = np.zeros(len(starts), dtype=np.int64)
    if not len(starts) or not hits:
        return total
    has_consumers = any(hit.consumers for hit in hits)
    weights: dict[Hours, int] = {}
    for hit in hits:
        weight = hit.weight if has_consumers else (2 if hit.condition == DOWN else 1)
        if weight:
            hours = ALWAYS if hit.hours is None else hit.hours
            weights[hours] = weights.get(hours, 0) + weight
    first, last = int(starts.min()), int(starts.max()) + duration
    for hours, weight in weights.items():
        known = open_time(hours, first, last)
        total += weight * known.elapsed(starts, starts + duration)
    return total


def best_first(harms: Ints) -> Ints:
    """The places of starts, the least harmful first and of those alike the earliest."""
    return np.argsort(harms, kind="stable")
