"""Looking again and again: thousands of checks, few threads, results told in batches.

When each check is due is kept in memory alone, spread over its interval by its name, so that they
do not all begin at once. Whoever begins anew looks at everything within one interval.
"""

from __future__ import annotations

import heapq
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

import orjson
import structlog

from catenary.apps.monitoring.operations.hearing import hear
from catenary.apps.monitoring.queries.inlets import InletRow, inlets_of_kind
from catenary.connectors.probe.looking import Seen, look
from catenary.connectors.probe.reading import KIND, Check
from catenary.connectors.wishes import Wishes
from catenary.domain.observations.heard import Item

#: How often one looks which checks there are.
RELOAD_SECONDS = 10.0
#: So many results are told at once.
MOST_TOLD = 1_000
#: Between attempts, before a failure is told.
_AGAIN_SECONDS = 5.0

_Key = tuple[int, str]
Look = Callable[[Check, datetime], Seen]


@dataclass(slots=True)
class _Watched:
    inlet: InletRow
    check: Check
    failures: int = 0
    is_looked_at: bool = False


class Rounds:
    """What is looked at by this process. One thread calls `turn` every so often."""

    def __init__(self, threads: int, looking: Look = look) -> None:
        """``threads``: so many look at the same time."""
        self._look = looking
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="probe")
        self._free = threading.Semaphore(threads * 2)
        self._watched: dict[_Key, _Watched] = {}
        self._due: list[tuple[float, _Key]] = []
        self._seen: queue.SimpleQueue[tuple[_Key, Check, Seen]] = queue.SimpleQueue()
        self._loaded_at = -RELOAD_SECONDS

    def turn(self, at: datetime, second: float) -> int:
        """Begin what is due and tell what was seen; how many results were told. ``second`` is of a
        clock that never jumps."""
        if second - self._loaded_at >= RELOAD_SECONDS:
            self._load(second)
            self._loaded_at = second
        self._begin(at, second)
        return self._tell(at, second)

    def stop(self) -> None:
        """Look no more; what was begun is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _load(self, second: float) -> None:
        found: dict[_Key, _Watched] = {}
        for inlet in inlets_of_kind("probe"):
            # Our own reader, not the list of all kinds: that one knows us.
            wishes = Wishes(orjson.loads(inlet.settings), inlet.organization_key)
            checks: tuple[Check, ...] = KIND.read(wishes)
            for check in checks:
                key = (inlet.id, check.name)
                known = self._watched.get(key)
                if known is not None and known.check == check:
                    known.inlet = inlet
                    found[key] = known
                    continue
                found[key] = _Watched(inlet, check)
                spread = crc32(f"{inlet.id}/{check.name}".encode()) / 2**32
                # A new one soon, and then in its own rhythm.
                heapq.heappush(self._due, (second + spread * min(check.every, 30), key))
        self._watched = found

    def _begin(self, at: datetime, second: float) -> None:
        while self._due and self._due[0][0] <= second:
            if not self._free.acquire(blocking=False):
                return
            _, key = heapq.heappop(self._due)
            watched = self._watched.get(key)
            if watched is None or watched.is_looked_at:
                self._free.release()
                continue
            watched.is_looked_at = True
            self._pool.submit(self._one, key, watched.check, at)

    def _one(self, key: _Key, check: Check, at: datetime) -> None:
        try:
            seen = self._look(check, at)
        except Exception as error:  # one check must not end the others
            structlog.get_logger().error("probe-failed", check=check.name, reason=repr(error))
            seen = Seen("unknown", "it could not be looked at")
        finally:
            self._free.release()
        self._seen.put((key, check, seen))

    def _tell(self, at: datetime, second: float) -> int:
        told: dict[int, tuple[InletRow, list[Item]]] = {}
        count = 0
        while count < MOST_TOLD and not self._seen.empty():
            key, check, seen = self._seen.get()
            watched = self._watched.get(key)
            if watched is None or watched.check != check:
                continue
            watched.is_looked_at = False
            pause = check.every
            if seen.condition == check.failing:
                watched.failures += 1
                if watched.failures <= check.retries:
                    pause = min(check.every, _AGAIN_SECONDS)
                    heapq.heappush(self._due, (second + pause, key))
                    continue
            else:
                watched.failures = 0
            heapq.heappush(self._due, (second + pause, key))
            _, items = told.setdefault(watched.inlet.id, (watched.inlet, []))
            items.append(_item(len(items), check, seen))
            count += 1
        for inlet, items in told.values():
            hear(inlet=inlet, items=items, at=at)
        return count


def _item(place: int, check: Check, seen: Seen) -> Item:
    word = {
        "service": check.service,
        "condition": seen.condition,
        "text": f"{check.name}: {seen.text}" if seen.text else "",
        "valid-for": f"{check.valid_for:g} s",
    }
    return Item(place, word, check.name, raw=f"{check.name}: {check.way} {check.target}")
