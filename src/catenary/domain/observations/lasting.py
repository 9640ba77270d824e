"""A condition that is said with its end: what is to be recorded of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any


def lasting(
    word: Mapping[str, Any], *, start: datetime, until: datetime, now: datetime
) -> list[dict[str, Any]]:
    """The words for a condition from ``start`` until ``until``, which comes later. An end that has
    passed says that it worked again from then on; of one to come nobody knows more than that the
    word holds so long, and then it is unknown."""
    if until > now:
        # Up to the whole second, and never for no time at all.
        seconds = max(1, -((start - until) // timedelta(seconds=1)))
        return [{**word, "valid-for": f"{seconds} s"}]
    over = {name: word[name] for name in ("service", "source") if name in word}
    return [dict(word), {**over, "condition": "operational", "at": until.isoformat()}]
