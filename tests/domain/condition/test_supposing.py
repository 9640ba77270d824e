"""What if, over live conditions: as if everything had been said so, and nothing live touched."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given

from catenary.domain.chain.compiled import compiled
from catenary.domain.condition.codes import DEGRADED, DOWN, OPERATIONAL
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import propagate
from catenary.domain.condition.supposing import Supposition, supposed, with_planned
from tests.domain.condition.plainly import Word, World
from tests.domain.condition.worlds import CODES, gates_of, own_of, random_choices, random_world


@given(random_choices())
def test_suppositions_mean_what_they_would_mean_if_they_were_said(chance: Random) -> None:
    world = random_world(chance)
    engine = PlainEngine(compiled(gates_of(world)))
    live = propagate(engine, own_of(world))
    before = live.copy()
    places = chance.sample(range(len(world)), chance.randint(0, min(3, len(world))))
    words = {
        place: chance.choice(
            [Word("down"), Word("degraded"), Word("down", is_planned=True), Word("operational")]
        )
        for place in places
    }
    services = tuple(
        replace(service, words=(words[place],)) if place in words else service
        for place, service in enumerate(world.services)
    )
    asked = [
        Supposition(place, CODES.index(word.condition), word.is_planned)
        for place, word in words.items()
    ]

    found = supposed(engine, live, asked)

    expected = propagate(engine, own_of(World(services)))
    assert (found.conditions.packed == expected.packed).all()
    assert (found.conditions.next_loss == expected.next_loss).all()
    assert (live.packed == before.packed).all() and (live.own == before.own).all()
    differs = [p for p in range(len(world)) if len(set(found.change(p))) > 1]
    assert set(differs) <= set(found.hit.tolist())
    was, is_now = world.range_of(), World(services).range_of()
    rank = ("operational", "degraded", "down").index
    worse = [
        place
        for place, (old, new) in enumerate(zip(was, is_now, strict=True))
        if rank(new[0]) > rank(old[0]) or rank(new[1]) > rank(old[1])
    ]
    assert found.worse.tolist() == worse


@pytest.mark.parametrize(
    "asked",
    [
        [Supposition(0, DOWN), Supposition(0, DEGRADED)],
        [Supposition(0, OPERATIONAL, is_planned=True)],
    ],
)
def test_what_cannot_be_is_refused(asked: list[Supposition]) -> None:
    world = random_world(Random(3))
    engine = PlainEngine(compiled(gates_of(world)))

    with pytest.raises(ValueError):
        supposed(engine, propagate(engine, own_of(world)), asked)


@given(random_choices())
def test_what_is_planned_besides_means_what_one_more_planned_word_would(chance: Random) -> None:
    world = random_world(chance)
    engine = PlainEngine(compiled(gates_of(world)))
    live = propagate(engine, own_of(world))
    before = live.copy()
    places = chance.sample(range(len(world)), chance.randint(0, min(3, len(world))))
    planned = {place: chance.choice([DEGRADED, DOWN]) for place in places}
    services = tuple(
        replace(service, words=(*service.words, Word(CODES[planned[place]], is_planned=True)))
        if place in planned
        else service
        for place, service in enumerate(world.services)
    )

    found = with_planned(engine, live, planned)

    expected = propagate(engine, own_of(World(services)))
    assert (found.packed == expected.packed).all()
    assert (live.packed == before.packed).all() and (live.own == before.own).all()
