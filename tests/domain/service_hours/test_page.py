"""The numbers of docs/algorithms/service-hours.md, read from the page."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from catenary.domain.intervals import HOUR, instant, moment
from catenary.domain.service_hours import (
    AllOf,
    DatedHours,
    WeeklyHours,
    elapsed,
    first_gap,
    first_instant_past,
)

BERLIN = "Europe/Berlin"
OFFICE = (((480, 1080),),) * 5 + ((), ())
BAVARIA = tuple(
    DatedHours(date.fromisoformat(day))
    for day in [
        "2026-01-01",
        "2026-01-06",
        "2026-04-03",
        "2026-04-06",
        "2026-05-01",
        "2026-05-14",
        "2026-05-25",
        "2026-06-04",
        "2026-10-03",
        "2026-11-01",
        "2026-12-25",
        "2026-12-26",
        "2027-01-01",
    ]
)
DESK = WeeklyHours(
    BERLIN,
    OFFICE,
    BAVARIA,
    (
        DatedHours(date(2026, 12, 24), ((480, 720),)),
        DatedHours(date(2026, 12, 31)),
    ),
)
SUPPLIER = WeeklyHours("America/New_York", (((540, 1020),),) * 5 + ((), ()))


def at(text: str) -> int:
    """The instant at which a wall in Berlin shows ``text``."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)))


def rows(root: Path, head: str) -> list[list[str]]:
    """The cells of the table whose first heading is ``head``."""
    page = (root / "docs" / "algorithms" / "service-hours.md").read_text()
    table = re.search(rf"^\| {re.escape(head)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in row[1:-1].split("|")] for row in table[1].splitlines()]


def hours_of(text: str) -> int:
    """Microseconds of ``2504 h``."""
    return int(text.removesuffix(" h")) * HOUR


def test_the_service_time_of_the_year_and_its_months(root: Path) -> None:
    spans = {
        "the year, holidays and exceptions ignored": ("2026-01-01", "2027-01-01"),
        "the year": ("2026-01-01", "2027-01-01"),
        "March": ("2026-03-01", "2026-04-01"),
        "October": ("2026-10-01", "2026-11-01"),
        "December": ("2026-12-01", "2027-01-01"),
    }

    table = rows(root, "in 2026")

    assert [row[0] for row in table] == list(spans)
    for name, service_time, on_the_clock in table:
        start, end = (at(day) for day in spans[name])
        desk = WeeklyHours(BERLIN, OFFICE) if "ignored" in name else DESK
        assert elapsed(desk, start, end) == hours_of(service_time), name
        assert end - start == hours_of(on_the_clock), name


def test_the_nights_on_which_the_clocks_change(root: Path) -> None:
    table = rows(root, "Berlin wall")

    assert len(table) == 7
    for wall, first, last, service_time in table:
        start, end = (int(t[:2]) * 60 + int(t[3:]) for t in wall.split("–"))
        hours = WeeklyHours(BERLIN, (((start, end if end > start else end + 1440),),) * 7)
        assert elapsed(hours, at(f"{first}T12:00"), at(f"{last}T12:00")) == hours_of(service_time)


def test_when_targets_are_broken(root: Path) -> None:
    table = rows(root, "reported")

    assert len(table) == 5
    for reported, within, broken, _ in table:
        found = first_instant_past(DESK, at(reported), hours_of(within))
        assert found == at(broken), reported


@pytest.mark.parametrize(
    ("monday", "promised", "covered", "until"),
    [("2026-03-23", 50, 20, "2026-03-23T14:00"), ("2026-04-06", 40, 12, "2026-04-07T15:00")],
)
def test_what_the_supplier_covers(
    root: Path, monday: str, promised: int, covered: int, until: str
) -> None:
    start = at(monday)
    end = at(f"{monday[:8]}{int(monday[8:]) + 6:02d}")

    gap = first_gap(DESK, SUPPLIER, start, end)

    assert elapsed(DESK, start, end) == promised * HOUR
    assert elapsed(AllOf((DESK, SUPPLIER)), start, end) == covered * HOUR
    assert gap is not None
    assert gap.in_all == (promised - covered) * HOUR
    assert moment(gap.end) == moment(at(until))
    page = (root / "docs" / "algorithms" / "service-hours.md").read_text()
    told = " ".join(page.split())
    assert f"covers {covered}" in told
    assert f"{covered} of {promised}" in told or f"{promised} hours it covers {covered}" in told
