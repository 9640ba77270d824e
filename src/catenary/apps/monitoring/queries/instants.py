"""Instants as whole microseconds since 1970, in which the foundation counts, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """A moment as whole microseconds since 1970."""
    return (moment - EPOCH) // _TICK


def moment(instant: int) -> datetime:
    """The moment of an instant; for what lies beyond the calendar, the end of it."""
    try:
        return EPOCH + timedelta(microseconds=instant)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
