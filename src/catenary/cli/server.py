"""The server, and how it stops: told to, it says "not ready" for a while, then takes nothing new,
finishes what it has begun, and ends."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

#: Requests that were begun have so long to end; systemd and containers wait longer than that.
STOPPING_SECONDS = 10
#: Where one asks a server that listens everywhere.
_ASKED_AT = {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}
_ASKED_AGAIN, _ANSWERED_WITHIN = 0.2, 10.0


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


def when_ready(host: str, port: int, tell: Callable[[], None]) -> None:
    """Tell, once, when the server at an address says that it is ready; goes on meanwhile."""

    def ask() -> None:
        # Nothing is imported or looked up here: the server may be forked while it asks.
        while not _is_ready(_ASKED_AT.get(host, host), port):
            time.sleep(_ASKED_AGAIN)
        tell()

    threading.Thread(target=ask, name="tells-when-ready", daemon=True).start()


def _is_ready(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as asking:
        asking.settimeout(_ANSWERED_WITHIN)
        try:
            asking.connect((host, port))
            asking.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            status = asking.recv(64).split(b" ")[1:2]
        except OSError:
            return False
    # Whoever does not know us by this name serves as well.
    return bool(status) and status != [b"503"]


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
