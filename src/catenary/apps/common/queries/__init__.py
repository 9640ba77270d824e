"""Reading what belongs to no room."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

T = TypeVar("T")


def catalogue_version() -> int:
    """The number of the last committed change to the catalogue; 0 before the first."""
    # Asked with nearly every request: composing the query would cost more than it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM common_catalogueversion WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


def in_batches(ids: Iterable[T], size: int = 900) -> Iterator[list[T]]:
    """``ids`` in lists short enough for one ``IN (…)`` on every database."""
    batch: list[T] = []
    for number in ids:
        batch.append(number)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def database_kind() -> str:
    """``sqlite`` or ``postgresql``."""
    return str(connection.vendor)


def database_answers() -> bool:
    """True when the catalogue's tables can be read right now."""
    try:
        catalogue_version()
    except DatabaseError:
        return False
    return True


def close_connections() -> None:
    """Say goodbye to the database, so that a process may end without further ado."""
    with suppress(DatabaseError):
        connections.close_all()


def pending_migrations() -> int:
    """How many migrations the database still lacks for this version of the product."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def does_not_answer(error: BaseException | None) -> bool:
    """Whether an error is that the database cannot be reached, is locked or has no room: of what is
    not in our hands, and may be over in a moment. What else a database refuses is a mistake of
    ours; SQLite calls that by the same name."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return not any(words in str(error) for words in _OUR_MISTAKES)


def database_trouble(error: BaseException) -> str | None:
    """Why the database did not do what it should, and how to mend it, for a person; none when
    the error does not come from it. Never holds the password."""
    # A connection that was closed from the other side is no `DatabaseError`.
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    said = " ".join(_without_password(str(error)).split())[:300]
    name = str(connection.settings_dict["NAME"])
    if is_busy(error):
        return CATALOGUE_BUSY
    for words, sentence in _SQLITE_TROUBLES:
        if words in said:
            return sentence.format(name=name)
    if isinstance(error, OperationalError) and connection.connection is None:
        return f"the database cannot be reached: check DATABASE_URL and that it runs ({said})"
    return f"the database refused ({said}); what was not finished was not kept"


def is_busy(error: Exception) -> bool:
    """True when another program holds the lock that was waited for."""
    return isinstance(error, OperationalError) and (
        "is locked" in str(error) or "lock timeout" in str(error)
    )


CATALOGUE_BUSY = (
    "the catalogue is locked by another program that is writing to it; nothing was "
    "changed. Wait for it to finish, or stop it, and run the command again"
)

_OUR_MISTAKES = (
    "no such table",
    "no such column",
    "no such function",
    "has no column named",
    "syntax error",
    "ambiguous column name",
    "too many SQL variables",
    "wrong number of arguments",
)

_SQLITE_TROUBLES = (
    (
        "unable to open database file",
        "the database {name} cannot be opened: check that its folder is there and may be "
        "written to, or name another with --data",
    ),
    (
        "readonly database",
        "the database {name} may not be written to; nothing was changed. Make the file and its "
        "folder writable",
    ),
    (
        "file is not a database",
        "{name} is not a database of this product: restore it, or name another folder with --data",
    ),
    (
        "malformed",
        "the database {name} is damaged: restore it from a backup, or apply your catalogue files "
        "to a new one",
    ),
    (
        "disk is full",
        "the disk with {name} is full; nothing was changed. Make room and run the command again",
    ),
    (
        "disk I/O error",
        "the disk with {name} fails or is full; nothing was changed. Look at the disk and run the "
        "command again",
    ),
)


def _without_password(text: str) -> str:
    password = str(connection.settings_dict.get("PASSWORD") or "")
    if password:
        text = text.replace(password, "…")
    return re.sub(r"(//[^/@\s:]*:)[^@\s]*@", r"\1…@", text)


@contextmanager
def collecting_later() -> Iterator[None]:
    """For reading very much that all stays: the garbage collector waits until it is done.

    It would look again and again at a growing million of values of which none is garbage, and
    take a third of the time. Afterwards it leaves them alone too: one look at a catalogue of a
    hundred thousand services stops every thread for a second. What is let go of is freed all
    the same; only rings made meanwhile stay.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
