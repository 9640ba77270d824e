"""Explanations against their meaning: least sets of losses, tried one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from random import Random

import pytest
from hypothesis import given

from catenary.domain.chain.compiled import compiled
from catenary.domain.condition import codes, explanation
from catenary.domain.condition.explanation import Cause, explained
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Conditions, propagate
from tests.domain.condition.plainly import (
    DEGRADED,
    DOWN,
    OPERATIONAL,
    UNKNOWN,
    WORSE_TO_THE_RIGHT,
    Group,
    Service,
    Word,
    World,
    is_worse,
)
from tests.domain.condition.worlds import (
    CODES,
    gates_of,
    own_of,
    random_choices,
    random_world,
)

ALL = 1_000


def conditions_of(world: World) -> Conditions:
    return propagate(PlainEngine(compiled(gates_of(world))), own_of(world))


def at_least(condition: str, level: str) -> bool:
    return WORSE_TO_THE_RIGHT.index(condition) >= WORSE_TO_THE_RIGHT.index(level)


def least_members(lost: list[int], is_broken: Callable[[Iterable[int]], bool]) -> set[int]:
    """The members of all least sets that break it."""
    sets = [set(c) for n in range(len(lost) + 1) for c in combinations(lost, n) if is_broken(c)]
    return {m for s in sets if not any(other < s for other in sets) for m in s}


def breaks(group: Group, gone: Iterable[int], level: str) -> bool:
    """Whether a group without these is as bad as that."""
    if level == DOWN and group.is_soft:
        return False
    left = sum((w for m, w in group.members if m not in set(gone)), Decimal(0))
    return left < (group.minimum if level == DOWN else group.full)


def mattered(world: World, place: int, now: list[str], level: str) -> set[int]:
    """The members of a service whose loss made it as bad as that."""
    found: set[int] = set()
    for group in world.services[place].groups:
        lost = [m for m, _ in group.members if at_least(now[m], level)]
        found |= least_members(lost, lambda gone, g=group: breaks(g, gone, level))  # type: ignore[misc]
    return found


def sources(
    world: World, start: Iterable[int], unknown_as: str, level: str, steps: int = 0
) -> dict[int, int]:
    """Every service at the root, and how many steps away it is."""
    now = world.effective(unknown_as)
    distance = dict.fromkeys(start, steps)
    frontier = list(distance)
    while frontier:
        steps += 1
        nearer = {m for p in frontier for m in mattered(world, p, now, level)} - distance.keys()
        distance |= dict.fromkeys(nearer, steps)
        frontier = list(nearer)
    own = {p: unknown_as if world.own(p) == UNKNOWN else world.own(p) for p in distance}
    return {p: d for p, d in distance.items() if at_least(own[p], level)}


def lengths(causes: Iterable[Cause]) -> dict[int, int]:
    return {cause.source: len(cause.path) - 1 for cause in causes}


@given(random_choices())
def test_every_source_is_told_by_a_shortest_path(chance: Random) -> None:
    world = random_world(chance)
    conditions = conditions_of(world)
    planned, ranges = world.planned(), world.range_of()
    without_planned = world.without_planned().range_of()
    for place in range(len(world)):
        found = explained(conditions, place, ALL).causes.told

        best, worst = ranges[place]
        expected, faults = {}, {}
        if planned[place]:
            expected = sources(world.without_unplanned(), [place], DOWN, worst)
        else:
            if best != OPERATIONAL:
                expected = sources(world, [place], OPERATIONAL, best)
            if worst != best:
                expected = sources(world, [place], DOWN, worst) | expected
            # What is so bad because of maintenance, and none because of a fault.
            fault = without_planned[place][0]
            if fault != OPERATIONAL and fault != best:
                faults = sources(world.without_planned(), [place], OPERATIONAL, fault)
                expected |= faults
        assert lengths(found) == expected
        order = [
            (c.condition == codes.UNKNOWN, c.source not in faults, len(c.path), c.path)
            for c in found
        ]
        assert order == sorted(order), "what is known to be bad first, of each the nearest"
        assert all(c.path[0] == place for c in found)
        assert bool(found) == ((best, worst) != (OPERATIONAL, OPERATIONAL))
        for cause in found:
            if not planned[place]:
                assert CODES[cause.condition] == world.own(cause.source)


@given(random_choices())
def test_if_all_sources_worked_it_would_be_better(chance: Random) -> None:
    world = random_world(chance)
    conditions = conditions_of(world)
    for place, (best, worst) in enumerate(world.range_of()):
        if (best, worst) == (OPERATIONAL, OPERATIONAL):
            continue
        found = explained(conditions, place, ALL).causes.told
        mended = {cause.source for cause in found}
        services = tuple(
            replace(service, words=(Word(OPERATIONAL),)) if p in mended else service
            for p, service in enumerate(world.services)
        )
        after = World(services).range_of()[place]
        if not world.planned()[place]:
            assert is_worse(worst, after[1]) or is_worse(best, after[0])


@given(random_choices())
def test_a_risk_is_told_by_the_losses_that_left_it(chance: Random) -> None:
    world = random_world(chance)
    conditions = conditions_of(world)
    now, risks = world.effective(OPERATIONAL), world.next_losses(OPERATIONAL)
    for place, level in enumerate(risks):
        found = explained(conditions, place, ALL).risks

        if level == OPERATIONAL:
            assert not found
            continue
        start = weakening(world, place, now, level)
        assert lengths(found.told) == sources(world, start, OPERATIONAL, level, 1)
        assert all(cause.explains == CODES.index(level) for cause in found.told)


def weakening(world: World, place: int, now: list[str], level: str) -> set[int]:
    """The lost members without one of which the service could bear the next loss."""
    found: set[int] = set()
    well = [OPERATIONAL] * len(world)
    groups = world.services[place].groups
    for group in groups:
        lost = [m for m, _ in group.members if at_least(now[m], level)]
        for member, _ in group.members:
            alone = [DOWN if m == member else c for m, c in enumerate(well)]
            own = OPERATIONAL if world.own(place) == UNKNOWN else world.own(place)
            hurts = any(is_worse(g.contribution(alone), own) for g in groups)
            if member != place and not hurts and member not in lost:
                found |= least_members(
                    lost,
                    lambda gone, g=group, m=member: breaks(g, {*gone, m}, level),  # type: ignore[misc]
                )
    return found - {place}


def test_what_is_not_told_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Decimal(1)
    leaves = tuple(Service((Word(DOWN),)) for _ in range(9))
    top = Service((), tuple(Group(((place, one),), one, one) for place in range(9)))
    conditions = conditions_of(World((*leaves, top)))

    found = explained(conditions, 9, 3).causes

    assert [cause.path for cause in found.told] == [(9, 0), (9, 1), (9, 2)]
    assert (found.more, found.is_complete) == (6, True)

    monkeypatch.setattr(explanation, "LOOKED_AT", 5)
    found = explained(conditions, 9, 3).causes
    assert (len(found.told), found.more, found.is_complete) == (3, 1, False)


def test_a_fault_beside_maintenance_is_told_first_and_the_maintenance_too() -> None:
    one = Decimal(1)
    hard = Group(((0, one),), one, one)
    soft = Group(((2, one),), one, one, True)
    world = World(
        (
            Service((Word(DOWN, is_planned=True),)),
            Service((Word(DOWN),)),
            Service((), (Group(((1, one),), one, one),)),
            Service((), (hard, soft)),
        )
    )
    conditions = conditions_of(world)
    assert not conditions.of(3).is_planned, "a fault would remain"

    found = explained(conditions, 3).causes.told

    assert [(c.path, CODES[c.explains], CODES[c.condition]) for c in found] == [
        ((3, 2, 1), "degraded", "down"),
        ((3, 0), "down", "down"),
    ]
    assert explained(conditions, 3, 1).causes.told == found[:1]


def test_degraded_comes_from_what_is_degraded_or_down() -> None:
    one = Decimal(1)
    world = World(
        (
            Service((Word(DOWN),)),
            Service((Word(DEGRADED),)),
            Service((), (Group(((0, one),), one, one, True), Group(((1, one),), one, one))),
        )
    )

    found = explained(conditions_of(world), 2)

    assert [(c.path, CODES[c.explains], CODES[c.condition]) for c in found.causes.told] == [
        ((2, 0), "degraded", "down"),
        ((2, 1), "degraded", "degraded"),
    ]
