"""Needed now? Services that are hit say whether they are within their service hours."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from catenary import clock
from catenary.apps.portfolio.queries.needed import needed_as_plain, needed_at
from tests.web.access.world import World
from tests.web.test_live import say

pytestmark = pytest.mark.django_db

PORTAL = "alpha-it/portal"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        # The world's hours: see tests/web/access/world.py.
        (datetime(2026, 11, 24, 10, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 29, 3, 0, tzinfo=UTC), False),
    ],
)
def test_a_service_is_needed_while_its_hours_are_open(
    world: World, at: datetime, expected: bool
) -> None:
    found = needed_at([PORTAL, "alpha-it/engine", "alpha-it/none"], at)

    assert set(found) == {PORTAL}
    assert found[PORTAL].is_now is expected
    opens = found[PORTAL].next
    assert opens is not None and (opens == at) is expected and opens >= at
    assert needed_as_plain(None) is None


def test_every_door_tells_it(world: World) -> None:
    page = world.client("operator").get("/impact/?service=alpha-it/engine").content.decode()
    said: dict[str, Any] = (
        world.client("operator").get("/api/v1/impact?service=alpha-it/engine").json()
    )
    then = world.client("operator").get("/impact/?service=alpha-it/engine&as_of=2026-11-21")

    portal = next(each for each in said["services"] if each["reference"] == PORTAL)
    assert set(portal["needed"]) == {"now", "next"}
    assert "needed now" in page or "not needed before" in page
    assert "needed now" not in then.content.decode()
    assert Client().get("/impact/").status_code == 302


SAID = re.compile(r"needed now|not needed before")


def test_the_board_tells_it_of_what_does_not_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = "/status/?all=1"
    say("alpha-it/engine", "operational")
    well = world.client("operator").get(board).content.decode()
    say("alpha-it/engine", "down")

    told = world.client("operator").get(board).content.decode()
    later = clock.now() + timedelta(seconds=1)

    rows = {row.partition('"')[0]: row for row in told.split('data-condition-of="')[1:]}
    assert not SAID.search(well.partition(f'of="{PORTAL}"')[2].partition("</li>")[0])
    assert SAID.search(rows[PORTAL])
    # Nobody said any hours of it.
    assert not SAID.search(rows["alpha-it/engine"])
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(days=1))
    past = world.client("operator").get(f"{board}&as_of={later:%Y-%m-%dT%H:%M:%S}Z")
    assert past.status_code == 200 and not SAID.search(past.content.decode())


def test_the_status_of_a_service_tells_it_of_itself_and_of_whom_it_hits(world: World) -> None:
    say("alpha-it/engine", "down")
    client = world.client("operator")

    below = client.get("/services/alpha-it/engine/status/").content.decode()
    itself = client.get("/services/alpha-it/portal/status/").content.decode()

    hit = below.partition('aria-labelledby="hit"')[2].partition("</section>")[0]
    assert SAID.search(hit) and not SAID.search(below.partition('aria-labelledby="hit"')[0])
    assert SAID.search(itself.partition('class="answer"')[0])
