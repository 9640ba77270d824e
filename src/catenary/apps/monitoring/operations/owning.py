"""Who runs the engine: one process at a time, and another as soon as that one is gone.

PostgreSQL holds an advisory lock for as long as the connection lives that does the work; SQLite has
no connections that others see, so a lock on a file beside the database stands for it. Neither
survives its process, whatever ends it.
"""

from __future__ import annotations

import fcntl
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import Error, connection

from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.monitoring.models import Propagation
from catenary.apps.monitoring.operations.engine import Engine, Step
from catenary.apps.monitoring.operations.schedule import say_what_is_due

#: How often the owner gives a sign of life.
_SIGN = timedelta(seconds=5)
#: A number of ours among the advisory locks of the database.
_LOCK = 0x_CA7E_0A21
#: A machine that is gone without a word is given up by the database after some nine seconds.
_ALIVE = (
    "SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 2"
)

_log = structlog.get_logger("catenary.engine")


class Owner:
    """The engine of this process, which works while it owns the conditions."""

    def __init__(self) -> None:
        """Nothing is owned before the first turn."""
        self._engine = Engine()
        self._lock: object | None = None
        self._sign: datetime | None = None

    def turn(self, at: datetime) -> Step | None:
        """Do what is due by a moment, when we are the owner or can become it; none when another
        process is, or it could not be done: then the lock is given up and the log says why."""
        try:
            if not self.owns():
                return None
            say_what_is_due(at)
            step = self._engine.step(at)
            if self._sign is None or not timedelta(0) <= at - self._sign < _SIGN:
                _give_sign(at)
                self._sign = at
            return step
        except CatalogueBusy:
            # Our turn did not come: somebody writes for a long time. What is due stays due.
            return Step(is_more=False)
        except Error as error:
            _log.warning("engine-without-database", reason=str(error).split("\n")[0][:200])
        except Exception:
            # Nothing of the step was kept. Whoever is on call reads why; others may still do it.
            _log.exception("engine-step-failed")
        self.leave()
        return None

    def leave(self) -> None:
        """Own nothing any more, and close the connection."""
        self._engine.forget()
        if isinstance(self._lock, int):
            os.close(self._lock)
        self._lock = None
        connection.close()

    def owns(self) -> bool:
        """Whether we own the conditions, or could become who does just now."""
        if connection.vendor == "postgresql":
            if self._lock is not None and self._lock is connection.connection:
                return True
            # Another connection than the one that held it: somebody else may have been at work.
            self._engine.forget()
            self._lock = _locked_connection()
        elif self._lock is None:
            self._lock = _locked_file()
        return self._lock is not None


def _locked_connection() -> object | None:
    with connection.cursor() as cursor:
        cursor.execute(_ALIVE)
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (is_ours,) = cursor.fetchone()
    return connection.connection if is_ours else None


def _locked_file() -> object | None:
    database: Any = connection.settings_dict["NAME"]
    path = Path(f"{database}.engine")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _give_sign(at: datetime) -> None:
    if not Propagation.objects.filter(pk=1).update(seen_at=at):
        Propagation.objects.create(pk=1, seen_at=at)
