"""Service hours as values: weekly hours with holidays and exceptions, and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

#: From and to on the wall clock of a day, in minutes after midnight. ``to`` may lie past 24:00
#: (22:00 to 06:00 is 1320 to 1800): the span belongs to the day on which it starts.
Span: TypeAlias = tuple[int, int]

MINUTES_OF_A_DAY = 1440
#: A span that starts before midnight may run to the end of the next day.
LAST_MINUTE = 2 * MINUTES_OF_A_DAY
_WHOLE_DAY: tuple[Span, ...] = ((0, MINUTES_OF_A_DAY),)


def _check(spans: tuple[Span, ...]) -> None:
    for start, end in spans:
        if not 0 <= start < MINUTES_OF_A_DAY or not start < end <= LAST_MINUTE:
            raise ValueError(f"from minute {start} to minute {end} is no span of a day")


@dataclass(frozen=True, slots=True)
class DatedHours:
    """The hours of one date, in place of the usual ones; none at all when ``spans`` is empty.

    Raises ValueError for a span that is no span of a day.
    """

    day: date
    spans: tuple[Span, ...] = ()
    name: str = ""

    def __post_init__(self) -> None:
        _check(self.spans)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours by the wall clock of an IANA time zone (empty: UTC).

    ``week`` holds the spans of Monday to Sunday. A date among ``exceptions`` has the hours of the
    exception, else a date among ``holidays`` those of the holiday, else those of its weekday.
    Raises ValueError for a week that is not seven days, a span that is no span of a day, or a
    date that stands twice.
    """

    zone: str
    week: tuple[tuple[Span, ...], ...]
    holidays: tuple[DatedHours, ...] = ()
    exceptions: tuple[DatedHours, ...] = ()

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        for spans in self.week:
            _check(spans)
        for dated in (self.holidays, self.exceptions):
            if len({hours.day for hours in dated}) < len(dated):
                raise ValueError("a date stands twice")

    def dated(self) -> dict[date, DatedHours]:
        """What holds on each date that has hours of its own."""
        return {hours.day: hours for hours in (*self.holidays, *self.exceptions)}


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Open while at least one of the parts is: silver support round the clock over office hours."""

    parts: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Open while all parts are: two suppliers who both are needed."""

    parts: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Open while ``hours`` are and ``taken`` are not: stand-by outside office hours."""

    hours: Hours
    taken: Hours


Hours: TypeAlias = WeeklyHours | AnyOf | AllOf | Without

#: 24 hours a day, 7 days a week: no zone is needed.
ALWAYS = WeeklyHours("", (_WHOLE_DAY,) * 7)
