"""Rules of recurrence give the dates that RFC 5545 asks for, as another reads it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catenary.domain.maintenance.rules import WEEKDAYS, RuleError, dates, read_rule

START = date(2026, 1, 31)


def found(rule: str, start: date = START, most: int = 5) -> list[str]:
    """The first dates of a rule."""
    last = start + timedelta(days=30 * 366)
    return [day.isoformat() for day in islice(dates(read_rule(rule), start, start, last), most)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY", ["2026-01-31", "2026-02-01", "2026-02-02"]),
        ("FREQ=WEEKLY", ["2026-01-31", "2026-02-07", "2026-02-14"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", ["2026-02-01", "2026-02-09", "2026-02-15"]),
        # Months without a 31st are left out.
        ("FREQ=MONTHLY", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("FREQ=MONTHLY;BYDAY=1SU", ["2026-02-01", "2026-03-01", "2026-04-05"]),
        ("FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=-1", ["2026-02-26", "2026-03-31", "2026-04-30"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", ["2026-02-13", "2026-03-13", "2026-11-13"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29", "2036-02-29"]),
        ("FREQ=YEARLY;BYDAY=-1SU", ["2026-12-27", "2027-12-26", "2028-12-31"]),
    ],
)
def test_a_rule_gives_its_dates(rule: str, expected: list[str]) -> None:
    assert found(rule, most=3) == expected


def test_a_rule_that_never_comes_true_ends_where_one_stops_looking() -> None:
    assert found("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30") == []
    assert found("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30") == []


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every Sunday",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=WEEKLY;BYDAY=1SU",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=1000000",
        "FREQ=DAILY;COUNT=3;UNTIL=20270101",
        "FREQ=DAILY;COUNT=" + "9" * 400,
        "FREQ=DAILY;UNTIL=20270230",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=MONTHLY;BYDAY=54SU",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=DAILY;BYSETPOS=1",
        "FREQ=DAILY;X=" + "1" * 500,
    ],
)
def test_what_is_no_rule_is_refused_with_what_would_do(rule: str) -> None:
    with pytest.raises(RuleError) as error:
        read_rule(rule)

    assert error.value.sentence and error.value.expected


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules of all four frequencies, many of them odd."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if draw(st.booleans()):
        months = draw(st.sets(st.integers(1, 12), min_size=1, max_size=4))
        parts.append("BYMONTH=" + ",".join(map(str, sorted(months))))
    days = frequency != "WEEKLY" and draw(st.booleans())
    if days:
        numbers = st.integers(-31, 31).filter(bool)
        chosen = draw(st.sets(numbers, min_size=1, max_size=4))
        parts.append("BYMONTHDAY=" + ",".join(map(str, sorted(chosen))))
    weekdays = draw(st.booleans())
    if weekdays:
        ordinals = frequency in ("MONTHLY", "YEARLY") and not days and draw(st.booleans())
        names = draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1, max_size=4))
        parts.append(
            "BYDAY="
            + ",".join(
                (str(draw(st.sampled_from([1, 2, 4, 5, -1, -2]))) if ordinals else "") + name
                for name in sorted(names)
            )
        )
    if (days or weekdays) and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from([1, 2, 3, -1, -2]))}")
    parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU', 'WE']))}")
    return ";".join(parts)


@settings(max_examples=150)
@example("FREQ=WEEKLY;BYDAY=MO,SA;BYSETPOS=1;WKST=MO", date(2000, 1, 1), 0)
@given(rules(), st.dates(date(1996, 1, 1), date(2040, 12, 31)), st.integers(0, 3_000))
def test_the_dates_are_those_another_reader_of_the_standard_finds(
    rule: str, start: date, later: int
) -> None:
    last = start + timedelta(days=6 * 366)
    first = start + timedelta(days=later)
    expected: list[date] = []
    if _comes_true(rule, start):
        theirs = rrulestr(rule, dtstart=datetime.combine(_begin(rule, start), time(2)))
        begin, end = datetime.combine(start, time.min), datetime.combine(last, time.max)
        expected = [at.date() for at in theirs.between(begin, end, inc=True)]

    ours = list(dates(read_rule(rule), start, first, last))

    assert [day for day in ours if day >= first] == [day for day in expected if day >= first]
    assert ours == sorted(set(ours))


def _begin(rule: str, start: date) -> date:
    """From when the other reader is asked. Of a week it knows only what comes after the start, and
    would take the second day of a week for its first: a set is one of the whole interval (RFC 5545,
    3.3.10), and what of it lies before the start is left out."""
    if "FREQ=WEEKLY" not in rule or "BYSETPOS" not in rule:
        return start
    first = WEEKDAYS.index(rule.partition("WKST=")[2][:2])
    return start - timedelta(days=(start.weekday() - first) % 7)


def _comes_true(rule: str, start: date) -> bool:
    """Whether it ever does: else the other reader looks through all years, for minutes."""
    last = start + timedelta(days=50 * 366)
    return any(True for _ in dates(read_rule(rule), start, start, last))
