"""`catenary outbox`: what was given up by address, tried again or discarded from the shell."""

from __future__ import annotations

import pytest

from tests.cli.test_telling import server, told
from tests.installation import Installation

__all__ = ["server", "told"]

UWE = "uwe@ward.example"


@pytest.fixture
def given_up(told: Installation) -> Installation:
    """Two messages to Uwe that were given up, and one to nobody any more."""
    ((row,),) = told.rows("SELECT id FROM monitoring_subscription")
    for number, reason in ((row, "550"), (row, "551"), (999, "552")):
        payload = f'{{"subscriptions":[{number}],"changes":[],"more":0,"causes":[]}}'
        told.write(
            "INSERT INTO common_outboxrow (kind, payload, created_at, due_at, attempts, dead_at,"
            f" trouble) VALUES ('notice', '{payload}', '2026-01-01 00:00:00+00:00',"
            f" '2026-01-01 00:00:00+00:00', 16, '2026-01-02 00:00:0{reason[-1]}+00:00',"
            f" '{reason}')"
        )
    return told


def test_what_was_given_up_is_told_by_address(given_up: Installation) -> None:
    ran, plain = given_up.run("outbox"), given_up.run("outbox", "--json").json

    assert ran.code == 1
    assert f"{UWE}: 2 given up since 2026-01-02 00:00 UTC: 551" in ran.out
    assert "-: 1 given up" in ran.out and "nobody is subscribed there any more" in ran.out
    assert [each["messages"] for each in plain["given-up-by-address"]] == [2, 1]
    assert len(plain["given-up"]) == 3


def test_an_address_is_tried_again_and_another_discarded(given_up: Installation) -> None:
    tried = given_up.run("outbox", "--retry", "--address", UWE)
    gone = given_up.run("outbox", "--discard", "--address", "-")

    assert (tried.code, gone.code) == (1, 0)
    assert "2 are tried again." in tried.out and "1 are discarded." in gone.out
    assert given_up.rows("SELECT dead_at FROM common_outboxrow") == [(None,), (None,)]
    assert given_up.rows("SELECT kind, about FROM access_accessevent WHERE about <> ''")[-1] == (
        "messages-discarded",
        "1, -",
    )


def test_nothing_is_discarded_that_was_not_said(given_up: Installation) -> None:
    assert given_up.run("outbox", "--discard").code == 2
    assert given_up.run("outbox", "--discard", "--retry", "--all").code == 2
    assert given_up.run("outbox", "--discard", "--all").code == 0
    assert given_up.rows("SELECT id FROM common_outboxrow") == []
