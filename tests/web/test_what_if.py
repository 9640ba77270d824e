"""The page "What if": the question in the address, the answer in words, tables and a picture."""

from __future__ import annotations

import pytest

from tests.web.access.world import World

pytestmark = pytest.mark.django_db


def test_the_answer_is_a_sentence_tables_and_a_picture(world: World) -> None:
    html = world.client("exactly right").get("/impact/?service=alpha-lab/vault").content.decode()

    assert "goes down" in html
    assert 'class="chain-svg' in html
    assert 'href="/services/alpha-it/portal/"' in html
    assert "Zportaloutcome" in html
    assert "Zbravoward" in html


def test_a_restricted_service_on_the_way_is_a_service_one_may_not_see(world: World) -> None:
    client = world.client("viewer at the provider")

    html = client.get("/impact/?service=alpha-it/engine").content.decode()

    # The cellar rests on the engine too, and nobody seen rests on the cellar.
    assert "cellar" not in html
    assert html.count("goes down") == 1


def test_several_services_fail_at_once_and_each_can_be_taken_away(world: World) -> None:
    client = world.client("exactly right")

    html = client.get(
        "/impact/?service=alpha-it/engine&service=alpha-it/ledger&condition=degraded"
    ).content.decode()

    assert 'href="/impact/?service=alpha-it%2Fledger&amp;condition=degraded"' in html
    assert 'href="/impact/?service=alpha-it%2Fengine&amp;condition=degraded"' in html


def test_services_are_found_by_search_and_added(world: World) -> None:
    client = world.client("viewer at the provider")

    found = client.get("/impact/?service=alpha-it/engine&q=zledger").content.decode()
    hidden = client.get("/impact/?q=zvault").content.decode()

    assert 'href="/impact/?service=alpha-it%2Fengine&amp;service=alpha-it%2Fledger"' in found
    assert "alpha-lab" not in hidden


@pytest.mark.parametrize(
    "query",
    [
        "service=%00",
        "service=" + "x" * 5000,
        "&".join(f"service=a/{n}" for n in range(500)),
        "service=alpha-it/portal&condition=<script>",
        "service=&q=%F0%9F%92%A9",
        "condition=" + "9" * 400,
    ],
)
def test_whatever_is_asked_is_answered(world: World, query: str) -> None:
    response = world.client("exactly right").get(f"/impact/?{query}")

    assert response.status_code in (200, 400, 404)
    assert b"<script>" not in response.content.partition(b"<main")[2]
