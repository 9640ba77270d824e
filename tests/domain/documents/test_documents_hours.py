"""Service hours: read, written, said aloud."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from catenary.domain.documents.hours import (
    describe,
    format_hours,
    hours_to_plain,
    is_zone,
    read_hours,
)
from catenary.domain.documents.shapes import ServiceHours, WeeklySpan
from catenary.domain.findings import Problem
from tests.domain.documents import worlds

OFFICE = ServiceHours("Europe/Berlin", tuple(WeeklySpan(day, 480, 1080) for day in range(5)))
WITH_SATURDAY = ServiceHours(
    "Europe/Berlin", (*OFFICE.weekly, WeeklySpan(5, 540, 720), WeeklySpan(5, 780, 900))
)


def read(value: Any) -> tuple[ServiceHours, list[Problem]]:
    problems: list[Problem] = []
    return read_hours(value, ("service-hours",), problems), problems


GOOD: list[tuple[Any, ServiceHours]] = [
    ("24x7", ServiceHours()),
    ("24/7", ServiceHours()),
    ("Mon-Fri 08:00-18:00 Europe/Berlin", OFFICE),
    ("monday – friday 8:00–18:00 Europe/Berlin", OFFICE),
    ("Mon-Fri 08:00-18:00; Sat 09:00-12:00, 13:00-15:00 Europe/Berlin", WITH_SATURDAY),
    ({"zone": "Europe/Berlin", "mon-fri": "08:00-18:00"}, OFFICE),
    (
        {"sat": ["13:00-15:00", "09:00-12:00"], "zone": "Europe/Berlin", "Mon-Fri": "8:00-18:00"},
        WITH_SATURDAY,
    ),
    (
        {"zone": "UTC", "sat-mon": "00:00-24:00"},
        ServiceHours("UTC", tuple(WeeklySpan(day, 0, 1440) for day in (0, 5, 6))),
    ),
]


@pytest.mark.parametrize(("value", "hours"), GOOD, ids=[str(value) for value, _ in GOOD])
def test_hours_are_read_in_every_form(value: Any, hours: ServiceHours) -> None:
    assert read(value) == (hours, [])


BAD: list[tuple[Any, str, str]] = [
    ("always", "are not service hours", "24x7"),
    ("Mon-Fri 08:00-18:00", "does not name its time zone", "Europe/Berlin"),
    ("Mon-Fri 08:00-18:00 Europe/Berlim", "is not a time zone", '"Europe/Berlin"'),
    ("Mon-Fri 08:00-18:00 ../../etc/passwd", "is not a time zone", "IANA"),
    ("Someday 08:00-18:00 UTC", "is not days with hours", "Mon-Fri"),
    ({"mon": "08:00-18:00"}, "time zone is missing", "Europe/Berlin"),
    ({"zone": "UTC"}, "no day is open", "24x7"),
    ({"zone": "UTC", "mo": "08:00-18:00"}, "neither a day nor", '"mon"'),
    ({"zone": "UTC", "mon": "22:00-06:00"}, "ends before it starts", "22:00-24:00"),
    ({"zone": "UTC", "mon": "22:00-00:00"}, "ends before it starts", "22:00-24:00"),
    ({"zone": "UTC", "mon": "08:00-25:00"}, "24-hour clock", "24:00"),
    ({"zone": "UTC", "mon": "08:75-09:00"}, "24-hour clock", "24:00"),
    ({"zone": "UTC", "mon": "8 to 6"}, "not a span", "08:00-18:00"),
    ({"zone": "UTC", "mon": []}, "0 spans", "between 1"),
    ({"zone": "UTC", "mon": ["08:00-12:00", "11:00-13:00"]}, "overlap", "do not overlap"),
    ({"zone": "UTC", "mon-fri": "08:00-12:00", "wed": "10:00-11:00"}, "Wednesday", "overlap"),
    (["24x7"], "a list", "24x7"),
    (None, "nothing", "24x7"),
]


@pytest.mark.parametrize(("value", "said", "expected"), BAD, ids=[str(row[0]) for row in BAD])
def test_wrong_hours_are_refused_with_the_remedy(value: Any, said: str, expected: str) -> None:
    _, problems = read(value)

    assert len(problems) == 1
    assert said in problems[0].sentence
    assert expected in problems[0].expected


@settings(max_examples=60, deadline=None)
@given(worlds.service_hours())
def test_hours_come_back_from_both_forms(hours: ServiceHours) -> None:
    assert read(hours_to_plain(hours)) == (hours, [])
    assert read(format_hours(hours)) == (hours, [])


ALOUD: list[tuple[ServiceHours, str]] = [
    (ServiceHours(), "24 hours a day, 7 days a week"),
    (OFFICE, "Monday to Friday 08:00–\u206018:00, Europe/Berlin"),
    (
        WITH_SATURDAY,
        "Monday to Friday 08:00–\u206018:00; "
        "Saturday 09:00–\u206012:00 and 13:00–\u206015:00, Europe/Berlin",
    ),
    (
        ServiceHours("UTC", tuple(WeeklySpan(day, 0, 60) for day in range(7))),
        "Every day 00:00–\u206001:00, UTC",
    ),
    (
        ServiceHours("UTC", (WeeklySpan(5, 0, 60), WeeklySpan(6, 0, 60))),
        "Saturday and Sunday 00:00–\u206001:00, UTC",
    ),
]


@pytest.mark.parametrize(("hours", "sentence"), ALOUD, ids=[sentence for _, sentence in ALOUD])
def test_hours_are_said_aloud(hours: ServiceHours, sentence: str) -> None:
    assert describe(hours) == sentence


@pytest.mark.parametrize("name", ["", "Europe", "localtime", "/etc/passwd", "a" * 65, "Mars/Base"])
def test_what_is_no_zone_is_no_zone(name: str) -> None:
    assert not is_zone(name)
