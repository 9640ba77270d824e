"""Live status: a word about one service changes every open page it concerns, explained, without
reloading, and no other page; and what happened while the line was broken is there afterwards."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import Signer
from playwright.sync_api import Page, expect

from tests.browser import Complaints
from tests.installation import run_command
from tests.journeys.live import (
    DANA,
    DATABASES,
    INVENTORY,
    KATJA,
    NURSE,
    OPERATOR,
    PATIENTS,
    PRIYA,
    WELL,
    WITH_ENGINE,
    same_page,
    say,
    shown,
)
from tests.journeys.steps import card
from tests.journeys.test_every_page import serious, wide
from tests.product import Product, answers, catenary, clean_environment, free_port, serving

pytestmark = pytest.mark.journey


def listening(page: Page) -> None:
    """Hear everything that the stream of this page's reader says, beside the page itself."""
    page.evaluate(
        """() => {
          window.heard = [];
          const stream = new EventSource(document.querySelector("[data-live]").dataset.live);
          stream.onmessage = stream.onerror = (event) => window.heard.push(event.type);
          stream.addEventListener("changed", (event) => window.heard.push(event.data));
        }"""
    )


def test_a_database_fails_and_everybody_concerned_sees_it_at_once_and_why(
    live: Product, open_as: Callable[..., Page]
) -> None:
    dana = open_as(DANA, "/status/")
    nurse = open_as(NURSE, f"/services/{PATIENTS}/status/")
    ward = open_as(NURSE, "/our-services/")
    katja = open_as(KATJA, "/status/")
    listening(katja)
    before = katja.locator("#board").inner_text()
    expect(shown(nurse, PATIENTS)).to_have_text("operational")
    expect(ward.locator("#ours")).to_contain_text("All 2 services you use work.")

    # The cloud's own engineer says so, in the browser.
    priya = open_as(PRIYA, "/services/acme-cloud/db-1/status/")
    priya.get_by_label("down", exact=True).check()
    priya.get_by_label("What happened", exact=True).fill("The primary does not answer")
    priya.get_by_role("button", name="Report it").click()
    expect(priya.get_by_text("Recorded: down.")).to_be_visible()

    # The ward reads it in its own words, with the path.
    expect(shown(nurse, PATIENTS)).to_have_text("degraded")
    expect(nurse.locator("h1")).to_have_text("Bed board")
    expect(card(nurse, "Where it comes from")).to_contain_text("Pharmacy inventory")
    expect(card(nurse, "Where it comes from")).to_contain_text("First database")
    same_page(nurse)
    expect(shown(ward, PATIENTS)).to_have_text("degraded")
    expect(ward.locator("#ours")).to_contain_text(
        "1 of 2 services you use does not work as it should."
    )
    expect(ward.locator("#ours")).to_contain_text("Because of First database: down.")
    same_page(ward)
    # The hospital's IT sees what is hit, where one of the two databases is gone.
    expect(shown(dana, PATIENTS)).to_have_text("degraded")
    expect(shown(dana, "acme-cloud/db-1")).to_have_text("down")
    expect(dana.locator('[data-count-of="down"]')).to_have_text("1")
    same_page(dana)

    # The second one follows: both causes, and whom to call.
    say(live, ("acme-cloud/db-2", "down", "Its hall is dark"))
    expect(shown(dana, INVENTORY)).to_have_text("down")
    dana.goto(f"/services/{INVENTORY}/status/")
    causes = card(dana, "Where it comes from")
    for name in ("First database", "Second database"):
        expect(causes.get_by_role("link", name=name)).to_be_visible()
    expect(causes.get_by_role("link", name="Priya Nair").first).to_be_visible()
    expect(card(dana, "Who is hit")).to_contain_text("Patient management")
    priya.goto("/services/acme-cloud/db-1/status/")
    own = card(priya, "Where it comes from")
    expect(own).to_contain_text("The primary does not answer")
    expect(own.get_by_role("link", name="Priya Nair")).to_be_visible()

    # The hotel saw nothing, and its pages were told nothing.
    assert katja.locator("#board").inner_text() == before
    assert katja.evaluate("window.heard") == []

    # It works again at the press of a button, for everybody.
    priya.get_by_role("button", name="Works again").click()
    say(live, ("acme-cloud/db-2", "operational"))
    expect(shown(nurse, PATIENTS)).to_have_text("operational")
    same_page(nurse)
    expect(ward.locator("#ours")).to_contain_text("All 2 services you use work.")
    same_page(ward)


