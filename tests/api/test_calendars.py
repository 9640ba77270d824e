"""Calendars over the API: read, written with ETags, composed and removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from catenary import clock
from catenary.exchange.icalendar.lines import MAX_BYTES
from tests.api.worlds import Api

pytestmark = pytest.mark.django_db

V1 = "/api/v1/calendars"
DESK = {
    "name": "Zdesk",
    "hours": {"zone": "Europe/Berlin", "mon-fri": "08:00-18:00"},
    "holidays": "DE-BY",
    "exceptions": {"2026-12-24": {"hours": "08:00-12:00", "name": "Christmas Eve"}},
}


def test_a_calendar_is_written_read_patched_and_removed(api: Api) -> None:
    editor, one = api("editor"), f"{V1}/alpha-it/desk"

    made = editor.put(one, DESK, **{"If-None-Match": "*"})
    read = editor.get(one)
    same = editor.put(one, read.json(), **{"If-Match": read.headers["ETag"]})
    patched = editor.patch(one, {"exceptions": {"2026-12-24": None}})
    stale = editor.put(one, DESK, **{"If-Match": read.headers["ETag"]})
    unchanged = editor.get(one, **{"If-None-Match": editor.get(one).headers["ETag"]})
    removed = editor.delete(one)

    assert (made.status_code, same.json()["outcome"]) == (201, "unchanged")
    assert read.json() == {"reference": "alpha-it/desk", **DESK, "etag": made.json()["etag"]}
    assert (patched.status_code, stale.status_code, unchanged.status_code) == (200, 412, 304)
    assert (removed.status_code, editor.get(one).status_code) == (200, 404)


def file_of(*names: str) -> str:
    """A file of whole days, one after the other from next week on, and a meeting."""
    first = clock.now() + timedelta(days=7)
    events = [
        f"SUMMARY:{name}\nDTSTART;VALUE=DATE:{first + timedelta(days=place):%Y%m%d}"
        for place, name in enumerate(names)
    ]
    events.append(f"SUMMARY:Meeting\nDTSTART:{first:%Y%m%d}T090000Z")
    inside = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\n{inside}END:VCALENDAR\n"


def closed(api: Api, who: str, text: Any, query: str = "", **headers: str) -> Any:
    return api(who).post(f"{V1}/alpha-it/desk/closed-days{query}", {"icalendar": text}, **headers)


def test_days_of_a_file_are_looked_at_and_closed_in_one_change(api: Api) -> None:
    editor, one = api("editor"), f"{V1}/alpha-it/desk"
    editor.put(one, DESK)
    first = editor.get(one).headers["ETag"]

    looked = closed(api, "editor", file_of("Zfair", "Zfeast"), "?dry_run=true")
    untouched = editor.get(one).headers["ETag"]
    done = closed(api, "editor", file_of("Zfair", "Zfeast"), **{"If-Match": first})
    stale = closed(api, "editor", file_of("Zlater", "Zlater", "Zlater"), **{"If-Match": first})
    again = closed(api, "editor", file_of("Zfair"))

    said = looked.json()
    assert [day["name"] for day in said["taken"]] == ["Zfair", "Zfeast"]
    assert [(each["name"], each["number"]) for each in said["rejected"]] == [("Meeting", 3)]
    assert untouched == first and said["dry-run"] and "ETag" not in looked.headers
    assert done.json() == {**said, "dry-run": False}
    assert editor.get(one).headers["ETag"].startswith(f'"{said["etag"]}')
    assert done.headers["ETag"] == f'"{said["etag"]}"'
    assert stale.status_code == 412
    assert (again.json()["taken"], len(again.json()["known"])) == ([], 1)


def test_a_dry_run_is_refused_as_the_real_one_would_be(api: Api) -> None:
    hours = f"{V1}/alpha-it/hours/closed-days"
    body = {"icalendar": file_of("Zfair")}

    answers = [
        api(who).post(f"{hours}?dry_run={dry_run}", body)
        for who in ("editor", "viewer at the provider", "of an unrelated organization")
        for dry_run in ("true", "false")
    ]

    codes = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert codes == [(409, "refused")] * 2 + [(403, "not-allowed")] * 2 + [(404, "not-found")] * 2


@pytest.mark.parametrize("text", ["nonsense", "", 7, None, "x" * (MAX_BYTES + 1)])
def test_a_file_that_is_none_closes_nothing(api: Api, text: Any) -> None:
    api("editor").put(f"{V1}/alpha-it/desk", DESK)

    answer = closed(api, "editor", text)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == "/icalendar"


def test_everything_that_is_wrong_is_said_with_its_place(api: Api) -> None:
    wrong = {**DESK, "name": "", "holidays": "XX", "exceptions": {"soon": "closed"}, "colour": 1}

    answer = api("editor").put(f"{V1}/alpha-it/desk", wrong)

    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert {"/holidays", "/exceptions/soon", "/colour"} <= pointers


def test_a_loop_and_what_is_kept_are_refused(api: Api) -> None:
    editor = api("editor")

    loop = editor.put(f"{V1}/alpha-it/pause", {"name": "Zpause", "any-of": ["alpha-it/pause"]})
    kept = editor.delete(f"{V1}/alpha-it/hours")

    assert (loop.status_code, kept.status_code) == (422, 409)


def test_lists_and_batches_hold_what_one_may_see(api: Api) -> None:
    customer, inside = api("customer"), api("editor")
    wanted = {"references": ["alpha-it/nights", "alpha-it/hours", "delta/own"]}

    seen = [each["reference"] for each in customer.get(V1).json()["items"]]
    first = inside.get(f"{V1}?limit=1").json()
    second = inside.get(f"{V1}?limit=1&after={first['next']}").json()
    batch = customer.post(f"{V1}/batch", wanted).json()

    assert {"alpha-it/hours", "alpha-it/pause"} == set(seen)
    assert first["total"] == 4 and first["items"] != second["items"]
    assert [each["reference"] for each in batch["items"]] == ["alpha-it/hours"]
    assert batch["missing"] == ["alpha-it/nights", "delta/own"]


def test_calendars_and_services_change_together(api: Api) -> None:
    service = {"name": "Zshowcase", "stage": "live", "service-hours": "alpha-it/desk"}
    changes = [
        {"kind": "calendar", "reference": "alpha-it/desk", "document": DESK},
        {"kind": "service", "reference": "alpha-it/showcase", "document": service},
    ]

    answer = api("editor").post("/api/v1/changes", {"take_over": True, "changes": changes})

    assert [each["outcome"] for each in answer.json()["results"]] == ["created", "changed"]
