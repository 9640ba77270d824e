"""Where the condition of a service comes from: all of it in the picture, the first in words."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from catenary import clock
from catenary.domain.actors import Actor
from catenary.domain.condition import attribution
from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from catenary.exchange.catalogue.amending import Amendment, amend
from tests.domain.estates import service
from tests.web.access.world import World
from tests.web.test_live import say

pytestmark = pytest.mark.django_db

PROVIDER = "viewer at the provider"
PARTS = [f"alpha-it/part-{number}" for number in range(7)]


def rest_on(*groups: DependencyGroupDocument) -> None:
    """The portal rests on these groups of some new services."""
    documents = [service(one, name=f"Zpart{one[-1]}") for one in PARTS]
    documents.append(replace(service("alpha-it/portal", name="Zportal"), relies_on=groups))
    amend(
        actor=Actor(is_operator=True, door="tests"),
        at=clock.now(),
        amendments=[Amendment("service", each.reference, each) for each in documents],
        take_over=True,
    )


def chain(world: World, who: str) -> tuple[str, str]:
    """The picture, and the words beside it."""
    html = world.client(who).get("/chain/?focus=alpha-it/portal").content.decode()
    told = html.partition('id="sources"')[2].partition(">")[2].partition("</p>")[0]
    return html, re.sub("<[^>]+>", "", told)


def test_the_picture_highlights_all_of_them_and_the_words_name_the_first(world: World) -> None:
    rest_on(*(DependencyGroupDocument((Supporter(one),)) for one in PARTS))
    for one in PARTS[:-1]:
        say(one, "down")

    picture, told = chain(world, PROVIDER)

    marks = re.findall(r'class="chain-mark[^"]* is-cause"[^>]*aria-label="(Z\w+)', picture)
    assert sorted(marks) == [f"Zpart{number}" for number in range(6)]
    assert told.startswith("The condition of Zportal comes from Zpart0, Zpart1, Zpart2")
    assert told.endswith("3 more.")
    hidden = chain(world, "customer")
    assert "Zpart" not in hidden[0]
    assert hidden[1] == "The condition of Zbravoword comes from what you may not see."


def test_what_is_only_worked_on_looks_planned_and_is_called_so(world: World) -> None:
    rest_on(*(DependencyGroupDocument((Supporter(one),)) for one in PARTS[:2]))
    say(PARTS[0], "down", planned=True)
    say(PARTS[1], "operational")

    html, told = chain(world, PROVIDER)

    (mark,) = re.findall(r'class="(chain-mark[^"]* is-cause)"[^>]*aria-label="([^"]+)"', html)
    assert "is-planned" in mark[0] and mark[1].endswith("maintenance, worked on")
    assert told == "The maintenance of Zportal comes from Zpart0."
    legend = html.partition('class="chain-legend"')[2].partition("</ul>")[0]
    assert "worked on: where the maintenance of the focus comes from" in legend
    assert "where the condition of the focus comes from" not in legend
    assert "carries-planned" in html and "carries-down" not in html
    table = html.partition('id="links"')[2]
    assert ">worked on</strong>" in table and ">the cause</strong>" not in table

    say(PARTS[1], "down")

    html, told = chain(world, PROVIDER)
    assert told.startswith("The condition of Zportal comes from ")
    assert "where the condition of the focus comes from" in html
    assert "carries-down" in html


def test_what_works_comes_from_nowhere_and_a_fault_of_its_own_from_itself(world: World) -> None:
    rest_on(DependencyGroupDocument((Supporter(PARTS[0]),)))
    say(PARTS[0], "operational")
    well = chain(world, PROVIDER)[1]

    say("alpha-it/portal", "down")

    assert well == ""
    assert chain(world, PROVIDER)[1] == "The condition of Zportal is its own."


def test_that_not_every_way_was_followed_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = tuple(Supporter(one) for one in PARTS)
    rest_on(DependencyGroupDocument(members, minimum=Decimal(5), full=Decimal(5)))
    for one in PARTS:
        say(one, "down")
    client, url = world.client(PROVIDER), f"/services/{PARTS[0]}/status/"
    words = "There are more ways to be hit together than could be looked at"
    whole = client.get(url).content.decode()

    monkeypatch.setattr(attribution, "MOST_SETS", 3)
    cut = client.get(url).content.decode()

    assert "Only together with others" in whole and words not in whole
    assert "Only together with others" in cut and words in cut


def test_a_customer_reads_its_own_name_in_the_picture_and_the_words(world: World) -> None:
    say("alpha-it/ledger", "down")
    client = world.client("another customer")

    picture = client.get("/chain/?focus=alpha-it/ledger").content.decode()
    status = client.get("/services/alpha-it/ledger/status/").content.decode()

    assert "Zcharlieledger" in picture
    assert "Zledger" not in picture
    assert '/services/alpha-it/ledger/status/"><bdi>Zcharlieledger</bdi>' in status
    assert '/services/alpha-it/ledger/status/"><bdi>Zledger</bdi>' not in status
