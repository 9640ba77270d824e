"""What becomes of roles when a provider says which ones somebody has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.documents.shapes import Role
from catenary.domain.sign_on import GivenRole, SettledRoles, settle_roles

A, B, C = (("alpha", Role.VIEWER), ("alpha", Role.ADMINISTRATOR), ("bravo", Role.USER))
roles = st.frozensets(st.sampled_from([A, B, C, ("bravo", Role.VIEWER)]))


@pytest.mark.parametrize(
    ("has", "gave", "gives", "roles", "given"),
    [
        ({A}, set(), {B}, {A, B}, {B}),
        ({A, B}, {B}, {B}, {A, B}, {B}),
        ({A, B}, {B}, set(), {A}, set()),
        ({A, B}, {B}, {C}, {A, C}, {C}),
        ({A}, set(), {A}, {A}, set()),
        ({A}, {B}, {B}, {A, B}, {B}),
        (set(), {B}, set(), set(), set()),
    ],
    ids=["gives", "again", "takes back", "moves", "was there", "taken by hand", "all gone"],
)
def test_a_provider_takes_away_only_what_it_gave(
    has: set[GivenRole],
    gave: set[GivenRole],
    gives: set[GivenRole],
    roles: set[GivenRole],
    given: set[GivenRole],
) -> None:
    settled = settle_roles(has=frozenset(has), gave=frozenset(gave), gives=frozenset(gives))

    assert settled == SettledRoles(frozenset(roles), frozenset(given))


@given(roles, roles, roles, roles)
def test_what_others_gave_stays_whatever_the_provider_says(
    by_hand: frozenset[GivenRole],
    first: frozenset[GivenRole],
    second: frozenset[GivenRole],
    third: frozenset[GivenRole],
) -> None:
    has, gave = by_hand, frozenset[GivenRole]()
    for gives in (first, second, third):
        settled = settle_roles(has=has, gave=gave, gives=gives)
        has, gave = settled.roles, settled.given
        assert has == by_hand | gives
    assert settle_roles(has=has, gave=gave, gives=frozenset()).roles == by_hand
    assert settle_roles(has=has, gave=gave, gives=third).roles == has
