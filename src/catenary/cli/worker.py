"""The worker: the process that owns the conditions and tells of their changes, alone or beside the
server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catenary import clock
from catenary.cli.session import data_folder, ready
from catenary.cli.telling import keep_telling
from catenary.cli.terminal import say

if TYPE_CHECKING:
    from catenary.apps.monitoring.operations.owning import Owner

#: How long a word may wait before anybody looks; looking costs two small queries.
POLL_SECONDS = 0.1
#: Between two attempts to become the owner, and before a worker that ended is begun anew.
ATTEMPT_SECONDS = 2.0
#: A step that was begun has so long to end.
ENDING_SECONDS = 10


def run_worker(*, data: Path | None, beside: int) -> None:
    """Work until told to stop; ``beside`` a process, also until that one is gone."""
    # Compiled once for the installation, wherever the code lies and whoever runs it.
    os.environ.setdefault("NUMBA_CACHE_DIR", str(data_folder(data).absolute() / "compiled"))
    ready(data)
    compiling = _compile_beside()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    say("The worker follows what is reported (stop with Ctrl-C)")
    telling = threading.Thread(target=keep_telling, args=[stopped], name="tells", daemon=True)
    telling.start()
    try:
        _work(stopped, beside)
    finally:
        stopped.set()
        telling.join(ENDING_SECONDS)
        # For nobody any more; what it has finished is kept for the next.
        compiling.terminate()


def _compile_beside() -> subprocess.Popen[bytes]:
    """Compile in a process of its own what computes large chains, at the lowest priority, and take
    it up when it is there: until then the plain engine serves. The process, in case this one ends
    before it."""
    from catenary.domain.condition.engines import compile_elsewhere, compiled_elsewhere

    compile_elsewhere()
    code = "import os; os.nice(10); from catenary.domain.condition import engines"
    command = [sys.executable, "-c", f"{code}; engines.compile_all()"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)

    def take_up() -> None:
        if process.wait() == 0:
            compiled_elsewhere()

    threading.Thread(target=take_up, name="awaits-compiling", daemon=True).start()
    return process


def _work(stopped: threading.Event, beside: int) -> None:
    """Own the conditions, or wait until nobody else does."""
    from catenary.apps.monitoring.operations.owning import Owner
    from catenary.cli.probing import looking_beside

    owner = Owner()
    is_owner = threading.Event()
    with looking_beside(is_owner):
        _follow(owner, is_owner, stopped, beside)


def _follow(owner: Owner, is_owner: threading.Event, stopped: threading.Event, beside: int) -> None:
    try:
        while not stopped.is_set() and (not beside or os.getppid() == beside):
            step = owner.turn(clock.now())
            if step is None:
                is_owner.clear()
            else:
                is_owner.set()
            if step is None:
                stopped.wait(ATTEMPT_SECONDS)
            elif not step.is_more:
                stopped.wait(POLL_SECONDS)
    finally:
        owner.leave()


@contextmanager
def working_beside(is_wanted: bool) -> Iterator[None]:
    """A worker in a process of its own for as long as the block runs, begun anew when it ends:
    for one machine. Beside the server and not in it, so that neither waits for the other."""
    if not is_wanted:
        yield
        return
    stopped = threading.Event()
    processes = [_begin()]

    def keep_going() -> None:
        while not stopped.is_set():
            processes[-1].wait()
            if not stopped.wait(ATTEMPT_SECONDS):
                processes[-1] = _begin()

    # It only waits, and holds nothing: the server may be forked while it does.
    threading.Thread(target=keep_going, name="keeps-the-worker", daemon=True).start()
    try:
        yield
    finally:
        stopped.set()
        processes[-1].terminate()
        try:
            processes[-1].wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            processes[-1].kill()


def _begin() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "catenary", "worker", "--beside", str(os.getpid())]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