def test_the_chain_picture_follows_and_stays_where_one_looks(
    live: Product, open_as: Callable[..., Page]
) -> None:
    dana = open_as(DANA, f"/chain/?focus={PATIENTS}")
    database = dana.locator("a.chain-mark", has_text="First database")
    expect(database).to_have_class(re.compile("is-operational"))
    dana.get_by_role("button", name="Closer (+)").click()
    view = dana.locator("svg.chain-svg").get_attribute("viewBox")

    say(live, ("acme-cloud/db-1", "down", "The primary does not answer"))

    expect(database).to_have_class(re.compile("is-down.*is-cause"))
    expect(database).to_have_attribute("aria-label", re.compile("down, the cause"))
    focus = dana.locator(".chain-mark.is-focus")
    expect(focus).to_have_class(re.compile("is-degraded"))
    assert dana.locator("svg.chain-svg").get_attribute("viewBox") == view
    expect(dana.locator(".chain-legend")).to_contain_text("where the condition of the focus")
    expect(dana.locator("#links")).to_contain_text("the cause")
    same_page(dana)

    say(live, ("acme-cloud/db-1", "operational"))
    expect(database).not_to_have_class(re.compile("is-cause"))


def test_without_script_the_board_and_reporting_work(
    live: Product, open_as: Callable[..., Page]
) -> None:
    page = open_as(PRIYA, "/services/acme-cloud/messaging/status/", java_script_enabled=False)
    page.get_by_label("degraded", exact=True).check()
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_text("Recorded: degraded.")).to_be_visible()

    def is_there() -> bool:
        page.goto("/status/")
        return bool(shown(page, "acme-cloud/messaging").count())

    wait_until(is_there)
    expect(shown(page, "acme-cloud/messaging")).to_have_text("degraded")
    expect(page.locator("#live")).to_be_hidden()
    say(live, ("acme-cloud/messaging", "cleared"))


@pytest.fixture(scope="module")
def told(live: Product) -> dict[str, str]:
    """Everything there is to tell: faults, maintenance, an inlet, an operator's password, a public
    page. What was made, by name."""

    def run(*arguments: str) -> str:
        ran = run_command(list(arguments), clean_environment(live.data))
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.decode()

    start = f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%dT03:00}"
    said = ("--title", "New disks", "--start", start, "--duration", "1 h", "--json")
    planned = json.loads(run("maintenance", "add", *DATABASES, *said))["key"]
    run("inlet", "open", "acme-cloud/swept", "--kind", "alertmanager")
    password = run("user", OPERATOR, "--operator").partition("signs in with")[2].split()[0]
    key = (live.data / "secret-key").read_text().strip()
    signed = Signer(key=key, salt="catenary.unsubscribe").sign("nobody")
    return {"maintenance": planned, "password": password, "signed": signed}


def show_to_everybody(page: Page, organization: str) -> None:
    page.goto(f"/organizations/{organization}/public-page/")
    page.locator("input[name=shown]").check()
    for choice in page.locator("input[name=service]").all()[:4]:
        choice.check()
    page.locator("main form button[type=submit]").click()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("de", "dark")])
def test_axe_finds_nothing_serious_where_there_is_something_to_tell(
    language: str,
    scheme: Any,
    live: Product,
    told: dict[str, str],
    open_as: Callable[..., Page],
    complaints: Complaints,
) -> None:
    complaints.expected.add("status of 404")
    options = {
        "locale": language,
        "color_scheme": scheme,
        "bypass_csp": True,
        "reduced_motion": "reduce",
        "is_followed": False,
    }
    say(live, ("acme-cloud/db-1", "down", "The primary does not answer"))
    before = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    operated = replace(live, password=told["password"])
    operator = open_as(OPERATOR, "/", operated, **options)
    show_to_everybody(operator, "acme-cloud")
    priya = open_as(PRIYA, "/", **options)
    dana = open_as(DANA, "/status/", **options)
    wait_until(lambda: bool(dana.reload() and shown(dana, "acme-cloud/db-1").count()))
    visits = (
        (dana, "/status/"),
        (dana, f"/status/?as_of={before}"),
        (dana, f"/status/?as_of={before}&known=then"),
        (dana, f"/services/{PATIENTS}/status/"),
        (dana, f"/services/{PATIENTS}/status/?as_of={before}"),
        (dana, f"/services/{PATIENTS}/status/?as_of={before}&known=then"),
        (dana, f"/chain/?focus={PATIENTS}"),
        (dana, "/maintenance/"),
        (open_as(NURSE, "/", **options), "/our-services/"),
        (priya, "/services/acme-cloud/db-1/status/"),
        (priya, f"/maintenance/{told['maintenance']}/"),
        (priya, f"/maintenance/{told['maintenance']}/edit/"),
        (operator, "/outbox/"),
        (operator, "/organizations/acme-cloud/inlets/"),
        (operator, "/organizations/acme-cloud/inlets/swept/"),
        (operator, "/organizations/acme-cloud/public-page/"),
        (operator, f"/public/acme-cloud/?language={language}"),
        (operator, f"/unsubscribe/{told['signed']}/"),
        (operator, "/nowhere/"),
    )
    found = []
    for page, address in visits:
        response = page.goto(address)
        if response is None or (response.status != 200 and address != "/nowhere/"):
            found.append(f"{address} did not answer")
        found += serious(page, "light") + wide(page)
    assert found == []
    say(live, ("acme-cloud/db-1", "operational"))


