"""The real product, running, in processes of its own: what `catenary demo` has made, served.

Journeys talk to it over HTTP alone. It has a folder and a database of its own, so it neither
sees the tests' database nor is seen by it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.once import made_once

# Known to the tests because they choose it: every example person signs in with it.
EXAMPLE_PASSWORD = "a-long-password-for-journeys-4711"
SECONDS_TO_START = 120
#: Well above the ports of known services; and from where on others give ports to whoever asks.
FIRST_PORT, DYNAMIC_PORTS = 10_000, 32_768


class DidNotStart(Exception):
    """The product ended, or did not answer in time; the message has what it said."""


@dataclass(frozen=True)
class Product:
    """A running product."""

    url: str
    """Its address without a slash at the end, `http://localhost:40123`."""
    data: Path
    """Its data folder."""
    password: str
    """What every example person signs in with."""


def catenary(*arguments: str) -> list[str]:
    """The command line of this very checkout, whatever is on PATH."""
    return [sys.executable, "-m", "catenary", *arguments]


def clean_environment(data: Path, **more: str) -> dict[str, str]:
    """An environment in which the product keeps everything, SQLite included, inside `data`."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "PYTHONUNBUFFERED")
        and not name.startswith(("CATENARY_", "DJANGO_", "PYTEST_"))
    }
    # Few tests are about conditions; all others are spared the process that follows them.
    return {**inherited, "CATENARY_DATA": str(data), "CATENARY_ENGINE": "off", **more}


def free_port() -> int:
    """A loopback port that nobody listened on a moment ago, and that nobody is given by chance
    before it is listened on: connections to anywhere leave from the ports of the system's own
    range, and whoever asks it for any port gets one of those."""
    while True:
        port = FIRST_PORT + secrets.randbelow(_first_of_the_system() - FIRST_PORT)
        with socket.socket() as probe, suppress(OSError):
            # As servers do: what was left behind by a connection that has ended is not in the way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port


def _first_of_the_system() -> int:
    try:
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError):
        return DYNAMIC_PORTS
    # Where the system's range leaves no room below it there is none that is safe.
    return first if first > 2 * FIRST_PORT else DYNAMIC_PORTS


def answers(url: str) -> bool:
    """True when the product says it is well."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def running(
    command: Sequence[str],
    data: Path,
    port: int,
    password: str = EXAMPLE_PASSWORD,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Product]:
    """Run `command`, wait until it answers on `port`, and stop it afterwards. `environment` has
    settings beside those of every product of the tests."""
    log = data / "product.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env=clean_environment(data, **(environment or {})),
            stdout=out,
            stderr=subprocess.STDOUT,
            # A group of its own, so that the server's workers are stopped with it.
            start_new_session=True,
        )
    # The page's own address is localhost: sign-in cookies and passkeys refuse an IP address.
    product = Product(f"http://localhost:{port}", data, password)
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not answers(product.url):
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")[-4000:]
                raise DidNotStart(f"{' '.join(command)} does not answer. It said:\n{said}")
            time.sleep(0.1)
        yield product
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a product to end; insist after a while."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=15)
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


@contextmanager
def running_demo(
    data: Path,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
    *,
    is_silent: bool = True,
) -> Iterator[Product]:
    """The product with the example stories in it, on a free port, as `catenary demo` starts it;
    of their services nobody has reported anything, unless it is not to be silent."""
    port = port or free_port()
    arguments = ("--port", str(port), "--data", str(data), "--password", EXAMPLE_PASSWORD)
    command = catenary("demo", *(["--silent"] if is_silent else []), *arguments)
    with running(command, data, port, environment=environment) as product:
        yield product


def _load_demo(folder: Path) -> None:
    with running_demo(folder):
        pass


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder that a demonstration left when it was stopped: with the example stories and
    their people; copied, never used."""
    with made_once(tmp_path_factory, "demo", _load_demo) as folder:
        yield folder


@contextmanager
def serving(
    demo: Path, data: Path, port: int = 0, environment: Mapping[str, str] | None = None
) -> Iterator[Product]:
    """The product with the example stories in it, on a free port: served from a copy of what a
    demonstration left."""
    # The write-ahead log goes with it: what it holds is part of the database.
    shutil.copytree(demo, data, ignore=shutil.ignore_patterns("*-shm"), dirs_exist_ok=True)
    port = port or free_port()
    command = catenary("serve", "--port", str(port), "--data", str(data))
    with running(command, data, port, environment=environment) as product:
        yield product


@pytest.fixture(scope="session")
def product(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with the example stories in it; one for all journeys of a test process."""
    with serving(demo, tmp_path_factory.mktemp("product")) as product:
        yield product
