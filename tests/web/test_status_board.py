"""The status board: what does not work first, the rest by its number, nothing hidden."""

from __future__ import annotations

import re

import pytest

from tests.web.access.world import World
from tests.web.test_live import say

pytestmark = pytest.mark.django_db


def text_of(html: str) -> str:
    """What is to be read in the part of the page that changes."""
    board = html.partition('id="board"')[2].partition("</main>")[0]
    return " ".join(re.sub("<[^>]+>", " ", board).split())


def board(world: World, who: str, query: str = "") -> str:
    response = world.client(who).get(f"/status/{query}")
    assert response.status_code == 200
    return text_of(response.content.decode())


def test_it_says_when_nobody_reports_anything(world: World) -> None:
    assert "Nobody has reported anything yet" in board(world, "viewer at the provider")


def test_what_does_not_work_comes_first_and_the_rest_is_counted(world: World) -> None:
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "down")

    said = board(world, "viewer at the provider")

    assert "2 of 5 services do not work as they should: 2 down" in said
    assert said.index("Zengine") < said.index("Zportal")
    assert "Zledger" not in said and "1 service that works" in said
    assert "of which nothing is known" in said


def test_one_can_ask_for_a_condition_a_side_a_provider_and_for_ones_own(world: World) -> None:
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "degraded")

    who = "viewer at the provider"
    assert "Zledger" in board(world, who, "?only=operational")
    assert "Zengine" not in board(world, who, "?only=degraded&role=external")
    assert "Zengine" in board(world, who, "?only=degraded&role=customer-facing")
    assert "Zengine" not in board(world, who, "?provider=alpha-lab")
    assert "Zportal" in board(world, who, "?mine=1") and "Zengine" not in board(
        world, who, "?mine=1"
    )
    assert "Zledger" in board(world, who, "?all=1")


@pytest.mark.parametrize("query", ["", "?all=1", "?only=down", "?provider=alpha-it&all=1"])
def test_a_customer_finds_nothing_of_what_they_do_not_see(world: World, query: str) -> None:
    say("alpha-it/engine", "down")
    say("alpha-it/ledger", "down")

    said = board(world, "customer", query)

    assert "Zbravoword" in said
    for hidden in ("Zengine", "Zledger", "alpha-it/engine"):
        assert hidden not in said


def test_pages_follow_each_other_and_nonsense_is_the_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catenary.web.status import board as page

    monkeypatch.setattr(page, "_LIMIT", 2)
    say("alpha-it/engine", "down")
    client, seen, url = world.client("viewer at the provider"), [], "/status/?all=1"
    while url:
        context = client.get(url).context["page"]
        seen += [row.reference for row in context.rows]
        url = context.next_url

    assert len(seen) == len(set(seen)) == context.total.number
    first = client.get("/status/?all=1").context["page"].rows
    for nonsense in ("x", "1.2", "9" * 30 + ".1.a", "0.0.", "-1.0.x", "%00"):
        response = client.get(f"/status/?all=1&after={nonsense}")
        if response.status_code == 200:
            assert response.context["page"].rows == first or nonsense == "1.2"


def test_the_script_gets_the_part_that_changes_alone(world: World) -> None:
    say("alpha-it/engine", "down")

    response = world.client("customer").get("/status/", headers={"HX-Target": "board"})

    html = response.content.decode()
    assert html.startswith('<div id="board"') and "<html" not in html
    assert "default-src" in response.headers["Content-Security-Policy"]
