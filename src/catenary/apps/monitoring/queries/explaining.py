"""Why a service is in its condition: the part of the chain below it that matters, put together from
what is kept and explained by the foundation. Nothing here knows who asks: `queries.status` does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from catenary.apps.monitoring.queries.kept import UNHEARD_OF, Effective, effective_now
from catenary.apps.monitoring.queries.then import effective_then, own_then
from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.chain.compiled import compiled
from catenary.domain.condition.codes import NOTHING, OPERATIONAL, UNKNOWN
from catenary.domain.condition.explanation import Cause, Causes, explained
from catenary.domain.condition.own import Own
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import propagate
from catenary.domain.estate import Bools, Estate, Ints
from catenary.domain.impact import Gates

#: So many services below one are looked at for an explanation.
_MOST = 5_000
__all__ = ["UNHEARD_OF", "Effective", "causes_of", "effective_now"]
_WELL = (OPERATIONAL, OPERATIONAL, OPERATIONAL)


def causes_of(
    estate: Estate, place: int, paths: int, at: datetime | None = None
) -> tuple[Causes, Causes]:
    """The causes of a service's condition and of its being at risk, by position in the estate; at
    a moment of the past, over today's chain."""
    return causes_of_several(estate, [place], paths, at)[0]


def causes_of_several(
    estate: Estate, places: Sequence[int], paths: int, at: datetime | None = None
) -> list[tuple[Causes, Causes]]:
    """The same of several services, from one look at the chain below them."""
    nodes, effective, is_followed = _below(estate, places, at)
    own = _own(estate, nodes, effective, is_followed, at)
    followed = np.zeros(estate.size, dtype=np.bool_)
    followed[nodes[is_followed]] = True
    engine = PlainEngine(compiled(narrowed(TODAY.gates(estate, followed), nodes)))
    conditions = propagate(engine, own)
    explanations = [
        explained(conditions, int(np.searchsorted(nodes, place)), paths) for place in places
    ]
    return [
        (_in_estate(found.causes, nodes, effective), _in_estate(found.risks, nodes, effective))
        for found in explanations
    ]


def _below(
    estate: Estate, places: Sequence[int], at: datetime | None
) -> tuple[Ints, list[Effective], Bools]:
    """The services on the way down to every source, in order; which of them are followed."""
    steps = estate.steps_down(np.array(places), None, np.ones(estate.size, dtype=np.bool_))
    reached = np.flatnonzero(steps >= 0)
    if len(reached) > _MOST:
        reached = reached[np.argsort(steps[reached], kind="stable")[:_MOST]]
    numbers = estate.service_ids[reached].tolist()
    known = effective_then(numbers, at)
    effective = {
        position: known.get(number, UNHEARD_OF)
        for position, number in zip(reached.tolist(), numbers, strict=True)
    }
    found, followed, waiting = set(places), set[int](), list(places)
    while waiting:
        position = waiting.pop()
        supporters = estate.supporters_of(np.array([position])).tolist()
        if effective[position].is_plainly_well or not effective.keys() >= set(supporters):
            continue
        followed.add(position)
        waiting += [each for each in supporters if each not in found]
        found.update(supporters)
    nodes = np.array(sorted(found), dtype=np.int64)
    is_followed = np.array([position in followed for position in nodes.tolist()], dtype=np.bool_)
    return nodes, [effective[position] for position in nodes.tolist()], is_followed


def _own(
    estate: Estate,
    nodes: Ints,
    effective: list[Effective],
    is_followed: Bools,
    at: datetime | None,
) -> Own:
    numbers = estate.service_ids[nodes].tolist()
    said = own_then(numbers, at)
    values = []
    for number, known, follows in zip(numbers, effective, is_followed.tolist(), strict=True):
        if not follows:
            # What is not followed stands for everything below it.
            code = known.best if known.best == known.worst else UNKNOWN
            well = OPERATIONAL
            values.append((code, well, code) if known.is_planned else (code, code, well))
        elif number in said:
            values.append(said[number][1])
        else:
            # As it was decided over the whole chain: here some loops are cut.
            is_silent_well = known.is_derived or known.is_assumed
            values.append(_WELL if is_silent_well else (UNKNOWN, UNKNOWN, OPERATIONAL))
    columns = np.array(values, dtype=np.int8)
    assert NOTHING not in columns
    return Own(columns[:, 0], columns[:, 1], columns[:, 2], np.zeros(len(nodes), dtype=np.bool_))


def narrowed(gates: Gates, nodes: Ints) -> Gates:
    """The same groups with places among ``nodes`` instead of positions in the estate."""
    return Gates(
        size=len(nodes),
        group_reliant=np.searchsorted(nodes, gates.group_reliant).astype(np.int64),
        group_minimum=gates.group_minimum,
        group_full=gates.group_full,
        group_soft=gates.group_soft,
        member_group=gates.member_group,
        member_supporter=np.searchsorted(nodes, gates.member_supporter).astype(np.int64),
        member_weight=gates.member_weight,
    )


def _in_estate(causes: Causes, nodes: Ints, effective: Sequence[Effective]) -> Causes:
    told = tuple(
        Cause(
            tuple(int(nodes[place]) for place in cause.path),
            cause.explains,
            cause.condition,
            tuple(effective[place].is_planned for place in cause.path),
        )
        for cause in causes.told
    )
    return Causes(told, causes.more, causes.is_complete)
