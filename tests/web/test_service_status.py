"""The status page of a service: why, whom it hits, what was reported, and reporting."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps

from catenary import clock
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.recording import record_observations
from catenary.apps.monitoring.queries.courses import ShownStretch
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import CoCreation, DependencyGroupDocument, Supporter
from catenary.domain.observations.words import Plan
from catenary.exchange.catalogue.amending import Amendment, amend
from catenary.web.status.timeline import timeline
from tests.domain.estates import service
from tests.web.access.world import World
from tests.web.test_live import OPERATOR, say

pytestmark = pytest.mark.django_db

PORTAL = "/services/alpha-it/portal/status/"
ENGINE = "/services/alpha-it/engine/status/"
PROVIDER = "viewer at the provider"


def part(html: str, title: str) -> str:
    """What is to be read under a heading."""
    inside = html.partition(f'aria-labelledby="{title}"')[2].partition("</section>")[0]
    return " ".join(re.sub("<[^>]+>", " ", inside).split())


def page(world: World, who: str, url: str = PORTAL) -> str:
    response = world.client(who).get(url)
    assert response.status_code == 200
    html: str = response.content.decode()
    return html


def follow() -> None:
    engine = Engine()
    while engine.step(clock.now()).is_more:
        pass


def words() -> list[tuple[Any, ...]]:
    table = apps.get_model("monitoring", "Observation")
    columns = ("service__reference", "condition", "planned", "share", "text", "valid_until", "at")
    return list(table.objects.order_by("at").values_list(*columns))


def test_the_provider_reads_the_tree_the_words_and_whom_to_call(world: World) -> None:
    say("alpha-it/engine", "down", "<b>no oil</b>")

    html = page(world, PROVIDER)

    causes = part(html, "causes")
    assert "Zengine" in causes and "probe: &lt;b&gt;no oil&lt;/b&gt;" in causes
    # Whose address it is is told of one's own people alone.
    assert "owner dora@delta.example" in causes and "Zdora" not in html
    assert "It is down because Zengine is down." in re.sub("<[^>]+>", "", html)
    hit = part(html, "hit")
    assert "Zbravoward" in hit and "Zportaloutcome" in hit
    assert part(page(world, PROVIDER, ENGINE), "reported").count("no oil") == 1
    assert '<svg class="timeline"' in html and "since" in part(html, "causes")


@pytest.mark.parametrize("asked", ["", "?as_of={now}&known=then"])
def test_a_fault_beside_ones_own_maintenance_is_what_is_told(world: World, asked: str) -> None:
    word = {"service": "alpha-it/portal", "condition": "down", "planned": True, "text": "Zmoves"}
    record_observations(actor=OPERATOR, at=clock.now(), words=[word])
    say("alpha-it/engine", "down", "Zbroken")
    now = quote(clock.now().isoformat())

    html = page(world, PROVIDER, PORTAL + asked.format(now=now))

    causes = part(html, "causes")
    assert ("As it was known then" in html) == bool(asked)
    assert "It is down because Zengine is down." in re.sub("<[^>]+>", "", html)
    assert "maintenance Zportal" in causes and "Zmoves" in causes
    assert "down Zengine" in causes and "Zbroken" in causes


def test_the_part_that_changes_offers_to_say_that_it_works_again(world: World) -> None:
    say("alpha-it/engine", "operational")
    client = world.client("operator")
    whole = client.get(ENGINE).content.decode()
    say("alpha-it/engine", "down")

    part = client.get(ENGINE, headers={"HX-Request": "true", "HX-Target": "standing"})

    assert 'id="works-again" data-refresh=' in whole and "well-text" not in whole
    assert part.content.decode().startswith('<div id="standing"')
    assert 'id="well-text"' in part.content.decode()
    customer = world.client("customer").get(PORTAL, headers={"HX-Target": "standing"})
    assert "works-again" not in customer.content.decode()


def test_whom_to_call_in_another_house_is_told_as_on_the_page_of_the_service(world: World) -> None:
    portal = replace(service("alpha-it/portal", name="Zportal"), owner="ann@alpha.example")
    both = CoCreation(talk_to=("ben@bravo.example",), escalate_to=("alpha-lab",))
    wish = Amendment("service", "alpha-it/portal", replace(portal, co_creation=both))
    amend(actor=OPERATOR, at=clock.now(), amendments=[wish], take_over=True)
    say("alpha-it/portal", "down")

    customer = part(page(world, "customer", "/services/bravo-ward/care/status/"), "causes")
    other = part(page(world, "another customer"), "causes")
    pages = {
        who: " ".join(world.client(who).get("/services/alpha-it/portal/").content.decode().split())
        for who in ("customer", "another customer")
    }

    assert "owner Zann" in customer and "escalates to Zalphalab" in customer
    assert "talk to Zben" in customer and "Zben" in pages["customer"]
    # Whose address it is, is told of the people of both houses alone.
    assert "owner Zann" in other and "talk to ben@bravo.example" in other
    assert "Zben" not in other + pages["another customer"]
    assert "ben@bravo.example" in pages["another customer"]


def test_of_a_cause_that_may_not_be_seen_the_provider_is_called(world: World) -> None:
    say("alpha-it/engine", "down")

    causes = part(page(world, "customer"), "causes")

    assert "provider Zalphait" in causes
    assert "owner" not in causes and "talk to" not in causes


NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def bars(*stretches: tuple[str, timedelta, timedelta]) -> list[tuple[str, float, float]]:
    """What is drawn of stretches that began and ended so long ago: condition, place and width."""
    told = [ShownStretch(NOON - began, NOON - ended, kind) for kind, began, ended in stretches]
    drawn = timeline(told, NOON - timedelta(days=7), NOON, 7, "a/b").svg
    found = re.findall(r'class="bar is-(\w+)"[^>]* x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawn)
    return [(kind, float(place), float(width)) for kind, place, width in found]


def test_a_short_outage_is_seen_and_one_that_runs_now_is_plain() -> None:
    week, now, minute = timedelta(days=7), timedelta(0), timedelta(minutes=1)

    past = bars(
        ("operational", week, week / 2),
        ("down", week / 2, week / 2 - minute),
        ("operational", week / 2 - minute, 3 * minute),
        ("degraded", 3 * minute, now),
    )

    # The worst is drawn last, so that nothing better covers it.
    assert [kind for kind, _, _ in past] == ["operational", "operational", "degraded", "down"]
    assert past[2][1:] == (948.0, 12.0)
    assert past[3][1:] == (480.0, 4.0)


def test_what_works_and_what_is_long_is_drawn_as_long_as_it_was() -> None:
    week, now, day = timedelta(days=7), timedelta(0), timedelta(days=1)

    drawn = bars(("operational", week, day), ("down", day, now))

    assert drawn == [("operational", 0.0, 822.86), ("down", 822.86, 137.14)]


def test_what_was_reported_within_a_minute_is_told_in_order(world: World) -> None:
    for condition in ("down", "degraded", "operational"):
        say("alpha-it/engine", condition)

    html = page(world, PROVIDER, ENGINE)

    assert len(re.findall(r"\d\d:\d\d:\d\d", part(html, "reported"))) == 3
    assert len(re.findall(r"\d\d:\d\d:\d\d", part(html, "course"))) >= 3


def portal_relies_on_two(full: int) -> None:
    """One of two is enough to work, ``full`` of them to work well."""
    members = (Supporter("alpha-it/engine"), Supporter("alpha-it/ledger"))
    portal = service("alpha-it/portal", name="Zportal")
    group = DependencyGroupDocument(members, full=Decimal(full))
    wish = Amendment("service", "alpha-it/portal", replace(portal, relies_on=(group,)))
    amend(
        actor=Actor(is_operator=True, door="tests"),
        at=clock.now(),
        amendments=[wish],
        take_over=True,
    )


def test_who_is_hit_only_together_with_others_is_told_apart(world: World) -> None:
    portal_relies_on_two(full=1)
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "down")
    assert "Zportal" not in part(page(world, PROVIDER, ENGINE), "hit")

    say("alpha-it/ledger", "down")

    hit = part(page(world, PROVIDER, ENGINE), "hit")
    assert "Only together with others 1" in hit
    assert "Zportal together with Zledger" in hit
    ledger = page(world, "another customer", "/services/alpha-it/ledger/status/")
    assert "together with" not in part(ledger, "hit")


def test_who_is_hit_by_it_alone_and_worse_with_others_is_told_once(world: World) -> None:
    portal_relies_on_two(full=2)
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "down")
    hit = part(page(world, PROVIDER, ENGINE), "hit")
    assert "Services 1 degraded Zportal" in hit and "degraded Zbravoward" in hit

    say("alpha-it/ledger", "down")

    hit = part(page(world, PROVIDER, ENGINE), "hit")
    assert "Services 1 down Zportal" in hit
    assert "so badly only together with Zledger" in hit
    assert "Only together with others" not in hit
    # What its customers have is what it is, not what this one alone would make of it.
    assert "down Zbravoward" in hit


def test_a_customer_reads_the_condition_and_nothing_of_what_is_behind(world: World) -> None:
    say("alpha-it/engine", "down", "Zenginetext")

    html = page(world, "customer")

    assert "Zbravoword" in html
    assert "a supporting service of Zalphait" in part(html, "causes")
    assert 'aria-labelledby="reported"' not in html and 'aria-labelledby="report"' not in html
    assert "Zcare" in part(html, "hit")
    for hidden in ("Zengine", "alpha-it/engine", "probe", "dora@", "Zcharlie"):
        assert hidden not in html


def test_the_course_is_drawn_and_told_for_as_long_as_one_asks(world: World) -> None:
    say("alpha-it/engine", "down")

    html = page(world, PROVIDER, f"{ENGINE}?days=1")

    course = part(html, "course")
    assert "down" in course and "unknown" in course and "now" in course
    assert html.count('class="bar is-down"') == 1
    assert 'aria-current="true">1 day' in html
    assert 'aria-current="true">7 days' in page(world, PROVIDER, f"{ENGINE}?days=0.5")


def test_the_script_gets_what_changes_alone_and_no_form_that_is_typed_in(world: World) -> None:
    response = world.client("operator").get(PORTAL, headers={"HX-Target": "standing"})

    html = response.content.decode()
    assert html.startswith('<div id="standing"') and "<form" not in html


@pytest.mark.parametrize("who", [PROVIDER, "customer", "exactly right"])
def test_who_may_not_report_gets_no_form_and_cannot_post_one(world: World, who: str) -> None:
    assert "report-text" not in page(world, who)

    response = world.client(who).post(PORTAL, {"condition": "down"})

    assert response.status_code == 403
    assert words() == []


def test_posting_about_what_one_may_not_see_finds_nothing(world: World) -> None:
    responses = [
        world.client("customer").post(f"/services/alpha-it/{name}/status/", {"condition": "down"})
        for name in ("ledger", "none00")
    ]

    assert {response.status_code for response in responses} == {404}
    assert words() == []


def test_a_report_is_recorded_said_and_followed(world: World) -> None:
    client = world.client("operator")

    response = client.post(
        ENGINE,
        {"condition": "degraded", "text": " slow ", "share": "30", "planned": "yes"},
    )

    assert (response.status_code, response.headers["Location"]) == (302, ENGINE)
    ((service, condition, planned, share, text, until, _at),) = words()
    assert (service, condition, share, text, until) == (
        "alpha-it/engine",
        1,
        300_000,
        "slow",
        None,
    )
    assert Plan(planned) is Plan.PLANNED
    follow()
    html = client.get(ENGINE).content.decode()
    assert "Recorded: degraded." in html
    reported = part(html, "reported")
    assert "slow" in reported and "planned" in reported and "affects 30 %" in reported


def test_it_works_again_is_one_button(world: World) -> None:
    client = world.client("operator")
    assert "well-text" not in page(world, "operator", ENGINE)
    client.post(ENGINE, {"condition": "down"})
    follow()
    assert "well-text" in page(world, "operator", ENGINE)

    client.post(ENGINE, {"do": "works-again", "text": "a new belt"})

    follow()
    assert [(each[1], each[4]) for each in words()] == [(2, ""), (0, "a new belt")]
    assert "It works." in page(world, "operator", ENGINE)


def test_an_outage_that_is_over_is_two_words_and_one_to_come_runs_out(world: World) -> None:
    client, now = world.client("operator"), datetime.now(UTC).replace(microsecond=0)
    past = {"at": now - timedelta(hours=3), "until": now - timedelta(hours=2)}
    typed = {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in past.items()}

    client.post(ENGINE, {"condition": "down", **typed})
    later = now + timedelta(hours=1)
    client.post(ENGINE, {"condition": "degraded", "until": f"{later:%Y-%m-%dT%H:%M}"})

    found = words()
    assert [each[1] for each in found] == [2, 0, 1]
    assert found[1][6] - found[0][6] == timedelta(hours=1)
    assert abs(found[2][5] - later) < timedelta(minutes=2)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose the condition"),
        ({"condition": "fine"}, "Choose the condition"),
        ({"condition": "down", "at": "yesterday"}, "When: write a date"),
        ({"condition": "down", "at": "2026-01-01"}, "When: write a date"),
        ({"condition": "down", "at": "1969-12-31T23:00"}, "after 1970"),
        ({"condition": "down", "at": "0001-01-01T00:00"}, "after 1970"),
        ({"condition": "down", "at": "9999-12-31T23:59"}, "not come yet"),
        ({"condition": "down", "until": "2020-01-01T00:00"}, "ends before it begins"),
        ({"condition": "down", "share": "many"}, "a percentage"),
        ({"condition": "down", "share": "130 %"}, "a percentage"),
        ({"condition": "down", "planned": "perhaps"}, "whether it is planned"),
        ({"condition": "down", "text": "x" * 4_001}, "at most 4,000"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(
    world: World, typed: dict[str, str], said: str
) -> None:
    response = world.client("operator").post(ENGINE, {"text": "kept & safe", **typed})

    html = response.content.decode()
    assert response.status_code == 422
    assert said in html.partition('id="problem"')[2].partition("</div>")[0]
    assert typed.get("text", "kept &amp; safe") in html
    assert words() == []
