"""Closed days out of an iCalendar file: what was taken, and what was not, where and why.

Whole days become closed days. An event with a time of day says nothing about whole days and is
listed, not guessed. The file may be anything: it is bounded in size, events, lines and dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from catenary.domain.refusals import NO_REMEDY
from catenary.domain.said import Said, said
from catenary.exchange.icalendar.lines import EventLines, Property, decoded, events_in
from catenary.exchange.icalendar.recurring import (
    NotUnderstood,
    Recurrence,
    date_of,
    read_recurrence,
)

#: Asking whether a recurring event comes on a date: so many questions for one file.
MAX_QUESTIONS = 1_000_000
MAX_NAME = 200
_LONGEST = timedelta(days=366)
_DURATION = re.compile(r"\+?P(?:(\d{1,3})W|(\d{1,4})D)(?:T.*)?")
_ESCAPED = re.compile(r"\\(.)")
_WHOLE_DAY = said("make it last the whole day, or write its hours on the form of the calendar")
_ONE_DATE = said("write a date, such as 20261224")


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A date taken from a file, with the name of the event."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that was not taken; ``number`` counts events from 1, ``line`` is where to look in
    the file, ``remedy`` is empty when there is nothing to mend."""

    number: int
    line: int
    name: str
    reason: Said
    remedy: Said


@dataclass(frozen=True, slots=True)
class ReadDays:
    """Closed days by date, each once, what was rejected, and of how many events."""

    days: tuple[ClosedDay, ...]
    rejected: tuple[Rejected, ...]
    events: int


@dataclass(frozen=True, slots=True)
class _Span:
    """What an event says of its days: how long it is, when it comes, and when it does not."""

    length: int
    starts: frozenset[date]


def read_closed_days(raw: bytes, *, first: date, last: date) -> ReadDays:
    """The whole days from ``first`` to ``last`` that a file speaks of. Raises `NotACalendar`."""
    events = events_in(decoded(raw))
    moved = _moved(events)
    days: dict[date, str] = {}
    rejected: list[Rejected] = []
    questions = MAX_QUESTIONS
    for number, event in enumerate(events, start=1):
        name = _name(event)
        try:
            rule = _rule(event)
            begins = _start(event)
            if rule is not None:
                questions -= rule.questions(begins, first - _LONGEST, last)
                if questions < 0:
                    raise NotUnderstood(
                        event.line,
                        said("more recurs in this file than can be worked out"),
                        said("bring it in in parts"),
                    )
            span = _span(event, begins, rule, moved, first, last)
        except NotUnderstood as error:
            rejected.append(
                Rejected(number, error.line or event.line, name, error.sentence, error.remedy)
            )
            continue
        inside = list(_days(span, first, last))
        if not inside:
            reason = said("none of its days is from {first} to {last}", f"{first}", f"{last}")
            rejected.append(Rejected(number, event.line, name, reason, NO_REMEDY))
        for day in inside:
            days.setdefault(day, name)
    found = tuple(ClosedDay(day, days[day]) for day in sorted(days))
    return ReadDays(found, tuple(rejected), len(events))


def _span(
    event: EventLines,
    begins: date,
    rule: Recurrence | None,
    moved: dict[str, set[date]],
    first: date,
    last: date,
) -> _Span:
    if event.too_long:
        raise NotUnderstood(
            event.too_long,
            said("it is longer than an event may be"),
            said("write its dates as several events"),
        )
    if (status := _one(event, "STATUS")) and status.value.strip().upper() == "CANCELLED":
        raise NotUnderstood(status.line, said("it is cancelled"), NO_REMEDY)
    length = _length(event, begins)
    starts = {begins}
    if rule is not None:
        starts |= set(rule.dates(begins, first - timedelta(days=length), last))
    starts = (starts | set(_dates(event, "RDATE"))) - set(_dates(event, "EXDATE"))
    if "RECURRENCE-ID" not in event.properties and (own := _one(event, "UID")):
        starts -= moved.get(own.value.strip(), set())
    return _Span(length, frozenset(starts))


