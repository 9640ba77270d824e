"""What takes long to make and is only copied: made once in a run, for all processes of tests."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest


def _nothing(_folder: Path) -> None:
    """Nothing is left but the folder."""


@contextmanager
def made_once(
    factory: pytest.TempPathFactory,
    name: str,
    make: Callable[[Path], None],
    unmake: Callable[[Path], None] = _nothing,
) -> Iterator[Path]:
    """A folder that ``make`` has filled, in the first process of this run that asked for ``name``.
    Whoever asks meanwhile waits; nobody may change it. The last to leave it has it removed, after
    ``unmake`` has removed what lies elsewhere. What went wrong is raised, and tried again by the
    next who asks."""
    own = factory.getbasetemp()
    # Each process of several has a folder of its own in that of the run.
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = run / f"once-{name}"
    with (run / f"{folder.name}.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with _in_turn(folder):
            if not folder.exists():
                begun = run / f"{folder.name}.begun"
                shutil.rmtree(begun, ignore_errors=True)
                begun.mkdir()
                make(begun)
                begun.rename(folder)
        try:
            yield folder
        finally:
            # In turn, too: of two who leave at once each would see the other there.
            with _in_turn(folder):
                if _is_last(users):
                    unmake(folder)
                    shutil.rmtree(folder)
                fcntl.flock(users, fcntl.LOCK_UN)


@contextmanager
def _in_turn(folder: Path) -> Iterator[None]:
    with folder.with_name(f"{folder.name}.turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
