"""The server, and how it stops: told to, it says "not ready" for a while, then takes nothing new,
finishes what it has begun, and ends."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

#: Requests that were begun have so long to end; systemd and containers wait longer than that.
STOPPING_SECONDS = 10


def serve(*, host: str, port: int, threads: int) -> None:
    """Serve until told to stop."""
    from django.conf import settings

    server = _Stopping(
        "catenary.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        # One: rate limits are shared between processes, but metrics and what is held of the chain
        # are not, and threads use what processors there are well enough (docs/decisions/0007).
        workers=1,
        # Every page that changes while somebody looks keeps one waiting (web.live).
        blocking_threads=threads + settings.STREAMS,
        websockets=False,
        log_access=False,
        # Its one warning is about threads, which wait here far more than they work.
        log_level=LogLevels.error,
        workers_kill_timeout=STOPPING_SECONDS,
    )
    server.flag = Path(settings.DATA) / f"stopping.{os.getpid()}"
    server.seconds = settings.DRAIN_SECONDS
    server.flag.unlink(missing_ok=True)
    try:
        server.serve()
    finally:
        server.flag.unlink(missing_ok=True)


class _Stopping(Server):  # type: ignore[misc,valid-type]
    """Granian, with a pause between being told to stop and stopping."""

    flag: Path
    seconds: int

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """The flag is what the process that answers looks at when it is asked whether it is
        ready (web.telling.health); proxies see it and send visitors elsewhere, and open pages are
        let go (web.live). Told a second time, or with nobody to wait for, it stops at once."""
        if not self.flag.exists():
            self.flag.touch()
            time.sleep(self.seconds)
        super().signal_handler_interrupt(*args, **kwargs)
