"""Effective conditions of a whole chain, and their change when own conditions change.

`propagate` computes everything once; `propagate_change` follows a change upward while few services
are touched and computes everything anew when that is cheaper. Both end in the same arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from catenary.domain.chain.compiled import Bytes, Chain, Codes
from catenary.domain.chain.packing import (
    BEST,
    LANES,
    ONLY_PLANNED_BEST,
    ONLY_PLANNED_WORST,
    WITHOUT_PLANNED,
    WORST,
)
from catenary.domain.condition.codes import OPERATIONAL, UNKNOWN, range_words
from catenary.domain.condition.own import Own, packed_own
from catenary.domain.condition.risk import AT_WORST, value
from catenary.domain.estate import Bools, Ints
from catenary.domain.said import Said, said


@dataclass(frozen=True, slots=True)
class Condition:
    """The effective condition of one service, somewhere from ``best`` to ``worst``.

    ``next_loss`` is what one more loss would make of it when it is at risk, else `OPERATIONAL`;
    ``possible_next_loss`` the same with every unknown taken as down.
    """

    best: int
    worst: int
    is_planned: bool
    next_loss: int
    possible_next_loss: int

    @property
    def code(self) -> int:
        """`OPERATIONAL`, `DEGRADED`, `DOWN`, or `UNKNOWN` when it is not certain."""
        return self.best if self.best == self.worst else UNKNOWN

    @property
    def is_at_risk(self) -> bool:
        """Whether one more loss would worsen it, taking what is unknown as operational."""
        return self.next_loss > OPERATIONAL

    @property
    def words(self) -> Said:
        """The range in words; "maintenance" where it is planned."""
        return said("maintenance") if self.is_planned else range_words(self.best, self.worst)


@dataclass(eq=False)
class Conditions:
    """The live conditions of all services of a chain: packed arrays by rank.

    ``own`` are the own conditions, ``packed`` the effective ones, ``next_loss`` what the next loss
    would do (`risk`). The other columns are computed from them for all services, by position.
    """

    chain: Chain
    own: Ints
    packed: Ints
    next_loss: Bytes

    def copy(self) -> Conditions:
        """The same, to be changed without touching these."""
        return Conditions(self.chain, self.own.copy(), self.packed.copy(), self.next_loss.copy())

    def of(self, position: int) -> Condition:
        """The condition of one service."""
        rank = int(self.chain.rank[position])
        best, worst, without, planned_best, planned_worst = (
            int(value(self.packed[rank], lane)) for lane in range(LANES)
        )
        is_planned = worst > 0 == without and (best, worst) == (planned_best, planned_worst)
        next_loss = int(self.next_loss[rank])
        return Condition(best, worst, is_planned, next_loss % AT_WORST, next_loss // AT_WORST)

    def lane(self, lane: int) -> Codes:
        """The conditions in one lane of `packing`."""
        return value(self.packed, lane).astype(np.int8)[self.chain.rank]

    @property
    def best(self) -> Codes:
        """With every unknown taken as operational."""
        return self.lane(BEST)

    @property
    def worst(self) -> Codes:
        """With every unknown taken as down."""
        return self.lane(WORST)

    @property
    def code(self) -> Codes:
        """`OPERATIONAL`, `DEGRADED`, `DOWN`, or `UNKNOWN` where best and worst differ."""
        best, worst = self.best, self.worst
        return np.where(best == worst, best, np.int8(UNKNOWN))

    @property
    def is_planned(self) -> Bools:
        """Which are not operational as planned: to be shown as maintenance."""
        planned: Bools = (
            (self.worst > OPERATIONAL)
            & (self.lane(WITHOUT_PLANNED) == OPERATIONAL)
            & (self.lane(ONLY_PLANNED_BEST) == self.best)
            & (self.lane(ONLY_PLANNED_WORST) == self.worst)
        )
        return planned

    @property
    def is_at_risk(self) -> Bools:
        """For whom one more loss would matter, taking what is unknown as operational."""
        risk: Bools = (self.next_loss % AT_WORST > 0)[self.chain.rank]
        return risk


class Engine(Protocol):
    """What computes over one chain: in numpy (`plain.PlainEngine`) or compiled
    (`kernels.engine.FastEngine`); both give identical results."""

    chain: Chain

    def full(self, own: Ints) -> tuple[Ints, Bytes]:
        """Effective conditions and next losses from own conditions, all by rank."""

    def change(self, conditions: Conditions, services: Ints, own: Ints) -> Ints:
        """Give services (by rank, each once) new own conditions, mend everything that follows
        from it, and say, in any order, whose conditions or next losses changed."""


def propagate(engine: Engine, own: Own) -> Conditions:
    """The effective conditions that follow from own conditions, given by position."""
    chain = engine.chain
    packed = packed_own(own.at(chain.position), chain.is_grounded)
    return Conditions(chain, packed, *engine.full(packed))


def propagate_change(engine: Engine, conditions: Conditions, positions: Ints, own: Own) -> Ints:
    """Give some services, each once, new own conditions (``own`` has one entry for each) and mend
    ``conditions``. Says who changed, by position, in order."""
    chain = engine.chain
    ranks = chain.ranks_of(positions)
    packed = packed_own(own, chain.is_grounded[ranks])
    return chain.positions_of(engine.change(conditions, ranks, packed))
