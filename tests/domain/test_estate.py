"""The estate against the meaning of viewpoints in plain sets, on every small catalogue tried."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.documents.shapes import CatalogueDocument, Stage
from catenary.domain.estate import ROLE_NAMES, places_among
from tests.domain.estates import (
    Oracle,
    catalogue,
    estate_of,
    organization,
    service,
    small_catalogues,
)

BOTH_COMPANIES = catalogue(
    [
        organization("ledgerly"),
        organization("ledgerly-dev", "ledgerly"),
        organization("ledgerly-product", "ledgerly"),
        organization("stonebridge"),
        organization("harbour-bank"),
    ],
    [
        service("ledgerly-product/accounting", "ledgerly-dev/maintenance"),
        service("ledgerly-dev/maintenance", "ledgerly-dev/build"),
        service("ledgerly-dev/build"),
        service("stonebridge/maintenance", "stonebridge/build"),
        service("stonebridge/build"),
        service("harbour-bank/payments", "stonebridge/maintenance"),
        service("harbour-bank/branch-app", stage=Stage.PROPOSED),
    ],
    [("harbour-bank", "ledgerly-product/accounting")],
)


def roles(said: CatalogueDocument, viewpoint: str) -> dict[str, str]:
    """The role of every service seen from an organization."""
    estate, keys, references = estate_of(said)
    found = estate.roles_seen_from(keys.index(viewpoint))
    return {r: ROLE_NAMES[code] for r, code in zip(references, found, strict=True)}


# The table of docs/algorithms/viewpoint.md.
@pytest.mark.parametrize(
    ("viewpoint", "reference", "role"),
    [
        ("ledgerly", "ledgerly-dev/maintenance", "supporting"),
        ("stonebridge", "stonebridge/maintenance", "customer-facing"),
        ("ledgerly-dev", "ledgerly-dev/maintenance", "customer-facing"),
        ("ledgerly", "ledgerly-product/accounting", "customer-facing"),
        ("ledgerly-dev", "ledgerly-product/accounting", "elsewhere"),
        ("ledgerly-product", "ledgerly-dev/maintenance", "external"),
        ("ledgerly-product", "ledgerly-dev/build", "elsewhere"),
        ("stonebridge", "stonebridge/build", "supporting"),
        ("harbour-bank", "stonebridge/maintenance", "external"),
        ("harbour-bank", "stonebridge/build", "elsewhere"),
        ("harbour-bank", "ledgerly-product/accounting", "external"),
        ("harbour-bank", "harbour-bank/branch-app", "idle"),
    ],
)
def test_the_same_service_has_the_role_its_viewpoint_gives_it(
    viewpoint: str, reference: str, role: str
) -> None:
    assert roles(BOTH_COMPANIES, viewpoint)[reference] == role


def test_harbour_bank_sees_four_of_the_seven_services() -> None:
    estate, keys, references = estate_of(BOTH_COMPANIES)

    seen = estate.visible(keys.index("harbour-bank"), [], sees_restricted=False)

    assert [reference for reference, is_seen in zip(references, seen, strict=True) if is_seen] == [
        "ledgerly-product/accounting",
        "stonebridge/maintenance",
        "harbour-bank/payments",
        "harbour-bank/branch-app",
    ]


def test_the_page_shows_this_very_table(root: Path) -> None:
    page = (root / "docs" / "algorithms" / "viewpoint.md").read_text()

    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \| (\S+) \|", page, flags=re.MULTILINE)

    assert len(rows) == 12
    for viewpoint, reference, role in rows:
        assert roles(BOTH_COMPANIES, viewpoint)[reference] == role


@given(small_catalogues())
def test_roles_are_what_the_sets_say_from_every_viewpoint(said: CatalogueDocument) -> None:
    oracle = Oracle(said)

    for viewpoint in said.organizations:
        expected = {r: oracle.role(viewpoint, r) for r in said.services}
        assert roles(said, viewpoint) == expected


@given(small_catalogues())
def test_what_one_consumes_is_never_idle_nor_elsewhere(said: CatalogueDocument) -> None:
    for consumer, consumed in said.consumption:
        assert roles(said, consumer)[consumed] not in ("idle", "elsewhere")


@given(small_catalogues())
def test_sharing_between_tops_is_what_the_sets_say(said: CatalogueDocument) -> None:
    estate, keys, references = estate_of(said)
    oracle = Oracle(said)

    for top in (key for key in keys if oracle.root(key) == key):
        shared = estate.shared_with(keys.index(top))
        expected = [oracle.is_shared(top, reference) for reference in references]
        assert shared.tolist() == expected


@given(small_catalogues(), st.data())
def test_what_is_visible_is_what_the_sets_say(said: CatalogueDocument, data: st.DataObject) -> None:
    estate, keys, references = estate_of(said)
    oracle = Oracle(said)
    memberships = data.draw(st.lists(st.sampled_from(keys), unique=True, max_size=3))
    sees_restricted = data.draw(st.booleans())

    for top in (key for key in keys if oracle.root(key) == key):
        unlocked = [keys.index(key) for key in memberships if oracle.root(key) == top]
        visible = estate.visible(keys.index(top), unlocked, sees_restricted)
        assert visible.tolist() == [
            oracle.is_visible(top, memberships, sees_restricted, r) for r in references
        ]


@given(small_catalogues(), st.data())
def test_steps_are_the_shortest_ways_through_what_may_be_passed(
    said: CatalogueDocument, data: st.DataObject
) -> None:
    estate, _, references = estate_of(said)
    oracle = Oracle(said)
    passable = data.draw(st.lists(st.sampled_from(references), unique=True)) if references else []
    start = data.draw(st.lists(st.sampled_from(references), unique=True)) if references else []
    depth = data.draw(st.none() | st.integers(0, 4))
    mask = np.array([reference in passable for reference in references], dtype=np.bool_)
    places = np.array([references.index(reference) for reference in start], dtype=np.int64)

    for upward, walk in ((True, estate.steps_up), (False, estate.steps_down)):
        expected = oracle.steps(set(start), depth, set(passable), upward)
        found = walk(places, depth, mask)
        assert found.tolist() == [expected.get(reference, -1) for reference in references]


@given(small_catalogues(), st.data())
def test_neighbours_are_each_named_once(said: CatalogueDocument, data: st.DataObject) -> None:
    estate, keys, references = estate_of(said)
    oracle = Oracle(said)
    some = data.draw(st.lists(st.sampled_from(references), unique=True)) if references else []
    places = np.array([references.index(reference) for reference in some], dtype=np.int64)

    supporters = {s for reference in some for s in oracle.supporters(reference)}
    reliants = {s for reference in some for s in oracle.reliants(reference)}

    assert [references[p] for p in estate.supporters_of(places)] == sorted(
        supporters, key=references.index
    )
    assert [references[p] for p in estate.reliants_of(places)] == sorted(
        reliants, key=references.index
    )
    for reference in some:
        consumers = estate.consumers_of(references.index(reference))
        assert {keys[c] for c in consumers} == oracle.declared(reference)


@given(small_catalogues(), st.lists(st.integers(4990, 5010), max_size=6))
def test_positions_are_found_in_the_order_asked_and_unknown_numbers_left_out(
    said: CatalogueDocument, wanted: list[int]
) -> None:
    estate, _, _ = estate_of(said)
    expected = [5000 - number for number in wanted if 0 <= 5000 - number < estate.size]

    assert estate.service_positions(wanted).tolist() == expected
    for number in wanted:
        place = 5000 - number
        assert estate.service_position(number) == (place if 0 <= place < estate.size else None)


def test_a_loop_of_services_is_walked_once() -> None:
    said = catalogue(
        [organization("acme")],
        [service("acme/a", "acme/b"), service("acme/b", "acme/c"), service("acme/c", "acme/a")],
    )
    estate, _, _ = estate_of(said)

    down = estate.steps_down(np.array([0]), None, np.ones(3, dtype=np.bool_))

    assert down.tolist() == [0, 1, 2]
    assert set(roles(said, "acme").values()) == {"supporting"}


def test_reliance_on_oneself_is_no_consumption() -> None:
    said = catalogue([organization("acme")], [service("acme/a", "acme/a")])

    assert roles(said, "acme") == {"acme/a": "idle"}


def test_a_retired_service_consumes_nothing_and_shares_nothing() -> None:
    said = catalogue(
        [organization("acme"), organization("north")],
        [service("north/old", "acme/db", stage=Stage.RETIRED), service("acme/db")],
    )
    estate, keys, references = estate_of(said)

    assert roles(said, "acme")["acme/db"] == "idle"
    assert roles(said, "north")["acme/db"] == "elsewhere"
    assert not estate.shared_with(keys.index("north")).any()
    # What it says it relied on is still written down, and can be followed.
    assert estate.supporters_of(np.array([references.index("north/old")])).tolist() == [1]


def test_an_estate_without_anything_answers() -> None:
    estate, _, _ = estate_of(catalogue([], []))

    assert estate.size == 0
    assert estate.service_position(1) is None
    assert estate.organization_position(1) is None
    assert estate.supporters_of(np.zeros(0, dtype=np.int64)).tolist() == []


@given(
    st.sets(st.integers(-50, 50) | st.integers(10**6, 10**6 + 20), max_size=30),
    st.lists(st.integers(-60, 60) | st.integers(10**6 - 5, 10**6 + 25), max_size=40),
    st.randoms(use_true_random=False),
)
def test_numbers_are_found_wherever_they_stand_and_others_are_not(
    known: set[int], wanted: list[int], chance: Random
) -> None:
    listed = sorted(known)
    chance.shuffle(listed)
    ids = np.array(listed, dtype=np.int64)

    places, is_there = places_among(ids, lambda: np.argsort(ids), np.array(wanted, dtype=np.int64))

    assert is_there.tolist() == [number in known for number in wanted]
    assert ids[places[is_there]].tolist() == [number for number in wanted if number in known]
