"""catenary hours: closed days of an iCalendar file, looked at and brought in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.exchange.icalendar.test_closed_days import file_of
from tests.installation import Installation

CLINIC = "hospital-it/clinic-hours"


@pytest.fixture
def hospital(installation: Installation, root: Path) -> Installation:
    """The hospital's story."""
    installation.fine("apply", root / "examples" / "hospital")
    return installation


def test_closed_days_are_looked_at_and_brought_in(hospital: Installation, tmp_path: Path) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=10)
    file = tmp_path / "days.ics"
    meeting = "SUMMARY:Meeting\nDTSTART:20261201T090000Z"
    file.write_bytes(file_of(f"SUMMARY:Stocktaking\nDTSTART:{soon:%Y%m%d}", meeting))
    bring: list[str | Path] = ["hours", CLINIC, "--closed-days", file, "--take-over"]

    looked = hospital.fine(*bring, "--dry-run").out
    brought = hospital.fine(*bring, "--json").json
    again = hospital.fine(*bring).out

    assert f"+ {soon}  closed  Stocktaking" in looked
    assert "! line 12: Meeting: not taken, it starts at a time of day" in looked
    assert "1 closed day would be brought in" in looked
    assert brought["taken"] == [{"date": f"{soon}", "name": "Stocktaking"}]
    assert [each["line"] for each in brought["rejected"]] == [12]
    assert "0 closed days brought in, 1 had an exception already" in again


def test_a_dry_run_is_refused_as_the_real_one_would_be(
    hospital: Installation, tmp_path: Path
) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=10)
    file = tmp_path / "days.ics"
    file.write_bytes(file_of(f"SUMMARY:Stocktaking\nDTSTART:{soon:%Y%m%d}"))
    bring: list[str | Path] = ["hours", CLINIC, "--closed-days", file]

    tried = hospital.run(*bring, "--dry-run")
    real = hospital.run(*bring)
    by_others = hospital.run(
        *bring, "--dry-run", "--take-over", "--by", "priya.nair@acme-cloud.example"
    )

    assert (tried.code, tried.err) == (real.code, real.err)
    assert tried.code == 1 and "is managed by" in tried.err
    assert by_others.code != 0 and "would be brought in" not in by_others.out


def test_a_file_that_is_none_is_refused_with_its_line(
    hospital: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "page.ics"
    file.write_text("<!doctype html>\n", encoding="utf-8")

    refused = hospital.run("hours", CLINIC, "--closed-days", file)

    assert refused.code != 0
    assert f"{file}: line 1: an iCalendar file has BEGIN:VCALENDAR here" in refused.err
