"""Openings against the wall: every minute around the oddest changes of clocks there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.domain.intervals import DAY, HOUR, MINUTE, SECOND, instant, intervals
from catenary.domain.service_hours import (
    ALWAYS,
    MAX_YEARS,
    NEVER,
    AllOf,
    AnyOf,
    DatedHours,
    Hours,
    OpenTime,
    WeeklyHours,
    Without,
    elapsed,
    first_gap,
    first_instant_past,
    is_open,
    next_change,
    next_opening,
    open_intervals,
    open_time,
)
from catenary.domain.service_hours.zones import offset_steps
from tests.domain.service_hours.walls import ODD_DAYS, hours_on_an_odd_day, open_then

NINE_TO_FIVE = (((540, 1020),),) * 5 + ((), ())


def at(text: str, zone: str = "UTC", fold: int = 0) -> int:
    """The instant at which a wall in ``zone`` shows ``text``."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold))


@settings(max_examples=60, deadline=None)
@given(hours_on_an_odd_day(), st.integers(-3_000, 1_500))
def test_every_minute_is_open_exactly_when_the_wall_says_so(
    case: tuple[Hours, datetime], first: int
) -> None:
    hours, moment = case
    start = instant(moment) + first * MINUTE
    minutes = start + np.arange(1_800) * MINUTE

    found = open_time(hours, start, start + 1_800 * MINUTE)

    expected = np.array([open_then(hours, minute) for minute in minutes.tolist()])
    assert found.is_open(minutes).tolist() == expected.tolist()
    # Clocks of these days change on whole minutes, so counting minutes counts the time.
    assert found.open(np.array([found.end])).tolist() == [int(expected.sum()) * MINUTE]
    counted = np.concatenate([[0], np.cumsum(expected)[:-1]]) * MINUTE
    assert found.open(minutes).tolist() == counted.tolist()


@settings(max_examples=60, deadline=None)
@given(hours_on_an_odd_day(), st.lists(st.integers(-40 * DAY, 40 * DAY), min_size=1, max_size=30))
def test_any_instant_is_open_exactly_when_the_wall_says_so(
    case: tuple[Hours, datetime], away: list[int]
) -> None:
    hours, moment = case

    instants = [instant(moment) + step for step in away]

    found = open_time(hours, min(instants), max(instants) + 1).is_open(np.array(instants))
    assert found.tolist() == [open_then(hours, one) for one in instants]
    assert is_open(hours, instants[0]) == open_then(hours, instants[0])


@settings(max_examples=60, deadline=None)
@given(
    hours_on_an_odd_day(),
    st.lists(st.integers(-9 * DAY, 9 * DAY), min_size=3, max_size=3),
)
def test_time_between_adds_up(case: tuple[Hours, datetime], away: list[int]) -> None:
    hours, moment = case
    a, b, c = sorted(instant(moment) + step for step in away)

    assert elapsed(hours, a, b) + elapsed(hours, b, c) == elapsed(hours, a, c)
    assert elapsed(hours, c, a) == -elapsed(hours, a, c)
    assert 0 <= elapsed(hours, a, b) <= b - a
    closed = elapsed(Without(ALWAYS, hours), a, c)
    assert elapsed(hours, a, c) + closed == c - a


@settings(max_examples=60, deadline=None)
@given(hours_on_an_odd_day(), st.integers(-4 * DAY, 4 * DAY), st.integers(0, 5 * DAY))
def test_the_breach_is_the_first_instant_past_the_target(
    case: tuple[Hours, datetime], away: int, target: int
) -> None:
    hours, moment = case
    start = instant(moment) + away

    breach = first_instant_past(hours, start, target)

    if breach is None:
        assert elapsed(hours, start, start + 90 * 365 * DAY) <= target
        return
    assert elapsed(hours, start, breach) == target + 1
    assert elapsed(hours, start, breach - 1) == target
    window = open_time(hours, start, breach + DAY)
    assert window.first_past(np.array([start]), np.array([target])).tolist() == [breach]


@settings(max_examples=60, deadline=None)
@given(hours_on_an_odd_day(), st.integers(-4 * DAY, 4 * DAY))
def test_the_next_opening_and_change_have_nothing_before_them(
    case: tuple[Hours, datetime], away: int
) -> None:
    hours, moment = case
    start = instant(moment) + away

    opening, change = next_opening(hours, start), next_change(hours, start)

    if opening is None:
        assert elapsed(hours, start, start + 90 * 365 * DAY) == 0
    else:
        assert open_then(hours, opening)
        assert elapsed(hours, start, opening) == 0
    if change is not None:
        assert change > start
        assert open_then(hours, change) != open_then(hours, change - 1)
        assert elapsed(hours, start, change) in {0, change - start}
    elif opening is not None:
        assert elapsed(hours, start, start + 90 * 365 * DAY) == 90 * 365 * DAY


