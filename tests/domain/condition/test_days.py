"""Days on a wall: of each the worst that was, and how long each condition held."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.condition.days import (
    KINDS,
    Day,
    Span,
    Worst,
    days,
    midnights,
    today_in,
    worst_of,
)
from catenary.domain.intervals import DAY, HOUR, MINUTE, instant, moment

BERLIN = "Europe/Berlin"
ZONES = (
    "UTC",
    BERLIN,
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "America/Havana",
)


def at(text: str, zone: str = "UTC") -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def told(
    spans: list[Span], zone: str, first: str, count: int, now: str
) -> list[tuple[str, str, float]]:
    begins = date.fromisoformat(first)
    found = days(spans, midnights(zone, begins, count), begins, at(now, zone))
    return [(str(day.day), day.worst, day.length / HOUR) for day in found]


def test_a_day_that_is_skipped_tells_nothing_though_a_span_goes_over_it() -> None:
    apia = "Pacific/Apia"
    always = [Span(at("2011-12-01T00:00", apia), None, "operational")]

    assert told(always, apia, "2011-12-29", 3, "2012-01-05T00:00") == [
        ("2011-12-29", "operational", 24),
        ("2011-12-30", "", 0),
        ("2011-12-31", "operational", 24),
    ]


def test_the_example_of_the_page() -> None:
    """docs/algorithms/days.md."""
    spans = [
        Span(at("2026-03-01T00:00", BERLIN), at("2026-03-28T22:00", BERLIN), "operational"),
        Span(at("2026-03-28T22:00", BERLIN), at("2026-03-29T04:00", BERLIN), "down"),
        Span(at("2026-03-29T04:00", BERLIN), None, "operational"),
    ]

    found = days(
        spans,
        midnights(BERLIN, date(2026, 3, 28), 3),
        date(2026, 3, 28),
        at("2026-03-30T06:00", BERLIN),
    )

    assert [
        (day.worst, {kind: held / HOUR for kind, held in day.held.items()}) for day in found
    ] == [
        ("down", {"operational": 22, "down": 2}),
        ("down", {"down": 3, "operational": 20}),
        ("operational", {"operational": 6}),
    ]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, "2026-03-29", 23),
        (BERLIN, "2026-10-25", 25),
        ("America/Sao_Paulo", "2018-11-04", 23),  # midnight itself is skipped
        ("Asia/Beirut", "2022-03-27", 23),  # here too
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Pacific/Apia", "2011-12-30", 0),  # the whole day is
        ("UTC", "2026-03-29", 24),
    ],
)
def test_days_are_as_long_as_their_clocks_say(zone: str, day: str, hours: float) -> None:
    begins, ends = midnights(zone, date.fromisoformat(day), 1)

    assert (ends - begins) / HOUR == hours


def test_silence_never_makes_a_day_look_fine() -> None:
    noon = at("2026-11-02T12:00")

    found = told([Span(noon, None, "operational")], "UTC", "2026-11-01", 2, "2026-11-02T18:00")

    assert found == [("2026-11-01", "unknown", 24), ("2026-11-02", "unknown", 18)]


def test_a_day_that_has_not_begun_says_nothing() -> None:
    found = told([], "UTC", "2026-11-01", 2, "2026-11-01T00:00")

    assert found == [("2026-11-01", "", 0), ("2026-11-02", "", 0)]


def test_some_minutes_of_a_day_are_not_told_as_a_whole_day() -> None:
    begins = date.fromisoformat("2026-11-01")
    course = [
        Span(at("2026-11-02T00:00"), at("2026-11-03T10:00"), "operational"),
        Span(at("2026-11-03T10:00"), at("2026-11-03T10:12"), "down"),
        Span(at("2026-11-03T10:12"), None, "operational"),
    ]
    found = days(course, midnights("UTC", begins, 6), begins, at("2026-11-05T12:00"))

    assert worst_of(found) == (
        Worst("down", 1, 12 * MINUTE, False),
        Worst("unknown", 1, DAY, True),
        Worst("operational", 3, 2 * DAY + 12 * HOUR, True),
    )


def test_today_is_what_the_calendar_of_the_reader_shows() -> None:
    late = at("2026-11-01T23:30")

    assert today_in("UTC", late) == date(2026, 11, 1)
    assert today_in(BERLIN, late) == date(2026, 11, 2)
    assert today_in("America/New_York", late) == date(2026, 11, 1)


COURSES = st.lists(
    st.tuples(st.integers(1, 3 * 24 * 60), st.sampled_from([*KINDS, ""])), max_size=12
)


def spans_from(begin: int, course: list[tuple[int, str]]) -> list[Span]:
    """Spans one after the other, with holes where nothing is said."""
    found = []
    for minutes, kind in course:
        if kind:
            found.append(Span(begin, begin + minutes * MINUTE, kind))
        begin += minutes * MINUTE
    return found


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2009, 1, 1), date(2027, 12, 1)),
    count=st.integers(1, 8),
    before=st.integers(-3 * 24 * 60, 3 * 24 * 60),
    course=COURSES,
    passed=st.integers(0, 9 * 24 * 60),
)
def test_no_instant_is_lost_or_counted_twice(
    zone: str,
    first: date,
    count: int,
    before: int,
    course: list[tuple[int, str]],
    passed: int,
) -> None:
    bounds = midnights(zone, first, count)
    now = bounds[0] + passed * MINUTE
    spans = spans_from(bounds[0] + before * MINUTE, course)

    found = days(reversed(spans), bounds, first, now)

    assert [day.day for day in found] == [first + timedelta(days=away) for away in range(count)]
    assert sum(day.length for day in found) == min(now, bounds[-1]) - bounds[0]
    for kind in KINDS[:2]:
        meant = sum(
            max(0, min(span.end or now, now, bounds[-1]) - max(span.start, bounds[0]))
            for span in spans
            if span.kind == kind
        )
        assert sum(day.held.get(kind, 0) for day in found) == meant
    for day in found:
        assert _worst_by_looking(day, spans, zone, now) == day.worst


def _worst_by_looking(day: Day, spans: list[Span], zone: str, now: int) -> str:
    """The worst of a day, looking at every half hour and every edge of it on the wall: another
    way to come to it, without knowing when days begin."""
    around = instant(datetime.combine(day.day, datetime.min.time(), tzinfo=UTC))
    looked = {around + step * 30 * MINUTE for step in range(-32, 84)}
    looked |= {edge for span in spans for edge in (span.start, span.end or now)}
    looked.add(now)
    looked |= {edge + near for edge in looked for near in (-1, 1)}
    kinds = set()
    for instant_ in looked:
        wall = moment(instant_).astimezone(ZoneInfo(zone)).date()
        if wall == day.day and instant_ < now:
            standing = [s.kind for s in spans if s.start <= instant_ < (s.end or NEVER)]
            kinds.add(standing[0] if standing else "unknown")
    return min(kinds, key=KINDS.index, default="")


NEVER = at("9000-01-01T00:00")


@given(zone=st.sampled_from(ZONES), first=st.dates(date(2000, 1, 1), date(2030, 1, 1)))
def test_every_day_begins_where_the_wall_says_so(zone: str, first: date) -> None:
    begins, ends = midnights(zone, first, 1)

    clock = ZoneInfo(zone)
    if begins < ends:
        assert moment(begins).astimezone(clock).date() == first
    assert moment(begins - 1).astimezone(clock).date() != first or begins == ends
    assert 0 <= ends - begins <= DAY + 2 * HOUR
