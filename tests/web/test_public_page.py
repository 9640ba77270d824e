"""What a provider shows to everybody: only what its administrator chose, and nothing else leaks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catenary import clock
from catenary.apps.access.operations import limits
from catenary.apps.monitoring.models import Maintenance, Propagation, PublicPage
from catenary.apps.monitoring.operations.maintenance import cancel_maintenance
from catenary.apps.monitoring.queries import public_ahead
from catenary.apps.monitoring.queries.happened import NamedEvent
from catenary.apps.monitoring.queries.public import public_status
from catenary.apps.monitoring.queries.public_ahead import PublicMaintenance
from catenary.apps.portfolio.models import Service
from catenary.domain.actors import Actor
from catenary.exchange.status_page.ahead import rhythm
from catenary.exchange.status_page.writing import files_of
from tests.web.access.world import World
from tests.web.test_hearing import plain
from tests.web.test_maintenance import announce, others_plan, tomorrow
from tests.web.test_our_services import flap, say

pytestmark = pytest.mark.django_db

DECIDE = "/organizations/alpha-it/public-page/"
PAGE = "/public/alpha-it/"
PORTAL = {"service": ["alpha-it/portal"], "name:alpha-it/portal": "Customer portal"}
#: What nobody outside may learn from the page.
HIDDEN = (
    "Zengine",
    "Zportal",
    "Zledger",
    "Zvault",
    "Zcharlie",
    "Zbravo",
    "alpha-it/portal",
    "Zsaid",
)


def show(world: World, **form: object) -> int:
    answer = world.client("operator").post(DECIDE, {"shown": "yes"} | PORTAL | form)
    return answer.status_code


def test_nothing_is_shown_before_somebody_says_so(world: World) -> None:
    before = Client().get(PAGE)
    assert show(world) == 302

    assert before.status_code == 404
    assert plain(before) == plain(Client().get("/public/alpha-xx/")).replace("alpha-xx", "alpha-it")
    assert Client().get(PAGE).status_code == 200


def test_everybody_sees_what_was_chosen_and_nothing_else(world: World) -> None:
    show(world)
    say("alpha-it/portal", "operational", ago=timedelta(days=2))
    say("alpha-it/engine", "down", text="Zsaid why")

    for address in (PAGE, PAGE + "feed.atom", PAGE + "status.json", PAGE + "?language=de"):
        text = Client().get(address).content.decode()
        assert "Customer portal" in text
        assert not [hidden for hidden in HIDDEN if hidden in text], address
    told = json.loads(Client().get(PAGE + "status.json").content)
    assert [service["name"] for service in told["services"]] == ["Customer portal"]
    assert len(told["services"][0]["days"]) == 90


def test_it_is_the_same_for_everybody_and_may_be_kept(world: World) -> None:
    show(world)

    stranger, member = Client().get(PAGE), world.client("customer").get(PAGE)

    assert stranger.content == member.content
    for answer in (stranger, member):
        assert answer["Cache-Control"] == "public, max-age=30"
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies


@pytest.mark.parametrize(
    ("condition", "shape"), [("operational", "circle"), ("down", "M3%203h26"), ("", "dasharray")]
)
def test_the_tab_shows_the_worst_of_it(world: World, condition: str, shape: str) -> None:
    show(world)
    if condition:
        say("alpha-it/portal", condition)
        say("alpha-it/engine", condition)

    icon = Client().get(PAGE).content.decode().partition('rel="icon" href="')[2].partition('"')[0]

    assert icon.startswith("data:image/svg+xml,%3Csvg") and shape in icon


def test_its_feed_is_a_feed(world: World) -> None:
    show(world)
    say("alpha-it/portal", "down", ago=timedelta(hours=30))

    feed = feedparser.parse(Client().get(PAGE + "feed.atom").content)

    assert not feed.bozo and feed.feed.title == "Status of Zalphait"
    assert [entry.title for entry in feed.entries] == ["Customer portal: down"]


def test_only_what_had_stopped_works_again(world: World) -> None:
    show(world)
    status = public_status(key="alpha-it", at=clock.now())
    assert status is not None
    changes = (("Known", "down", "operational"), ("New", "unknown", "operational"))
    event = NamedEvent(clock.now(), changes)

    text = files_of(replace(status, events=(event,)), "en")["index.html"].decode()

    assert "Known: works again" in text and "New: works<" in text


def test_a_monitor_that_flapped_takes_one_line_and_one_entry(world: World) -> None:
    show(world)
    flap("alpha-it/portal", 41)
    before = feedparser.parse(Client().get(PAGE + "feed.atom").content)
    say("alpha-it/portal", "operational", ago=timedelta(minutes=20))

    html, german = (
        " ".join(Client().get(PAGE + query).content.decode().split())
        for query in ("", "?language=de")
    )
    after = feedparser.parse(Client().get(PAGE + "feed.atom").content)

    lately = html.partition('id="events"')[2]
    assert lately.count("<time") == 1
    assert "Customer portal: changed 42 times (at worst: down), in the end: unknown" in lately
    assert "42-mal gewechselt (schlimmstenfalls: " in german
    # While it goes on it stays the same entry.
    assert [entry.id for entry in before.entries] == [entry.id for entry in after.entries]
    assert [entry.title for entry in before.entries] == [
        "Customer portal: changed 41 times (at worst: down), in the end: down"
    ]
    (event,) = json.loads(Client().get(PAGE + "status.json").content)["events"]
    (again,) = event["again"]
    assert event["changes"] == []
    assert (again["service"], again["count"], again["is-least"]) == ("Customer portal", 42, False)
    # Nobody says anything of what it relies on.
    assert (again["worst"], again["now"]) == ("down", "unknown")


def test_who_asks_too_often_waits(
    world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(world)
    # Of its own: what another run asked for in this minute counts in the usual file.
    settings.RATE_LIMITS_FILE = tmp_path / "rate-limits"
    monkeypatch.setattr(limits, "_VISITS", 2)

    answers = [Client().get(PAGE, REMOTE_ADDR="198.51.100.7") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]


@pytest.mark.parametrize(
    "form",
    [
        {"service": ["alpha-lab/vault"], "name:alpha-lab/vault": "Vault"},
        {"service": ["bravo-ward/care"], "name:bravo-ward/care": "Care"},
        {"service": ["alpha-it/none"], "name:alpha-it/none": "None"},
        {"name:alpha-it/portal": "  "},
        {"service": ["alpha-it/portal", "alpha-it/portal"]},
    ],
)
def test_what_may_not_be_shown_is_refused(world: World, form: dict[str, object]) -> None:
    assert show(world, **form) == 422
    assert not PublicPage.objects.exists()


def test_what_is_restricted_or_removed_later_is_shown_no_more(world: World) -> None:
    show(
        world,
        **{
            "service": ["alpha-it/portal", "alpha-it/showcase"],
            "name:alpha-it/showcase": "Shop",
        },
    )
    assert "Shop" in Client().get(PAGE).content.decode()

    Service.objects.filter(reference="alpha-it/showcase").update(restricted=True)

    assert "Shop" not in Client().get(PAGE).content.decode()


def test_switched_off_it_is_gone_at_once(world: World) -> None:
    show(world)
    assert world.client("operator").post(DECIDE, PORTAL).status_code == 302

    assert Client().get(PAGE).status_code == 404
    assert PublicPage.objects.count() == 2


def test_who_does_not_decide_finds_no_such_page(world: World) -> None:
    for who in ("viewer at the provider", "exactly right", "customer"):
        assert world.client(who).get(DECIDE).status_code == 404
        assert world.client(who).post(DECIDE, {"shown": "yes"} | PORTAL).status_code == 404
    assert not PublicPage.objects.exists()


class Loaded(HTMLParser):
    """What a page loads, and whether it runs anything."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.has_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.has_script |= tag == "script" or any(name.startswith("on") for name, _ in attrs)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


