"""Who is hit by what: every set of sources is tried, with all else working."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations
from random import Random

import pytest
from hypothesis import given

from catenary.domain.chain.packing import BEST, ONLY_PLANNED_WORST, WORST
from catenary.domain.condition import attribution
from catenary.domain.condition.attribution import Reasons, attributed
from tests.domain.condition.plainly import (
    DEGRADED,
    DOWN,
    OPERATIONAL,
    UNKNOWN,
    Group,
    Service,
    Word,
    World,
    worst_of,
)
from tests.domain.condition.test_explanation import at_least, conditions_of
from tests.domain.condition.worlds import CODES, random_choices, random_world

ONE = Decimal(1)


def own_in(world: World, lane: int) -> list[str]:
    """What every service is by itself, as a lane takes it."""
    world = world.without_unplanned() if lane == ONLY_PLANNED_WORST else world
    unknown_as = OPERATIONAL if lane == BEST else DOWN
    own = [world.own(place) for place in range(len(world))]
    return [unknown_as if condition == UNKNOWN else condition for condition in own]


def follows(world: World, own: list[str]) -> list[str]:
    """The least fixed point of own conditions."""
    now = [OPERATIONAL] * len(world)
    while True:
        after = [
            worst_of([own[place], *(group.contribution(now) for group in service.groups)])
            for place, service in enumerate(world.services)
        ]
        if after == now:
            return now
        now = after


def enough(world: World, own: list[str], place: int, level: str) -> set[frozenset[int]]:
    """Every least set of services that alone makes one as bad as that."""
    bad = [each for each, condition in enumerate(own) if at_least(condition, level)]
    found: list[frozenset[int]] = []
    for size in range(1, len(bad) + 1):
        for chosen in map(frozenset, combinations(bad, size)):
            if any(other <= chosen for other in found):
                continue
            alone = [c if p in chosen else OPERATIONAL for p, c in enumerate(own)]
            if at_least(follows(world, alone)[place], level):
                found.append(chosen)
    return set(found)


def reasons_of(world: World) -> dict[tuple[int, int, int], Reasons]:
    """What is told of every service, by lane and level."""
    found = attributed(conditions_of(world), range(len(world)))
    return {
        (place, each.question.lane, each.question.level): reasons
        for each in found
        for place, reasons in each.reasons.items()
    }


@given(random_choices())
def test_what_is_told_is_what_trying_every_set_finds(chance: Random) -> None:
    world = random_world(chance)
    told = reasons_of(world)
    planned = world.planned()
    for place, (best, worst) in enumerate(world.range_of()):
        lanes = {BEST: best, WORST: worst if worst != best else OPERATIONAL}
        if planned[place]:
            lanes = {ONLY_PLANNED_WORST: worst}
        for lane, level in lanes.items():
            if level == OPERATIONAL:
                continue
            found = told.pop((place, lane, CODES.index(level)))

            assert found.is_complete
            assert set(found.sets) == enough(world, own_in(world, lane), place, level)
    assert not told


@given(random_choices())
def test_every_source_told_has_a_path_that_is_relied_on(chance: Random) -> None:
    world = random_world(chance)
    for each in attributed(conditions_of(world), range(len(world))):
        named = {
            s for reasons in each.reasons.values() for sources in reasons.sets for s in sources
        }

        assert set(each.causes) == named
        for source, cause in each.causes.items():
            assert cause.source == source
            assert all(
                any(
                    below == member for g in world.services[above].groups for member, _ in g.members
                )
                for above, below in zip(cause.path, cause.path[1:], strict=False)
            )


def any_of(*members: int) -> Group:
    return Group(tuple((member, ONE) for member in members), ONE, ONE)


def all_of(*members: int) -> tuple[Group, ...]:
    return tuple(any_of(member) for member in members)


def sets_of(reasons: Reasons) -> list[set[int]]:
    return [set(sources) for sources in reasons.sets]


def test_alone_together_and_both() -> None:
    a, b, c = (Service((Word(DOWN),)) for _ in range(3))
    world = World(
        (
            a,
            b,
            c,
            Service((), (any_of(0, 1),)),
            Service((), all_of(0, 1)),
            # Lost with any of the first two, and again only with the first: the second has no part.
            Service((), (any_of(4, 0),)),
            Service((), (any_of(0, 1), *all_of(2))),
        )
    )

    told = {place: sets_of(reasons) for (place, _, _), reasons in reasons_of(world).items()}

    assert told[3] == [{0, 1}]
    assert told[4] == [{0}, {1}]
    assert told[5] == [{0}]
    assert told[6] == [{2}, {0, 1}]


def test_a_loop_is_no_reason_for_itself() -> None:
    below, above = Service((), all_of(0, 2)), Service((), all_of(1), is_assumed=True)
    world = World((Service((Word(DEGRADED),)), below, above))

    told = {place: sets_of(reasons) for (place, _, _), reasons in reasons_of(world).items()}

    assert told == {0: [{0}], 1: [{0}], 2: [{0}]}


def test_what_is_too_much_to_tell_is_cut_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    leaves = tuple(Service((Word(DOWN),)) for _ in range(8))
    half = Group(tuple((place, ONE) for place in range(8)), Decimal(5), Decimal(5))
    world = World((*leaves, Service((), (half,)), Service((), all_of(8)), Service((), all_of(0))))

    def told() -> Iterable[tuple[int, Reasons]]:
        return ((place, reasons) for (place, _, _), reasons in reasons_of(world).items())

    whole = dict(told())
    monkeypatch.setattr(attribution, "MOST_SETS", 10)
    cut = dict(told())

    assert (len(whole[9].sets), whole[9].is_complete) == (70, True)
    assert (len(cut[9].sets), cut[9].is_complete) == (10, False)
    assert (sets_of(cut[10]), cut[10].is_complete) == ([{0}], True)
    assert set(cut[9].sets) <= set(whole[9].sets)
