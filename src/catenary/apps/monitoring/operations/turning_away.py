"""How often whoever delivers was told to come again later, by inlet: counted in this process from
its start, and not in the database, which is what has no time for them."""

from __future__ import annotations

import threading
from collections import Counter

_lock = threading.Lock()
_counts: Counter[int] = Counter()


def turn_away(inlet_id: int) -> None:
    """Count a delivery that an inlet did not take, and that is to be sent again."""
    with _lock:
        _counts[inlet_id] += 1


def turned_away(inlet_id: int) -> int:
    """How many deliveries of an inlet this process has told to come again."""
    with _lock:
        return _counts[inlet_id]