def test_a_copy_works_from_a_folder_without_any_server(world: World, tmp_path: Path) -> None:
    show(world)
    say("alpha-it/portal", "down", ago=timedelta(days=1))
    status = public_status(key="alpha-it", at=clock.now())
    assert status is not None

    files = files_of(status, "en")

    assert sorted(files) == [
        "feed.atom",
        "index.html",
        "maintenance.html",
        "status.json",
        "style.css",
    ]
    loaded = Loaded(files["index.html"].decode())
    assert not loaded.has_script
    # What is written into the page itself is fetched from nowhere.
    fetched = {one for one in loaded.addresses if not one.startswith("data:")}
    assert fetched <= set(files)
    assert "url(" not in files["style.css"].decode()
    assert not feedparser.parse(files["feed.atom"]).bozo
    assert json.loads(files["status.json"])["services"][0]["condition"] == "down"


def test_maintenance_ahead_is_times_and_public_names_and_nothing_else(world: World) -> None:
    show(world)
    key = announce("alpha-it/engine", "Zworktitle")
    announce("alpha-it/ledger", "Zother")

    told = {
        address: Client().get(address).content.decode()
        for address in (PAGE, PAGE + "feed.atom", PAGE + "status.json", PAGE + "?language=de")
    }

    for address, text in told.items():
        assert not [word for word in (*HIDDEN, "Zwork", "Zother", key) if word in text], address
    assert told[PAGE].count("Customer portal: ") == 1
    assert "02:00 to 04:00\u00a0UTC" in told[PAGE]
    (planned,) = json.loads(told[PAGE + "status.json"])["maintenance"]
    assert planned["start"] == f"{tomorrow()}:00+00:00"
    (service,) = planned["services"]
    assert service["name"] == "Customer portal"
    (entry,) = feedparser.parse(told[PAGE + "feed.atom"]).entries
    assert entry.title.startswith("Maintenance: ") and "Customer portal" in entry.summary

    cancel_maintenance(actor=Actor(is_operator=True), at=clock.now(), key=key)

    (gone,) = feedparser.parse(Client().get(PAGE + "feed.atom").content).entries
    assert gone.id == entry.id and gone.title.startswith("Maintenance called off: ")
    assert json.loads(Client().get(PAGE + "status.json").content)["maintenance"] == []
    assert "Maintenance ahead" not in Client().get(PAGE).content.decode()


