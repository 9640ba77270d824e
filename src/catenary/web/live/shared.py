"""Parts of pages that are the same for all who see the same, made once.

When a condition changes, everybody who looks at a board fetches it again. Many of them look from
the same place and may see the same: for them it is made once. What a part depends on is its key,
whole: whose house, what they may see of it, which conditions, the address, the language. What was
made while conditions or the catalogue became others is given to nobody else.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from django.utils import timezone, translation

from catenary.apps.monitoring.queries.sight import Sight
from catenary.apps.monitoring.queries.standing import standing_now
from catenary.web.asking import Asking

#: So many parts are kept, the latest; each is some tens of kilobytes.
_MOST = 128
#: How much of the mean the latest fetch is, and what the mean begins with, in seconds.
_LATEST, _AT_FIRST = 0.05, 0.02
#: What a fetch costs beside the part itself: who asks, and what they may see.
_AROUND = 0.008


class _Kept:
    __slots__ = ("content", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.content: str | None = None


class Shared:
    """Parts by their keys. For any number of threads: of those who ask for the same at once, one
    makes it and the others wait."""

    def __init__(self, most: int = _MOST) -> None:
        """Nothing is kept yet."""
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._cost = _AT_FIRST

    def part(self, key: Hashable, make: Callable[[], str], still_holds: Callable[[], bool]) -> str:
        """The part of this key; made when it is not at hand, and kept when what the key says
        ``still_holds`` afterwards."""
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        spent = 0.0
        with kept.lock:
            content = kept.content
            if content is None:
                begun = time.thread_time()
                content = make()
                spent = time.thread_time() - begun
                if still_holds():
                    kept.content = content
        with self._lock:
            self._cost += _LATEST * (spent - self._cost)
        return content

    @property
    def seconds_of_one(self) -> float:
        """How long the processor worked lately for one fetch, in the mean."""
        return _AROUND + self._cost


#: Those of this process.
SHARED = Shared()


def part_for_all(
    asking: Asking, sight: Sight, name: str, make: Callable[[], str], *also: Hashable
) -> str:
    """A part of a page that depends on what is seen, the address, language and time zone, whose
    own services these are, and on ``also``; made once for all for whom these are equal."""
    key = (
        name,
        sight.standing.estate.version,
        sight.standing.number,
        sight.key,
        asking.viewpoint,
        asking.actor.email,
        asking.request.get_full_path(),
        translation.get_language(),
        timezone.get_current_timezone_name(),
        also,
    )
    return SHARED.part(key, make, lambda: standing_now() is sight.standing)
