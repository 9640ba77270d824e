"""Readers who do not read keep nobody else waiting.

A long answer is given piece by piece by a thread that waits until its reader has taken the piece
before. A few dozen readers that take a byte a second would hold every thread, and nobody would be
answered. The server waits for them without end, and its waiting cannot be taken back from here:
so the line itself is cut, of whoever takes too little while a thread waits.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import termios
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import structlog

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

#: Whoever takes less than this a second, for so long, is cut off while a thread waits for them.
BYTES_A_SECOND = 8_192
SECONDS = 20.0
#: How often it is looked.
_EVERY = 4.0
#: In `struct tcp_info`: how many bytes the other side has taken so far (Linux 4.1 and later).
_TAKEN = struct.Struct("<Q")
_TAKEN_AT = 120


class Downloads:
    """A WSGI application around another one, which knows what threads are waiting."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._given: set[_Pieces] = set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer as the other one does."""
        answer = self._application(environ, start_response)
        if not getattr(answer, "streaming", False):
            return answer
        return _Pieces(answer, self._given)

    def waits(self, now: float) -> bool:
        """True while a thread has waited for a reader as long as they may take."""
        return any(each.waits_since(now) >= SECONDS for each in tuple(self._given))


class _Pieces:
    """An answer in pieces, and since when the next one is not asked for."""

    def __init__(self, answer: Any, given: set[_Pieces]) -> None:
        self._answer = answer
        self._pieces: Iterator[bytes] = iter(answer)
        self._given = given
        self._gave_at: float | None = None
        given.add(self)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self._gave_at = None
        try:
            piece = next(self._pieces)
        except BaseException:
            self._given.discard(self)
            raise
        self._gave_at = time.monotonic()
        return piece

    def waits_since(self, now: float) -> float:
        """For how many seconds the piece before has not been taken."""
        return 0.0 if self._gave_at is None else now - self._gave_at

    def close(self) -> None:
        """The answer is given, or its reader is gone."""
        self._given.discard(self)
        self._answer.close()


@dataclass(frozen=True, slots=True)
class Line:
    """A connection on which something waits to be taken: which, and how much was taken so far."""

    number: int
    file: int
    taken: int


class SlowReaders:
    """Looks at every line now and then; keeps how much each had taken when it was last judged."""

    def __init__(self) -> None:
        self._judged: dict[int, tuple[int, float]] = {}

    def slow_among(self, lines: Iterable[Line], now: float) -> list[Line]:
        """The lines on which too little was taken for long enough."""
        slow: list[Line] = []
        judged: dict[int, tuple[int, float]] = {}
        for line in lines:
            taken, at = self._judged.get(line.number, (line.taken, now))
            if now - at >= SECONDS:
                if line.taken - taken < BYTES_A_SECOND * (now - at):
                    slow.append(line)
                taken, at = line.taken, now
            judged[line.number] = taken, at
        # A line on which nothing waits is read as fast as it is written.
        self._judged = judged
        return slow


def watch(downloads: Downloads) -> None:
    """Cut slow lines while threads wait for them; never ends. Where the system does not tell how
    much was taken, nothing is cut."""
    readers = SlowReaders()
    log = structlog.get_logger()
    while True:
        time.sleep(_EVERY)
        try:
            cut = look(downloads, readers, time.monotonic())
        except OSError as error:
            log.warning("slow-readers-not-watched", reason=error.strerror)
            return
        if cut:
            log.info("slow-readers-cut-off", lines=cut)


def look(downloads: Downloads, readers: SlowReaders, now: float) -> int:
    """Look at all lines once; how many were cut."""
    slow = readers.slow_among(_waiting_lines(), now)
    return sum(_cut(line) for line in slow) if downloads.waits(now) else 0


def _waiting_lines() -> list[Line]:
    """The connections that came in here and on which something waits. Those that go out, to the
    database say, have another port on our side."""
    ports: set[int] = set()
    found: list[tuple[Line, int]] = []
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError), closing(_socket(int(name))) as line:
            if line.family not in {socket.AF_INET, socket.AF_INET6}:
                continue
            port = line.getsockname()[1]
            if line.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                ports.add(port)
            elif line.type == socket.SOCK_STREAM and _is_waiting(line):
                said = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
                if len(said) >= _TAKEN_AT + _TAKEN.size:
                    taken = int(_TAKEN.unpack_from(said, _TAKEN_AT)[0])
                    found.append((Line(_number(line), int(name), taken), port))
    return [line for line, port in found if port in ports]


def _socket(file: int) -> socket.socket:
    if not os.readlink(f"/proc/self/fd/{file}").startswith("socket:"):
        raise OSError("no socket")
    # A copy: the server's own is not touched by closing it.
    copy = os.dup(file)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise


def _is_waiting(line: socket.socket) -> bool:
    said = fcntl.ioctl(line, termios.TIOCOUTQ, b"\0" * 4)
    return bool(struct.unpack("i", said)[0])


def _number(line: socket.socket) -> int:
    return os.fstat(line.fileno()).st_ino


def _cut(line: Line) -> bool:
    """Cut a line; False when its file has become another one meanwhile."""
    with suppress(OSError), closing(_socket(line.file)) as found:
        if _number(found) == line.number:
            found.shutdown(socket.SHUT_RDWR)
            return True
    return False
