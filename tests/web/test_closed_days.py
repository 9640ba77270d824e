"""Closing days of a calendar by a file in the browser: looked at, saved, refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from holidays import country_holidays

from catenary import clock
from catenary.apps.calendars.queries import calendar_documents, calendars_by_reference
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import entries_of
from catenary.domain.documents.calendars import calendar_to_plain
from catenary.domain.documents.hours import UNBROKEN_DASH
from tests.exchange.icalendar.test_closed_days import file_of
from tests.web.access.world import World

pytestmark = pytest.mark.django_db

HOURS = "alpha-it/hours"
URL = f"/calendars/{HOURS}/closed-days/"


def open_monday() -> date:
    """A Monday that is ahead and no public holiday, on which the hours are open."""
    today = clock.now().date()
    day = today + timedelta(days=14 - today.weekday())
    while day in country_holidays("DE"):
        day += timedelta(days=7)
    return day


def monday() -> str:
    """The same, as files write it."""
    return f"{open_monday():%Y%m%d}"


def days() -> bytes:
    """A Monday and a Sunday that close, and two events that do not."""
    start = monday()
    return file_of(
        f"SUMMARY:Stocktaking <script>alert(1)</script>\nDTSTART;VALUE=DATE:{start}",
        f"SUMMARY:Sleeping\nDTSTART;VALUE=DATE:{open_monday() + timedelta(days=6):%Y%m%d}",
        f"SUMMARY:Meeting\nDTSTART:{start}T090000Z",
        f"SUMMARY:Often\nDTSTART;VALUE=DATE:{start}\nRRULE:FREQ=SECONDLY",
    )


def exceptions(reference: str = HOURS) -> dict[str, Any]:
    """The dates unlike others of a calendar."""
    plain: dict[str, Any] = calendar_to_plain(calendar_documents([reference])[reference])
    return plain.get("exceptions") or {}


def upload(client: Client, raw: bytes, **more: str) -> Any:
    """What is answered to a file."""
    file = SimpleUploadedFile("days.ics", raw, content_type="text/calendar")
    return client.post(URL, {"act": "look", "file": file, **more})


def fields(html: str) -> dict[str, str]:
    """What the form would send back, to take over what files manage."""
    found = dict(re.findall(r'name="(seen|looked)" value="([0-9a-f]*)"', html))
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.S)
    assert text is not None
    # As browsers send it.
    shown = text[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'")
    return {**found, "text": shown.replace("\n", "\r\n"), "take-over": "on"}


def test_a_file_is_looked_at_and_then_closes_days_in_one_change(world: World) -> None:
    client = world.client("operator")
    row = calendars_by_reference([HOURS])[HOURS]
    before = len(entries_of(Kind.CALENDAR, row.id, 10))

    looked = upload(client, days())
    html = looked.content.decode()
    unchanged = exceptions()
    saved = client.post(URL, {"act": "save", **fields(html)})
    page = client.get(f"/calendars/{HOURS}/").content.decode()

    assert looked.status_code == 200 and unchanged == {}
    assert "2 days would be closed: 9 h of service time fewer." in html
    assert "&lt;script&gt;alert(1)" in html and "<script>alert(1)" not in html
    # The pause at noon, by UTC, cuts the day in two; the Sunday is closed anyway.
    assert re.search(r"<bdi>08:00[^<]*, [^<]*18:00</bdi></td><td[^>]*><bdi>closed</bdi>", html)
    assert "Line <bdi>17</bdi>" in html and "Line <bdi>23</bdi>" in html
    assert "it starts at a time of day; only whole days close a day</bdi>: <bdi>make it" in html
    assert saved.status_code == 302 and saved["Location"] == f"/calendars/{HOURS}/"
    assert "2 days are closed now." in page
    assert [each["name"] for each in exceptions().values()] == [
        "Stocktaking <script>alert(1)</script>",
        "Sleeping",
    ]
    assert len(entries_of(Kind.CALENDAR, row.id, 10)) == before + 1


def test_what_was_pasted_does_the_same_and_known_days_stay(world: World) -> None:
    client = world.client("operator")
    looked = client.post(URL, {"act": "look", "text": days().decode()}).content.decode()
    client.post(URL, {"act": "save", **fields(looked)})
    before = exceptions()

    again = upload(client, days()).content.decode()

    assert len(before) == 2
    assert "Nothing would change: its days are unlike others already." in again
    assert "Close these days" not in again


def test_what_was_not_looked_at_is_shown_before_it_is_saved(world: World) -> None:
    client = world.client("operator")
    form = fields(upload(client, days()).content.decode())

    other = file_of(f"SUMMARY:Other\nDTSTART:{monday()}").decode()
    changed = client.post(URL, {"act": "save", **form, "text": other})
    unasked = client.post(URL, {"act": "save", "text": other})
    file = upload(client, days() + b"\n\n", **{**form, "act": "save", "text": other})

    for answer in (changed, unasked):
        assert answer.status_code == 200
        assert "1 day would be closed" in answer.content.decode()
    # The same file again is what was looked at, whatever its last lines are.
    assert file.status_code == 302
    assert len(exceptions()) == 2


def test_a_night_is_closed_to_its_end(world: World) -> None:
    client = world.client("operator")
    night = {"organization": "alpha-it", "key": "late", "name": "Zlate", "made": "hours"}
    client.post("/calendars/new/", {**night, "zone": "Europe/Berlin", "mon": "22:00-06:00"})
    text = file_of(f"SUMMARY:Stocktaking\nDTSTART:{monday()}").decode()

    html = client.post(
        "/calendars/alpha-it/late/closed-days/", {"act": "look", "text": text}
    ).content.decode()

    assert "1 day would be closed: 8 h of service time fewer." in html
    assert html.count("Stocktaking</bdi></small>") == 2
    assert f"00:00{UNBROKEN_DASH}06:00" in html


def test_who_saves_over_a_change_of_somebody_else_looks_again(world: World) -> None:
    client = world.client("operator")
    form = fields(upload(client, days()).content.decode())
    other = client.post(
        URL, {"act": "look", "text": file_of(f"DTSTART:{monday()}").decode()}
    ).content.decode()
    client.post(URL, {"act": "save", **fields(other)})

    late = client.post(URL, {"act": "save", **form})

    assert late.status_code == 409
    assert "Somebody changed the calendar meanwhile." in late.content.decode()
    assert "Stocktaking" in late.content.decode()
    assert len(exceptions()) == 1


def test_what_files_manage_is_taken_over_only_when_somebody_says_so(world: World) -> None:
    client = world.client("operator")
    assert "Managed by <bdi>" in client.get(URL).content.decode()
    form = fields(upload(client, days()).content.decode())

    refused = client.post(URL, {"act": "save", **form, "take-over": ""})
    taken = client.post(URL, {"act": "save", **form})

    assert refused.status_code == 422
    html = refused.content.decode()
    assert "is managed by" in html and "or take it over" in html and "Close these days" in html
    assert taken.status_code == 302


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "the file is empty"),
        (b" \r\n", "the file is empty"),
        (b"<html>no</html>", "Line 1: an iCalendar file has BEGIN:VCALENDAR here"),
        ("BEGIN:VCALENDAR\nX:ä".encode("latin-1"), "Line 2: this is no text in UTF-8"),
        ("BEGIN:VCALENDAR".encode("utf-16"), "Line 1: this is no text in UTF-8"),
        (b"BEGIN:VCALENDAR\nX:\0", "Line 2: a zero character stands here"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "Line 2: VEVENT begins here and never ends"),
        (b"x" * 2_100_000, "the file is larger than 2 MB"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR", "There is no event in it"),
        (
            file_of("DTSTART;TZID=Mars/Olympus:20300101T000000", "DTSTART:99991231"),
            "Nothing would change: no event of it closes a day.",
        ),
    ],
)
def test_what_is_no_calendar_is_told_with_its_line(world: World, raw: bytes, told: str) -> None:
    response = upload(world.client("operator"), raw)

    assert response.status_code in (200, 422)
    assert told in response.content.decode()
    assert exceptions() == {}


def test_a_body_larger_than_any_form_is_told_so(world: World) -> None:
    response = upload(world.client("operator"), b"x" * 10_000_000)

    assert response.status_code == 400
    assert "What was sent is too large: a form takes 2 MB at most." in response.content.decode()


def test_one_without_dates_of_its_own_is_not_offered_and_refused(world: World) -> None:
    client = world.client("operator")

    page = client.get("/calendars/alpha-it/nights/").content.decode()
    refused = client.post(
        "/calendars/alpha-it/nights/closed-days/", {"act": "look", "text": days().decode()}
    )

    assert "closed-days" not in page
    assert URL in client.get(f"/calendars/{HOURS}/").content.decode()
    assert refused.status_code == 422
    assert exceptions("alpha-it/nights") == {}


@pytest.mark.parametrize("who", ["viewer at the provider", "customer", "exactly right"])
def test_nobody_else_closes_any(world: World, who: str) -> None:
    client = world.client(who)

    answers = [client.get(URL), upload(client, days())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert URL not in client.get(f"/calendars/{HOURS}/").content.decode()
