"""Windows follow the wall of their zone, on the nights on which the clocks change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.domain.intervals import DAY, HOUR, MINUTE, instant, moment
from catenary.domain.maintenance.rules import read_rule
from catenary.domain.maintenance.windows import (
    Change,
    Window,
    next_occurrence,
    occurrences,
    on_the_wall,
    takes_place,
)

BERLIN = "Europe/Berlin"


def wall(text: str) -> datetime:
    """A time on the wall."""
    return datetime.fromisoformat(text)


def utc(text: str) -> int:
    """An instant."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=UTC))


def shown(window: Window, first: str, last: str) -> list[tuple[str, str]]:
    """Occurrences in UTC."""
    return [
        (f"{moment(each.start):%m-%d %H:%M}", f"{moment(each.end):%m-%d %H:%M}")
        for each in occurrences(window, utc(first), utc(last))
    ]


def test_every_sunday_at_two_is_at_two_in_summer_and_in_winter() -> None:
    window = Window(BERLIN, wall("2026-10-18T02:00"), 2 * HOUR, read_rule("FREQ=WEEKLY;BYDAY=SU"))

    assert shown(window, "2026-10-17", "2026-11-02") == [
        ("10-18 00:00", "10-18 02:00"),
        # The night is an hour longer, the work is not.
        ("10-25 00:00", "10-25 02:00"),
        ("11-01 01:00", "11-01 03:00"),
    ]


def test_a_start_that_the_clocks_skip_does_not_take_place_nor_count() -> None:
    window = Window(
        BERLIN, wall("2026-03-22T02:30"), HOUR, read_rule("FREQ=WEEKLY;BYDAY=SU;COUNT=2")
    )

    assert shown(window, "2026-03-01", "2026-05-01") == [
        ("03-22 01:30", "03-22 02:30"),
        ("04-05 00:30", "04-05 01:30"),
    ]
    assert on_the_wall(wall("2026-03-29T02:30"), BERLIN) is None


def test_of_a_start_that_comes_twice_the_first_is_meant() -> None:
    assert on_the_wall(wall("2026-10-25T02:30"), BERLIN) == utc("2026-10-25T00:30")


def test_one_occurrence_is_moved_and_one_left_out() -> None:
    weekly = Window(
        "UTC",
        wall("2026-11-01T02:00"),
        HOUR,
        read_rule("FREQ=WEEKLY;UNTIL=20261122"),
        (
            Change(wall("2026-11-08T02:00")),
            Change(wall("2026-11-15T02:00"), wall("2026-11-16T03:00"), 30 * MINUTE),
        ),
    )

    assert shown(weekly, "2026-11-01", "2027-01-01") == [
        ("11-01 02:00", "11-01 03:00"),
        ("11-16 03:00", "11-16 03:30"),
        ("11-22 02:00", "11-22 03:00"),
    ]
    assert takes_place(weekly, wall("2026-11-22T02:00"))
    assert not takes_place(weekly, wall("2026-11-23T02:00"))
    assert next_occurrence(weekly, utc("2026-11-22T03:00")) is None


@pytest.mark.parametrize(
    ("at", "start"),
    [
        ("2026-11-01T01:59", "2026-11-01T02:00"),
        ("2026-11-01T02:30", "2026-11-01T02:00"),
        ("2026-11-01T03:00", "2026-11-02T02:00"),
    ],
)
def test_the_next_one_is_what_runs_or_what_comes(at: str, start: str) -> None:
    daily = Window("UTC", wall("2026-11-01T02:00"), HOUR, read_rule("FREQ=DAILY"))

    found = next_occurrence(daily, utc(at))

    assert found is not None and found.start == utc(start)


ZONES = ("UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tehran")


@settings(max_examples=150)
@given(
    st.sampled_from(ZONES),
    st.datetimes(wall("2009-01-01"), wall("2030-01-01")),
    st.integers(1, 3 * DAY // MINUTE),
    st.sampled_from(
        ["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=DAILY;COUNT=9", "FREQ=WEEKLY;UNTIL=20200101"]
    ),
    st.integers(-5 * DAY // MINUTE, 400 * DAY // MINUTE),
    st.integers(0, 40 * DAY // MINUTE),
)
def test_occurrences_are_those_of_walls_looked_at_day_by_day(
    zone: str, begins: datetime, minutes: int, rule: str, away: int, length: int
) -> None:
    start = begins.replace(second=0, microsecond=0)
    window = Window(zone, start, minutes * MINUTE, read_rule(rule))
    first = instant(start.replace(tzinfo=UTC)) + away * MINUTE
    last = first + length * MINUTE

    found = [(each.start, each.end) for each in occurrences(window, first, last)]

    assert found == _by_days(window, rule, first, last)


def _by_days(window: Window, rule: str, first: int, last: int) -> list[tuple[int, int]]:
    """The same by going through all days, with zoneinfo and nothing of ours."""
    clock, found, taken = ZoneInfo(window.zone), [], 0
    for step in range(0, 520, 7 if "WEEKLY" in rule else 1):
        at = window.start + timedelta(days=step)
        if "UNTIL" in rule and at.date() > date(2020, 1, 1):
            break
        begins = at.replace(tzinfo=clock).astimezone(UTC)
        if begins.astimezone(clock).replace(tzinfo=None) != at:
            continue
        taken += 1
        if "COUNT" in rule and taken > 9:
            break
        start = instant(begins)
        if start < last and start + window.duration > first and first < last:
            found.append((start, start + window.duration))
    return found


@given(st.integers(0, 60), st.integers(1, 60))
def test_a_longer_look_finds_the_same_and_more(early: int, days: int) -> None:
    window = Window(BERLIN, wall("2026-03-20T01:30"), 26 * HOUR, read_rule("FREQ=DAILY"))
    first = utc("2026-03-20") + early * DAY
    middle, last = first + days * DAY // 2, first + days * DAY

    whole = set(occurrences(window, first, last))

    assert whole == {*occurrences(window, first, middle), *occurrences(window, middle, last)}
