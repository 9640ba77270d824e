"""Parts of pages that are the same for all who see the same, made once.

When a condition changes, everybody who looks at a board fetches it again. Many of them look from
the same place and may see the same: for them it is made once. What a part depends on is its key,
whole: whose house, what they may see of it, which conditions, the address, the language. What was
made while conditions or the catalogue became others is given to nobody else.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace

from django.middleware.csrf import get_token
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
#: Stands in a part where the key of a form belongs, which each session has of its own. Nobody can
#: guess it, so no text of anybody's takes its place.
FORM_KEY = secrets.token_hex(32)


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


def by_anybody_like(asking: Asking) -> Asking:
    """The same wish, of nobody in particular: of the asker only what they may do is left, not who
    they are. What is made from it is the same for all who see the same."""
    actor = replace(asking.actor, account_id=None, person_id=None, email="")
    return replace(asking, actor=actor, name="")


def part_for_all(
    asking: Asking, sight: Sight, name: str, make: Callable[[], str], *also: Hashable
) -> str:
    """A part of a page that depends on what is seen, the address, language and time zone, who asks
    or what they may do (`by_anybody_like`), and on ``also``; made once for all for whom these are
    equal. Where `FORM_KEY` stands in it, each gets the key of their own forms."""
    key = (
        name,
        sight.standing.estate.version,
        sight.standing.number,
        sight.key,
        asking.viewpoint,
        asking.actor,
        asking.request.get_full_path(),
        translation.get_language(),
        timezone.get_current_timezone_name(),
        also,
    )
    part = SHARED.part(key, make, lambda: standing_now() is sight.standing)
    return part.replace(FORM_KEY, get_token(asking.request)) if FORM_KEY in part else part
