"""Putting a backup back: looked at as a whole first, then one transaction, compared before it
ends."""

from __future__ import annotations

from pathlib import Path

from catenary.apps.common.operations import catalogue_change, refresh_statistics
from catenary.apps.common.operations.contents import (
    contents_exchanged,
    make_tables,
    put_rows,
)
from catenary.apps.common.queries.contents import (
    Table,
    applied_migrations,
    is_empty,
    kept_tables,
    known_migrations,
)
from catenary.apps.portfolio.operations.derived import rebuild_search
from catenary.exchange.backup.format import (
    BackupRefused,
    Digest,
    Header,
    Whole,
    checked,
    opened,
    tables_in,
)
from catenary.exchange.backup.writing import Progress, live_digest


def restore_backup(path: Path, *, secret: str, replace: bool, progress: Progress) -> Whole:
    """Put everything in a backup into this installation's database, in place of what is there.

    Without ``replace`` the installation must be empty. A backup of an older version is restored
    into a database without tables and then brought up to date. Everybody is signed out.

    Raises ``BackupRefused`` with a sentence; then nothing was changed. When the process is killed
    the database holds what it held before.
    """
    progress("checking the file", 0)
    whole = checked(path, secret)
    _need_known(path, whole.header)
    applied = applied_migrations()
    if not applied <= whole.header.migrations:
        raise BackupRefused(
            f"the backup {path} was made by an older version ({whole.header.product[:40]}), and "
            "the tables here are newer: restore it into a new, empty database (--data or "
            "DATABASE_URL); it is brought up to date there. Nothing was changed"
        )
    if not replace and not all(is_empty(table) for table in kept_tables(applied)):
        raise BackupRefused(
            "this installation is not empty: name an empty one (--data, DATABASE_URL), or say "
            "--replace to give up everything in it; nothing was changed"
        )
    if applied != whole.header.migrations:
        make_tables(whole.header.migrations)
    tables = kept_tables(whole.header.migrations)
    is_current = whole.header.migrations == known_migrations()
    with contents_exchanged(tables):
        _put(path, tables, progress)
        found = live_digest(progress)
        if found.finish() != whole.digest or found.counts != whole.counts:
            raise BackupRefused(
                "what the database holds after restoring differs from the backup; it was undone. "
                "Please report this"
            )
        if is_current:
            _derive(progress)
    if not is_current:
        # Today's rooms know only today's tables.
        progress("bringing it up to date", 0)
        make_tables()
        _derive(progress)
    return whole


def _derive(progress: Progress) -> None:
    """What is kept beside the contents; and whoever holds contents in memory is told."""
    progress("making the search index", 0)
    # The planner knows nothing of what has just come in, and would read whole tables.
    refresh_statistics()
    with catalogue_change():
        rebuild_search()


def _need_known(path: Path, header: Header) -> None:
    unknown = header.migrations - known_migrations()
    if unknown:
        raise BackupRefused(
            f"the backup {path} was made by a newer version ({header.product[:40]}), which knows "
            f"{len(unknown)} changes of the tables that this one does not: install that version, "
            "or a newer one, and restore it there; nothing was changed"
        )


def _put(path: Path, tables: list[Table], progress: Progress) -> None:
    by_name = {table.name: table for table in tables}
    digest = Digest()
    with opened(path) as reading:
        reading.header()
        for name, columns, last, rows in tables_in(reading, digest):
            table = by_name.pop(name, None)
            if table is None or set(columns) != set(table.columns):
                raise reading.refused(f"it holds a table '{name[:80]}' that does not belong here")
            progress(f"restoring {name}", 0)
            put_rows(table, columns, rows, last)
    if by_name:
        raise reading.refused(f"it lacks the table '{min(by_name)}'")
