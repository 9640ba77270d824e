"""From rules on the wall to openings in UTC: a year at a time, worked out once.

Hours are open exactly while the clock on the wall shows a time within them. Between two changes of
its offset a zone's wall clock runs as fast as UTC, so the openings of that stretch are those on the
wall, cut to the stretch and moved by the offset. Hours that the clock skips were never shown
and do not count; hours that it shows twice count twice; a date that a zone leaves out (Apia,
30 December 2011) has none.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np

from catenary.domain.intervals import (
    DAY,
    EMPTY,
    MINUTE,
    Intervals,
    Ints,
    clipped,
    instant,
    joined,
    moment,
    where_at_least,
    without,
)
from catenary.domain.service_hours.open_time import OpenTime
from catenary.domain.service_hours.values import AllOf, AnyOf, Hours, Span, WeeklyHours
from catenary.domain.service_hours.zones import offset_steps, year_of_utc

#: So many years may be asked for at once.
MAX_YEARS = 200
#: Far enough from the ends of the calendar that every wall clock can show every instant.
_FIRST, _LAST = (instant(datetime(year, 1, 1, tzinfo=UTC)) for year in (3, 9998))
_EPOCH = date(1970, 1, 1).toordinal()


def open_intervals(hours: Hours, start: int, end: int) -> Intervals:
    """When hours are open within ``[start, end)``, in microseconds of UTC.

    Raises ValueError for more than `MAX_YEARS` years, an end before the start, and instants
    before the year 3 or after 9997.
    """
    if start > end:
        raise ValueError("the end is before the start")
    if not _FIRST <= start <= end <= _LAST:
        raise ValueError("service hours are known for the years 3 to 9997")
    first, last = moment(start).year, moment(end).year
    if last - first > MAX_YEARS:
        raise ValueError(f"at most {MAX_YEARS} years at once")
    years = [_of_year(hours, year) for year in range(first, last + 1)]
    whole = joined(
        np.concatenate([EMPTY.starts, *(year.starts for year in years)]),
        np.concatenate([EMPTY.ends, *(year.ends for year in years)]),
    )
    return clipped(whole, start, end)


def open_time(hours: Hours, start: int, end: int) -> OpenTime:
    """The function ``open(t)`` of hours for every t from ``start`` to ``end``. For batches: it is
    made once and then answers any number of instants. Raises what `open_intervals` does."""
    return OpenTime(open_intervals(hours, start, end), start, end)


@lru_cache(4_096)
def _of_year(hours: Hours, year: int) -> Intervals:
    if isinstance(hours, WeeklyHours):
        return _weekly(hours, year)
    if isinstance(hours, AnyOf):
        return where_at_least([_of_year(part, year) for part in hours.parts], 1)
    if isinstance(hours, AllOf):
        parts = [_of_year(part, year) for part in hours.parts]
        return where_at_least(parts, len(parts)) if parts else EMPTY
    return without(_of_year(hours.hours, year), _of_year(hours.taken, year))


def _weekly(hours: WeeklyHours, year: int) -> Intervals:
    begin, end = year_of_utc(year)
    changes, offsets = offset_steps(hours.zone, year)
    on_the_wall = _on_the_wall(hours, begin, end)
    starts: list[Ints] = []
    ends: list[Ints] = []
    until = [*changes[1:].tolist(), end]
    for change, following, offset in zip(changes.tolist(), until, offsets.tolist(), strict=True):
        stretch = clipped(on_the_wall, change + offset, following + offset)
        starts.append(stretch.starts - offset)
        ends.append(stretch.ends - offset)
    return joined(np.concatenate(starts), np.concatenate(ends))


def _on_the_wall(hours: WeeklyHours, begin: int, end: int) -> Intervals:
    """Openings as the wall shows them, as if it were UTC, with days to spare at both ends: walls
    are up to 26 hours apart, and a span of the day before may run on for another day."""
    first, last = begin // DAY - 3, end // DAY + 3
    dated = {
        day.toordinal() - _EPOCH: found.spans
        for day, found in hours.dated().items()
        if first <= day.toordinal() - _EPOCH < last
    }
    days = np.arange(first, last)
    usual = ~np.isin(days, np.fromiter(dated, np.int64, len(dated)))
    # Day 0, the first of January 1970, was a Thursday.
    weekdays = (days + 3) % 7
    starts: list[Ints] = []
    ends: list[Ints] = []

    def add(these: Ints, spans: tuple[Span, ...]) -> None:
        for start, end in spans:
            starts.append(these * DAY + start * MINUTE)
            ends.append(these * DAY + end * MINUTE)

    for weekday, spans in enumerate(hours.week):
        add(days[usual & (weekdays == weekday)], spans)
    for day, spans in dated.items():
        add(np.array([day]), spans)
    if not starts:
        return EMPTY
    return joined(np.concatenate(starts), np.concatenate(ends))
