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
        """One piece, waited for no longer than it may take."""
        came = _READERS.read(self._body, size, self._seconds)
        if came is None:
            self._is_late = True
            raise NotInTime("the body did not arrive in time")
        if isinstance(came, BaseException):
            raise came
        return came


class _Reader(threading.Thread):
    """A thread that waits for one piece after the other in place of those who answer."""

    def __init__(self) -> None:
        super().__init__(name="body", daemon=True)
        self._asked, self._done = threading.Semaphore(0), threading.Semaphore(0)
        self._lock = threading.Lock()
        self._wanted: tuple[Any, int] = (None, 0)
        self._came: bytes | BaseException | None = None
        self._is_left = False

    def run(self) -> None:
        """Read what is asked for until somebody did not wait for it."""
        while True:
            self._asked.acquire()
            body, size = self._wanted
            came: bytes | BaseException
            try:
                came = body.read(size)
            except BaseException as error:  # handed to whoever waits
                came = error
            with self._lock:
                if self._is_left:
                    return
                self._came, self._wanted = came, (None, 0)
            del body, came
            self._done.release()

    def read(self, body: Any, size: int, seconds: float) -> bytes | BaseException | None:
        """A piece, or what went wrong; none when it did not come in time: then this thread ends
        by itself when it does, or when the line breaks, and must not be asked again."""
        self._came, self._wanted = None, (body, size)
        self._asked.release()
        is_there = self._done.acquire(timeout=seconds)
        with self._lock:
            came, self._came = self._came, None
            self._is_left = came is None
        if came is not None and not is_there:
            # It came in the very moment in which the waiting ended.
            self._done.acquire()
        return came


class _Readers:
    """Threads that wait for bodies: a read that was begun cannot be taken back, and to begin a
    thread for each of thousands of small bodies costs more than to record them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Reader] = []

    def read(self, body: Any, size: int, seconds: float) -> bytes | BaseException | None:
        """A piece, what went wrong, or none when it did not come in time."""
        with self._lock:
            reader = self._idle.pop() if self._idle else None
        if reader is None:
            reader = _Reader()
            reader.start()
        came = reader.read(body, size, seconds)
        if came is not None:
            with self._lock:
                self._idle.append(reader)
        return came


_READERS = _Readers()