def test_a_copy_tells_maintenance_ahead(world: World) -> None:
    show(world)
    announce("alpha-it/portal", "Zworktitle")
    status = public_status(key="alpha-it", at=clock.now())
    assert status is not None

    files = files_of(status, "en")

    for name in ("index.html", "feed.atom", "status.json"):
        assert b"Zworktitle" not in files[name]
    assert b"Maintenance ahead" in files["index.html"]
    assert b"Maintenance: " in files["feed.atom"]


def test_what_is_repeated_takes_one_line_with_its_next_time(world: World) -> None:
    show(world)
    say("alpha-it/portal", "operational")
    announce("alpha-it/engine", "Zworktitle", repeats="FREQ=WEEKLY")
    announce("alpha-it/portal", "Zworkonce", start=f"{tomorrow()[:10]}T08:00")

    ahead = (
        Client().get(PAGE).content.decode().partition('id="ahead"')[2].partition("</section>")[0]
    )
    whole = " ".join(ahead.split())

    assert whole.count("Customer portal: ") == 2
    assert whole.count("Every week, next ") == 1
    weekly = whole.partition("<details>")[2].partition("</details>")[0]
    assert "8 more times" in weekly and weekly.count("<time") == 8
    # Programs and feeds get every time by itself, as before.
    told = json.loads(Client().get(PAGE + "status.json").content)
    assert len(told["maintenance"]) == 10
    assert "Jede Woche, " in Client().get(PAGE + "?language=de").content.decode()


def ahead_of(html: str) -> str:
    return " ".join(html.partition('id="ahead"')[2].partition("</section>")[0].split())


def test_how_many_more_times_there_are_is_said_and_all_of_them_are_a_step_away(
    world: World,
) -> None:
    show(world)
    announce("alpha-it/engine", "Zworktitle", repeats="FREQ=DAILY")
    every = json.loads(Client().get(PAGE + "status.json").content)

    page, german = (
        ahead_of(Client().get(PAGE + query).content.decode()) for query in ("", "?language=de")
    )
    whole = Client().get(PAGE + "maintenance/")

    number = len(every["maintenance"])
    assert number > 50 and every["maintenance-total"] == number
    assert page.count("<time") == 30
    assert f"{number - 30} more times are planned within two months." in page
    assert f'<a href="{PAGE}maintenance/">All of them</a>' in page
    assert f'href="{PAGE}maintenance/?language=de"' in german
    html = whole.content.decode()
    assert whole.status_code == 200
    assert html.count("<time") == number
    assert f"{number} times are planned within two months." in html
    assert f'href="{PAGE}maintenance/?language=de"' in html
    assert not [word for word in (*HIDDEN, "Zwork") if word in html]
    assert len(feedparser.parse(Client().get(PAGE + "feed.atom").content).entries) == 30


def test_where_there_are_no_more_nothing_is_said_of_more(world: World) -> None:
    show(world)
    announce("alpha-it/engine", "Zworktitle", repeats="FREQ=WEEKLY")

    page = ahead_of(Client().get(PAGE).content.decode())

    assert "planned within" not in page and "maintenance/" not in page
    assert Client().get("/public/alpha-lab/maintenance/").status_code == 404