@settings(max_examples=60, deadline=None)
@given(hours_on_an_odd_day(), hours_on_an_odd_day())
def test_cover_fails_first_where_the_promise_is_open_and_the_cover_is_not(
    promise: tuple[Hours, datetime], cover: tuple[Hours, datetime]
) -> None:
    (promised, moment), (covering, _) = promise, cover
    start = instant(moment) - DAY

    gap = first_gap(promised, covering, start, start + 3 * DAY)

    both = elapsed(AllOf((promised, covering)), start, start + 3 * DAY)
    if gap is None:
        assert both == elapsed(promised, start, start + 3 * DAY)
        return
    assert gap.in_all == elapsed(promised, start, start + 3 * DAY) - both
    assert open_then(promised, gap.start) and not open_then(covering, gap.start)
    assert first_gap(promised, covering, start, gap.start) is None
    assert first_gap(promised, AnyOf((covering, promised)), start, start + 3 * DAY) is None


@pytest.mark.parametrize(("zone", "day"), ODD_DAYS)
def test_a_day_around_the_clock_is_as_long_as_the_zone_makes_it(zone: str, day: date) -> None:
    hours = WeeklyHours(zone, ALWAYS.week, exceptions=(DatedHours(day - timedelta(days=1)),))
    start = instant(datetime(day.year, day.month, day.day, tzinfo=UTC)) - 3 * DAY

    closed = elapsed(Without(ALWAYS, hours), start, start + 6 * DAY)

    expected = sum(not open_then(hours, start + step * MINUTE) for step in range(6 * 1440))
    assert closed == expected * MINUTE


def test_hours_that_the_clock_skips_do_not_count_and_those_shown_twice_count_twice() -> None:
    night = WeeklyHours("Europe/Berlin", (((120, 180),),) * 7)

    spring = elapsed(night, at("2026-03-29"), at("2026-03-30"))
    autumn = open_intervals(night, at("2026-10-25"), at("2026-10-26"))

    assert spring == 0
    assert autumn.length == 2 * HOUR
    assert len(autumn) == 1  # 02:00 to 03:00, and at once 02:00 to 03:00 again


def test_hours_that_end_within_the_repeated_hour_open_a_second_time() -> None:
    night = WeeklyHours("Europe/Berlin", (((60, 150),),) * 7)

    found = open_intervals(night, at("2026-10-24T20:00"), at("2026-10-25T20:00"))

    assert list(found) == [
        (at("2026-10-24T23:00"), at("2026-10-25T00:30")),
        (at("2026-10-25T01:00"), at("2026-10-25T01:30")),
    ]


def test_a_day_that_a_zone_left_out_was_never_open() -> None:
    apia = WeeklyHours(
        "Pacific/Apia", ((),) * 7, exceptions=(DatedHours(date(2011, 12, 30), ((0, 1440),)),)
    )

    assert next_opening(apia, at("2011-12-01")) is None


def test_a_span_over_midnight_belongs_to_the_day_on_which_it_starts() -> None:
    night_shift = WeeklyHours(
        "Europe/Berlin",
        (((1320, 1800),),) * 7,
        exceptions=(DatedHours(date(2026, 12, 25), name="Christmas"),),
    )

    morning, evening = at("2026-12-25T03:00"), at("2026-12-25T23:00")

    assert is_open(night_shift, morning)
    assert not is_open(night_shift, evening)
    assert not is_open(night_shift, morning + DAY)


def test_an_exception_comes_before_a_holiday_and_a_holiday_before_the_week() -> None:
    christmas = date(2026, 12, 25)
    holiday = DatedHours(christmas, ((600, 720),))
    exception = DatedHours(christmas, ((660, 690),))
    span = (at("2026-12-25"), at("2026-12-26"))

    plain = WeeklyHours("", NINE_TO_FIVE)
    with_holiday = WeeklyHours("", NINE_TO_FIVE, (holiday,))
    with_both = WeeklyHours("", NINE_TO_FIVE, (holiday,), (exception,))

    assert [elapsed(hours, *span) // MINUTE for hours in (plain, with_holiday, with_both)] == [
        480,
        120,
        30,
    ]


