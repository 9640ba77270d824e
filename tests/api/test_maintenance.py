"""Maintenance over the API: looked at, announced once, changed and cancelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catenary.apps.monitoring.models import MaintenanceVersion
from tests.api.worlds import Api

pytestmark = pytest.mark.django_db

V1 = "/api/v1"


def night(**more: Any) -> dict[str, Any]:
    """A plan for tomorrow night."""
    return {
        "title": "Zwork",
        "services": ["alpha-it/portal"],
        "zone": "UTC",
        "start": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT02:00}",
        "duration": "2 h",
        "repeats": "FREQ=WEEKLY;COUNT=2",
        **more,
    }


def test_it_is_announced_once_changed_and_cancelled(api: Api) -> None:
    editor = api("editor")

    made = editor.post(f"{V1}/maintenance", night(), **{"Idempotency-Key": "one"}).json()
    again = editor.post(f"{V1}/maintenance", night(), **{"Idempotency-Key": "one"}).json()
    address = f"{V1}/maintenance/{made['key']}"
    tag = editor.get(address).headers["ETag"]
    changed = editor.put(f"{address}?note=later", night(title="Zother"), **{"If-Match": tag})
    stale = editor.put(address, night(), **{"If-Match": tag})
    cancelled = editor.delete(f"{address}?note=never")

    assert made == again and MaintenanceVersion.objects.count() == 3
    assert (changed.status_code, stale.status_code, cancelled.status_code) == (200, 412, 200)
    assert changed.headers["ETag"] == stale.headers["ETag"] == '"2"'
    read = editor.get(address).json()
    assert (read["state"], read["ahead"]) == ("cancelled", [])
    assert [each["note"] for each in read["versions"]] == ["never", "later", None]
    assert editor.get(f"{V1}/maintenance").json()["items"] == []
    (past,) = editor.get(f"{V1}/maintenance?past=true").json()["items"]
    assert past["key"] == made["key"]


def test_what_it_would_do_is_told_and_nothing_announced(api: Api) -> None:
    said = api("editor").post(f"{V1}/maintenance/preview", night()).json()

    hits = {hit["reference"]: hit for hit in said["hits"]}
    assert hits["alpha-it/portal"]["worked-on"]
    assert hits["alpha-it/portal"]["consumers"] == 2
    assert len(said["occurrences"]) == 2
    # Fourteen days by the hour, less what is over of today.
    assert 13 * 24 <= len(said["starts"]) <= 14 * 24
    assert not MaintenanceVersion.objects.exists()


def test_a_customer_gets_what_it_hits_and_not_what_it_is(api: Api) -> None:
    key = api("editor").post(f"{V1}/maintenance", night(services=["alpha-it/engine"])).json()["key"]
    customer = api("customer")

    (listed,) = customer.get(f"{V1}/maintenance").json()["items"]
    read = customer.get(f"{V1}/maintenance/{key}")

    assert listed["title"] is None and listed["services"] == []
    assert {hit["name"] for hit in listed["hits"]} == {"Zbravoword", "Zcare"}
    assert (read.json()["plan"], read.json()["versions"]) == (None, [])
    for text in ("Zengine", "alpha-it/engine", "Zwork"):
        assert text not in read.content.decode()
    assert customer.delete(f"{V1}/maintenance/{key}").status_code == 403
    assert api("of an unrelated organization").get(f"{V1}/maintenance/{key}").status_code == 404


def test_everything_that_is_wrong_is_said_with_its_place(api: Api) -> None:
    answer = api("editor").post(
        f"{V1}/maintenance", night(start="soon", duration="0 h", repeats="FREQ=HOURLY", colour=1)
    )

    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/start", "/duration", "/repeats", "/colour"}
    assert api("customer").post(f"{V1}/maintenance", night()).status_code == 403
