"""The real product in processes of its own: commands with their cost, and a server to ask."""

from __future__ import annotations

import http.client
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

SECONDS_TO_START = 120


class Failed(Exception):
    """A command ended otherwise than it should; the message holds what it said."""


@dataclass(frozen=True)
class Cost:
    """What one command took: seconds on the wall and of processor time, peak memory, and what
    it printed."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    said: str


def run(data: Path, *arguments: str, code: int = 0) -> Cost:
    """Run one command to its end."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "catenary", *arguments],
        env=_environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = process.stdout.read().decode(errors="replace")
    process.stdout.close()
    # Of this very child: the totals over all children only ever grow.
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - before
    if process.returncode != code:
        raise Failed(f"catenary {' '.join(arguments)} ended with {process.returncode}:\n{said}")
    return Cost(seconds, used.ru_utime + used.ru_stime, _megabytes(used), said)


def _megabytes(used: resource.struct_rusage) -> float:
    # Kilobytes on Linux, bytes on macOS.
    return used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "CATENARY_DATA": str(data)}


class Visitor:
    """Somebody signed in, on one connection that stays open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("localhost", port, timeout=120)
        self._cookies: dict[str, str] = {}

    def sign_in(self, email: str, password: str) -> None:
        """Sign in by the form, as a browser does."""
        form = self.get("/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token is not None
        body = urllib.parse.urlencode(
            {"csrfmiddlewaretoken": token[1], "email": email, "password": password, "next": ""}
        )
        status, _ = self._ask("POST", "/sign-in/", body)
        if status != 302:
            raise Failed(f"{email} could not sign in: {status}")

    def get(self, address: str) -> str:
        """The page at an address; anything but a page is a failure."""
        status, said = self._ask("GET", address)
        if status != 200:
            raise Failed(f"{address} answers {status}")
        return said

    def time(self, address: str) -> float:
        """Milliseconds until the last byte of a page."""
        before = time.perf_counter()
        self.get(address)
        return (time.perf_counter() - before) * 1000

    def _ask(self, method: str, address: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://localhost:{self._connection.port}"
        self._connection.request(method, address, body, headers)
        response = self._connection.getresponse()
        said = response.read().decode(errors="replace")
        for line in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        return response.status, said


@dataclass
class Served:
    """A server that answers; ``seconds_to_start`` until it first did."""

    port: int
    pid: int
    seconds_to_start: float

    def megabytes(self) -> float:
        """Memory of the server with its workers now, as far as this system tells."""
        total = 0.0
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                text = status.read_text()
                if os.getpgid(int(status.parent.name)) != self.pid:
                    continue
            except OSError:
                continue
            found = re.search(r"VmRSS:\s+(\d+) kB", text)
            total += int(found[1]) / 1024 if found else 0
        return total


@contextmanager
def serving(data: Path) -> Iterator[Served]:
    """`catenary serve` on a free port, stopped afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    before = time.perf_counter()
    with (data / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "catenary", "serve", "--port", str(port)],
            env=_environment(data),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while not _is_alive(port):
            if process.poll() is not None or time.perf_counter() - before > SECONDS_TO_START:
                raise Failed(f"catenary serve: {(data / 'serve.log').read_text()[-2000:]}")
            time.sleep(0.01)
        yield Served(port, process.pid, time.perf_counter() - before)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
            return


def _is_alive(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
