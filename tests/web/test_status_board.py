"""The status board: what does not work first, the rest by its number, nothing hidden."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catenary import clock
from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from catenary.exchange.catalogue.amending import Amendment, amend
from tests.domain.estates import service
from tests.web.access.world import World
from tests.web.test_live import OPERATOR, nobody_follows, say, waits

pytestmark = pytest.mark.django_db


def text_of(html: str) -> str:
    """What is to be read in the part of the page that changes."""
    board = html.partition('id="board"')[2].partition("</main>")[0]
    return " ".join(re.sub("<[^>]+>", " ", board).split())


def board(world: World, who: str, query: str = "") -> str:
    response = world.client(who).get(f"/status/{query}")
    assert response.status_code == 200
    return text_of(response.content.decode())


@pytest.mark.parametrize("elsewhere", [[], ["foxtrot/fair", "bravo-ward/care"]])
def test_where_nobody_reports_anything_nobody_is_reassured_whatever_others_report(
    world: World, elsewhere: list[str]
) -> None:
    for other in elsewhere:
        say(other, "operational")

    said = board(world, "of an unrelated organization")

    assert "Of 1 service nobody knows anything." in said
    assert "Nobody knows anything yet." in said
    for reassuring in ("Nothing needs", "Nothing is known", "works"):
        assert reassuring not in said


def test_what_nobody_reports_of_is_not_said_to_need_nothing(world: World) -> None:
    say("alpha-it/ledger", "operational")

    said = board(world, "viewer at the provider")

    assert re.search(r"Of \d services nobody knows anything\. All others work\.", said)
    assert "Nothing needs attention" not in said


def test_where_nobody_follows_it_says_what_was_known_last_and_reassures_nobody(
    world: World,
) -> None:
    for each in ("ledger", "engine", "portal", "showcase"):
        say(f"alpha-it/{each}", "operational")
    who = "viewer at the provider"
    assert "may be out of date" not in board(world, who)

    nobody_follows(datetime(2026, 3, 4, 14, 5, tzinfo=UTC))

    said = board(world, who)
    assert "Last known at 4 March 2026, 14:05 UTC: " in said
    assert "No worker has followed what is reported since 4 March 2026, 14:05 UTC." in said
    assert "data-is-stale" in world.client(who).get("/status/").content.decode()
    part = world.client(who).get("/status/", headers={"HX-Target": "board"})
    assert "Last known at" in part.content.decode()
    # Of the past nobody needs to follow anything.
    past = board(world, who, f"?as_of={clock.now() - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}")
    assert "Last known at" not in past and "may be out of date" not in past


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/chain/?focus=alpha-it/engine",
        "/services/alpha-it/engine/",
        "/services/alpha-it/engine/status/",
    ],
)
def test_every_page_with_conditions_says_that_nobody_follows(world: World, address: str) -> None:
    say("alpha-it/engine", "operational")
    client = world.client("viewer at the provider")
    assert "may be out of date" not in client.get(address).content.decode()

    nobody_follows()

    said = client.get(address).content.decode()
    assert "What is shown may be out of date." in said
    assert "No worker has followed what is reported since " in said


def test_where_somebody_follows_far_behind_it_reassures_nobody(world: World) -> None:
    say("alpha-it/engine", "operational")
    waits(datetime(2026, 3, 4, 14, 5, tzinfo=UTC))

    said = board(world, "viewer at the provider")

    assert "Last known at 4 March 2026, 14:05 UTC: " in said
    assert "What was reported since 4 March 2026, 14:05 UTC may not be counted yet" in said


def test_what_does_not_work_comes_first_and_the_rest_is_counted(world: World) -> None:
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "down")

    said = board(world, "viewer at the provider")

    assert "2 of 5 services do not work as they should: 2 down" in said
    assert said.index("Zengine") < said.index("Zportal")
    assert "Zledger" not in said and "1 service that works" in said
    assert "of which nothing is known" in said


def lines(world: World, who: str, query: str = "") -> list[str]:
    """What is to be read in every line, in their order."""
    html = world.client(who).get(f"/status/{query}").content.decode()
    listed = html.partition('<ol class="board">')[2].partition("</ol>")[0]
    parts = listed.split('<div class="board-mark"')[1:]
    return [" ".join(re.sub("<[^>]+>", " ", part.partition(">")[2]).split()) for part in parts]


def test_causes_stand_before_what_follows_from_them_which_says_so(world: World) -> None:
    say("alpha-it/ledger", "operational")
    say("alpha-lab/vault", "operational")
    say("alpha-it/showcase", "down")
    say("alpha-it/engine", "down")
    rely = replace(
        service("alpha-it/brochure", name="Zbrochure"),
        relies_on=(DependencyGroupDocument((Supporter("alpha-it/engine"),)),),
    )
    wish = Amendment("service", "alpha-it/brochure", rely)
    amend(actor=OPERATOR, at=clock.now(), amendments=[wish], take_over=True)
    say("alpha-it/brochure", "operational")

    engine, showcase, brochure, portal = lines(world, "viewer at the provider")

    assert "Zengine" in engine and "Zshowcase" in showcase
    assert "by itself" in engine and "by itself" in showcase
    assert "Zbrochure" in brochure and "because of Zengine" in brochure
    assert "Zportal" in portal and "because of Zengine" in portal
    assert "by itself" not in brochure + portal


def test_who_may_not_see_the_cause_learns_whose_it_is(world: World) -> None:
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "down")

    portal, care = lines(world, "customer")

    assert "Zcare" in care and "because of a supporting service of Zalphait" in care
    assert "Zbravoword" in portal and "because of a supporting service of Zalphait" in portal
    say("alpha-it/portal", "down")
    portal, care = lines(world, "customer")
    assert "Zbravoword" in portal and "by itself" in portal
    assert "because of Zbravoword" in care


def test_the_order_of_causes_holds_over_pages_and_in_the_past(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catenary.web.status import board as page

    say("alpha-it/ledger", "operational")
    say("alpha-it/showcase", "down")
    say("alpha-it/engine", "down")
    then = clock.now().isoformat().replace("+00:00", "Z")
    monkeypatch.setattr(page, "_LIMIT", 1)
    client, seen, url = world.client("viewer at the provider"), [], "/status/"
    while url:
        context = client.get(url).context["page"]
        seen += [row.name for row in context.rows]
        url = context.next_url
    monkeypatch.undo()

    assert seen == ["Zengine", "Zshowcase", "Zportal"]
    for moment in (f"?as_of={then}", f"?as_of={then}&known=then"):
        past = lines(world, "viewer at the provider", moment)
        assert [line.split()[1] for line in past] == seen
        assert ["by itself" in line for line in past] == [True, True, False]


def test_one_can_ask_for_a_condition_a_side_a_provider_and_for_ones_own(world: World) -> None:
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "degraded")

    who = "viewer at the provider"
    assert "Zledger" in board(world, who, "?only=operational")
    assert "Zengine" not in board(world, who, "?only=degraded&role=external")
    assert "Zengine" in board(world, who, "?only=degraded&role=customer-facing")
    assert "Zengine" not in board(world, who, "?provider=alpha-lab")
    (mine,) = lines(world, who, "?mine=1")
    assert "Zportal" in mine.partition("because of")[0]
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
