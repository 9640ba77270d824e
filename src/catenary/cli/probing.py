"""Looking by ourselves, beside the engine: in a thread of the worker that owns the conditions."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings

from catenary import clock

_PAUSE = 0.2
_AFTER_TROUBLE = 5.0


@contextmanager
def looking_beside(is_owner: threading.Event) -> Iterator[None]:
    """Look at what is to be looked at for as long as the block runs, while ``is_owner`` is set:
    of several workers one looks."""
    if not settings.PROBE_THREADS:
        yield
        return
    stopped = threading.Event()
    thread = threading.Thread(target=_look, args=(is_owner, stopped), name="probes", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(_AFTER_TROUBLE)


def _look(is_owner: threading.Event, stopped: threading.Event) -> None:
    from catenary.apps.common.operations import hang_up
    from catenary.connectors.probe.rounds import Rounds

    rounds: Rounds | None = None
    while not stopped.is_set():
        pause = _PAUSE
        try:
            if is_owner.is_set():
                rounds = rounds or Rounds(settings.PROBE_THREADS)
                rounds.turn(clock.now(), time.monotonic())
            elif rounds is not None:
                rounds.stop()
                rounds = None
        except Exception as error:  # the database may be gone for a while; then we look again
            structlog.get_logger().warning("probes-not-told", reason=str(error)[:200])
            hang_up()
            pause = _AFTER_TROUBLE
        stopped.wait(pause)
    if rounds is not None:
        rounds.stop()
    hang_up()
