"""What if: conditions that somebody supposes, over the live ones and without touching them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from catenary.domain.chain.packing import BEST, WORST
from catenary.domain.condition.codes import OPERATIONAL
from catenary.domain.condition.own import packed_own, reported
from catenary.domain.condition.propagation import (
    Condition,
    Conditions,
    Engine,
    propagate_change,
)
from catenary.domain.condition.risk import value
from catenary.domain.estate import Ints


@dataclass(frozen=True, slots=True)
class Supposition:
    """A service, by position, whose own condition is supposed instead of what is said of it:
    "A is down", "B is in maintenance" (down, and planned), "C works again" (operational)."""

    service: int
    condition: int
    is_planned: bool = False


@dataclass(frozen=True, eq=False)
class Supposed:
    """What would be. ``hit`` are the services that would be worse or better off, or differ in what
    is planned or at risk, by position; ``live`` and ``conditions`` are those before and after."""

    live: Conditions
    conditions: Conditions
    hit: Ints

    def change(self, service: int) -> tuple[Condition, Condition]:
        """One service before and after."""
        return self.live.of(service), self.conditions.of(service)

    @property
    def worse(self) -> Ints:
        """Who would be worse off: worse at best or at worst."""
        before, after = self.live, self.conditions
        worse = (after.best > before.best) | (after.worst > before.worst)
        return self.hit[worse[self.hit]]


def supposed(engine: Engine, live: Conditions, suppositions: Sequence[Supposition]) -> Supposed:
    """The conditions of everybody if all suppositions held at once.

    Raises ValueError when a service is supposed to be two things, or something nobody reports.
    """
    services = [one.service for one in suppositions]
    if len(set(services)) < len(services):
        raise ValueError("one condition for each service")
    if any(one.is_planned and one.condition == OPERATIONAL for one in suppositions):
        raise ValueError("maintenance takes something away")
    own = reported(
        np.array([one.condition for one in suppositions], dtype=np.int8),
        np.array([one.is_planned for one in suppositions], dtype=np.bool_),
    )
    would_be = live.copy()
    hit = propagate_change(engine, would_be, np.array(services, dtype=np.int64), own)
    return Supposed(live, would_be, hit)


def with_planned(engine: Engine, live: Conditions, planned: Mapping[int, int]) -> Conditions:
    """The conditions if services, by position, were also degraded or down as planned. What is said
    of them besides still counts, so a fault is not hidden; what nobody knows of one is known then.
    """
    if not planned:
        return live
    chain = live.chain
    ranks = chain.ranks_of(np.fromiter(planned, np.int64, len(planned)))
    codes = np.fromiter(planned.values(), np.int8, len(planned))
    everything = reported(codes, np.ones(len(codes), dtype=np.bool_))
    packed = packed_own(everything, chain.is_grounded[ranks])
    before = live.own[ranks]
    # A known word beats unknown; of known ones the worst counts, which is their OR.
    is_unknown = (value(before, BEST) == OPERATIONAL) & (value(before, WORST) > OPERATIONAL)
    found = live.copy()
    engine.change(found, ranks, np.where(is_unknown, packed, packed | before))
    return found
