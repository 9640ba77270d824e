"""Real monitors of Debian's packages, started by tests. `scripts/set_up.py tests` installs them on
machines of CI; elsewhere it takes whoever may install packages."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.product import Product, catenary, clean_environment

SECONDS = 60


def program(name: str) -> str:
    """Where a program is; skips the test, with the reason, when it is nowhere."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here; Debian's package of that name has it")
    return found


@contextmanager
def started(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program, ended at the end; what it says stands in ``log``."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(found: Callable[[], bool], log: Path, seconds: float = SECONDS) -> None:
    """Real programs take their time; what they said is told when nothing comes of it."""
    end = time.monotonic() + seconds
    while not found():
        if time.monotonic() > end:
            said = log.read_text(errors="replace")[-3000:] if log.exists() else ""
            raise AssertionError(f"nothing came of it. It said:\n{said}")
        time.sleep(0.2)


def command(product: Product, *arguments: str) -> Any:
    """What a command says of a running product."""
    done = subprocess.run(
        catenary(*arguments, "--json", "--data", str(product.data)),
        env=clean_environment(product.data),
        check=True,
        capture_output=True,
    )
    return json.loads(done.stdout)


def operator_of(product: Product) -> requests.Session:
    """A program of an operator, which may look at everything."""
    user = ("user", "operator@example.com", "--operator", "--data", str(product.data))
    subprocess.run(
        catenary(*user), env=clean_environment(product.data), check=True, capture_output=True
    )
    token = command(product, "token", "issue", "test", "--for", user[1], "--scope", "write")
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token['token']}"
    return session
