"""Service hours the slow way: every minute is asked what the clock on the wall shows then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from catenary.domain.service_hours import (
    AllOf,
    AnyOf,
    DatedHours,
    Hours,
    Span,
    WeeklyHours,
    Without,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Zones whose clocks do something unusual, with a date close to which they do it.
ODD_DAYS: tuple[tuple[str, date], ...] = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),  # half an hour back
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Pacific/Chatham", date(2026, 4, 4)),  # 45 minutes, at a quarter to three
    ("Pacific/Chatham", date(2026, 9, 26)),
    ("Asia/Kathmandu", date(1986, 1, 1)),  # from +5:30 to +5:45 at midnight
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("America/Sao_Paulo", date(2019, 2, 16)),  # the hour before midnight twice
    ("Africa/Casablanca", date(2026, 2, 15)),  # summer time rests for Ramadan
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day left out
    ("Pacific/Kwajalein", date(1993, 8, 21)),  # another
    ("Europe/London", date(1968, 10, 27)),  # British Standard Time begins: no change
    ("Europe/London", date(1971, 10, 31)),  # and ends
    ("Europe/Dublin", date(2026, 10, 25)),  # winter time below standard time
    ("Antarctica/Troll", date(2026, 3, 29)),  # two hours at once
    ("Asia/Pyongyang", date(2018, 5, 4)),  # half an hour for good, half an hour before midnight
    ("America/Caracas", date(2016, 5, 1)),
    ("Africa/Juba", date(2021, 1, 31)),
    ("Asia/Gaza", date(2026, 10, 24)),
    ("", date(2026, 6, 1)),
)


def shown(zone: str, at: int) -> tuple[date, int]:
    """The date and the microsecond of the day that a wall shows at an instant."""
    wall = (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone or "UTC"))
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return wall.date(), (wall.replace(tzinfo=None) - midnight) // timedelta(microseconds=1)


def open_then(hours: Hours, at: int) -> bool:
    """Whether hours are open at an instant, by the meaning of the words."""
    if isinstance(hours, AnyOf):
        return any(open_then(part, at) for part in hours.parts)
    if isinstance(hours, AllOf):
        return bool(hours.parts) and all(open_then(part, at) for part in hours.parts)
    if isinstance(hours, Without):
        return open_then(hours.hours, at) and not open_then(hours.taken, at)
    today, microsecond = shown(hours.zone, at)
    yesterday = today - timedelta(days=1)
    return _within(_spans(hours, today), microsecond) or _within(
        _spans(hours, yesterday), microsecond + 86_400_000_000
    )


def _spans(hours: WeeklyHours, day: date) -> tuple[Span, ...]:
    for dated in (*hours.exceptions, *hours.holidays):
        if dated.day == day:
            return dated.spans
    return hours.week[day.weekday()]


def _within(spans: tuple[Span, ...], microsecond: int) -> bool:
    return any(start * 60_000_000 <= microsecond < end * 60_000_000 for start, end in spans)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Up to three spans of a day, overlapping or not, over midnight or not."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        # Round times are those at which clocks change.
        start = draw(st.one_of(st.integers(0, 1439), st.sampled_from([0, 60, 120, 150, 180, 1380])))
        length = draw(st.one_of(st.integers(1, 1440), st.sampled_from([15, 30, 60, 1440])))
        found.append((start, min(start + length, 2880)))
    return tuple(found)


@st.composite
def weekly_hours(draw: st.DrawFn, zone: str, near: date) -> WeeklyHours:
    """Hours in a zone with holidays and exceptions within days of a date."""
    days = [near + timedelta(days=away) for away in range(-3, 4)]
    dated = st.builds(DatedHours, st.sampled_from(days), spans())

    def dates() -> st.SearchStrategy[list[DatedHours]]:
        return st.lists(dated, max_size=2, unique_by=lambda hours: hours.day)

    return WeeklyHours(
        zone,
        tuple(draw(spans()) for _ in range(7)),
        tuple(draw(dates())),
        tuple(draw(dates())),
    )


@st.composite
def hours_on_an_odd_day(draw: st.DrawFn) -> tuple[Hours, datetime]:
    """Any hours, and a moment close to which some clock does something unusual."""
    zone, day = draw(st.sampled_from(ODD_DAYS))
    moment = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone or "UTC"))
    others = st.sampled_from([zone for zone, _ in ODD_DAYS])

    def some(depth: int) -> Hours:
        kind = draw(st.sampled_from(["weekly", "weekly", "any", "all", "without"][: depth + 2]))
        if depth == 0 or kind == "weekly":
            return draw(weekly_hours(zone if depth == 3 else draw(others), day))
        if kind == "without":
            return Without(some(depth - 1), some(depth - 1))
        parts = tuple(some(depth - 1) for _ in range(draw(st.integers(1, 2))))
        return AnyOf(parts) if kind == "any" else AllOf(parts)

    return some(3), moment
