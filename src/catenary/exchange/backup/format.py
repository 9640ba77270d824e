"""What a backup file is: gzip over lines of JSON, so that it streams, and so that anybody can
look into it in twenty years (``zcat FILE | head``).

The first line says what this is and which migrations its tables had. Then, for each table in the
order of names, a line that names it and its columns, and a line for each row in order of its key.
The last line counts the rows and holds the digest: SHA-256 over table names, columns and rows, the
same for the same contents on either database. The seal is the digest under this installation's
secret: whoever changes a row and writes a fitting digest cannot write a fitting seal.
See docs/decisions/0021-a-backup-is-lines-of-json.md.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

FORMAT = 1
#: No row of ours is longer; a line that never ends is no backup.
MAX_LINE = 64 * 1024 * 1024


class BackupRefused(Exception):
    """Why a backup cannot be made, read or restored, in a sentence; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: when and by which version it was made, from which migrations, and a mark
    of the secret it is sealed with (which says nothing about the secret)."""

    product: str
    made_at: str
    database: str
    migrations: frozenset[tuple[str, str]]
    key_mark: str


@dataclass(frozen=True, slots=True)
class Whole:
    """What a backup holds: rows by table, and the digest. ``is_sealed_here``: the secret of this
    installation vouches for it, and not only its own digest."""

    header: Header
    counts: dict[str, int]
    digest: str
    is_sealed_here: bool

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.counts.values())


@dataclass(slots=True)
class Digest:
    """Grows with every table and row."""

    hash: Any = field(default_factory=hashlib.sha256)
    counts: dict[str, int] = field(default_factory=dict)
    table: str = ""

    def begin(self, table: str, columns: Sequence[str]) -> None:
        """Rows of this table follow."""
        self.table = table
        self.counts[table] = 0
        self.hash.update(orjson.dumps([table, *columns]) + b"\n")

    def add(self, line: bytes) -> None:
        """A row, as its line stands in the file, with the end of the line."""
        self.hash.update(line)
        self.counts[self.table] += 1

    def finish(self) -> str:
        """The digest of everything so far."""
        return str(self.hash.hexdigest())


def row_line(row: list[Any]) -> bytes:
    """A row as its line; the keys of JSON objects in it sorted, as databases may not keep them."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def key_mark(secret: str) -> str:
    """Tells one secret from another, and nothing else about it."""
    return hashlib.sha256(b"catenary backup key\0" + secret.encode()).hexdigest()[:16]


def seal(digest: str, header: bytes, secret: str) -> str:
    """The digest and the first line under the installation's secret."""
    key = hashlib.sha256(b"catenary backup seal\0" + secret.encode()).digest()
    return hmac.new(key, header + digest.encode(), hashlib.sha256).hexdigest()


