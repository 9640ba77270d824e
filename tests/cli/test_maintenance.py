"""catenary maintenance: looked at, planned, listed, cancelled; the hospital finds a better hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.installation import Installation

SAM, PRIYA = "sam.whitlock@st-mary.example", "priya.nair@acme-cloud.example"


@pytest.fixture
def hospital(installation: Installation, root: Path) -> Installation:
    """The hospital's story."""
    installation.fine("apply", root / "examples" / "hospital")
    return installation


def next_tuesday() -> str:
    """Ten in the morning on a Tuesday that is within the next two weeks, not tomorrow."""
    today = datetime.now(UTC).date() + timedelta(days=2)
    day = today + timedelta(days=(1 - today.weekday()) % 7)
    return f"{day.isoformat()}T10:00"


def test_the_hospital_finds_a_better_hour_than_tuesday_at_ten(hospital: Installation) -> None:
    # Whoever only looks needs no title.
    plan = ["hospital-it/network", "--start", next_tuesday()]
    when = ["--duration", "2 h", "--zone", "Europe/London"]

    found = hospital.fine("maintenance", "preview", *plan, *when, "--json").json

    hits = {hit["reference"]: hit for hit in found["hits"]}
    assert hits["hospital-it/network"]["worked-on"]
    assert {"hospital-it/patient-management", "st-mary/outpatient-care"} <= set(hits)
    assert hits["hospital-it/patient-management"]["consumers"] > 0
    (first,) = found["occurrences"]
    assert "st-mary/outpatient-care" in first["in-service-hours"]
    best = found["better"][0]
    assert best["harm"]["microseconds"] < first["harm"]["microseconds"]
    hour = datetime.fromisoformat(best["start"])
    assert not (hour.weekday() < 5 and 7 < hour.hour < 18)


def test_it_is_announced_listed_for_those_it_hits_and_cancelled(hospital: Installation) -> None:
    said = ["--title", "New disks", "--start", next_tuesday(), "--duration", "2 h"]

    key = hospital.fine("maintenance", "add", "acme-cloud/db-2", *said, "--json").json["key"]
    listed = hospital.fine("maintenance", "list", "--as", "st-mary", "--json").json
    hotel = hospital.run("maintenance", "list", "--as", "acme-cloud", "--by", SAM)
    words = hospital.fine("maintenance", "list", "--as", "st-mary").out
    hospital.fine("maintenance", "cancel", key, "--note", "The disks are late")

    assert [each["key"] for each in listed] == [key]
    assert "hospital-it/clinic-calendar" in {hit["reference"] for hit in listed[0]["hits"]}
    assert key in words
    assert hotel.code == 2
    assert hospital.fine("maintenance", "list", "--as", "st-mary", "--json").json == []


def test_what_is_wrong_is_said_and_nothing_is_planned(hospital: Installation) -> None:
    said = ["--title", "New disks", "--start", "yesterday", "--duration", "2 h"]

    wrong = hospital.run("maintenance", "add", "acme-cloud/db-2", *said)
    stranger = hospital.run("maintenance", "add", "acme-cloud/db-2", *said[:2], "--start",
                            next_tuesday(), "--duration", "2 h", "--by", SAM)  # fmt: skip
    nothing = hospital.run("maintenance", "cancel", "abcdefghjk")

    assert (wrong.code, stranger.code, nothing.code) == (1, 1, 2)
    assert "start" in wrong.err
    assert hospital.fine("maintenance", "list", "--as", "acme-cloud").out.strip() == (
        "No maintenance is planned."
    )
