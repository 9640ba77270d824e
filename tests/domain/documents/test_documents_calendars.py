"""Calendars as documents: read in every form, written in the shortest, refused with the remedy."""

from __future__ import annotations

from datetime import date
from typing import Any

import holidays
import pytest

from catenary.domain.documents.calendars import calendar_to_plain, read_calendar
from catenary.domain.documents.regions import COUNTRIES
from catenary.domain.documents.shapes import (
    CalendarDocument,
    CalendarException,
    PublicHolidays,
    ServiceHours,
    WeeklySpan,
)
from catenary.domain.findings import Problem

REFERENCE = "hospital-it/desk-hours"
DESK: dict[str, Any] = {
    "name": "Service desk hours",
    "hours": {"zone": "Europe/Berlin", "mon-fri": "08:00-18:00"},
    "holidays": "DE-BY",
    "exceptions": {
        "2026-12-24": {"hours": "08:00-12:00", "name": "Christmas Eve"},
        "2026-12-28..2026-12-31": "closed",
    },
}


def read(plain: Any) -> CalendarDocument:
    """The calendar, which must have no mistake."""
    problems: list[Problem] = []
    found = read_calendar(REFERENCE, plain, problems, ("calendars", REFERENCE))
    assert found is not None, problems
    return found


def test_a_calendar_says_hours_holidays_and_exceptions() -> None:
    found = read(DESK)

    assert found == CalendarDocument(
        REFERENCE,
        "Service desk hours",
        "hospital-it",
        hours=ServiceHours("Europe/Berlin", tuple(WeeklySpan(d, 480, 1080) for d in range(5))),
        holidays=PublicHolidays("DE", "BY"),
        exceptions=(
            CalendarException(
                date(2026, 12, 24), date(2026, 12, 24), ((480, 720),), "Christmas Eve"
            ),
            CalendarException(date(2026, 12, 28), date(2026, 12, 31)),
        ),
    )


@pytest.mark.parametrize(
    "plain",
    [
        DESK,
        {"name": "Always", "hours": "24x7"},
        {"name": "Nights", "hours": {"zone": "UTC", "mon-sun": "22:00-06:00"}},
        {"name": "Silver", "description": "Two\nlines", "any-of": ["a/b", "c/d"]},
        {"name": "Both", "organization": "other", "all-of": ["a/b", "c/d"], "without": ["e/f"]},
        {
            "name": "Open on holidays",
            "hours": {"zone": "UTC", "sat": ["08:00-12:00", "13:00-14:00"]},
            "holidays": {"country": "DE", "region": "BY", "hours": "10:00-12:00"},
        },
    ],
)
def test_the_plain_form_comes_back(plain: dict[str, Any]) -> None:
    assert calendar_to_plain(read(plain)) == plain


@pytest.mark.parametrize(
    ("spoiled", "where", "sentence", "expected"),
    [
        ({"name": None}, "name", 'no "name"', "name:"),
        ({"hours": None}, "", "does not say when", "one of hours"),
        ({"any-of": ["a/b"]}, "", "hours and any-of", "one of"),
        ({"hours": {"zone": "Europe/Berlim", "mon": "08:00-18:00"}}, "zone", "time zone", "Berlin"),
        ({"hours": {"zone": "UTC", "mon": "08:00-08:00"}}, "mon", "ends before", "24:00"),
        ({"hours": {"zone": "UTC"}}, "hours", "no day is open", "24x7"),
        ({"hours": "24x7"}, "holidays", "time zone", "Europe/Berlin"),
        ({"holidays": "XX"}, "holidays", '"XX" are not known', "ISO 3166"),
        ({"holidays": "DE-BX"}, "holidays", "no region", "one of"),
        ({"holidays": "AD-XX-YY"}, "holidays", "no region", "one of"),
        ({"holidays": {"country": "DE", "region": "XX"}}, "region", "no region", "one of"),
        ({"holidays": {"region": "BY"}}, "country", "country", "ISO 3166"),
        ({"holidays": 7}, "holidays", "not known", "ISO 3166"),
        ({"exceptions": {"2026-02-30": "closed"}}, "2026-02-30", "not a date", "2026-12-24"),
        ({"exceptions": {"0001-01-01": "closed"}}, "0001-01-01", "not a date", "2026-12-24"),
        (
            {"exceptions": {"2026-12-31..2026-12-01": "closed"}},
            "2026-12-31..2026-12-01",
            "ends before",
            "2026",
        ),
        (
            {"exceptions": {"2026-01-01..2027-12-01": "closed"}},
            "2026-01-01..2027-12-01",
            "longer than a year",
            "weekly",
        ),
        (
            {"exceptions": {"2026-12-24": "closed", "2026-12-20..2026-12-31": "closed"}},
            "2026-12-24",
            "stands twice",
            "once",
        ),
        (
            {"exceptions": {"2026-12-24": ["08:00-12:00", "11:00-13:00"]}},
            "hours",
            "overlap",
            "do not overlap",
        ),
        ({"exceptions": {"2026-12-24": "noon"}}, "hours", "not a span", "08:00-18:00"),
        ({"exceptions": ["2026-12-24"]}, "exceptions", "a list", "dates"),
        ({"without": [REFERENCE]}, "", "made of itself", "other calendars"),
        ({"without": ["nonsense"]}, 0, "does not name the organization", "organization/"),
        ({"weekly": {}}, "weekly", "no field", "one of"),
    ],
)
def test_wrong_calendars_are_refused_with_the_remedy(
    spoiled: dict[str, Any], where: str | int, sentence: str, expected: str
) -> None:
    problems: list[Problem] = []

    found = read_calendar(REFERENCE, {**DESK, **spoiled}, problems, ("calendars", REFERENCE))

    assert found is None
    told = [p for p in problems if sentence in p.sentence]
    assert told, problems
    assert expected in told[0].expected
    assert told[0].path[-1] == (where if where != "" else REFERENCE)


def test_the_countries_and_regions_are_those_of_the_library() -> None:
    known = holidays.list_supported_countries(include_aliases=False)

    assert {country: tuple(sorted(known[country])) for country in known} == COUNTRIES
