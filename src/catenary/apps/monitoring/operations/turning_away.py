"""How often whoever delivers was told to come again later, by inlet.

It is counted in this process, because the database is what has no time for them: a flood costs no
write for each that is turned away. What was counted is written down together, some seconds later
and when the process ends.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from multiprocessing.util import Finalize

import structlog
from django.db import connection
from django.db.models import F

from catenary.apps.common.operations import waiting_turn
from catenary.apps.monitoring.models import InletAccount

_log = structlog.get_logger("catenary.inlets")

#: So long after the first was turned away it is written down, with all that came until then.
WRITTEN_AFTER_SECONDS = 5.0
#: How many of each inlet, and when the last of them was.
Waited = Mapping[int, tuple[int, datetime]]


def write_down(waited: Waited) -> None:
    """Add to what is kept of inlets. Raises `CatalogueBusy` when its turn does not come."""
    with waiting_turn():
        for inlet_id, (number, at) in sorted(waited.items()):
            InletAccount.objects.filter(inlet_id=inlet_id).update(
                told_to_wait=F("told_to_wait") + number, told_to_wait_at=at
            )


class TurningAway:
    """Who was turned away in this process, and what of it is not written down yet. For any number
    of threads."""

    def __init__(self, write: Callable[[Waited], None] = write_down) -> None:
        """``write`` writes down how many more they are."""
        self._write = write
        self._lock = threading.Lock()
        self._counts: Counter[int] = Counter()
        self._waited: dict[int, tuple[int, datetime]] = {}
        self._is_news = threading.Event()
        # Whoever ends waits for who is writing: what one of them took, the other does not see.
        self._turn = threading.Lock()

    def count(self, inlet_id: int, at: datetime) -> None:
        """Count a delivery that an inlet did not take, and that is to be sent again."""
        with self._lock:
            self._counts[inlet_id] += 1
            self._add(inlet_id, 1, at)
        self._is_news.set()

    def so_far(self, inlet_id: int) -> int:
        """How many deliveries of an inlet this process has told to come again."""
        with self._lock:
            return self._counts[inlet_id]

    def settle(self) -> bool:
        """Write down what is not yet; False when it could not be, and is kept for the next time."""
        with self._turn:
            with self._lock:
                waited, self._waited = self._waited, {}
                self._is_news.clear()
            if not waited:
                return True
            try:
                self._write(waited)
            except Exception as error:
                # Whatever is wrong with the database, nothing may be lost.
                _log.warning("waited-not-written", reason=type(error).__name__)
                with self._lock:
                    for inlet_id, (number, at) in waited.items():
                        self._add(inlet_id, number, at)
                self._is_news.set()
                return False
            return True

    def keep_account(self, seconds: float = WRITTEN_AFTER_SECONDS) -> None:
        """Write down what was counted, at most once in so many seconds, until the process ends;
        what is left then is written as it ends. Does not return."""
        # Not atexit: processes that multiprocessing started do not ask that.
        Finalize(None, self.settle, exitpriority=10)
        pause = threading.Event()
        while self._is_news.wait():
            pause.wait(seconds)
            self.settle()
            connection.close()

    def _add(self, inlet_id: int, number: int, at: datetime) -> None:
        before, last = self._waited.get(inlet_id, (0, at))
        self._waited[inlet_id] = (before + number, max(last, at))


TURNING_AWAY = TurningAway()


def turn_away(inlet_id: int, at: datetime) -> None:
    """`TurningAway.count` of this process."""
    TURNING_AWAY.count(inlet_id, at)


def turned_away(inlet_id: int) -> int:
    """`TurningAway.so_far` of this process."""
    return TURNING_AWAY.so_far(inlet_id)
