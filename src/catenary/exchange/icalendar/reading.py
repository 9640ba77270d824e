"""Closed days out of an iCalendar file: what was taken, and what was not and why.

Whole days become closed days. An event with a time of day says nothing about whole days and is
listed, not guessed. The file may be anything: it is bounded in size, events and dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from catenary.exchange.icalendar.recurring import NotUnderstood, recurring_dates

MAX_BYTES = 2_000_000
MAX_EVENTS = 5_000
#: Asking whether a recurring event comes on a date: so many questions for one file.
MAX_QUESTIONS = 2_000_000
MAX_NAME = 200
_LONGEST = timedelta(days=366)


class NotACalendar(ValueError):
    """The file as a whole cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A date taken from a file, with the name of the event."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that was not taken; ``number`` counts events from 1."""

    number: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadDays:
    """Closed days by date, each once, and what was rejected."""

    days: tuple[ClosedDay, ...]
    rejected: tuple[Rejected, ...]


def read_closed_days(raw: bytes, *, first: date, last: date) -> ReadDays:
    """The whole days from ``first`` to ``last`` that a file speaks of. Raises `NotACalendar`."""
    days: dict[date, str] = {}
    rejected: list[Rejected] = []
    questions = 0
    for number, event in enumerate(_events(raw), start=1):
        name = _name(event)
        try:
            span = _whole_days(event)
            rule = event.get("RRULE")
            starts = {span[0]}
            if rule is not None:
                if isinstance(rule, list):
                    raise NotUnderstood("it has several rules of recurrence")
                questions += (last - min(first, span[0])).days + 1
                if questions > MAX_QUESTIONS:
                    raise NotUnderstood("too much recurs in this file")
                reach = first - (span[1] - span[0])
                starts |= set(recurring_dates(rule, span[0], reach, last))
            starts = (starts | set(_dates(event, "RDATE"))) - set(_dates(event, "EXDATE"))
        except NotUnderstood as error:
            rejected.append(Rejected(number, name, str(error)))
            continue
        except (ValueError, TypeError, AttributeError, OverflowError, KeyError, IndexError):
            rejected.append(Rejected(number, name, "it cannot be read"))
            continue
        found = [
            start + timedelta(days=away)
            for start in sorted(starts)
            if start <= last
            for away in range((span[1] - span[0]).days)
        ]
        inside = [day for day in found if first <= day <= last]
        if not inside:
            rejected.append(Rejected(number, name, f"it is not between {first} and {last}"))
        for day in inside:
            days.setdefault(day, name)
    return ReadDays(tuple(ClosedDay(day, days[day]) for day in sorted(days)), tuple(rejected))


def _events(raw: bytes) -> Iterator[Any]:
    if len(raw) > MAX_BYTES:
        raise NotACalendar(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        calendars = Calendar.from_ical(raw.decode("utf-8-sig"), multiple=True)
        events = [event for each in calendars for event in each.walk("VEVENT")]
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError) as error:
        raise NotACalendar("the file is no iCalendar file (RFC 5545)") from error
    if not calendars:
        raise NotACalendar("the file is no iCalendar file (RFC 5545)")
    if len(events) > MAX_EVENTS:
        raise NotACalendar(f"the file holds {len(events)} events; at most {MAX_EVENTS} are read")
    yield from events


def _whole_days(event: Any) -> tuple[date, date]:
    """First date and the date after the last one."""
    start = event.decoded("DTSTART", None)
    if start is None:
        raise NotUnderstood("it has no start")
    if isinstance(start, datetime) or not isinstance(start, date):
        raise NotUnderstood("it has a time of day; only whole days close a day")
    end = event.decoded("DTEND", None)
    if end is None:
        length = event.decoded("DURATION", None)
        end = start + (length if isinstance(length, timedelta) else timedelta(days=1))
    if isinstance(end, datetime) or not isinstance(end, date):
        raise NotUnderstood("it ends at a time of day; only whole days close a day")
    if end <= start:
        raise NotUnderstood("it ends before it starts")
    if end - start > _LONGEST:
        raise NotUnderstood("it is longer than a year")
    return start, end


def _dates(event: Any, name: str) -> Iterator[date]:
    found = event.get(name)
    if found is None:
        return
    for group in found if isinstance(found, list) else [found]:
        for one in group.dts[:MAX_EVENTS]:
            value = one.dt
            if isinstance(value, datetime):
                value = value.date()
            if not isinstance(value, date):
                raise NotUnderstood(f"its {name} are no dates")
            yield value


def _name(event: Any) -> str:
    """The summary in one line of what may stand in a name."""
    text = " ".join(str(event.get("SUMMARY", "")).split())
    return "".join(c for c in text if c.isprintable())[:MAX_NAME]
