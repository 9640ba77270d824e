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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

SECONDS_TO_START = 120


class Failed(Exception):
    """A command ended otherwise than it should; the message holds what it said."""


@dataclass(frozen=True)
class Installation:
    """Where one measured product keeps everything; on SQLite within ``data``, else in the
    database at ``database_url``."""

    data: Path
    database_url: str = ""

    def environment(self) -> dict[str, str]:
        """The environment its processes run in."""
        chosen = {**os.environ, "CATENARY_DATA": str(self.data)}
        # One program asks here as often as it can.
        chosen["CATENARY_API_REQUESTS_PER_MINUTE"] = "0"
        if self.database_url:
            chosen["DATABASE_URL"] = self.database_url
        return chosen


@dataclass(frozen=True)
class Cost:
    """What one command took: seconds on the wall and of processor time, peak memory, and what
    it printed."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    said: str


def run(place: Installation, *arguments: str, code: int = 0) -> Cost:
    """Run one command to its end."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "catenary", *arguments],
        env=place.environment(),
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


class Visitor:
    """Somebody signed in, on one connection that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port
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

    def part(self, address: str, target: str) -> str:
        """The part of a page that its script fetches again."""
        status, said = self._ask("GET", address, more={"HX-Request": "true", "HX-Target": target})
        if status != 200:
            raise Failed(f"{address} answers {status}")
        return said

    def beside(self) -> Visitor:
        """The same person on another connection."""
        other = Visitor(self.port)
        other._cookies = dict(self._cookies)
        return other

    def time(self, address: str) -> float:
        """Milliseconds until the last byte of a page."""
        before = time.perf_counter()
        self.get(address)
        return (time.perf_counter() - before) * 1000

    def _ask(
        self,
        method: str,
        address: str,
        body: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        headers |= more or {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://localhost:{self.port}"
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
        """Memory that the server's processes hold now. Pages of the database's file that they
        have mapped are left out: the system takes them back when it likes."""
        pages = 0
        for folder in self._processes():
            resident, shared = (folder / "statm").read_text().split()[1:3]
            pages += int(resident) - int(shared)
        return pages * resource.getpagesize() / 1024**2

    def settle(self, most: float = 180.0) -> None:
        """Wait until the worker's engine is compiled, which on a new installation takes a
        processor for a minute: what is measured is how it goes on afterwards."""
        until = time.perf_counter() + most
        while time.perf_counter() < until and self._compiles():
            time.sleep(0.5)

    def _compiles(self) -> bool:
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if os.getpgid(int(folder.name)) == self.pid and (
                    b"compile_all" in (folder / "cmdline").read_bytes()
                ):
                    return True
        return False

    def cpu_seconds(self) -> float:
        """Processor time of the server's processes since they started."""
        ticks = 0
        for folder in self._processes():
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _processes(self) -> Iterator[Path]:
        """Where Linux tells about each process of the server; elsewhere none. The worker beside
        it follows conditions on its own account, and is measured by itself, with what it starts:
        the process that compiles."""
        folders, above, workers = {}, {}, set()
        for folder in Path("/proc").glob("[0-9]*"):
            number = int(folder.name)
            with suppress(OSError):
                if os.getpgid(number) != self.pid:
                    continue
                if b"worker" in (folder / "cmdline").read_bytes().split(b"\0"):
                    workers.add(number)
                above[number] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                folders[number] = folder
        for number, folder in folders.items():
            asked = number
            while asked in above and asked not in workers:
                asked = above[asked]
            if asked not in workers:
                yield folder


@contextmanager
def serving(place: Installation) -> Iterator[Served]:
    """`catenary serve` on a free port, stopped afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    log_file = place.data / "serve.log"
    before = time.perf_counter()
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "catenary", "serve", "--port", str(port)],
            env=place.environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while not _is_alive(port):
            if process.poll() is not None or time.perf_counter() - before > SECONDS_TO_START:
                raise Failed(f"catenary serve: {log_file.read_text()[-2000:]}")
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
