"""Closed days out of iCalendar files, whatever the files are."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from catenary.domain.intervals import DAY, HOUR, instant
from catenary.domain.service_hours import ALWAYS, WeeklyHours, open_intervals
from catenary.exchange.icalendar.lines import MAX_BYTES, MAX_EVENTS, NotACalendar
from catenary.exchange.icalendar.reading import ReadDays, read_closed_days
from catenary.exchange.icalendar.recurring import read_recurrence
from catenary.exchange.icalendar.writing import openings_feed

FIRST, LAST = date(2026, 11, 22), date(2029, 11, 21)


def file_of(*events: str) -> bytes:
    """An iCalendar file with these events, each the lines between BEGIN and END."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", "UID:1", *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(*events: str) -> ReadDays:
    """What is read of a file with these events."""
    return read_closed_days(file_of(*events), first=FIRST, last=LAST)


def test_whole_days_are_closed_days_by_their_names() -> None:
    found = read(
        "SUMMARY:Christmas\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227",
        "SUMMARY:Stocktaking\nDTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226",
        "SUMMARY:Bridge\nDTSTART;VALUE=DATE:20270507",
    )

    assert [(day.day.isoformat(), day.name) for day in found.days] == [
        ("2026-12-24", "Christmas"),
        ("2026-12-25", "Christmas"),
        ("2026-12-26", "Christmas"),
        ("2027-05-07", "Bridge"),
    ]
    assert found.rejected == ()


