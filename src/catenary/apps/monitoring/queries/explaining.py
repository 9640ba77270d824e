"""Why a service is in its condition: the part of the chain below it that matters, put together from
what is kept and explained by the foundation. Nothing here knows who asks: `queries.status` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from catenary.apps.monitoring.queries.kept import UNHEARD_OF, Effective, effective_now
from catenary.apps.monitoring.queries.then import effective_then, own_then
from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.chain.compiled import compiled
from catenary.domain.condition.attribution import Attribution, Reasons, attributed
from catenary.domain.condition.codes import DOWN, NOTHING, OPERATIONAL, UNKNOWN
from catenary.domain.condition.explanation import Cause, Causes, explained
from catenary.domain.condition.own import Own
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Conditions, propagate
from catenary.domain.estate import Bools, Estate, Ints
from catenary.domain.impact import Gates

#: So many services below one are looked at for an explanation.
_MOST = 5_000
__all__ = [
    "UNHEARD_OF",
    "Effective",
    "Reasoned",
    "attributions_of",
    "causes_of",
    "effective_now",
    "reasons_of_certain",
    "reasons_of_several",
]
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
    nodes, effective, conditions = _looked_at(estate, places, at)
    explanations = [
        explained(conditions, int(np.searchsorted(nodes, place)), paths) for place in places
    ]
    return [
        (_in_estate(found.causes, nodes, effective), _in_estate(found.risks, nodes, effective))
        for found in explanations
    ]


@dataclass(frozen=True, slots=True)
class Reasoned:
    """The causes of the condition of one service, by position in the estate: first those that
    alone would be enough for it. ``is_only_together``: none of them would be."""

    causes: Causes
    is_only_together: bool


def reasons_of_several(estate: Estate, places: Sequence[int], paths: int) -> list[Reasoned]:
    """The causes of the conditions of several services, by position in the estate."""
    nodes, effective, conditions = _looked_at(estate, places, None)
    found = _reasoned(conditions, np.searchsorted(nodes, np.array(places)).tolist(), paths)
    return [replace(each, causes=_in_estate(each.causes, nodes, effective)) for each in found]


def reasons_of_certain(
    estate: Estate, places: Sequence[int], paths: int, is_bad: Bools
) -> list[Reasoned]:
    """The same of services that are certainly degraded or down, and not as planned; ``is_bad`` says
    of everything whether it certainly is. Their causes are such services: of all else below them
    nothing is asked, and of causes not whether they were planned."""
    steps = estate.steps_down(np.array(places), None, is_bad)
    followed = (steps >= 0) & is_bad
    if np.count_nonzero(followed) > _MOST:
        return reasons_of_several(estate, places, paths)
    nodes = np.flatnonzero(steps >= 0)
    numbers = estate.service_ids[nodes].tolist()
    said = own_then(estate.service_ids[np.flatnonzero(followed)].tolist(), None)
    values = [said[number][1] if number in said else _WELL for number in numbers]
    columns = np.array(values, dtype=np.int8)
    nobody = np.zeros(len(nodes), dtype=np.bool_)
    own = Own(columns[:, 0], columns[:, 1], columns[:, 2], nobody)
    engine = PlainEngine(compiled(narrowed(TODAY.gates(estate, followed), nodes)))
    within = np.searchsorted(nodes, np.array(places)).tolist()
    return [
        replace(each, causes=_at_places(each.causes, nodes))
        for each in _reasoned(propagate(engine, own), within, paths)
    ]


def _reasoned(conditions: Conditions, within: Sequence[int], paths: int) -> list[Reasoned]:
    sets: dict[int, list[frozenset[int]]] = {}
    for each in attributed(conditions, within):
        for place, reasons in each.reasons.items():
            sets.setdefault(place, []).extend(reasons.sets)
    found = []
    for place in within:
        least = sets.get(place, [])
        alone = frozenset(source for sources in least if len(sources) == 1 for source in sources)
        # None is left out before it is known which of them are enough.
        causes = explained(conditions, place, len(conditions.own)).causes
        told = sorted(causes.told, key=lambda cause: cause.source not in alone)
        causes = replace(causes, told=tuple(told[:paths]), more=max(0, len(told) - paths))
        found.append(Reasoned(causes, bool(least) and not alone))
    return found


def _at_places(causes: Causes, nodes: Ints) -> Causes:
    told = (
        replace(cause, path=tuple(int(nodes[place]) for place in cause.path))
        for cause in causes.told
    )
    return replace(causes, told=tuple(told))


def attributions_of(estate: Estate, places: Sequence[int]) -> list[Attribution]:
    """Which sources, alone or only together, make services what they are, by position in the
    estate; one answer for each question they have in common."""
    nodes, effective, conditions = _looked_at(estate, places, None)
    found = attributed(conditions, np.searchsorted(nodes, np.array(places)).tolist())
    return [
        Attribution(
            each.question,
            {
                int(nodes[place]): Reasons(
                    tuple(frozenset(int(nodes[s]) for s in sources) for sources in reasons.sets),
                    reasons.is_complete,
                )
                for place, reasons in each.reasons.items()
            },
            {
                int(nodes[source]): _of_estate(cause, nodes, effective)
                for source, cause in each.causes.items()
            },
        )
        for each in found
    ]


def _looked_at(
    estate: Estate, places: Sequence[int], at: datetime | None
) -> tuple[Ints, list[Effective], Conditions]:
    """The part of the chain that matters to some services: its positions, what stands there, and
    its conditions."""
    nodes, effective, is_followed = _below(estate, places, at)
    own, unheard = _own(estate, nodes, effective, is_followed, at)
    followed = np.zeros(estate.size, dtype=np.bool_)
    followed[nodes[is_followed]] = True
    engine = PlainEngine(compiled(narrowed(TODAY.gates(estate, followed), nodes)))
    return nodes, effective, _without_derived(engine, own, unheard)


def _without_derived(engine: PlainEngine, own: Own, unheard: Bools) -> Conditions:
    """Conditions in which those of whom nothing is known, because nobody speaks of what they rely
    on either, are no source of that themselves."""
    chain = engine.chain
    derived = np.flatnonzero(unheard & chain.is_grounded[chain.rank])
    if not len(derived):
        return propagate(engine, own)
    found = propagate(engine, own.with_at(derived, _well(len(derived))))
    # Where a loop was cut it looks as if they could rely on something that is well.
    follows = [found.of(place).worst == DOWN for place in derived.tolist()]
    if all(follows):
        return found
    derived = derived[follows]
    return propagate(engine, own.with_at(derived, _well(len(derived))))


def _well(size: int) -> Own:
    well = np.full(size, OPERATIONAL, dtype=np.int8)
    return Own(well, well, well, np.zeros(size, dtype=np.bool_))


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
    well, is_reached = np.ones(estate.size, dtype=np.bool_), np.zeros(estate.size, dtype=np.bool_)
    is_reached[reached] = True
    well[reached] = [effective[position].is_plainly_well for position in reached.tolist()]
    found, followed = np.zeros_like(well), np.zeros_like(well)
    frontier = np.unique(np.array(places, dtype=np.int64))
    found[frontier] = True
    while len(frontier):
        frontier = frontier[~well[frontier]]
        if len(reached) == _MOST:
            # Some of what stands below was cut off: nobody is followed halfway.
            frontier = frontier[
                [
                    bool(is_reached[estate.supporters_of(frontier[i : i + 1])].all())
                    for i in range(len(frontier))
                ]
            ]
        followed[frontier] = True
        below = estate.supporters_of(frontier)
        frontier = below[~found[below]]
        found[frontier] = True
    nodes = np.flatnonzero(found)
    return nodes, [effective[position] for position in nodes.tolist()], followed[nodes]


def _own(
    estate: Estate,
    nodes: Ints,
    effective: list[Effective],
    is_followed: Bools,
    at: datetime | None,
) -> tuple[Own, Bools]:
    """What is to be taken as said of each, and of whom nothing is, nor known of what they rely
    on."""
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
    unheard = is_followed & np.array(
        [
            known == UNHEARD_OF and number not in said
            for number, known in zip(numbers, effective, strict=True)
        ]
    )
    nobody = np.zeros(len(nodes), dtype=np.bool_)
    return Own(columns[:, 0], columns[:, 1], columns[:, 2], nobody), unheard


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
    told = tuple(_of_estate(cause, nodes, effective) for cause in causes.told)
    return Causes(told, causes.more, causes.is_complete)


def _of_estate(cause: Cause, nodes: Ints, effective: Sequence[Effective]) -> Cause:
    return Cause(
        tuple(int(nodes[place]) for place in cause.path),
        cause.explains,
        cause.condition,
        tuple(effective[place].is_planned for place in cause.path),
    )
