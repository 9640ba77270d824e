"""The real product, running: `catenary demo` in a process of its own, as a user would start it.

Journeys talk to it over HTTP alone. It has a folder and a database of its own, so it neither
sees the tests' database nor is seen by it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# Known to the tests because they choose it: every example person signs in with it.
EXAMPLE_PASSWORD = "a-long-password-for-journeys-4711"
SECONDS_TO_START = 120


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
    """A loopback port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


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
    data: Path, port: int = 0, environment: Mapping[str, str] | None = None
) -> Iterator[Product]:
    """The product with the example stories in it, on a free port."""
    port = port or free_port()
    arguments = ("--port", str(port), "--data", str(data), "--password", EXAMPLE_PASSWORD)
    command = catenary("demo", *arguments)
    with running(command, data, port, environment=environment) as product:
        yield product


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with the example stories in it; one for all journeys of a test process."""
    with running_demo(tmp_path_factory.mktemp("product")) as product:
        yield product
