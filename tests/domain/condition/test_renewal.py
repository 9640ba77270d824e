"""A renewed chain gives what one compiled from scratch gives."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from hypothesis import given

from catenary.domain.chain import renewal
from catenary.domain.chain.compiled import Chain, compiled
from catenary.domain.chain.renewal import GONE, renewed
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import propagate
from catenary.domain.impact import Gates
from tests.domain.condition.plainly import Group, Service, World
from tests.domain.condition.worlds import (
    gates_of,
    own_of,
    random_choices,
    random_group,
    random_words,
    random_world,
)


def gates_of_some(world: World, places: set[int]) -> Gates:
    """The groups of some services alone."""
    return gates_of(
        World(
            tuple(
                service if place in places else replace(service, groups=())
                for place, service in enumerate(world.services)
            )
        )
    )


def assert_same(chain: Chain, world: World) -> None:
    found = propagate(PlainEngine(chain), own_of(world))
    expected = propagate(PlainEngine(compiled(gates_of(world))), own_of(world))
    for name in ("best", "worst", "is_planned", "is_at_risk"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist(), name
    assert (found.packed[chain.rank] == expected.packed[expected.chain.rank]).all()
    grounded = expected.chain.is_grounded[expected.chain.rank]
    assert (chain.is_grounded[chain.rank] == grounded).all()
    assert chain.size == len(world)


def renumbered(group: Group, moved: list[int]) -> Group | None:
    """A group after some services are gone and others have moved."""
    members = tuple((moved[m], w) for m, w in group.members if moved[m] != GONE)
    total = sum((w for _, w in members), Decimal(0))
    if not members:
        return None
    return replace(
        group, members=members, minimum=min(group.minimum, total), full=min(group.full, total)
    )


def changed_world(chance: Random, world: World) -> tuple[World, list[int], set[int]]:
    """Some services removed, some created, some changed: the new world, where everybody moved,
    and who is said anew."""
    size = len(world)
    gone = set(chance.sample(range(size), min(size, chance.choice([0, 0, 1, 2]))))
    created = chance.choice([0, 0, 1, 2])
    stays = [place for place in range(size) if place not in gone]
    order: list[int | None] = [*stays, *([None] * created)]
    chance.shuffle(order)
    if not order:
        return World(()), [GONE] * size, set()
    moved = [order.index(place) if place in stays else GONE for place in range(size)]
    services, touched = [], set()
    for place, old in enumerate(order):
        if old is None or chance.random() < 0.2:
            groups = [random_group(chance, len(order)) for _ in range(chance.choice([0, 1, 2]))]
            services.append(Service(random_words(chance), tuple(groups)))
            touched.add(place)
            continue
        service = world.services[old]
        if any(m in gone for group in service.groups for m, _ in group.members):
            touched.add(place)
        kept = [renumbered(group, moved) for group in service.groups]
        services.append(replace(service, groups=tuple(g for g in kept if g is not None)))
    return World(tuple(services)), moved, touched


@given(random_choices())
def test_a_renewed_chain_gives_what_one_compiled_gives(chance: Random) -> None:
    world = random_world(chance)
    chain = compiled(gates_of(world))
    for _ in range(3):
        world, moved, touched = changed_world(chance, world)

        chain = renewed(
            chain,
            np.array(moved, dtype=np.int64),
            np.array(sorted(touched), dtype=np.int64),
            gates_of_some(world, touched),
        )

        assert_same(chain, world)


def test_levels_are_kept_while_everything_points_downward(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(renewal, "levels_of", None)
    chance = Random(1)
    lowest = tuple(Service(random_words(chance)) for _ in range(4))
    one = random_group(chance, 4)
    world = World((*lowest, Service((), (one,)), Service((), (one,))))
    chain = compiled(gates_of(world))
    other = random_group(chance, 4)
    world = World((*lowest, Service((), (other,)), Service((), (one,))))

    chain = renewed(chain, np.arange(6), np.array([4]), gates_of_some(world, {4}))

    assert_same(chain, world)


def test_nobody_may_go_on_relying_on_what_is_gone() -> None:
    chance = Random(1)
    world = World((Service(), Service((), (random_group(chance, 1),))))
    chain = compiled(gates_of(world))

    with pytest.raises(ValueError):
        renewed(
            chain, np.array([GONE, 0]), np.array([], dtype=np.int64), gates_of(World((Service(),)))
        )