def test_so_many_that_not_even_that_page_tells_all_are_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(world)
    announce("alpha-it/engine", "Zworktitle", repeats="FREQ=DAILY")
    announce("alpha-it/engine", "Zworklater", start=f"{tomorrow()[:10]}T12:00")
    monkeypatch.setattr(public_ahead, "_TIMES", 40)
    monkeypatch.setattr(public_ahead, "_PLANS", 1)

    html = Client().get(PAGE + "maintenance/").content.decode()
    number = json.loads(Client().get(PAGE + "status.json").content)["maintenance-total"]

    assert html.count("<time") == 40
    assert f"{number - 40} more times are planned within two months." in html
    assert "More is planned than could be looked at" in html


def test_no_plans_of_others_push_out_what_touches_what_is_shown(world: World) -> None:
    show(world)
    others_plan(600)
    announce("alpha-it/engine", "Zworktitle", start=f"{tomorrow()[:10]}T12:00")
    gone = announce("alpha-it/engine", "Zworkgone", start=f"{tomorrow()[:10]}T08:00")
    cancel_maintenance(actor=Actor(is_operator=True), at=clock.now(), key=gone)
    cancelled = clock.now() + timedelta(seconds=1)
    others = Maintenance.objects.filter(key__startswith="zother")
    others.filter(pk__in=others.values("pk")[:200]).update(cancelled_at=cancelled)

    told = json.loads(Client().get(PAGE + "status.json").content)
    html = Client().get(PAGE + "maintenance/").content.decode()
    feed = feedparser.parse(Client().get(PAGE + "feed.atom").content)

    assert [one["start"][11:16] for one in told["maintenance"]] == ["12:00"]
    assert told["maintenance-total"] == 1
    assert "More is planned than could be looked at" not in html
    assert any(entry.title.startswith("Maintenance called off: ") for entry in feed.entries)


def test_a_copy_has_all_times_too(world: World) -> None:
    show(world)
    announce("alpha-it/engine", "Zworktitle", repeats="FREQ=DAILY")
    status = public_status(key="alpha-it", at=clock.now())
    assert status is not None

    files = files_of(status, "en")

    assert b'<a href="maintenance.html">All of them</a>' in files["index.html"]
    whole = files["maintenance.html"].decode()
    assert whole.count("<time") > 50 and 'href="index.html"' in whole
    assert set(Loaded(whole).addresses) <= {
        *files,
        *(each for each in Loaded(whole).addresses if each.startswith("data:")),
    }


def test_however_much_is_planned_the_page_takes_just_so_many_queries(world: World) -> None:
    show(world)
    announce("alpha-it/engine", "Zworktitle")
    few = queries(PAGE + "maintenance/")
    for number in range(5):
        announce("alpha-it/engine", f"Zwork{number}", repeats="FREQ=DAILY")

    assert queries(PAGE + "maintenance/") == few
    assert queries(PAGE) == few


def queries(address: str) -> int:
    Client().get(address)
    with CaptureQueriesContext(connection) as context:
        assert Client().get(address).status_code == 200
    return len(context)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([0, 1, 2], "every day"),
        ([0, 7, 14], "every week"),
        ([0, 14, 28], "every 2 weeks"),
        ([0, 3, 6], "every 3 days"),
        ([0, 28, 63], ""),
        ([0, 7], ""),
    ],
)
def test_how_often_is_read_from_the_times(days: list[int], words: str) -> None:
    begin = clock.now()
    times = [
        PublicMaintenance(
            "plan", at, at + timedelta(hours=1), begin, False, (("Customer portal", "down"),)
        )
        # The clocks were changed after the first: in UTC it is an hour off from then on.
        for day in days
        for at in [begin + timedelta(days=day, hours=bool(day))]
    ]

    assert rhythm(times) == words


def test_everybody_is_told_when_nobody_follows_what_is_reported(world: World) -> None:
    show(world)
    say("alpha-it/portal", "operational")
    assert "may be out of date" not in Client().get(PAGE).content.decode()

    Propagation.objects.update(seen_at=clock.now() - timedelta(minutes=5))

    assert "What is shown may be out of date." in Client().get(PAGE).content.decode()
    assert json.loads(Client().get(PAGE + "status.json").content)["is-current"] is False


def test_texts_of_the_catalogue_are_text(world: World) -> None:
    show(world, **{"name:alpha-it/portal": "<script>alert(1)</script>"})
    say("alpha-it/portal", "down", ago=timedelta(days=1))

    html = Client().get(PAGE).content.decode()

    assert "<script" not in html and "&lt;script&gt;" in html
