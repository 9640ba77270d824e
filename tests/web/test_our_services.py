"""The page of a customer: only what it consumes, in its words, and nothing of what is behind."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from catenary import clock
from catenary.apps.access.models import Account
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.recording import record_observations
from catenary.domain.actors import Actor
from tests.web.access.world import World

pytestmark = pytest.mark.django_db

OPERATOR = Actor(is_operator=True, door="tests")
PAGE = "/our-services/"


def say(service: str, condition: str, *, ago: timedelta = timedelta(0), text: str = "") -> None:
    """Report something, and let the engine follow it."""
    now = clock.now()
    word = {
        "service": service,
        "condition": condition,
        "text": text,
        "source": "probe",
        "at": (now - ago).isoformat(),
    }
    record_observations(actor=OPERATOR, at=now, words=[word])
    engine = Engine()
    while engine.step(clock.now()).is_more:
        pass


def page(world: World, who: str, query: str = "") -> str:
    return " ".join(world.client(who).get(PAGE + query).content.decode().split())


def main(html: str) -> str:
    return html.partition("<main")[2].partition("</main>")[0]


def named(html: str) -> list[str]:
    return re.findall(r'<h3><a href="[^"]*"><bdi>([^<]*)</bdi>', html)


def test_a_customer_sees_what_it_consumes_under_its_own_names(world: World) -> None:
    html = main(page(world, "another customer"))

    assert named(html) == ["Zcharlieledger", "Zcharlieword"]
    for hidden in ("Zportal", "Zledger", "Zbrochure", "Zshowcase", "Zengine", "Zbravoword"):
        assert hidden not in html


def test_what_is_not_fine_comes_first_with_the_reason_one_may_know(world: World) -> None:
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "down", text="Zenginetext")

    html = main(page(world, "another customer"))

    assert named(html) == ["Zcharlieword", "Zcharlieledger"]
    assert "1 of 2 services you use does not work as it should." in html
    assert "a supporting service of Zalphait: down" in html
    for hidden in ("Zengine", "probe", "Zenginetext"):
        assert hidden not in html


def test_at_home_the_cause_has_its_name(world: World) -> None:
    say("bravo-ward/care", "degraded")

    assert "Zechoword itself: degraded" in main(page(world, "customer of the customer"))


def test_days_are_told_as_bars_and_in_a_table(world: World) -> None:
    say("alpha-it/ledger", "down", ago=timedelta(days=3))
    say("alpha-it/ledger", "operational", ago=timedelta(days=2, hours=12))

    html = main(page(world, "another customer"))
    block = html.partition("Zcharlieledger</bdi>")[2].partition("</li>")[0]

    assert len(re.findall(r'<rect class="bar ', block)) == 90
    assert 'class="bar is-down"' in block
    assert re.search(r"[12] days? down, 8\d days unknown, [123] days? operational", block)
    assert "down 12 h" in block or "down" in block.partition("<table>")[2]


def test_what_happened_is_told_once_for_everything_it_hit(world: World) -> None:
    say("alpha-it/engine", "operational", ago=timedelta(days=2))
    say("alpha-it/ledger", "operational", ago=timedelta(days=2))
    say("alpha-it/ledger", "down", ago=timedelta(days=1))

    events = main(page(world, "another customer")).partition('id="events"')[2]

    assert events.count("<time") == 1
    assert "Zcharlieledger</bdi>: <bdi>down" in events
    assert "Nothing changed" in page(world, "customer of the customer")


def test_days_are_those_of_the_readers_zone(world: World) -> None:
    world.client("another customer")
    Account.objects.filter(email="cleo@charlie.example").update(time_zone="Pacific/Auckland")

    assert "Days as in <bdi>Pacific/Auckland</bdi>" in page(world, "another customer")


@pytest.mark.parametrize("query", ["?page=2", "?page=0", "?page=-1", "?page=x", "?page=99999999"])
def test_a_page_that_is_not_there_shows_the_nearest(world: World, query: str) -> None:
    assert named(main(page(world, "another customer", query))) == ["Zcharlieledger", "Zcharlieword"]


def test_who_consumes_nothing_is_told_so(world: World) -> None:
    assert "Nothing is consumed yet." in page(world, "of an unrelated organization")
