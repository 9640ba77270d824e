"""The stream of one open page (server-sent events): it says that something one may see became
different, and of which services, in a few words. The page fetches the rest itself.

A stream tells exactly what the same person could read by loading the page, and nothing when nothing
of that changed: no number, no moment and no sign of life depends on what is hidden.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from catenary import clock
from catenary.apps.monitoring.queries.sight import Difference, Sight, difference, sight_of
from catenary.apps.monitoring.queries.standing import Standing
from catenary.apps.monitoring.queries.stored import FRESH, freshness
from catenary.apps.organizations.queries import actor_of_account, viewpoint_of
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.actors import Actor, Viewpoint
from catenary.web.asking import Asking, signed_in
from catenary.web.live.pulse import PULSE, Full, Pulse, Watcher
from catenary.web.live.shared import SHARED
from catenary.web.live.stale import Current, is_current, warning, why_stale
from catenary.web.telling import metrics

#: Something is sent so often even when nothing changes: whoever went away is noticed by it.
ALIVE_SECONDS = 15.0
#: A stream ends after so long, and the browser begins the next: what a dead line holds is let go.
LONGEST_SECONDS = 1_800.0
#: Between two messages: what changes meanwhile is told together.
PAUSE_SECONDS = 0.4
#: Within how many seconds all pages are fetched again: at least, and for each that is open. Boards
#: are made once for many: for them, so that half a processor is left to others.
LEAST_SPREAD, SPREAD_OF_ONE = 0.7, 0.05
_PART_OF_A_PROCESSOR = 0.5
#: When the line breaks, the browser tries again after so long.
_RETRY = b"retry: 1500\n\n"
#: Said so that the page hears it: what is silent for three times as long has lost its line.
_ALIVE = b"event: here\ndata: 1\n\n"
_RETRY_AFTER_SECONDS = 30
_telling = threading.Lock()


@require_safe
@signed_in
def live(asking: Asking) -> HttpResponseBase:
    """What becomes different of what one sees, as it happens. ``seen`` (or the ``Last-Event-ID``
    of a browser that comes back) is the mark of what is on the page; when it is another one
    already, that is said first. ``about`` is the service that the page is about."""
    request = asking.request
    if asking.viewpoint is None:
        # Nothing can be seen: a browser does not ask again after this.
        return HttpResponse(status=204)
    if request.method == "HEAD":
        return HttpResponse(content_type="text/event-stream")
    seen = request.headers.get("Last-Event-ID") or request.GET.get("seen", "")
    reference = request.GET.get("about", "")[:210]
    about = services_by_reference([reference]).get(reference)
    reader = Reader(
        asking.actor, asking.viewpoint, _session(request), None if about is None else about.id
    )
    try:
        stream = Stream(PULSE, reader, seen[:100])
    except Full:
        metrics.FULL.inc()
        busy = HttpResponse(status=503)
        busy.headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
        return busy
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    # A proxy that gathers lines before it passes them on would make everybody wait.
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _session(request: HttpRequest) -> str:
    return request.session.session_key or ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads an open page, and which service, by number, it is about."""

    actor: Actor
    viewpoint: Viewpoint
    session_key: str
    about: int | None = None


