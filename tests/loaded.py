"""Commands without their start-up: a process that has loaded the libraries forks for each command.

What runs is still a process of its own, with its own arguments, environment, folder, output and
exit code, and it reads its settings itself, where it would read them otherwise. Only what every
start loads anew, for more than a second, is there already: the libraries, and our own modules as
the settings of almost all commands have them, which differ in nothing but what lies in the data
folder (`OWN`) and on which kind of database it stands. While they are loaded those settings do not
exist, so nothing can have looked at them; who sets anything else is given a process that has loaded
the libraries alone.

Run as a program it is such a process; `run_loaded` is for those who want a command run. Each
process of tests starts one when it first needs it, and it ends when they do.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

LIBRARIES = """
argon2 asyncio csp.constants dj_database_url django django.conf django.contrib.auth.hashers
django.core.management django.core.serializers.json django.db.backends.postgresql.base
django.db.backends.sqlite3.base django.db.migrations.executor django.db.models django.forms
django.http django.template django.template.backends.django django.test.signals django.urls
django_htmx numpy orjson packaging.version pydantic pydantic.main pydantic.type_adapter requests
rich.console rich.progress rich.table scipy.sparse scipy.sparse.csgraph structlog structlog.dev
typer yaml
"""
#: What a command's settings say of its own data folder and database, and the variables behind it.
OWN = ("DATA", "DATABASES", "RATE_LIMITS_FILE", "SECRET_KEY")
LIBRARIES_ALONE = "libraries"
OWN_VARIABLES = ("CATENARY_DATA", "DATABASE_URL")
#: What those who run commands set for all of them.
FOR_ALL = {"CATENARY_ENGINE": "off"}
#: What the interpreter itself reads when it starts: who wants it otherwise gets a real start.
READ_AT_THE_START = ("PYTHON", "LC_", "LANG")


# ------------------------------------------------------------------- in the loaded process


def _load() -> None:
    import catenary.domain

    for name in LIBRARIES.split():
        importlib.import_module(name)
    for module in pkgutil.walk_packages(catenary.domain.__path__, "catenary.domain."):
        if "kernels" not in module.name:  # compiled when they are first used
            importlib.import_module(module.name)


def _load_ours(kind: str) -> None:
    """Load our modules and those of Django's apps, with settings that say nothing of any data
    folder, for a kind of database, and forget the settings."""
    from django.apps import apps as registry
    from django.conf import settings as lazy
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader
    from django.db.utils import ConnectionHandler
    from django.utils.functional import empty

    apps: Any = registry
    settings: Any = lazy
    with tempfile.TemporaryDirectory() as data:
        os.environ.update(FOR_ALL, CATENARY_DATA=data)
        os.environ["DJANGO_SETTINGS_MODULE"] = "catenary.config.settings"
        settings.is_overridden("DATA")  # reads them
    for name in OWN:
        delattr(settings._wrapped, name)
        vars(settings).pop(name, None)
    # Tables ask how long their names may be; nobody can ask this database anything else.
    nowhere = {"ENGINE": f"django.db.backends.{kind}", "NAME": "/no/such/database"}
    settings._wrapped.DATABASES = {"default": nowhere}
    apps.populate(settings.INSTALLED_APPS)
    MigrationLoader(None)
    for room in ("apps", "cli", "exchange"):
        package = importlib.import_module(f"catenary.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    # A command that needs them says so; one that does not must not find them ready.
    apps.ready = False
    apps.populate = lambda _: setattr(apps, "ready", True)
    assert connections["default"].connection is None
    for known in (connections, settings):
        vars(known).clear()
    ConnectionHandler.__init__(connections)
    settings._wrapped = empty
    del sys.modules[os.environ.pop("DJANGO_SETTINGS_MODULE")]


def _serve(listener: socket.socket) -> None:
    """Fork for whoever calls, until standard input is closed."""
    # Nobody waits for those who attend to one caller each.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _attend(connection)
        connection.close()


def _attend(connection: socket.socket) -> NoReturn:
    """Fork once more for the command, and tell the caller its number and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, descriptors, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rw", encoding="utf-8") as talk:
        order = json.loads(talk.readline())
        process = os.fork()
        if process == 0:
            os.close(connection.fileno())
            _become(order, descriptors)
        talk.write(f"{process}\n")
        talk.flush()
        _, status = os.waitpid(process, 0)
        talk.write(f"{os.waitstatus_to_exitcode(status)}\n")
        with contextlib.suppress(OSError):
            talk.flush()
    os._exit(0)


