"""Moments as people and programs write them (PRODUCT R29)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

_INSTANT = timedelta(microseconds=1)


def read_moment(text: str) -> datetime | None:
    """The moment that ISO text names, in UTC; none when it names none.

    A date means its end in UTC: "as of 1 March" holds everything said on that day. A time
    without an offset is taken as UTC.
    """
    text = text.strip()
    if not text.isascii() or len(text) > 40:
        return None
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.max, tzinfo=UTC)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_beginning(text: str) -> datetime | None:
    """The moment to begin with that ISO text names: the same, but a date means its beginning."""
    moment = read_moment(text)
    if moment is not None and len(text.strip()) == 10:
        return datetime.combine(moment.date(), time.min, tzinfo=UTC)
    return moment


def before(moment: datetime) -> datetime:
    """The last instant before a moment: what held until then."""
    return moment - _INSTANT


def after(moment: datetime) -> datetime:
    """The first instant after a moment; the end of the calendar stays what it is."""
    return moment + _INSTANT if moment < datetime.max.replace(tzinfo=UTC) else moment
