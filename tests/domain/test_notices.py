"""When somebody is told: what they feel, how patient one is, and quiet hours on the wall."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.intervals import DAY, HOUR, MINUTE, instant, moment
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


@given(
    now=st.integers(at("2020-01-01T00:00"), at("2030-01-01T00:00")),
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC"]),
    begins=st.integers(0, 1439),
    ends=st.integers(0, 1439),
)
def test_quiet_hours_end_soon_and_are_over_then(
    now: int, zone: str, begins: int, ends: int
) -> None:
    found = quiet_until(now, zone, begins, ends)

    if found is not None:
        assert 0 < found - now <= DAY + HOUR
        wall = moment(found).astimezone(ZoneInfo(zone))
        shown = wall.hour * 60 + wall.minute
        # Where the clocks jump over the end, it is over by then all the same.
        assert shown == ends or 0 < (shown - ends) % 1440 <= 60
