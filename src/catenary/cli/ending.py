"""Every run of the command line begins and ends here: whatever happens, the person reads a
sentence and the shell gets a code. Nothing but the standard library is loaded before a command
is known."""

from __future__ import annotations

import errno
import io
import os
import sys
import threading
import traceback
from pathlib import Path
from typing import NoReturn

from catenary.cli.exit_codes import FAILED, FINE, STOPPED
from catenary.cli.terminal import complain, finish

_PACKAGE = Path(__file__).resolve().parents[1]


def run() -> None:
    """Run the command line and end the process with the right code."""
    code: object = FAILED
    # Into a pipe, too, a line is there when it is said: what follows may wait for a lock, or serve.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    try:
        from catenary.cli.main import app

        app()
    except SystemExit as ended:
        code = ended.code
    except KeyboardInterrupt:
        code = STOPPED
    except Exception as error:
        if os.environ.get("CATENARY_DEBUG") == "1":
            traceback.print_exc()
        complain(f"catenary: {reason(error)}")
    try:
        finish()
    except SystemExit as ended:
        code = ended.code
    _leave(code if isinstance(code, int) else FAILED if code else FINE)


def _leave(code: int) -> NoReturn:
    """End the process. After a command on a large catalogue, taking apart a hundred thousand
    documents one by one would keep the person waiting another half second for nothing."""
    if "django" not in sys.modules or threading.active_count() > 1:
        sys.exit(code)
    from django.apps import apps

    if apps.ready:
        from catenary.apps.common.queries import close_connections

        close_connections()
    os._exit(code)


def reason(error: Exception) -> str:
    """What a person can do something with, for any exception."""
    if "django" in sys.modules:
        said = _of_the_settings(error) or _of_the_database(error)
        if said:
            return said
    if isinstance(error, OSError) and error.errno is not None:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return (
                "the disk is full; the catalogue was not changed. Make room and run the command "
                "again"
            )
        if error.filename is not None:
            return f"{error.filename}: {error.strerror}"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; the catalogue was not changed"
    return (
        f"something unexpected happened ({_reference(error)}), and the command stopped. What it "
        "had not finished was not kept. CATENARY_DEBUG=1 shows the details; please report them"
    )


def _of_the_database(error: Exception) -> str | None:
    from django.apps import apps

    if not apps.ready:
        return None
    from catenary.apps.common.operations import CatalogueBusy
    from catenary.apps.common.queries import database_trouble

    return str(error) if isinstance(error, CatalogueBusy) else database_trouble(error)


def _of_the_settings(error: Exception) -> str | None:
    from django.core.exceptions import ImproperlyConfigured

    return str(error) if isinstance(error, ImproperlyConfigured) else None


def _reference(error: Exception) -> str:
    """The kind of error and our own line nearest to it: enough to find it in a report."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            place = f" at {path.relative_to(_PACKAGE)}:{frame.lineno}"
    return f"{type(error).__name__}{place}"
