"""How far two sides agree, read from who confirmed which version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.workshop.standing import (
    Confirmation,
    Side,
    standing_of,
    why_not_confirm,
)

MARCH = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
P, C = Side.PROVIDER, Side.CUSTOMER
ANN, BEN = 1, 2


def confirmations(said: str) -> list[Confirmation]:
    """``"P1 C1 P2"``: the provider confirmed version 1, then the customer did, …"""
    return [
        Confirmation(
            P if word[0] == "P" else C,
            word[1:],
            ANN if word[0] == "P" else BEN,
            MARCH + timedelta(days=day),
            day,
        )
        for day, word in enumerate(said.split())
    ]


@pytest.mark.parametrize(
    ("said", "now", "state", "waiting"),
    [
        ("", "1", "open", (P, C)),
        ("P1", "1", "open", (C,)),
        ("C1", "1", "open", (P,)),
        ("P1 C1", "1", "agreed", ()),
        ("C1 P1", "1", "agreed", ()),
        ("P1 C2", "2", "open", (P,)),
        ("P1 C1", "2", "changed", (P, C)),
        ("P1 C1 P2", "2", "changed", (C,)),
        ("P1 C1 P2 C2", "2", "agreed", ()),
        # Going back to what was agreed is agreed, until they have agreed on something else.
        ("P1 C1 P2", "1", "agreed", ()),
        ("P1 C1 P2 C2", "1", "changed", (P, C)),
        # Two who never meant the same thing at the same time have not agreed.
        ("P1 P2 C1", "1", "open", (P,)),
    ],
)
def test_how_things_stand(said: str, now: str, state: str, waiting: tuple[Side, ...]) -> None:
    standing = standing_of(confirmations(said), now)

    assert (standing.state, standing.waiting_for) == (state, waiting)


def test_an_agreement_names_both_and_when_the_second_came() -> None:
    standing = standing_of(confirmations("C1 P1 P2"), "2")

    assert standing.agreement is not None
    assert standing.agreement.at == MARCH + timedelta(days=1)
    assert (standing.agreement.provider.person_id, standing.agreement.customer.person_id) == (
        ANN,
        BEN,
    )


HISTORIES = st.lists(st.sampled_from(["P1", "C1", "P2", "C2", "P3", "C3"]), max_size=8).map(
    " ".join
)
VERSIONS = st.sampled_from(["1", "2", "3"])


@given(HISTORIES, VERSIONS)
def test_it_takes_both_to_agree(said: str, now: str) -> None:
    standing = standing_of(confirmations(said), now)

    if standing.agreement is not None:
        version = standing.agreement.version
        assert f"P{version}" in said.split() and f"C{version}" in said.split()
    if standing.state == "agreed":
        assert standing.waiting_for == ()
    else:
        assert standing.waiting_for


@given(HISTORIES, VERSIONS)
def test_what_both_confirm_now_is_agreed_whatever_was_before(said: str, now: str) -> None:
    said = f"{said} P{now} C{now}"

    assert standing_of(confirmations(said), now).state == "agreed"


@given(HISTORIES, VERSIONS, st.sampled_from(Side))
def test_confirming_twice_changes_nothing(said: str, now: str, side: Side) -> None:
    once = confirmations(f"{said} {side.value[0].upper()}{now}")
    twice = [*once, once[-1]]

    assert standing_of(once, now).state == standing_of(twice, now).state
    assert why_not_confirm(standing_of(once, now), side, ANN) == "confirmed"


def test_nobody_agrees_with_themselves() -> None:
    standing = standing_of(confirmations("P1"), "1")

    assert why_not_confirm(standing, C, ANN) == "both-sides"
    assert why_not_confirm(standing, C, BEN) == ""
