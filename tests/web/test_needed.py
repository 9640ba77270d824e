"""Needed now? Services that are hit say whether they are within their service hours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from catenary.apps.portfolio.queries.needed import needed_as_plain, needed_at
from tests.web.access.world import World

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
