"""When the clocks of a time zone change: its offset from UTC as steps."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from catenary.domain.intervals import DAY, SECOND, Ints, instant, moment

#: No zone changes its offset twice within this time, ever: the nearest two changes of the IANA
#: database are 95 hours apart (Freetown, 1939). The tests look through all zones.
_STEP = 2 * DAY


def offset_steps(zone: str, year: int) -> tuple[Ints, Ints]:
    """Instants from which an offset holds, and these offsets, both in microseconds, for a year of
    UTC. The first instant is the beginning of the year."""
    return _steps(zone or "UTC", year)


@lru_cache(8_192)
def _steps(zone: str, year: int) -> tuple[Ints, Ints]:
    clock = ZoneInfo(zone)
    begin, end = year_of_utc(year)
    starts, offsets = [begin], [_offset(clock, begin)]
    at = begin
    while at < end:
        following = min(at + _STEP, end)
        offset = _offset(clock, following)
        if offset != offsets[-1]:
            starts.append(_change(clock, at, following))
            offsets.append(offset)
        at = following
    # A change at the very end belongs to the next year, which begins with it.
    kept = [start < end for start in starts]
    return np.array(starts)[kept], np.array(offsets)[kept]


def year_of_utc(year: int) -> tuple[int, int]:
    """The first instant of a year and of the next."""
    return instant(datetime(year, 1, 1, tzinfo=UTC)), instant(datetime(year + 1, 1, 1, tzinfo=UTC))


def _offset(clock: ZoneInfo, at: int) -> int:
    offset = moment(at).astimezone(clock).utcoffset()
    # Whole seconds: zones had odd ones before 1972 (Monrovia: 44 minutes 30 seconds).
    return 0 if offset is None else round(offset.total_seconds()) * SECOND


def _change(clock: ZoneInfo, before: int, after: int) -> int:
    """The first instant with the offset of ``after``; clocks change at whole seconds."""
    offset = _offset(clock, before)
    low, high = before // SECOND, after // SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(clock, middle * SECOND) == offset:
            low = middle
        else:
            high = middle
    return high * SECOND