class Stream:
    """The lines of one open page, an iterator that waits. It gives its place back when it is
    closed, ends or is forgotten."""

    def __init__(self, pulse: Pulse, reader: Reader, seen: str) -> None:
        self._pulse, self._reader, self._seen = pulse, reader, seen
        self._actor, self._viewpoint = reader.actor, reader.viewpoint
        account = self._actor.account_id or 0
        self._watcher = Watcher(reader.session_key, account, self._actor.is_operator)
        self._sight: Sight | None = None
        self._current: Current = FRESH
        self._language = translation.get_language() or settings.LANGUAGE_CODE
        self._zone = timezone.get_current_timezone()
        self._alive_at = self._sent_at = 0.0
        self._ends_at = time.monotonic() + LONGEST_SECONDS
        most: int = settings.STREAMS
        pulse.enter(self._watcher, most=most, most_of_one=max(1, most // 4))

    def __iter__(self) -> Stream:
        """Itself."""
        return self

    def __next__(self) -> bytes:
        """The next lines, when there are any."""
        said = self._first() if self._sight is None else self._next(self._sight)
        if said is None:
            self.close()
            raise StopIteration
        self._alive_at = time.monotonic() + ALIVE_SECONDS
        return said

    def close(self) -> None:
        """Give the place back."""
        self._pulse.leave(self._watcher)

    def __del__(self) -> None:
        """A stream that nobody began to read has a place, too."""
        self.close()

    def _first(self) -> bytes:
        sight = self._sight = sight_of(self._actor, self._viewpoint, self._reader.about)
        # A page that comes back may have been told otherwise before.
        begins = _RETRY + self._told_current(self._pulse.current or freshness(clock.now()))
        self._pulse.let_go()
        if sight.mark == self._seen:
            return begins
        return begins + self._changed(sight, Difference({}, True))

    def _next(self, before: Sight) -> bytes | None:
        """The next message; a sign of life when there is none for a while; none at the end."""
        standing = before.standing
        while not self._watcher.is_over:
            left = self._alive_at - time.monotonic()
            if left <= 0:
                return _ALIVE if time.monotonic() < self._ends_at else None
            standing = self._pulse.wait(self._watcher, standing, left, self._current)
            current = self._pulse.current or self._current
            if current != self._current and not self._watcher.is_over:
                return self._told_current(current)
            if standing is before.standing or self._watcher.is_over:
                continue
            pause = self._sent_at + PAUSE_SECONDS - time.monotonic()
            if pause > 0:
                time.sleep(pause)
                standing = self._pulse.wait(self._watcher, before.standing, 0)
            if not self._may_still_look(before.standing, standing):
                return None
            # One after the other: who sees the same as somebody before finds the answer at hand.
            with _telling:
                now = sight_of(self._actor, self._viewpoint, self._reader.about, standing)
                found = difference(before, now)
                before = self._sight = now
                if found is not None:
                    return self._changed(now, found)
        return None

    def _may_still_look(self, before: Standing, now: Standing) -> bool:
        """Whether roles and viewpoint are still those they were; roles are of the catalogue."""
        if before.estate is now.estate:
            return True
        try:
            account = self._actor.account_id or 0
            actor = actor_of_account(account, self._actor.is_operator, door="web")
            return actor == self._actor and viewpoint_of(actor, self._viewpoint.key) == (
                self._viewpoint
            )
        finally:
            self._pulse.let_go()

    def _told_current(self, current: Current) -> bytes:
        """That somebody follows, or since when nobody can know, in the words of the reader."""
        self._current = current
        told: dict[str, Any] = {"current": is_current(current), "within": self._within()}
        with translation.override(self._language), timezone.override(self._zone):
            told["says"] = "" if told["current"] else warning()
            told["why"] = why_stale(current)
        body = json.dumps(told, separators=(",", ":"))
        return f"event: current\ndata: {body}\n\n".encode()

    def _changed(self, now: Sight, found: Difference) -> bytes:
        self._sent_at = time.monotonic()
        told: dict[str, Any] = {"services": found.services, "all": found.is_all}
        told["counts"] = now.counts
        told["within"] = self._within()
        body = json.dumps(told, separators=(",", ":"))
        return f"id: {now.mark}\nevent: changed\ndata: {body}\n\n".encode()

    def _within(self) -> float:
        # All that hear of it fetch their page again: spread out, so that others get theirs too.
        of_one = SPREAD_OF_ONE
        if self._reader.about is None:
            of_one = min(of_one, SHARED.seconds_of_one / _PART_OF_A_PROCESSOR)
        return round(max(LEAST_SPREAD, of_one * len(self._pulse)), 1)
