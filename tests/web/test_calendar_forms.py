"""Calendars written in the browser: made, changed, composed, refused and removed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from catenary.apps.calendars.queries import calendar_documents
from catenary.domain.documents.calendars import calendar_to_plain
from tests.web.access.world import World

pytestmark = pytest.mark.django_db

DESK: dict[str, Any] = {
    "organization": "alpha-it",
    "key": "desk",
    "name": "Zdesk",
    "made": "hours",
    "zone": "Europe/Berlin",
    "mon": "08:00-12:00, 13:00-18:00",
    "fri": "22:00-06:00",
    "holidays": "DE-BY",
    "holiday-hours": "10:00-12:00",
    "exceptions": "2026-12-24: 08:00-12:00 (Christmas Eve)\n2026-12-28..2026-12-31: closed",
}


def said(reference: str) -> dict[str, Any]:
    """What a calendar says, as in files."""
    return calendar_to_plain(calendar_documents([reference])[reference])


def seen(client: Client, reference: str) -> str:
    """The digest in the form of a calendar."""
    html = client.get(f"/calendars/{reference}/edit/").content.decode()
    found = re.search(r'name="seen" value="([0-9a-f]{32})"', html)
    assert found is not None
    return found[1]


def test_a_calendar_is_made_and_its_form_says_the_same_again(world: World) -> None:
    client = world.client("operator")

    made = client.post("/calendars/new/", DESK)
    plain = said("alpha-it/desk")
    form = client.get("/calendars/alpha-it/desk/edit/").content.decode()
    fields = dict(re.findall(r'name="([a-z-]+)" value="([^"]*)"', form))
    exceptions = re.search(r'name="exceptions"[^>]*>([^<]*)<', form)
    assert exceptions is not None
    again = client.post(
        "/calendars/alpha-it/desk/edit/",
        {**DESK, **{day: fields[day] for day in ("mon", "tue", "fri")},
         "exceptions": exceptions[1], "holidays": fields["holidays"], "seen": fields["seen"]},
    )  # fmt: skip

    assert made["Location"] == again["Location"] == "/calendars/alpha-it/desk/"
    assert plain["hours"] == {
        "zone": "Europe/Berlin",
        "mon": ["08:00-12:00", "13:00-18:00"],
        "fri": "22:00-06:00",
    }
    assert set(plain["exceptions"]) == {"2026-12-24", "2026-12-28..2026-12-31"}
    assert said("alpha-it/desk") == plain
    history = client.get("/calendars/alpha-it/desk/history/").content.decode()
    assert history.count("<time") >= 1 and "Zdesk" in history


def test_calendars_are_composed_and_a_loop_is_refused(world: World) -> None:
    client = world.client("operator")
    parts = {**DESK, "key": "both", "made": "any-of", "parts": "alpha-it/hours\nalpha-it/nights"}

    assert client.post("/calendars/new/", parts).status_code == 302
    loop = {
        **parts,
        "parts": "alpha-it/both",
        "without": "",
        "seen": seen(client, "alpha-it/pause"),
    }
    refused = client.post("/calendars/alpha-it/pause/edit/", {**loop, "name": "Zpause"})

    assert said("alpha-it/both")["any-of"] == ["alpha-it/hours", "alpha-it/nights"]
    assert refused.status_code in (409, 422)
    assert "any-of" not in said("alpha-it/pause")


@pytest.mark.parametrize(
    "wrong",
    [
        {"mon": "noon"},
        {"zone": "Mars/Olympus"},
        {"holidays": "XX"},
        {"exceptions": "tomorrow: closed"},
        {"exceptions": "2026-12-24 08:00"},
        {"name": ""},
        {"key": "Not A Key"},
        {"organization": "delta"},
        {"made": "any-of", "parts": "alpha-it/never"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    world: World, wrong: dict[str, str]
) -> None:
    response = world.client("operator").post("/calendars/new/", {**DESK, **wrong})

    assert response.status_code == 422
    html = response.content.decode()
    assert 'id="problem"' in html and "Christmas Eve" in html or "exceptions" in wrong
    assert "alpha-it/desk" not in calendar_documents(["alpha-it/desk"])


def test_two_who_change_it_at_once_do_not_overwrite_each_other(world: World) -> None:
    client = world.client("operator")
    client.post("/calendars/new/", DESK)
    first = seen(client, "alpha-it/desk")

    client.post("/calendars/alpha-it/desk/edit/", {**DESK, "name": "Zone", "seen": first})
    second = client.post("/calendars/alpha-it/desk/edit/", {**DESK, "name": "Ztwo", "seen": first})
    twice = client.post("/calendars/new/", DESK)

    assert (second.status_code, twice.status_code) == (409, 409)
    assert said("alpha-it/desk")["name"] == "Zone"


def test_one_that_is_kept_stays_and_another_goes(world: World) -> None:
    client = world.client("operator")
    client.post("/calendars/new/", DESK)

    kept = client.post(
        "/calendars/alpha-it/hours/edit/", {"act": "delete", "seen": seen(client, "alpha-it/hours")}
    )
    gone = client.post(
        "/calendars/alpha-it/desk/edit/", {"act": "delete", "seen": seen(client, "alpha-it/desk")}
    )

    assert (kept.status_code, gone.status_code) == (409, 302)
    assert client.get("/calendars/alpha-it/desk/").status_code == 404


@pytest.mark.parametrize("who", ["viewer at the provider", "customer", "exactly right"])
def test_nobody_else_writes_any(world: World, who: str) -> None:
    client = world.client(who)

    answers = [
        client.post("/calendars/new/", DESK),
        client.post("/calendars/alpha-it/hours/edit/", DESK),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
