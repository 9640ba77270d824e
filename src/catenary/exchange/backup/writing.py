"""Making a backup: one moment of the database, streamed into a file that appears when it is
whole."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import orjson

from catenary import __version__
from catenary.apps.common.queries import database_kind
from catenary.apps.common.queries.contents import (
    applied_migrations,
    frozen_view,
    kept_tables,
    last_number,
    table_rows,
)
from catenary.exchange.backup.format import (
    BackupRefused,
    Digest,
    Header,
    Whole,
    header_line,
    key_mark,
    row_line,
    seal,
)

#: Told how many rows have been written.
Progress = Callable[[str, int], None]


def write_backup(
    path: Path, *, secret: str, at: datetime, force: bool = False, progress: Progress
) -> Whole:
    """Write everything this installation keeps to ``path``, as of one moment, while it runs.

    The file appears under its name when it is whole and on the disk; it is readable by its owner
    alone. Raises ``BackupRefused`` when there is something already (without ``force``), when the
    place cannot be written to, or when the database has no tables.
    """
    if path.exists() and not force:
        raise BackupRefused(f"{path} is already there: name another file, or say --force")
    with (
        _appearing(path) as stream,
        gzip.GzipFile(filename="", fileobj=stream, mode="wb", compresslevel=3, mtime=0) as packed,
        frozen_view(),
    ):
        migrations = applied_migrations()
        if not migrations:
            raise BackupRefused("the database has no tables yet; there is nothing to back up")
        moment = at.astimezone(UTC).isoformat(timespec="seconds")
        header = Header(__version__, moment, database_kind(), migrations, key_mark(secret))
        first = header_line(header)
        packed.write(first)
        digest = Digest()
        for table in kept_tables(migrations):
            named = {"table": table.name, "columns": table.columns, "last": last_number(table)}
            packed.write(orjson.dumps(named, option=orjson.OPT_APPEND_NEWLINE))
            digest.begin(table.name, table.columns)
            for number, row in enumerate(table_rows(table)):
                line = row_line(row)
                digest.add(line)
                packed.write(line)
                if number % 10_000 == 0:
                    progress(f"writing {table.name}", number)
        found = digest.finish()
        end = {"counts": digest.counts, "digest": found, "seal": seal(found, first, secret)}
        packed.write(orjson.dumps({"end": end}, option=orjson.OPT_APPEND_NEWLINE))
    return Whole(header, digest.counts, found, True)


def live_digest(progress: Progress) -> Digest:
    """The digest of what the database holds now, in the transaction it is asked in."""
    digest = Digest()
    for table in kept_tables(applied_migrations()):
        digest.begin(table.name, table.columns)
        for number, row in enumerate(table_rows(table)):
            digest.add(row_line(row))
            if number % 10_000 == 0:
                progress(f"comparing {table.name}", number)
    return digest


@contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when the block has ended well and everything is on the disk;
    otherwise there is nothing, or what was there before."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BackupRefused(f"{path} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise BackupRefused(f"{path} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