def _become(order: dict[str, object], descriptors: list[int]) -> NoReturn:
    """Be `python -m catenary` as it was ordered."""
    code: object = 1
    try:
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.environ.clear()
        os.environ.update(order["environment"])  # type: ignore[call-overload]
        # Settings that were read have said where the clock stands.
        time.tzset()
        os.chdir(str(order["folder"]))
        sys.argv = ["catenary", *order["arguments"]]  # type: ignore[misc]
        runpy.run_module("catenary", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def main(path: str, what: str) -> None:
    """Load what is asked for, listen, and say so."""
    _load()
    if what != LIBRARIES_ALONE:
        _load_ours(what)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        print("ready", flush=True)
        _serve(listener)


# ------------------------------------------------------------------------ for those who call


class _Loaded:
    """A loaded process of this process of tests."""

    def __init__(self, what: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="catenary-")
        self.path = f"{self.folder}/socket"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.loaded", self.path, what],
            cwd=Path(__file__).resolve().parent.parent,
            # Threads do not survive a fork.
            env={**_as_at_the_start(os.environ), "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # An interrupt at the terminal is for the tests, which then let it end.
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"
        atexit.register(self.stop)

    def stop(self) -> None:
        """Let it end."""
        for end in (self.process.stdin, self.process.stdout):
            if end is not None:
                end.close()
        self.process.wait()
        Path(self.path).unlink(missing_ok=True)
        os.rmdir(self.folder)


_loaded: dict[str, _Loaded] = {}


def _loaded_for(environment: Mapping[str, str]) -> _Loaded:
    names = [n for n in environment if n.startswith(("CATENARY_", "DJANGO_"))]
    said = {n: environment[n] for n in names if n not in OWN_VARIABLES}
    # An address of any other kind is refused, and that is what is tested.
    kind, _, _ = environment.get("DATABASE_URL", "sqlite:").partition(":")
    kinds = {"sqlite": "sqlite3", "postgresql": "postgresql"}
    what = kinds.get(kind, LIBRARIES_ALONE) if said == FOR_ALL else LIBRARIES_ALONE
    if what not in _loaded:
        _loaded[what] = _Loaded(what)
    return _loaded[what]


def _as_at_the_start(environment: Mapping[str, str]) -> dict[str, str]:
    """Of an environment, what is not ours to decide."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("CATENARY_", "DJANGO_", "PYTEST_", "DATABASE_URL"))
        and name != "PYTHONUNBUFFERED"
    }


def can_be_run_loaded(environment: Mapping[str, str]) -> bool:
    """False for an environment in which the interpreter itself would start differently."""

    def read(given: Mapping[str, str]) -> dict[str, str]:
        return {n: v for n, v in given.items() if n.startswith(READ_AT_THE_START)}

    return read(environment) == read(_as_at_the_start(os.environ))


def run_loaded(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path | None, seconds: float
) -> subprocess.CompletedProcess[bytes]:
    """Run `catenary` with these arguments to its end, with nothing on standard input; raises
    `subprocess.TimeoutExpired`, like `subprocess.run`."""
    order = {
        "arguments": list(arguments),
        "environment": dict(environment),
        "folder": str(folder or Path.cwd()),
    }
    with (
        open(os.devnull, "rb") as nothing,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        socket.socket(socket.AF_UNIX) as connection,
    ):
        connection.settimeout(seconds)
        connection.connect(_loaded_for(environment).path)
        given = [nothing.fileno(), out.fileno(), err.fileno()]
        socket.send_fds(connection, [b"."], given)
        connection.sendall(json.dumps(order).encode() + b"\n")
        with connection.makefile("r", encoding="utf-8") as answer:
            process = int(answer.readline())
            try:
                code = int(answer.readline())
            except TimeoutError:
                os.kill(process, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(arguments), seconds) from None
        said = [_whole(file.fileno()) for file in (out, err)]
    return subprocess.CompletedProcess(list(arguments), code, *said)


def _whole(descriptor: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(0)
        return file.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
