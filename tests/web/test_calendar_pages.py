"""What the pages of calendars say, and to whom; what a service says of its hours."""

from __future__ import annotations

import re

import pytest
from icalendar import Calendar

from tests.web.access.world import World

pytestmark = pytest.mark.django_db
STATE = re.compile(r"(Open|Closed) now, until \w+day, \d+ \w+ \d{4}, \d\d:\d\d\.")


def text_of(world: World, who: str, address: str) -> str:
    """The page somebody gets."""
    response = world.client(who).get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_calendar_says_whether_it_is_open_and_shows_week_and_year(world: World) -> None:
    html = text_of(world, "viewer at the provider", "/calendars/alpha-it/hours/")

    assert STATE.search(html)
    assert "<bdi>Europe/Berlin</bdi>" in html
    # Monday to Friday; the pause on Monday, by UTC, cuts one bar in two.
    assert html.count('class="open"') in {5, 6}
    assert html.count('class="closed"') == 7
    assert "German Unity Day" in html
    assert html.count('scope="row"') == 7 + 12
    assert "Zportal" in html


def test_hours_round_the_clock_have_no_end(world: World) -> None:
    html = text_of(world, "viewer at the provider", "/calendars/alpha-lab/vaulted/")

    assert "Open now, round the clock." in html


def test_a_customer_sees_the_hours_and_none_of_who_else_keeps_them(world: World) -> None:
    html = text_of(world, "customer", "/calendars/alpha-it/hours/")
    listed = text_of(world, "customer", "/calendars/")

    assert STATE.search(html)
    assert "Znights" not in html
    assert "Zhours" in listed and "Zpause" in listed
    assert "Znights" not in listed and "Zvaulted" not in listed


def test_a_service_says_whether_it_is_open_by_the_name_of_its_calendar(world: World) -> None:
    html = text_of(world, "customer", "/services/alpha-it/portal/")

    assert '<a href="/calendars/alpha-it/hours/"><bdi>Zhours</bdi></a>' in html
    assert STATE.search(html)


def test_the_feed_holds_the_openings_of_the_year(world: World) -> None:
    response = world.client("customer").get("/calendars/alpha-it/hours/hours.ics")

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(response.content.decode()).walk("VEVENT")
    assert len(events) > 250
    assert {str(event["SUMMARY"]) for event in events} == {"Zhours"}
