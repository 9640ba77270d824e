"""Bodies that do not arrive keep nobody else waiting.

The server starts answering when the head of a request is there, and whoever reads a body waits
in a thread for all of it. A dozen connections that promise a body and never send it would hold
every thread, and nobody would be answered, not even the question whether the server is well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

#: So many requests may wait for their bodies at the same time: half of the usual threads.
AT_ONCE = 8
#: Whoever finds no place waits so long for one. Bodies that have arrived take no time to read.
SECONDS_FOR_A_PLACE = 1.0
#: So long may one piece take, and so much must come a second over the whole.
SECONDS_A_PIECE = 15.0
PIECE = 64 * 1024
BYTES_A_SECOND = 50_000


class NotInTime(OSError):
    """The body did not arrive in time, or too many others wait for theirs. Doors read it as a
    broken line, which it is."""


class Uploads:
    """A WSGI application around another one."""

    def __init__(
        self, application: Application, *, at_once: int = AT_ONCE, seconds: float = SECONDS_A_PIECE
    ) -> None:
        self._application = application
        self._places = threading.BoundedSemaphore(at_once)
        self._seconds = seconds

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer as the other one does."""
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            environ["wsgi.input"] = _Body(environ["wsgi.input"], self._places, self._seconds)
        return self._application(environ, start_response)


class _Body:
    """A body that is read piece by piece, each in its time."""

    def __init__(self, body: Any, places: threading.BoundedSemaphore, seconds: float) -> None:
        self._body = body
        self._places = places
        self._seconds = seconds
        self._is_late = False

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, fewer only where the body ends; raises `NotInTime`."""
        if self._is_late or not self._places.acquire(timeout=SECONDS_FOR_A_PLACE):
            raise NotInTime("too many bodies are waited for")
        try:
            return self._read(size)
        finally:
            self._places.release()

    def readline(self, size: int = -1) -> bytes:
        """What is left, as `read`: nothing of ours asks for lines."""
        return self.read(size)

    def _read(self, size: int) -> bytes:
        begun, pieces, got = time.monotonic(), [], 0
        while size < 0 or got < size:
            wanted = PIECE if size < 0 else min(PIECE, size - got)
            piece = self._piece(wanted)
            pieces.append(piece)
            got += len(piece)
            if len(piece) < wanted:
                break
            if time.monotonic() - begun > self._seconds + got / BYTES_A_SECOND:
                self._is_late = True
                raise NotInTime("the body arrives too slowly")
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        """One piece. It is waited for in a thread of its own, which ends when the piece comes or
        the line breaks: a read that was begun cannot be taken back."""
        came: list[bytes | BaseException] = []

        def wait() -> None:
            try:
                came.append(self._body.read(size))
            except BaseException as error:  # handed to whoever waits
                came.append(error)

        thread = threading.Thread(target=wait, name="body", daemon=True)
        thread.start()
        thread.join(self._seconds)
        if not came:
            self._is_late = True
            raise NotInTime("the body did not arrive in time")
        if isinstance(came[0], BaseException):
            raise came[0]
        return came[0]
