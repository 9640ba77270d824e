"""Home, for those who run an installation and use nothing of it themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.web.access.world import World

pytestmark = pytest.mark.django_db


def houses(answer: Any) -> str:
    """The card that leads to other houses; empty where there is none."""
    return str(answer.content.decode().partition('id="houses"')[2].partition("</section>")[0])


def test_who_runs_the_installation_is_led_to_every_house_that_provides_something(
    world: World,
) -> None:
    operator = world.client("operator")

    card = houses(operator.get("/"))

    # The operator looks from Alpha; Charlie and Echo provide nothing.
    assert all(name in card for name in ("Zbravo", "Zdelta", "Zfoxtrot"))
    assert not any(name in card for name in ("Zalpha", "Zcharlie", "Zecho"))
    assert "1 service" in card
    answer = operator.post("/seen-as/", {"organization": "delta", "next": "/"}, follow=True)
    assert "Zalpha" in houses(answer) and "Zdelta" not in houses(answer)


def test_who_looks_as_a_house_that_provides_and_uses_nothing_is_led_to_the_catalogue(
    world: World,
) -> None:
    operator = world.client("operator")
    operator.post("/seen-as/", {"organization": "bravo-board", "next": "/"})

    html = operator.get("/").content.decode()

    assert '<a href="/catalogue/"><bdi>See what is in the catalogue</bdi></a>' in html


def test_where_nothing_of_a_house_is_seen_from_another_one_may_look_as_it(world: World) -> None:
    operator = world.client("operator")
    address = "/catalogue/?provider=delta"

    # An import ends with such an address.
    assert "Look as <bdi>Zdelta" in operator.get(address).content.decode()
    answer = operator.post("/seen-as/", {"organization": "delta", "next": address}, follow=True)

    assert answer.redirect_chain[-1][0] == address
    assert answer.context["page"].rows and not answer.context["page"].look_as
    other = world.client("exactly right").get(address)
    assert other.context["page"].look_as is None


@pytest.mark.parametrize("who", ["exactly right", "customer", "viewer at the provider"])
def test_nobody_else_is_told_of_other_houses(world: World, who: str) -> None:
    assert houses(world.client(who).get("/")) == ""


def test_a_stranger_signs_in_first(world: World) -> None:
    assert Client().get("/").status_code == 302


def test_an_operator_without_a_role_is_not_told_that_there_is_nothing_to_see(world: World) -> None:
    told = "You belong to no organization yet."

    assert told not in world.client("operator").get("/account/").content.decode()
    assert told in world.client("without any organization").get("/account/").content.decode()
