"""One thread for each process that watches what the engine keeps, while anybody looks at a page
that changes: open pages wait here and ask the database nothing themselves.

It also looks whether the sessions of those who wait still stand, and whether the server is to
stop: then it lets everybody go at once.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import structlog

from catenary import clock
from catenary.apps.access.queries.sessions import standing_sessions
from catenary.apps.common.queries import close_connections
from catenary.apps.monitoring.queries.sight import name_changes
from catenary.apps.monitoring.queries.standing import Standing, standing_now
from catenary.apps.monitoring.queries.stored import freshness
from catenary.web.live.stale import Current, Unanswered
from catenary.web.telling import metrics
from catenary.web.telling.health import is_stopping

#: How often it is asked whether something changed: two small queries each time.
POLL_SECONDS = 0.05
#: How soon an ended session ends its open pages.
SESSION_SECONDS = 2.0
#: How often it is asked whether somebody follows what is reported.
FRESH_SECONDS = 1.0
#: When the database has been waited for so long, open pages are told. When it refuses, it is asked
#: once more before: the connection may have been an old one.
SILENT_SECONDS = 10.0
_TROUBLE_SECONDS = 1.0

_log = structlog.get_logger("catenary.live")


@dataclass(eq=False)
class Watcher:
    """One open page: the session it belongs to. ``is_over`` when it is to end."""

    session_key: str
    account_id: int
    is_operator: bool
    is_over: bool = False


class Full(Exception):
    """So many pages are open that no other can be."""


class Pulse:
    """Who waits, and what they wait for."""

    def __init__(self) -> None:
        """Nobody waits, and no thread watches before somebody does."""
        self._news = threading.Condition()
        self._watchers: set[Watcher] = set()
        self._standing: Standing | None = None
        self._thread: threading.Thread | None = None
        #: How current pages can be; none before anybody has looked.
        self._current: Current | None = None
        self._answered_at, self._answered = time.monotonic(), clock.now()
        self._fresh_at = 0.0

    @property
    def current(self) -> Current | None:
        """Whether what open pages show is what there is to know; none before it was looked."""
        return self._current

    def enter(self, watcher: Watcher, *, most: int, most_of_one: int) -> None:
        """Let one more wait; raises `Full` when there are too many, or too many of one account."""
        with self._news:
            of_one = sum(other.account_id == watcher.account_id for other in self._watchers)
            if len(self._watchers) >= most or of_one >= most_of_one:
                raise Full
            self._watchers.add(watcher)

    def leave(self, watcher: Watcher) -> None:
        """Wait no more; harmless a second time."""
        with self._news:
            self._watchers.discard(watcher)

    def wait(
        self, watcher: Watcher, known: Standing, seconds: float, current: Current | None = None
    ) -> Standing:
        """The conditions as soon as they are others than ``known``, and at the latest after so
        many seconds; earlier when the watcher is over, or when they are no more as ``current`` as
        that, if it is given."""

        def is_new() -> bool:
            differs = current is not None and self._current not in (None, current)
            return watcher.is_over or differs or self._standing not in (None, known)

        with self._news:
            self._begin()
            if time.monotonic() - self._answered_at > SILENT_SECONDS:
                self._tell(Unanswered(self._answered))
            self._news.wait_for(is_new, max(seconds, 0.0))
            return self._standing or known

    def let_go(self) -> None:
        """Whoever only waits from here on needs no connection to the database."""
        close_connections()

    def _begin(self) -> None:
        if self._thread is None:
            self._answered_at, self._answered = time.monotonic(), clock.now()
            self._thread = threading.Thread(target=self._watch, name="live", daemon=True)
            self._thread.start()

    def __len__(self) -> int:
        """How many pages are open."""
        return len(self._watchers)

    def _watch(self) -> None:
        asked_at, failures = time.monotonic(), 0
        try:
            while self._goes_on():
                try:
                    self._look()
                    self._look_who_follows()
                    failures = 0
                    if time.monotonic() - asked_at >= SESSION_SECONDS:
                        asked_at = time.monotonic()
                        self._ask_for_sessions()
                except Exception as error:
                    # Whatever is wrong with the database, those who wait go on waiting.
                    _log.warning("live-without-database", reason=type(error).__name__)
                    close_connections()
                    failures += 1
                    if failures > 1:
                        with self._news:
                            self._tell(Unanswered(self._answered))
                    time.sleep(_TROUBLE_SECONDS)
                time.sleep(POLL_SECONDS)
        finally:
            close_connections()

    def _goes_on(self) -> bool:
        if is_stopping():
            self._end(list(self._watchers))
        with self._news:
            if self._watchers:
                return True
            self._thread, self._standing, self._current = None, None, None
            self._fresh_at = 0.0
            return False

    def _look(self) -> None:
        before, found = self._standing, standing_now()
        if found is before:
            return
        if before is not None:
            name_changes(before, found)
        with self._news:
            self._standing = found
            self._news.notify_all()

    def _look_who_follows(self) -> None:
        self._answered_at, self._answered = time.monotonic(), clock.now()
        if self._answered_at < self._fresh_at and not isinstance(self._current, Unanswered):
            return
        self._fresh_at = self._answered_at + FRESH_SECONDS
        found = freshness(self._answered)
        with self._news:
            self._tell(found)

    def _tell(self, current: Current) -> None:
        if self._current != current:
            self._current = current
            self._news.notify_all()

    def _ask_for_sessions(self) -> None:
        with self._news:
            watchers = list(self._watchers)
        found = standing_sessions({each.session_key for each in watchers}, at=clock.now())
        self._end(
            [
                each
                for each in watchers
                if found.get(each.session_key) != (each.account_id, each.is_operator)
            ]
        )

    def _end(self, watchers: list[Watcher]) -> None:
        with self._news:
            for each in watchers:
                each.is_over = True
            self._watchers.difference_update(watchers)
            self._news.notify_all()


#: That of this process.
PULSE = Pulse()
metrics.STREAMS.set_function(PULSE.__len__)
