"""Effective conditions against their meaning in plain Python, on every small world tried."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from random import Random

import numpy as np
import pytest
from hypothesis import given

from catenary.domain.chain.compiled import Chain, compiled
from catenary.domain.chain.rows import Numbers
from catenary.domain.condition import passes, plain
from catenary.domain.condition.own import is_derived, reported
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Conditions, Engine, propagate, propagate_change
from catenary.domain.condition.risk import AT_WORST
from catenary.domain.impact import Gates, gates
from tests.domain.condition.plainly import DOWN, OPERATIONAL, World
from tests.domain.condition.worlds import (
    CODES,
    gates_of,
    own_of,
    random_choices,
    random_history,
    random_world,
)


class Way:
    """One way of computing the same."""

    def __init__(self, engine: Callable[[Chain], Engine]) -> None:
        self.engine = engine

    def engine_of(self, chain: Chain) -> Engine:
        if self.engine is not PlainEngine and chain.wide.is_huge:
            return PlainEngine(chain)
        return self.engine(chain)


@pytest.fixture(scope="module", params=["one by one", "together", "compiled"])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    """Small worlds never have many services at once; so both plain ways are taken on purpose."""
    if request.param == "compiled":
        fast = pytest.importorskip("catenary.domain.condition.fast", reason="numba is not here")
        yield Way(fast.FastEngine)
        return
    limit = 1_000 if request.param == "one by one" else 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "FEW", limit)
        patch.setattr(plain, "FEW", limit)
        yield Way(PlainEngine)


def named(found: Numbers) -> list[str]:
    return [CODES[code] for code in found]


def assert_means(found: Conditions, world: World) -> None:
    """The product's arrays say what the world says."""
    assert list(zip(named(found.best), named(found.worst), strict=True)) == world.range_of()
    assert list(found.is_planned) == world.planned()
    next_loss = found.next_loss[found.chain.rank]
    assert named(next_loss % AT_WORST) == world.next_losses(OPERATIONAL)
    assert named(next_loss // AT_WORST) == world.next_losses(DOWN)


def assert_propagates(way: Way, world: World) -> None:
    chain = compiled(gates_of(world))

    found = propagate(way.engine_of(chain), own_of(world))

    assert_means(found, world)
    derived = [world.is_derived(place) for place in range(len(world))]
    assert list(is_derived(own_of(world), chain)) == derived


def assert_changes(way: Way, history: list[World]) -> None:
    engine = way.engine_of(compiled(gates_of(history[0])))
    conditions = propagate(engine, own_of(history[0]))
    for before, after in zip(history, history[1:], strict=False):
        was = conditions.copy()
        pairs = zip(before.services, after.services, strict=True)
        places = np.array([p for p, (one, two) in enumerate(pairs) if one != two], dtype=int)

        changed = propagate_change(engine, conditions, places, own_of(after).at(places))

        assert_means(conditions, after)
        differs = (was.packed != conditions.packed) | (was.next_loss != conditions.next_loss)
        assert list(changed) == sorted(engine.chain.position[differs])


@given(random_choices())
def test_conditions_are_what_the_rule_says(way: Way, chance: Random) -> None:
    assert_propagates(way, random_world(chance))


@given(random_choices())
def test_a_change_ends_where_computing_everything_ends(way: Way, chance: Random) -> None:
    assert_changes(way, random_history(chance))


@given(random_choices())
def test_a_change_that_is_given_up_half_way_ends_there_too(way: Way, chance: Random) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[way.engine.__module__], "_AT_LEAST", 2)
        assert_changes(way, random_history(chance))


def test_thousands_of_chains_are_what_the_rule_says(way: Way) -> None:
    chance = Random(2_026)
    for _ in range(1_000):
        assert_propagates(way, random_world(chance))
    for _ in range(150):
        assert_changes(way, random_history(chance))


def large_gates(chance: Random, size: int) -> Gates:
    """A chain of many services: a long path, a ring, a crowd that shares a few supporters, and a
    service that relies on hundreds."""
    rows: list[tuple[int, int, int, bool]] = []
    members: list[tuple[int, int, int]] = []

    def add(reliant: int, supporters: list[int], minimum: int, full: int = 0) -> None:
        for supporter in supporters:
            members.append((len(rows), supporter, 1_000_000))
        needed = (minimum * 1_000_000, (full or minimum) * 1_000_000)
        rows.append((reliant, *needed, chance.random() < 0.05))

    part = size // 4
    for service in range(1, part):
        add(service, [service - 1], 1)
    for service in range(part, 2 * part):
        add(service, [part + (service + 1) % part], 1)
    for service in range(2 * part, size - 1):
        add(service, sorted({chance.randrange(0, service) for _ in range(3)}), 1)
        add(service, sorted({chance.randrange(0, 9), service - 1}), 1)
    add(size - 1, list(range(0, size - 1, 7)), size // 20, size // 8)
    return gates(size, rows, members)


def test_all_ways_agree_on_a_large_chain(way: Way) -> None:
    chance = Random(7)
    chain = compiled(large_gates(chance, 3_000))
    codes = np.array(chance.choices([0, 1, 2, 3, 4], [8, 1, 1, 1, 40], k=chain.size), np.int8)
    planned = np.array([chance.random() < 0.5 for _ in range(chain.size)])
    engine, other = way.engine_of(chain), PlainEngine(chain)
    conditions = propagate(engine, reported(codes, planned))
    assert (conditions.packed == propagate(other, reported(codes, planned)).packed).all()
    for changing in (1, 1, 1, 1, 20, 20, 400, 400, 3_000):
        places = np.array(chance.sample(range(chain.size), changing))
        codes[places] = np.array(chance.choices([0, 1, 2, 3, 4], k=changing), np.int8)

        propagate_change(engine, conditions, places, reported(codes[places], planned[places]))

        expected = propagate(other, reported(codes, planned))
        assert (conditions.packed == expected.packed).all()
        assert (conditions.next_loss == expected.next_loss).all()


def test_nothing_at_all_is_computed_too(way: Way) -> None:
    engine = way.engine_of(compiled(gates_of(World(()))))

    found = propagate(engine, own_of(World(())))

    assert found.code.size == 0