def test_a_recurring_day_comes_every_year_but_for_its_exceptions() -> None:
    found = read(
        "SUMMARY:Founder's day\nDTSTART;VALUE=DATE:20010303\nRRULE:FREQ=YEARLY\n"
        "EXDATE;VALUE=DATE:20280303\nRDATE;VALUE=DATE:20280305"
    )

    assert [day.day.isoformat() for day in found.days] == ["2027-03-03", "2028-03-05", "2029-03-03"]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("SUMMARY:Meeting\nDTSTART:20261224T090000Z\nDTEND:20261224T100000Z", "time of day"),
        ("DTSTART;VALUE=DATE:20261224\nDTEND:20261224T100000Z", "ends at a time of day"),
        ("DTSTART;TZID=Mars/Olympus:20261224T090000", "time of day"),
        ("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261224", "ends before"),
        ("DTSTART;VALUE=DATE:20200101\nDTEND;VALUE=DATE:20290101", "longer than a year"),
        ("DTSTART;VALUE=DATE:20250101", "none of its days is from 2026-11-22 to 2029-11-21"),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=SECONDLY", "FREQ=SECONDLY"),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=DAILY;BYSETPOS=1", "BYSETPOS"),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("DTSTART;VALUE=DATE:19000101\nRRULE:FREQ=DAILY;COUNT=1000000", "too long ago"),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=YEARLY;BYMONTH=13", "BYMONTH cannot be 13"),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=MONTHLY;BYDAY=0MO", "BYDAY cannot be 0MO"),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=DAILY;UNTIL=soon", "UNTIL cannot be SOON"),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=DAILY;FREQ=DAILY", "FREQ twice"),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:INTERVAL=1", "how often"),
        ("DTSTART;VALUE=DATE:20261224\nEXDATE:never", "never is no date"),
        ("DTSTART;VALUE=DATE:20261224\nDURATION:PT8H", "not in whole days"),
        ("DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED", "cancelled"),
        ("DTSTART;VALUE=DATE:20261224\nEXDATE:" + "20261225," * 5_000, "longer than an event"),
        ("DTSTART;VALUE=DATE:20261224" + "\nEXDATE:20261225" * 2_000, "longer than an event"),
        ("DTSTART;VALUE=DATE:20261332", "20261332 is no date"),
        ("SUMMARY:Nothing", "no start"),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=YEARLY\nRRULE:FREQ=DAILY", "several"),
    ],
)
def test_what_is_not_taken_is_listed_with_the_reason(event: str, reason: str) -> None:
    found = read(event, "SUMMARY:Good\nDTSTART;VALUE=DATE:20261224")

    assert [day.name for day in found.days] == ["Good"]
    (rejected,) = found.rejected
    assert rejected.number == 1
    assert reason in rejected.reason


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\n" * 500,
        file_of("DTSTART;VALUE=DATE:20261224")[:-30],
        b"<html><body>no</body></html>",
        b"x" * (MAX_BYTES + 1),
        b"BEGIN:VCALENDAR\r\n" + b"X-PAD:" + b"a" * 10_000_000,
        file_of(*["DTSTART;VALUE=DATE:20261224"] * (MAX_EVENTS + 1)),
    ],
)
def test_what_is_no_calendar_at_all_is_refused_soon(raw: bytes) -> None:
    begun = time.process_time()

    with pytest.raises(NotACalendar):
        read_closed_days(raw, first=FIRST, last=LAST)

    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("\n\nhello", 3, "BEGIN:VCALENDAR here, this one hello"),
        ("<!doctype html>\n<p>Sign in", 1, "this one <!doctype html>"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", 3, "VEVENT of line 2 is still open"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:1\n", 2, "VEVENT begins here and never ends"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VEVENT", 3, "VEVENT begins within VEVENT"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\nend:vcalendar", 3, "BEGIN:VCALENDAR here"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 20, 11, "too deep"),
        ("BEGIN:VCALENDAR\nX-A:\0", 2, "zero character"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(
    text: str, line: int, sentence: str
) -> None:
    with pytest.raises(NotACalendar) as refused:
        read_closed_days(text.encode(), first=FIRST, last=LAST)

    assert refused.value.line == line
    assert sentence in refused.value.sentence
    assert refused.value.remedy


def test_a_line_in_another_encoding_is_named() -> None:
    raw = "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Schließtage\r\nEND:VCALENDAR\r\n".encode("latin-1")

    with pytest.raises(NotACalendar, match="line 2: this is no text in UTF-8"):
        read_closed_days(raw, first=FIRST, last=LAST)


def test_what_is_rejected_is_found_by_its_line_in_the_file() -> None:
    found = read(
        "SUMMARY:Folded\n  over\n  lines\nDTSTART:20261224T090000Z",
        "BEGIN:VALARM\nTRIGGER:-PT1H\nDTSTART:20261224\nEND:VALARM\nSUMMARY:Starts nowhere",
        "SUMMARY:Leap\nDTSTART;VALUE=DATE:20261224\nRRULE:FREQ=HOURLY",
    )

    assert [(each.number, each.line, each.name) for each in found.rejected] == [
        (1, 9, "Folded over lines"),
        (2, 11, "Starts nowhere"),
        (3, 23, "Leap"),
    ]
    assert found.events == 3


def test_a_time_that_is_told_anew_replaces_the_one_it_was() -> None:
    raw = file_of(
        "SUMMARY:Founder's day\nDTSTART;VALUE=DATE:20270303\nRRULE:FREQ=YEARLY",
        "SUMMARY:Moved\nRECURRENCE-ID;VALUE=DATE:20280303\nDTSTART;VALUE=DATE:20280306",
    )

    found = read_closed_days(raw, first=FIRST, last=LAST)

    assert [day.day.isoformat() for day in found.days] == ["2027-03-03", "2028-03-06", "2029-03-03"]


def test_days_that_lie_over_each_other_are_gone_through_once() -> None:
    long = "DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20271201\nRRULE:FREQ=DAILY"
    begun = time.process_time()

    found = read(*[long] * 1_000)

    assert len(found.days) == (LAST - date(2026, 12, 1)).days + 1
    assert time.process_time() - begun < 30


def test_a_million_recurrences_cost_no_more_than_the_days_asked_for() -> None:
    greedy = "DTSTART;VALUE=DATE:19700101\nRRULE:FREQ=DAILY;COUNT=30000"
    by_day = ",".join(["1MO"] * 4_000)
    wordy = f"DTSTART;VALUE=DATE:20261101\nRRULE:FREQ=MONTHLY;BYDAY={by_day}"
    begun = time.process_time()

    found = read(*[greedy] * 100, *[wordy] * 100)

    assert len(found.days) == (LAST - FIRST).days + 1
    assert time.process_time() - begun < 30
    assert any("more recurs in this file" in each.reason for each in found.rejected)


def test_names_are_one_line_of_what_one_can_see() -> None:
    found = read("SUMMARY:Two\\nlines \u202eand <b>more</b>\nDTSTART;VALUE=DATE:20261224")

    assert [day.name for day in found.days] == ["Two lines and <b>more</b>"]


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule of the kind that is understood."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    days = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
    by_day = draw(st.booleans())
    if by_day:
        ordinal = st.sampled_from(["1", "2", "-1", "-2"])
        # Of days with a number and days without one dateutil asks for both at once; the standard
        # (RFC 5545, 3.3.10) means either.
        plain = frequency in ("DAILY", "WEEKLY") or draw(st.booleans())
        chosen = draw(
            st.lists(
                days if plain else st.builds(str.__add__, ordinal, days), min_size=1, max_size=2
            )
        )
        parts.append("BYDAY=" + ",".join(chosen))
    elif frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.sampled_from([1, 15, 29, 31, -1, -3]))}")
    if (by_day and frequency == "YEARLY") or draw(st.booleans()):
        parts.append(f"BYMONTH={draw(st.integers(1, 12))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    return ";".join(parts)


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(rules(), st.integers(0, 600), st.integers(0, 500))
def test_recurring_dates_are_those_of_dateutil(rule: str, before: int, span: int) -> None:
    start = FIRST - timedelta(days=before)
    last = FIRST + timedelta(days=span)
    known: Any = rrulestr(rule, dtstart=datetime.combine(start, datetime.min.time()))

    found = list(read_recurrence(rule).dates(start, FIRST, last))

    expected = known.between(
        datetime.combine(FIRST, datetime.min.time()),
        datetime.combine(last, datetime.min.time()),
        inc=True,
    )
    assert found == [moment.date() for moment in expected]


def test_days_with_a_number_and_days_without_one_come_both() -> None:
    rule = read_recurrence("FREQ=MONTHLY;BYDAY=WE,-1SA")

    found = list(rule.dates(date(2026, 12, 1), date(2026, 12, 1), date(2026, 12, 31)))

    assert [each.day for each in found] == [2, 9, 16, 23, 26, 30]


def test_openings_go_out_in_utc_and_the_same_opening_keeps_its_identity() -> None:
    at = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
    office = WeeklyHours("Europe/Berlin", (((480, 1080),),) * 5 + ((), ()))

    feed = Calendar.from_ical(openings_feed("it/desk", "Desk; hours, all", office, at))
    later = Calendar.from_ical(openings_feed("it/desk", "Desk", office, at + timedelta(days=7)))

    events = feed.walk("VEVENT")
    starts = [instant(event.decoded("DTSTART")) for event in events]
    midnight = instant(at.replace(hour=0, minute=0))
    told = open_intervals(office, midnight - 31 * DAY, midnight + 366 * DAY)
    assert starts == told.starts.tolist()
    # Monday after the clocks went forward: 08:00 in Berlin is 06:00 in UTC.
    assert instant(datetime(2026, 3, 30, 6, tzinfo=UTC)) in starts
    assert {event["UID"] for event in later.walk("VEVENT")} & {event["UID"] for event in events}
    assert str(events[0]["SUMMARY"]) == "Desk; hours, all"


def test_round_the_clock_is_one_opening() -> None:
    feed = Calendar.from_ical(
        openings_feed("it/desk", "Desk", ALWAYS, datetime(2026, 3, 20, tzinfo=UTC))
    )

    (event,) = feed.walk("VEVENT")
    assert (event.decoded("DTEND") - event.decoded("DTSTART")) / timedelta(
        hours=1
    ) == 397 * DAY / HOUR