def test_a_zone_with_odd_seconds_is_exact_to_the_second() -> None:
    # Monrovia was 44 minutes 30 seconds behind until 7 January 1972.
    monrovia = WeeklyHours("Africa/Monrovia", NINE_TO_FIVE)

    found = open_intervals(monrovia, at("1972-01-04"), at("1972-01-05"))

    nine = at("1972-01-04T09:00") + 44 * MINUTE + 30 * SECOND
    assert list(found) == [(nine, nine + 8 * HOUR)]


def test_silver_support_round_the_clock_over_office_hours_is_always_open() -> None:
    office = WeeklyHours("Europe/Berlin", NINE_TO_FIVE)
    span = (at("2026-01-01"), at("2027-01-01"))

    assert open_intervals(AnyOf((office, ALWAYS)), *span) == intervals([span])
    assert open_intervals(AllOf((office, ALWAYS)), *span) == open_intervals(office, *span)
    assert elapsed(Without(ALWAYS, office), *span) == 365 * DAY - elapsed(office, *span)
    assert open_intervals(AllOf(()), *span) == open_intervals(AnyOf(()), *span)


def test_a_target_used_up_at_closing_time_is_broken_when_it_opens_again() -> None:
    office = WeeklyHours("Europe/Berlin", NINE_TO_FIVE)
    friday = at("2026-03-27T16:00", "Europe/Berlin")

    breach = first_instant_past(office, friday, HOUR)

    assert breach == at("2026-03-30T09:00", "Europe/Berlin") + 1


def test_no_zone_changes_its_clocks_twice_between_two_looks() -> None:
    # The steps are found by looking every other day; here, twice a day, in busy years.
    steps = [timedelta(hours=12 * step) for step in range(365 * 2)]
    for zone in sorted(available_timezones() - {"localtime", "Factory"}):
        clock = ZoneInfo(zone)
        for year in (1918, 1944, 2011):
            begin = datetime(year, 1, 1, tzinfo=UTC)
            starts, offsets = offset_steps(zone, year)
            asked = instant(begin) + np.arange(len(steps)) * 12 * HOUR

            told = offsets[np.searchsorted(starts, asked, "right") - 1] // SECOND

            offset = [(begin + step).astimezone(clock).utcoffset() for step in steps]
            assert told.tolist() == [round(o.total_seconds()) for o in offset if o is not None]


def test_what_cannot_be_answered_is_refused() -> None:
    with pytest.raises(ValueError, match="end is before"):
        open_intervals(ALWAYS, 1, 0)
    with pytest.raises(ValueError, match="at most 200 years"):
        open_intervals(ALWAYS, 0, (MAX_YEARS + 2) * 366 * DAY)
    with pytest.raises(ValueError, match="years 3 to 9997"):
        open_intervals(ALWAYS, at("0001-01-02"), at("0001-01-03"))
    with pytest.raises(ValueError, match="below zero"):
        first_instant_past(ALWAYS, 0, -1)
    with pytest.raises(ValueError, match="outside"):
        open_time(ALWAYS, 0, 10).open(np.array([11]))
    with pytest.raises(ValueError, match="no span of a day"):
        DatedHours(date(2026, 1, 1), ((600, 600),))
    with pytest.raises(ValueError, match="stands twice"):
        WeeklyHours("", NINE_TO_FIVE, (DatedHours(date(2026, 1, 1)),) * 2)
    with pytest.raises(ValueError, match="seven days"):
        WeeklyHours("", ())


def test_hours_that_never_open_say_so_at_once() -> None:
    never = WeeklyHours("Europe/Berlin", ((),) * 7)

    assert next_opening(never, 0) is None
    assert next_change(never, 0) is None
    assert first_instant_past(never, 0, 0) is None
    nothing = OpenTime(open_intervals(never, 0, DAY), 0, DAY)
    assert nothing.open(np.array([0, DAY])).tolist() == [0, 0]
    assert nothing.first_past(np.array([0]), np.array([5])).tolist() == [NEVER]
    assert next_change(ALWAYS, 0) is None
    assert next_opening(ALWAYS, 7) == 7


def test_a_hundred_thousand_instants_are_answered_in_one_go() -> None:
    office = WeeklyHours("Europe/Berlin", NINE_TO_FIVE)
    start, end = at("2016-01-01"), at("2026-01-01")
    instants = np.random.default_rng(7).integers(start, end, 100_000)

    found = open_time(office, start, end)

    told = found.open(instants)
    for one in range(0, 100_000, 9_973):
        assert told[one] == elapsed(office, start, int(instants[one]))
