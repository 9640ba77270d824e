"""The part of the chain that matters to a question of what if, and its conditions before anything
is supposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catenary.apps.monitoring.queries.explaining import narrowed
from catenary.apps.monitoring.queries.kept import UNHEARD_OF, Effective
from catenary.apps.monitoring.queries.then import (
    effective_then,
    own_then,
    own_without_schedules,
)
from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.chain import packing
from catenary.domain.chain.compiled import Codes, compiled
from catenary.domain.condition.codes import DEGRADED, DOWN, NOTHING, OPERATIONAL, UNKNOWN
from catenary.domain.condition.own import Own, packed_own
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Conditions
from catenary.domain.condition.supposing import (
    Supposed,
    Supposition,
    supposed,
    with_planned,
)
from catenary.domain.estate import Bools, Estate, Ints

#: What may be supposed of a service: its code, and whether it is planned.
SUPPOSABLE = {
    "down": (DOWN, False),
    "degraded": (DEGRADED, False),
    "maintenance": (DOWN, True),
    "degraded-maintenance": (DEGRADED, True),
    "unknown": (UNKNOWN, False),
    "operational": (OPERATIONAL, False),
}


@dataclass(eq=False)
class World:
    """The part of the chain that matters: ``nodes`` are positions in the estate, in order.
    ``base`` is what holds, and ``later`` what will when maintenance that is under way has ended as
    announced: the same where there is none."""

    nodes: Ints
    engine: PlainEngine
    base: Conditions
    kept: dict[int, Effective]
    later: Conditions

    def end_maintenance(
        self, estate: Estate, worked_on: list[int], home: Bools, now: datetime
    ) -> None:
        """Let what is under way at some places of the estate be over in ``later``; at a time to
        come it takes place when it is announced for then."""
        numbers = estate.service_ids[worked_on].tolist()
        said = own_without_schedules(numbers, now)
        values: list[tuple[int, int, int]] = []
        for number, is_ours in zip(numbers, home[worked_on].tolist(), strict=True):
            if is_ours:
                values.append(said.get(number, (NOTHING, NOTHING, NOTHING)))
            else:
                # Of others it is known what their services are, not what they would be without.
                known = self.kept.get(number, UNHEARD_OF)
                code = known.best if known.best == known.worst else UNKNOWN
                code = OPERATIONAL if known.is_planned else code
                values.append((code, code, OPERATIONAL))
        columns: Codes = np.array(values, dtype=np.int8).reshape(len(values), 3)
        own = Own(columns[:, 0], columns[:, 1], columns[:, 2], estate.assumed[worked_on])
        chain = self.base.chain
        ranks = chain.ranks_of(np.searchsorted(self.nodes, worked_on))
        self.later = self.base.copy()
        self.engine.change(self.later, ranks, packed_own(own, chain.is_grounded[ranks]))

    def with_planned(self, base: Conditions, planned: dict[int, int]) -> Conditions:
        """What would be anyway, by place among the nodes, while services are so as planned."""
        places = np.searchsorted(self.nodes, list(planned)).tolist()
        codes = dict(zip(places, planned.values(), strict=True))
        return with_planned(self.engine, base, codes)

    def suppose(self, base: Conditions, conditions: dict[int, str]) -> Supposed:
        """What would be, by place among the nodes."""
        places = np.searchsorted(self.nodes, list(conditions))
        return supposed(
            self.engine,
            base,
            [
                Supposition(int(place), *SUPPOSABLE[condition])
                for place, condition in zip(places, conditions.values(), strict=True)
            ],
        )


def world_of(estate: Estate, chosen: Ints, home: Bools, basis: str, at: datetime | None) -> World:
    """Everybody above what is chosen, with what else they rely on directly."""
    followed, inside = reached_from(estate, chosen, home)
    nodes = np.flatnonzero(inside)
    chain = compiled(narrowed(TODAY.gates(estate, followed), nodes))
    numbers = estate.service_ids[nodes].tolist()
    is_live = basis == "live"
    kept = effective_then(numbers, at) if is_live else {}
    effective = [kept.get(number, UNHEARD_OF) for number in numbers]
    packed = np.zeros(len(nodes), dtype=np.int64)
    if is_live:
        packed = packed_own(_own(numbers, effective, at), np.zeros(len(nodes), dtype=np.bool_))
        for place in np.flatnonzero(~followed[nodes]).tolist():
            packed[place] = _packed(effective[place])
    ranked = packed[chain.position]
    engine = PlainEngine(chain)
    base = Conditions(chain, ranked, *engine.full(ranked))
    return World(nodes, engine, base, kept, base)


def reached_from(estate: Estate, chosen: Ints, home: Bools) -> tuple[Bools, Bools]:
    """Whose reliance is followed, and who is looked at."""
    passing = home.copy()
    passing[chosen] = True
    above = estate.steps_up(chosen, None, passing) >= 0
    followed = above & home
    inside = above.copy()
    inside[estate.supporters_of(np.flatnonzero(followed))] = True
    return followed, inside


def _own(numbers: Sequence[int], effective: Sequence[Effective], at: datetime | None) -> Own:
    said = own_then(numbers, at)
    values = []
    for number, known in zip(numbers, effective, strict=True):
        if number in said:
            values.append(said[number][1])
        elif known.is_derived or known.is_assumed:
            # As it was decided over the whole chain: here some loops are cut.
            values.append((OPERATIONAL, OPERATIONAL, OPERATIONAL))
        else:
            values.append((UNKNOWN, UNKNOWN, OPERATIONAL))
    columns: Codes = np.array(values, dtype=np.int8).reshape(len(numbers), 3)
    assert NOTHING not in columns
    nobody = np.zeros(len(numbers), dtype=np.bool_)
    return Own(columns[:, 0], columns[:, 1], columns[:, 2], nobody)


def _packed(known: Effective) -> int:
    """What a service is altogether, as if it were so by itself."""
    is_planned = known.is_planned
    return (
        packing.marks_of(known.best, packing.BEST)
        | packing.marks_of(known.worst, packing.WORST)
        | packing.marks_of(0 if is_planned else known.best, packing.WITHOUT_PLANNED)
        | packing.marks_of(known.best if is_planned else 0, packing.ONLY_PLANNED_BEST)
        | packing.marks_of(known.worst if is_planned else 0, packing.ONLY_PLANNED_WORST)
    )
