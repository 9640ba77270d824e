"""Instants as whole microseconds since 1970, in which the foundation counts, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from catenary.domain.estate import Ints

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


#: Stands for a moment that has not come.
ONGOING = 2**63 - 1


def instants(moments: Sequence[datetime | str | None]) -> Ints:
    """Moments as a database gives them (SQLite: text or without a zone, in UTC) as instants; none
    is `ONGOING`."""
    found = np.full(len(moments), ONGOING, dtype=np.int64)
    known = [place for place, each in enumerate(moments) if each is not None]
    if known and isinstance(moments[known[0]], str):
        texts = np.array([moments[place] for place in known], dtype="datetime64[us]")
        found[known] = texts.astype(np.int64)
    else:
        found[known] = [
            micros(each if each.tzinfo else each.replace(tzinfo=UTC))
            for each in moments
            if isinstance(each, datetime)
        ]
    return found


def moment_of(value: Any) -> Any:
    """A moment as the database gave it, or none; SQLite keeps it as text, in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
