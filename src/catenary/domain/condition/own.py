"""The own condition of services: what is said of each, before the chain has its say.

Of each service three conditions are kept: as reported, with every planned cause removed, and with
every cause removed that is not planned (``docs/algorithms/propagation.md``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from catenary.domain.chain import packing
from catenary.domain.chain.compiled import Chain, Codes
from catenary.domain.chain.rows import Numbers
from catenary.domain.condition.codes import DOWN, NOTHING, OPERATIONAL, UNKNOWN
from catenary.domain.estate import Bools, Ints


@dataclass(frozen=True, eq=False)
class Own:
    """Own conditions, one entry per service: `OPERATIONAL`, `DEGRADED`, `DOWN`, `UNKNOWN`, or
    `NOTHING` where nothing is reported; then the other two say `NOTHING` too.

    ``is_assumed`` marks those whose owner declared "no monitoring: assume operational".
    """

    condition: Codes
    without_planned: Codes
    only_planned: Codes
    is_assumed: Bools

    @property
    def size(self) -> int:
        """How many services are spoken of."""
        return len(self.condition)

    def at(self, places: Numbers) -> Own:
        """The own conditions at some places."""
        return Own(*(getattr(self, name)[places] for name in self.__dataclass_fields__))

    def with_at(self, places: Numbers, others: Own) -> Own:
        """The same, but for some places."""
        columns = {}
        for name in self.__dataclass_fields__:
            columns[name] = getattr(self, name).copy()
            columns[name][places] = getattr(others, name)
        return replace(self, **columns)


def nothing_reported(size: int, is_assumed: Bools | None = None) -> Own:
    """Nobody has said anything of any of ``size`` services."""
    nothing = np.full(size, NOTHING, dtype=np.int8)
    assumed = np.zeros(size, dtype=np.bool_) if is_assumed is None else is_assumed
    return Own(nothing, nothing, nothing, assumed)


def reported(condition: Codes, is_planned: Bools) -> Own:
    """One word of each service: its condition, and whether it was planned."""
    well = np.int8(OPERATIONAL)
    planned = is_planned & (condition != NOTHING)
    # Whatever is removed leaves a service that is well, as far as its own condition goes.
    other = np.where(condition == NOTHING, condition, well)
    return Own(
        condition,
        np.where(planned, well, condition),
        np.where(planned, condition, other),
        np.zeros(len(condition), dtype=np.bool_),
    )


def packed_own(own: Own, is_grounded: Bools) -> Ints:
    """Own conditions as packed marks; ``is_grounded`` says of each service whether it relies on a
    hard group outside its own loop, from which its condition can be derived."""
    nothing = own.condition == NOTHING
    index = own.condition + np.int8(4) * own.without_planned + np.int8(16) * own.only_planned
    is_well = is_grounded | own.is_assumed
    index[nothing] = np.where(is_well[nothing], np.int8(_WELL), np.int8(_SILENT))
    packed: Ints = _PACKED.take(index)
    return packed


def is_derived(own: Own, chain: Chain) -> Bools:
    """Where nothing is reported and the condition comes from the supporters; by position."""
    derived: Bools = (own.condition == NOTHING) & chain.is_grounded[chain.rank]
    return derived


def _bounds(code: int) -> tuple[int, int]:
    return (OPERATIONAL, DOWN) if code == UNKNOWN else (code, code)


def _pack(condition: int, without_planned: int, only_planned: int) -> int:
    # Without what was planned, what is unknown is no fault that anybody knows of: at its best.
    best, worst = _bounds(condition)
    best_planned, worst_planned = _bounds(only_planned)
    return (
        packing.marks_of(best, packing.BEST)
        | packing.marks_of(worst, packing.WORST)
        | packing.marks_of(_bounds(without_planned)[0], packing.WITHOUT_PLANNED)
        | packing.marks_of(best_planned, packing.ONLY_PLANNED_BEST)
        | packing.marks_of(worst_planned, packing.ONLY_PLANNED_WORST)
    )


#: Three conditions as one number: nothing is wrong; and nobody knows, which is nobody's plan.
_WELL, _SILENT = 0, UNKNOWN + 4 * UNKNOWN + 16 * OPERATIONAL

#: The marks of every three conditions.
_PACKED = np.array(
    [_pack(number % 4, number // 4 % 4, number // 16) for number in range(64)], dtype=np.int64
)
