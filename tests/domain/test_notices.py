"""When somebody is told: what they feel, how patient one is, and quiet hours on the wall."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.intervals import MINUTE, SECOND, instant, moment
from catenary.domain.notices import FINE, IMPAIRED, felt, patience, quiet_until

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = BERLIN) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def test_only_what_one_asked_to_hear_of_makes_a_difference() -> None:
    assert felt("degraded", {"down"}) == FINE
    assert felt("down", {"down"}) == "down"


def test_what_is_degraded_if_not_down_concerns_who_wants_to_hear_of_both() -> None:
    assert felt(IMPAIRED, {"down"}) == FINE
    assert felt(IMPAIRED, {"down", "degraded"}) == IMPAIRED
    assert felt(IMPAIRED, {"unknown"}) == IMPAIRED


def test_the_first_failure_and_its_end_are_told_at_once_later_ones_when_they_last() -> None:
    """docs/algorithms/notices.md."""
    waits = [patience(n) // MINUTE for n in range(8)]

    assert waits == [0, 0, 2, 2, 10, 10, 30, 30]


@pytest.mark.parametrize(
    ("now", "begins", "ends", "until"),
    [
        ("2026-11-03T23:00", "22:00", "06:00", "2026-11-04T06:00"),
        ("2026-11-04T05:59", "22:00", "06:00", "2026-11-04T06:00"),
        ("2026-11-04T06:00", "22:00", "06:00", ""),
        ("2026-11-04T12:00", "22:00", "06:00", ""),
        ("2026-11-04T12:00", "12:00", "13:00", "2026-11-04T13:00"),
        ("2026-11-04T12:00", "12:00", "12:00", ""),
        # Eight hours on the wall are seven in the night the clocks go forward, nine back.
        ("2026-03-28T22:00", "22:00", "06:00", "2026-03-29T06:00"),
        ("2026-10-24T22:00", "22:00", "06:00", "2026-10-25T06:00"),
    ],
)
def test_quiet_hours_are_what_the_wall_shows(now: str, begins: str, ends: str, until: str) -> None:
    def minutes(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    found = quiet_until(at(now), BERLIN, minutes(begins), minutes(ends))

    assert found == (at(until) if until else None)


@pytest.mark.parametrize(
    ("now", "begins", "ends", "until"),
    [
        # The clocks jump from 02:00 CET to 03:00 CEST: over an end at 02:30, and it is over.
        ("2026-03-29T01:59+01:00", "22:00", "02:30", "2026-03-29T03:00+02:00"),
        ("2026-03-29T01:59+01:00", "22:00", "02:00", "2026-03-29T03:00+02:00"),
        ("2026-03-29T01:59+01:00", "22:00", "03:30", "2026-03-29T03:30+02:00"),
        # They go back from 03:00 CEST to 02:00 CET: the wall shows 02:15 twice.
        ("2026-10-25T02:15+02:00", "02:00", "02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:15+01:00", "02:00", "02:30", "2026-10-25T02:30+01:00"),
        ("2026-10-25T02:40+02:00", "02:30", "02:00", "2026-10-25T02:00+01:00"),
        ("2026-10-25T02:40+01:00", "02:30", "02:00", "2026-10-26T02:00+01:00"),
    ],
)
def test_in_the_nights_in_which_the_clocks_change_the_wall_counts(
    now: str, begins: str, ends: str, until: str
) -> None:
    """docs/algorithms/notices.md."""

    def minutes(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    begun = instant(datetime.fromisoformat(now))

    found = quiet_until(begun, BERLIN, minutes(begins), minutes(ends))

    assert found == instant(datetime.fromisoformat(until))


#: Nights in which clocks change, by half an hour at Lord Howe, and Samoa left a day out.
CHANGES = [
    (BERLIN, "2026-03-29T00:00"),
    (BERLIN, "2026-10-25T00:00"),
    ("America/New_York", "2026-11-01T00:00"),
    ("Australia/Lord_Howe", "2026-04-05T00:00"),
    ("Australia/Lord_Howe", "2026-10-04T00:00"),
    ("America/Havana", "2026-03-08T00:00"),
    ("Pacific/Apia", "2011-12-29T12:00"),
    ("Asia/Kathmandu", "2026-05-01T00:00"),
]


@given(
    night=st.sampled_from(CHANGES),
    later=st.integers(-600, 900),
    seconds=st.integers(0, 59),
    begins=st.integers(0, 1439),
    ends=st.integers(0, 1439),
)
def test_quiet_hours_end_at_the_first_minute_the_wall_is_out_of_them(
    night: tuple[str, str], later: int, seconds: int, begins: int, ends: int
) -> None:
    zone, around = night
    now = at(around, zone) + later * MINUTE + seconds * SECOND
    clock = ZoneInfo(zone)

    def is_quiet(instant_: int) -> bool:
        wall = moment(instant_).astimezone(clock)
        return (wall.hour * 60 + wall.minute - begins) % 1440 < (ends - begins) % 1440

    expected = None
    if is_quiet(now):
        expected = now - now % MINUTE
        while is_quiet(expected):
            expected += MINUTE

    assert quiet_until(now, zone, begins, ends) == expected
