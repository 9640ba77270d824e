"""Long answers are given to a few at a time, so that threads are left for everybody else."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from catenary.api.problems import Trouble

#: So many at a time: a quarter of the usual threads; and so many of one account, so that nobody
#: keeps the others out.
AT_ONCE, OF_ONE = 4, 2
_SECONDS = "20"


class Places:
    """Places of one kind of long answer, in one process."""

    def __init__(self, what: str, *, at_once: int = AT_ONCE, of_one: int = OF_ONE) -> None:
        self._what = what
        self._at_once, self._of_one = at_once, of_one
        self._taken: Counter[int] = Counter()
        self._lock = threading.Lock()

    def take(self, account_id: int) -> Callable[[], None]:
        """Take a place; gives what must be called when the answer has ended, however it ended,
        and may be called twice. Raises `Trouble` when there is none."""
        with self._lock:
            if self._taken[account_id] >= self._of_one:
                whose = f"{self._of_one} {self._what} are being read with this account"
                raise _none("too-many-requests", f"{whose}; try again when one ends")
            if self._taken.total() >= self._at_once:
                others = f"{self._at_once} {self._what} are being read"
                raise _none("overloaded", f"{others}; try again in a moment")
            self._taken[account_id] += 1
        has_left = threading.Lock()

        def leave() -> None:
            if has_left.acquire(blocking=False):
                with self._lock:
                    self._taken[account_id] -= 1
                    self._taken += Counter()

        return leave


def _none(code: str, detail: str) -> Trouble:
    return Trouble(code, detail, headers={"Retry-After": _SECONDS})
