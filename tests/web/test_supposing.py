"""What if, each in a condition of its own: asked on the page, from how things are."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from catenary import clock
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.recording import record_observations
from catenary.domain.actors import Actor
from tests.web.access.world import NOON, World
from tests.web.test_maintenance import announce

pytestmark = pytest.mark.django_db

ASKED = "/impact/?service=alpha-it/engine&is={0}&from={1}&until={2}&basis={3}&zone=Europe/Berlin"


def asked(
    world: World,
    condition: str = "down",
    begins: str = "",
    ends: str = "",
    basis: str = "live",
    who: str = "exactly right",
) -> str:
    address = ASKED.format(condition, begins, ends, basis)
    html = world.client(who).get(address).content.decode()
    return " ".join(html.split())


def say(*words: dict[str, str]) -> None:
    operator = Actor(is_operator=True, door="tests")
    record_observations(actor=operator, at=NOON, words=words)
    Engine().step(NOON)


def test_who_would_be_hit_is_told_from_what_to_what(world: World) -> None:
    say({"service": "alpha-it/engine", "condition": "operational"})

    html = asked(world, "maintenance")

    assert "would be worse off" in html
    rows = html.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")
    [row] = [row for row in rows if "/services/alpha-it/engine/" in row.partition("</th>")[0]]
    assert "condition-planned" in row.partition("condition-operational")[2]
    assert '<option value="maintenance" selected>' in html


def test_the_first_sentence_tells_the_worst_of_it(world: World) -> None:
    always = asked(world, "down", basis="fine")
    sometimes = asked(world, "down", "2026-11-29T02:00", "2026-11-29T04:00", "fine")
    nothing = asked(world, "operational", basis="fine")

    def told(html: str) -> str:
        answer = html.partition('<p class="answer">')[2].partition("</p>")[0]
        return re.sub("<[^>]+>", "", answer)

    assert told(always).endswith("would be worse off.")
    assert told(sometimes).startswith("29 November 2026, 01:00 to 03:00 UTC: ")
    assert told(nothing) == "Nobody would be worse or better off."
    # Whoever adds another service goes on asking the same of the first.
    assert '<input type="hidden" name="from" value="2026-11-29T02:00">' in sometimes


def test_from_how_things_are_and_from_all_being_fine(world: World) -> None:
    say({"service": "alpha-it/engine", "condition": "down"})

    assert "Nobody would be worse or better off." in asked(world, "down")
    assert "would be better off" in asked(world, "operational")
    assert "would be worse off" in asked(world, "down", basis="fine")


def test_times_are_of_the_zone_they_were_typed_in(world: World) -> None:
    html = asked(world, "down", "2026-11-29T02:00", "2026-11-29T04:00", "fine")

    assert "Times are those of Europe/Berlin." in html
    title = html.partition('id="piece-0">')[2].partition("</h2>")[0]
    # Shown in the reader's zone, which is not that of the question.
    assert "01:00" in title
    assert "03:00" in title
    assert html.count('id="piece-') == 1


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        # A Tuesday within the hours of the portal, and a Sunday outside of them.
        ("2026-11-24T09:00", "2026-11-24T10:00", "needed then"),
        ("2026-11-29T02:00", "2026-11-29T04:00", "not needed then"),
        ("2026-11-24T09:00", "", "needed then"),
        ("2026-11-29T02:00", "", "not needed before Monday, 30 November 2026, 08:00"),
        ("9000-01-01T02:00", "", ""),
    ],
)
def test_whoever_would_be_hit_is_told_to_be_needed_then_or_not(
    world: World, begins: str, ends: str, words: str
) -> None:
    html = asked(world, "down", begins, ends, "fine")

    rows = html.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")
    [portal] = [row for row in rows if "/services/alpha-it/portal/" in row.partition("</th>")[0]]
    [engine] = [row for row in rows if "/services/alpha-it/engine/" in row.partition("</th>")[0]]
    said = portal.partition('class="needed')[2].partition("</span>")[0].partition(">")[2]
    assert said == words
    # Nobody said any hours of it.
    assert "needed" not in engine


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        ("tomorrow", "", "is no time"),
        ("2026-11-29T04:00", "2026-11-29T02:00", "ends before it begins"),
    ],
)
def test_what_is_no_time_is_said(world: World, begins: str, ends: str, words: str) -> None:
    assert words in asked(world, "down", begins, ends)


def test_nothing_hidden_is_told(world: World) -> None:
    html = asked(world, "down", basis="fine", who="viewer at the provider")

    assert "cellar" not in html
    assert "vault" not in html


@pytest.mark.parametrize(
    "query",
    [
        "service=alpha-it/engine&is=nonsense",
        "service=alpha-it/engine&is=down&is=down",
        "service=alpha-it/engine&is=down&zone=../../etc/passwd",
        "service=alpha-it/engine&is=down&zone=%00",
        "service=alpha-it/engine&is=down&from=9999-12-31T23:59&until=%00",
        "service=alpha-it/engine&is=down&basis=<script>",
        "service=alpha-it/engine&service=alpha-it/engine&is=down&is=degraded",
        "service=none/such&is=down",
    ],
)
def test_odd_questions_are_answered(world: World, query: str) -> None:
    response = world.client("exactly right").get(f"/impact/?{query}")

    assert response.status_code in (200, 400, 404)
    assert "<script>" not in response.content.decode().replace("<script src", "")


def test_a_service_is_added_to_the_same_question(world: World) -> None:
    html = (
        world.client("viewer at the provider")
        .get("/impact/?service=alpha-it/engine&is=maintenance&from=&until=&basis=fine&q=zledger")
        .content.decode()
    )

    assert "is=maintenance" in html
    assert "service=alpha-it%2Fledger&amp;is=down" in html


def test_what_is_announced_for_then_is_taken_in_and_drawn(world: World) -> None:
    say({"service": "alpha-it/engine", "condition": "operational"})
    key = announce("alpha-it/portal", "Zother work")
    night = clock.now() + timedelta(days=1)
    begins, ends = f"{night:%Y-%m-%d}T03:00", f"{night:%Y-%m-%d}T05:00"
    address = ASKED.replace("Europe/Berlin", "UTC").format("down", begins, ends, "live")

    html = world.client("exactly right").get(address).content.decode()
    hidden = world.client("viewer at the provider").get(address).content.decode()

    # From three to four both are under way, and then one.
    assert html.count('id="piece-') == 2
    assert html.count("Also in maintenance then:") == 1
    assert f'href="/maintenance/{key}/">' in html and "Zother work" in html
    for number in range(2):
        piece = html.partition(f'id="piece-{number}"')[2].partition("</section>")[0]
        figure = piece.partition("<figure")[2].partition("</figure>")[0]
        # What was announced and now is a fault is worse, and who consumes it stands above it.
        assert "/services/alpha-it/portal/" in figure and "/organizations/charlie/" in figure
    assert "vault" not in hidden