def header_line(header: Header) -> bytes:
    """The first line."""
    return orjson.dumps(
        {
            "catenary-backup": FORMAT,
            "product": header.product,
            "made-at": header.made_at,
            "database": header.database,
            "migrations": sorted(map(list, header.migrations)),
            "key-mark": header.key_mark,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


class Reading:
    """The lines of a backup file, each checked for its shape before anybody uses it."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.stream = stream
        self.name = name
        self.first = b""
        self.seal = ""

    def line(self) -> bytes:
        """The next line. Raises when the file ends here, or where gzip finds it damaged."""
        try:
            line = self.stream.readline(MAX_LINE)
        except EOFError as error:
            raise self.refused("it is cut off") from error
        except (OSError, zlib.error) as error:
            raise self.refused(f"it is damaged or no backup at all ({error})") from error
        if not line.endswith(b"\n"):
            raise self.refused("it is cut off" if len(line) < MAX_LINE else "a line has no end")
        return line

    def value(self, line: bytes) -> Any:
        """A line as the JSON value it is."""
        try:
            return orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise self.refused(f"it is damaged ({error})") from error

    def header(self) -> Header:
        """The first line."""
        self.first = self.line()
        said = self.value(self.first)
        if not isinstance(said, dict) or "catenary-backup" not in said:
            raise self.refused("it is no backup of this product")
        if said["catenary-backup"] != FORMAT:
            raise self.refused(
                f"it has format {str(said['catenary-backup'])[:20]} and this version reads format "
                f"{FORMAT}; it was made by version {str(said.get('product'))[:40]}: restore it "
                "with that one or a newer one"
            )
        try:
            texts = [str(said[name]) for name in ("product", "made-at", "database", "key-mark")]
            migrations = frozenset((str(app), str(name)) for app, name in said["migrations"])
        except (KeyError, TypeError, ValueError) as error:
            raise self.refused("its first line is damaged") from error
        return Header(texts[0], texts[1], texts[2], migrations, texts[3])

    def refused(self, why: str) -> BackupRefused:
        """The refusal that says so."""
        return BackupRefused(f"the backup {self.name} cannot be used: {why}; nothing was changed")


@contextmanager
def opened(path: Path) -> Iterator[Reading]:
    """A backup file, for reading from its beginning."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BackupRefused(f"{path} cannot be read: {error.strerror}") from error
    with raw, gzip.GzipFile(fileobj=raw) as stream:
        yield Reading(stream, str(path))  # type: ignore[arg-type]


#: A table's name, its columns, the last number given in it, and its rows.
InFile = tuple[str, list[str], int, Iterator[list[Any]]]


def tables_in(reading: Reading, digest: Digest) -> Iterator[InFile]:
    """After the header: each table with its columns, its last number and its rows, to be read in
    this order and each to its end. Stops after the last line, whose counts and digest have then
    been compared."""
    line = reading.line()
    while True:
        said = reading.value(line)
        if isinstance(said, dict) and "end" in said:
            _compare(reading, digest, said["end"])
            return
        if not _names_a_table(said):
            raise reading.refused("a line is neither a table nor a row")
        digest.begin(said["table"], said["columns"])
        width = len(said["columns"])
        held: list[bytes] = []

        def rows(width: int = width, held: list[bytes] = held) -> Iterator[list[Any]]:
            while True:
                line = reading.line()
                if not line.startswith(b"["):
                    held.append(line)
                    return
                row = reading.value(line)
                if len(row) != width:
                    raise reading.refused("a row has too few or too many values")
                digest.add(line)
                yield row

        yield said["table"], said["columns"], said["last"], rows()
        if not held:
            raise reading.refused("its rows were not read to the end")
        line = held[0]


def _names_a_table(said: Any) -> bool:
    return (
        isinstance(said, dict)
        and isinstance(said.get("table"), str)
        and isinstance(said.get("last"), int)
        and isinstance(said.get("columns"), list)
        and all(isinstance(column, str) for column in said["columns"])
    )


def _compare(reading: Reading, digest: Digest, end: Any) -> None:
    if not isinstance(end, dict) or end.get("counts") != digest.counts:
        raise reading.refused("it does not hold as many rows as it says")
    if not hmac.compare_digest(str(end.get("digest")), digest.finish()):
        raise reading.refused("its contents were changed after it was made (the digest differs)")
    reading.seal = str(end.get("seal"))


def checked(path: Path, secret: str) -> Whole:
    """Read a whole backup, and say what it holds; no database is asked.

    Raises ``BackupRefused`` when it is cut off, damaged, changed, or of a newer format.
    """
    with opened(path) as reading:
        header = reading.header()
        digest = Digest()
        for _, _, _, rows in tables_in(reading, digest):
            for _ in rows:
                pass
        found = digest.finish()
        ours = header.key_mark == key_mark(secret)
        if ours and not hmac.compare_digest(reading.seal, seal(found, reading.first, secret)):
            raise reading.refused("it was changed after it was made (the seal does not fit)")
        return Whole(header, digest.counts, found, ours)