def wait_until(found: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.2)


def test_a_page_catches_up_after_the_server_was_killed(
    demo: Path, open_as: Callable[..., Page], tmp_path: Path, complaints: Complaints
) -> None:
    complaints.expected |= {"ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED", "failed"}
    with serving(demo, tmp_path, environment=WITH_ENGINE) as before:
        say(before, *((service, "operational") for service in WELL))
    port = free_port()
    product = Product(f"http://localhost:{port}", tmp_path, before.password)
    first = begin(product, port)
    try:
        dana = open_as(DANA, "/status/?all=1", product)
        expect(shown(dana, "acme-cloud/db-1")).to_have_text("operational")

        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        expect(dana.get_by_text("Connecting again…")).to_be_visible()
        observe = ["observe", "acme-cloud/db-1", "down"]
        assert run_command(observe, clean_environment(tmp_path)).returncode == 0
        second = begin(product, port)
        try:
            expect(shown(dana, "acme-cloud/db-1")).to_have_text("down", timeout=60_000)
            expect(dana.get_by_text("Live", exact=True)).to_be_visible()
            same_page(dana)

            # Told to stop, the server lets open pages go at once instead of waiting for them.
            begun = time.monotonic()
            os.killpg(second.pid, signal.SIGTERM)
            second.wait(30)
            assert time.monotonic() - begun < 8
        finally:
            end(second)
    finally:
        end(first)


def test_an_open_page_says_that_nobody_follows_and_is_live_again_when_somebody_does(
    demo: Path, open_as: Callable[..., Page], tmp_path: Path
) -> None:
    with serving(demo, tmp_path) as product:
        worker = work(product)
        try:
            say(product, *((service, "operational") for service in WELL))
            dana = open_as(DANA, "/status/?all=1", product)
            expect(shown(dana, "acme-cloud/db-1")).to_have_text("operational")
            chain = open_as(DANA, f"/chain/?focus={PATIENTS}", product)

            end(worker)
            last_seen(product, datetime(2026, 3, 4, 14, 5, tzinfo=UTC))
            why = "No worker has followed what is reported since 4 March 2026, 14:05"
            for page in (dana, chain):
                expect(page.get_by_text("Not up to date", exact=True)).to_be_visible()
                expect(page.get_by_text("Live", exact=True)).to_be_hidden()
                expect(page.get_by_text(why)).to_be_visible()
            expect(dana.locator("#board .answer")).to_contain_text("Last known at 4 March 2026")
            again = open_as(DANA, "/status/", product, is_followed=False)
            expect(again.get_by_text("Not up to date", exact=True)).to_be_visible()

            say(product, ("acme-cloud/db-1", "down"))
            worker = work(product)
            for page in (dana, chain):
                expect(page.get_by_text("Live", exact=True)).to_be_visible()
                expect(page.get_by_text(why)).to_be_hidden()
                same_page(page)
            expect(shown(dana, "acme-cloud/db-1")).to_have_text("down")
            expect(dana.locator("#board .answer")).not_to_contain_text("Last known at")
            for page in (dana, chain, again):
                page.close()
        finally:
            end(worker)


def work(product: Product) -> subprocess.Popen[bytes]:
    """A worker in a group of its own."""
    with (product.data / "worked.log").open("ab") as out:
        return subprocess.Popen(
            catenary("worker"),
            env=clean_environment(product.data),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def last_seen(product: Product, at: datetime) -> None:
    """The engine's last sign of life was then: nobody waits half a minute."""
    with closing(sqlite3.connect(product.data / "catenary.sqlite3")) as database, database:
        written = f"{at:%Y-%m-%d %H:%M:%S}"
        database.execute("UPDATE monitoring_propagation SET seen_at = ?", [written])


def begin(product: Product, port: int) -> subprocess.Popen[bytes]:
    """The server with its worker in a group of its own; it answers when this comes back."""
    with (product.data / "served.log").open("ab") as out:
        process = subprocess.Popen(
            catenary("serve", "--port", str(port), "--data", str(product.data)),
            env=clean_environment(product.data, **WITH_ENGINE),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    wait_until(lambda: answers(product.url), 60)
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
