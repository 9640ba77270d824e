"""Effective conditions against their meaning in plain Python, on every small world tried."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given

from catenary.domain.chain.compiled import compiled
from catenary.domain.chain.rows import Numbers
from catenary.domain.condition import passes, plain
from catenary.domain.condition.own import is_derived
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Conditions, propagate, propagate_change
from catenary.domain.condition.risk import AT_WORST
from tests.domain.condition.plainly import DOWN, OPERATIONAL, World
from tests.domain.condition.worlds import (
    CODES,
    gates_of,
    own_of,
    random_choices,
    random_history,
    random_world,
)


@pytest.fixture(params=["one by one", "together"], autouse=True)
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small worlds never have many services at once; so both ways are taken on purpose."""
    limit = 1_000 if request.param == "one by one" else 0
    monkeypatch.setattr(passes, "FEW", limit)
    monkeypatch.setattr(plain, "FEW", limit)


def named(found: Numbers) -> list[str]:
    return [CODES[code] for code in found]


def assert_means(found: Conditions, world: World) -> None:
    """The product's arrays say what the world says."""
    assert list(zip(named(found.best), named(found.worst), strict=True)) == world.range_of()
    assert list(found.is_planned) == world.planned()
    next_loss = found.next_loss[found.chain.rank]
    assert named(next_loss % AT_WORST) == world.next_losses(OPERATIONAL)
    assert named(next_loss // AT_WORST) == world.next_losses(DOWN)


def assert_propagates(world: World) -> None:
    chain = compiled(gates_of(world))

    found = propagate(PlainEngine(chain), own_of(world))

    assert_means(found, world)
    derived = [world.is_derived(place) for place in range(len(world))]
    assert list(is_derived(own_of(world), chain)) == derived


def assert_changes(history: list[World]) -> None:
    engine = PlainEngine(compiled(gates_of(history[0])))
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
def test_conditions_are_what_the_rule_says(chance: Random) -> None:
    assert_propagates(random_world(chance))


@given(random_choices())
def test_a_change_ends_where_computing_everything_ends(chance: Random) -> None:
    assert_changes(random_history(chance))


@given(random_choices())
def test_a_change_that_is_given_up_half_way_ends_there_too(chance: Random) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "_AT_LEAST", 2)
        assert_changes(random_history(chance))


def test_thousands_of_chains_are_what_the_rule_says() -> None:
    chance = Random(2_026)
    for _ in range(1_500):
        assert_propagates(random_world(chance))
    for _ in range(200):
        assert_changes(random_history(chance))


def test_nothing_at_all_is_computed_too() -> None:
    engine = PlainEngine(compiled(gates_of(World(()))))

    found = propagate(engine, own_of(World(())))

    assert found.code.size == 0