def _days(span: _Span, first: date, last: date) -> Iterator[date]:
    """Each date from ``first`` to ``last`` on which it is closed, once and in order, however many
    of its times lie over each other."""
    reached = first
    for start in sorted(span.starts):
        day = max(start, reached)
        # Compared by distance: the last date there is has none after it.
        while (day - start).days < span.length and day <= last:
            yield day
            day += timedelta(days=1)
        reached = max(reached, day)


def _moved(events: list[EventLines]) -> dict[str, set[date]]:
    """By event, the dates that events of their own tell anew (RFC 5545, 3.8.4.4)."""
    moved: dict[str, set[date]] = {}
    for event in events:
        own, instead = _one(event, "UID"), _one(event, "RECURRENCE-ID")
        day = None if instead is None else date_of(instead.value)
        if own is not None and day is not None:
            moved.setdefault(own.value.strip(), set()).add(day)
    return moved


def _rule(event: EventLines) -> Recurrence | None:
    rules = event.properties.get("RRULE", [])
    if len(rules) > 1:
        raise NotUnderstood(
            rules[1].line,
            said("it has several rules of recurrence"),
            said("write an event for each of them"),
        )
    return read_recurrence(rules[0].value, rules[0].line) if rules else None


def _start(event: EventLines) -> date:
    found = _one(event, "DTSTART")
    if found is None:
        raise NotUnderstood(
            event.line,
            said("it has no start"),
            said("write on which date it starts: DTSTART;VALUE=DATE:20261224"),
        )
    return _whole_day(found, said("it starts at a time of day; only whole days close a day"))


def _length(event: EventLines, begins: date) -> int:
    """How many days it lasts."""
    end, lasts = _one(event, "DTEND"), _one(event, "DURATION")
    if end is not None:
        until = _whole_day(end, said("it ends at a time of day; only whole days close a day"))
        line, length = end.line, (until - begins).days
    elif lasts is not None:
        found = _DURATION.fullmatch(lasts.value.strip().upper())
        if found is None:
            raise NotUnderstood(
                lasts.line, said("its length is not in whole days"), said("write P1D or P2W")
            )
        line = lasts.line
        length = int(found[2] or 0) + 7 * int(found[1] or 0)
    else:
        return 1
    if length < 1:
        raise NotUnderstood(
            line,
            said("it ends before it starts"),
            said("its DTEND is the date after its last one"),
        )
    if length > _LONGEST.days:
        raise NotUnderstood(
            line, said("it is longer than a year"), said("write an event for each year")
        )
    return length


def _whole_day(found: Property, otherwise: Said) -> date:
    """The date of a property; ``otherwise`` is said of one with a time of day."""
    text = found.value.strip()
    day = date_of(text)
    if day is None:
        raise NotUnderstood(found.line, said("{text} is no date", _shown(text)), _ONE_DATE)
    if len(text) > len("20261224"):
        raise NotUnderstood(found.line, otherwise, _WHOLE_DAY)
    return day


def _dates(event: EventLines, name: str) -> Iterator[date]:
    """The dates of all lines of this name; of one with a time of day, its date."""
    for found in event.properties.get(name, ()):
        for text in found.value.split(","):
            day = date_of(text.strip())
            if day is None:
                raise NotUnderstood(
                    found.line, said("{text} is no date", _shown(text.strip())), _ONE_DATE
                )
            yield day


def _one(event: EventLines, name: str) -> Property | None:
    """The line of this name; the first, where there are several."""
    found = event.properties.get(name)
    return found[0] if found else None


def _shown(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:40] or "…"


def _name(event: EventLines) -> str:
    """The summary in one line of what may stand in a name."""
    summary = _one(event, "SUMMARY")
    if summary is None:
        return ""
    text = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], summary.value)
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:MAX_NAME]
