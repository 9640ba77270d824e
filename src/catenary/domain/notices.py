"""When somebody is told that a condition changed: what they wanted to hear of, how long it must
have stood, and the hours in which they want to hear nothing (docs/algorithms/notices.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from catenary.domain.intervals import DAY, HOUR, MINUTE, SECOND, instant, moment

#: How a subscriber feels a condition they did not ask to hear of.
FINE = "fine"
#: What is shown as unknown and certainly does not work as it should: degraded, if not down.
IMPAIRED = "impaired"
#: What is shown as unknown because nobody says anything of it any more; felt as unknown.
SILENT = "silent"
#: Tellings of one service longer ago than this are forgotten.
MEMORY = 1 * HOUR
#: So long must a condition have stood after so many tellings within that time.
_PATIENCE = ((2, 0), (4, 2 * MINUTE), (6, 10 * MINUTE))
_MOST_PATIENCE = 30 * MINUTE


def felt(condition: str, wanted: Collection[str]) -> str:
    """A condition as a subscriber feels it: only what they wanted to hear of makes a difference,
    and between two of these any change does. Whoever wants to hear of degraded and of down wants
    to hear of what is one of the two."""
    if condition == IMPAIRED:
        is_wanted = "unknown" in wanted or {"degraded", "down"} <= set(wanted)
    else:
        is_wanted = condition in wanted
    return condition if is_wanted else FINE


def patience(tellings: int) -> int:
    """How long a condition must have stood, in microseconds, before it is told to somebody who was
    told of the same service so often lately. The first failure and its end are told at once."""
    for below, length in _PATIENCE:
        if tellings < below:
            return length
    return _MOST_PATIENCE


def quiet_until(at: int, zone: str, begins: int, ends: int) -> int | None:
    """The first instant after one in quiet hours at which they are over; none when it lies in none.

    They begin and end at minutes after midnight as the wall shows them, over midnight where they
    end before they begin: it is quiet whenever the wall shows such a minute, also the second time
    in a night in which the clocks go back. Where they jump over the end, it is over when they do.
    Quiet hours that end when they begin are none.
    """
    clock = ZoneInfo(zone)

    def is_quiet(instant_: int) -> bool:
        here = moment(instant_).astimezone(clock)
        minute = here.hour * 60 + here.minute
        return begins <= minute < ends if begins <= ends else minute >= begins or minute < ends

    if begins == ends or not is_quiet(at):
        return None
    day = moment(at).astimezone(clock).date()
    # What ends quiet hours is that the wall shows their end, or that the clocks are changed.
    until = [
        instant(datetime.combine(day + timedelta(days=later), end, tzinfo=clock))
        for later in range(-1, 3)
        for end in (time(ends // 60, ends % 60), time(ends // 60, ends % 60, fold=1))
    ]
    found = [each for each in until if each > at and not is_quiet(each)]
    sooner = _changes(at, min(found, default=at + 2 * DAY), clock)
    return min([*found, *(each for each in sooner if each > at and not is_quiet(each))])


def _changes(start: int, end: int, clock: ZoneInfo) -> Iterator[int]:
    """The instants in a period at which the clocks of a zone are changed, to the second; of two
    within a few hours, which no zone has, one may be missed."""

    def offset(at: int) -> timedelta | None:
        return moment(at).astimezone(clock).utcoffset()

    step = 6 * HOUR
    for low in range(start - start % SECOND, end, step):
        before, high = low, low + step
        if offset(before) == offset(high):
            continue
        while high - before > SECOND:
            middle = before + (high - before) // 2 // SECOND * SECOND
            if offset(middle) == offset(low):
                before = middle
            else:
                high = middle
        yield high
