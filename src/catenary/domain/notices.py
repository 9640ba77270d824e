"""When somebody is told that a condition changed: what they wanted to hear of, how long it must
have stood, and the hours in which they want to hear nothing (docs/algorithms/notices.md)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from catenary.domain.intervals import HOUR, MINUTE, instant, moment

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
    """When the quiet hours end in which an instant lies; none when it lies in none.

    They begin and end at minutes after midnight as the wall shows them, over midnight where they
    end before they begin. Quiet hours that end when they begin are none.
    """
    clock = ZoneInfo(zone)
    here = moment(at).astimezone(clock)
    minute = here.hour * 60 + here.minute
    is_quiet = begins <= minute < ends if begins <= ends else minute >= begins or minute < ends
    if begins == ends or not is_quiet:
        return None
    day = here.date()
    if minute >= ends:
        day += timedelta(days=1)
    wall = datetime.combine(day, time(ends // 60, ends % 60), tzinfo=clock)
    until = instant(wall)
    # On a night the clocks go back the wall shows it twice: the second time is meant then.
    return until if until > at else instant(wall.replace(fold=1))
