"""What telling of conditions and telling of maintenance do alike: marks that are due are worked out
first, and taken away in the transaction that keeps what came of them; and in one's quiet hours one
hears nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.operations.outbox import Letter, TakenByAnother, seen, take_away
from catenary.apps.monitoring.queries.subscriptions import SubscriptionRow
from catenary.domain.notices import quiet_until

Found = TypeVar("Found")


def take_up(
    *,
    kind: str,
    at: datetime,
    most: int,
    work_out: Callable[[list[Letter]], Found],
    keep: Callable[[Found], int],
) -> int:
    """Turn due marks of a kind into notices; how many ``keep`` says were left, none when another
    worker took the marks meanwhile. Raises `CatalogueBusy` when the turn to write does not come."""
    marks = seen(kind=kind, at=at, most=most)
    if not marks:
        return 0
    found = work_out(marks)
    try:
        with waiting_turn():
            take_away(marks)
            return keep(found)
    except TakenByAnother:
        return 0


def hears_nothing_until(row: SubscriptionRow, now: int) -> int | None:
    """When the quiet hours of a subscriber end in which an instant lies; none when in none."""
    if row.quiet_from is None or row.quiet_until is None:
        return None
    return quiet_until(now, row.time_zone, row.quiet_from, row.quiet_until)
