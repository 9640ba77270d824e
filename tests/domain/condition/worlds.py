"""Small worlds of every kind, and the product's arrays for them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from random import Random

import numpy as np
from hypothesis import strategies as st

from catenary.domain.chain.compiled import Codes
from catenary.domain.condition.own import Own
from catenary.domain.impact import Gates, gates, millionths
from tests.domain.condition.plainly import (
    DEGRADED,
    DOWN,
    OPERATIONAL,
    UNKNOWN,
    Group,
    Service,
    Word,
    World,
)

CODES = (OPERATIONAL, DEGRADED, DOWN, UNKNOWN, "nothing")
EVEN = [Decimal(1)]
WEIGHTS = [Decimal(text) for text in ("1", "1", "1", "2", "3", "0.5", "0.000001", "60")]
LARGE = [Decimal("999999999999.999999"), Decimal("0.000001")]
#: Sums beyond the machine's whole numbers.
HUGE = [Decimal("2999999999999.999999"), Decimal("0.000001")]


def random_group(chance: Random, size: int) -> Group:
    """Any group: itself as a member, thresholds of every kind, soft ones."""
    members = chance.sample(range(size), chance.randint(1, min(size, 4)))
    kind = chance.choice([EVEN] * 7 + [WEIGHTS] * 5 + [LARGE] * 2 + [HUGE])
    weights = [chance.choice(kind) for _ in members]
    # Every threshold that makes a difference is the sum of some members.
    sums = sorted({sum(c) for n in range(1, len(members) + 1) for c in combinations(weights, n)})
    minimum = chance.choice(sums)
    full = chance.choice([s for s in sums if s >= minimum])
    return Group(
        tuple(zip(members, weights, strict=True)),
        Decimal(minimum),
        Decimal(full),
        chance.random() < 0.3,
    )


def random_words(chance: Random) -> tuple[Word, ...]:
    """What sources say: one thing, nothing, or two."""
    conditions = [OPERATIONAL, OPERATIONAL, DEGRADED, DOWN, UNKNOWN]
    return tuple(
        Word(chance.choice(conditions), chance.random() < 0.4)
        for _ in range(chance.choice([0, 1, 1, 2]))
    )


def random_world(chance: Random) -> World:
    """Any small world, loops included."""
    size = chance.randint(1, 8)
    return World(
        tuple(
            Service(
                random_words(chance),
                tuple(random_group(chance, size) for _ in range(chance.choice([0, 1, 1, 2, 3]))),
                chance.random() < 0.3,
            )
            for _ in range(size)
        )
    )


def random_history(chance: Random) -> list[World]:
    """A world, and what becomes of it when some words change, again and again."""
    found = [random_world(chance)]
    for _ in range(chance.randint(1, 4)):
        services = list(found[-1].services)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(services))
            services[place] = replace(services[place], words=random_words(chance))
        found.append(World(tuple(services)))
    return found


def random_choices() -> st.SearchStrategy[Random]:
    """Chance that hypothesis can make smaller."""
    return st.randoms(use_true_random=False)


def gates_of(world: World) -> Gates:
    """The groups of a world as the product gets them."""
    rows = [
        (place, group) for place, service in enumerate(world.services) for group in service.groups
    ]
    return gates(
        len(world),
        [(place, millionths(g.minimum), millionths(g.full), g.is_soft) for place, g in rows],
        [
            (number, member, millionths(weight))
            for number, (_, group) in enumerate(rows)
            for member, weight in group.members
        ],
    )


def own_of(world: World) -> Own:
    """The own conditions of a world as the product gets them."""
    return Own(
        _codes(world, world),
        _codes(world.without_planned(), world),
        _codes(world.with_removed(lambda word: not word.is_planned), world),
        np.array([service.is_assumed for service in world.services], dtype=np.bool_),
    )


def _codes(world: World, reported: World) -> Codes:
    return np.array(
        [
            CODES.index(world.own(place) if reported.services[place].words else "nothing")
            for place in range(len(world))
        ],
        dtype=np.int8,
    )
