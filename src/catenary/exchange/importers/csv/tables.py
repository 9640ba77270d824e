"""CSV files as people and programs really write them, with the physical line of every row."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from catenary.exchange.importers.report import ImportRefused

MAX_BYTES = 64 * 1024 * 1024
DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written. ``delimiter`` empty: found out from the header. ``columns`` names
    the columns of a file without a header; ``skip_lines`` leaves out what stands above it."""

    encoding: str = "utf-8"
    delimiter: str = ""
    skip_lines: int = 0
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """The rows of one file. ``lines`` holds the physical line on which each row begins;
    ``ragged`` holds the line of each row that does not fit the header, and why."""

    source: str
    header: tuple[str, ...]
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ragged: list[tuple[int, str]] = field(default_factory=list)

    @property
    def repeated(self) -> set[str]:
        """Names that head more than one column: nobody can tell which is meant."""
        return {name for name, times in Counter(self.header).items() if times > 1 and name}


def read_table(path: Path, source: str, dialect: Dialect) -> Table:
    """The rows of a CSV file, texts exactly as they are.

    Raises ``ImportRefused``, naming the line, when the file cannot be opened, is not text in the
    declared encoding, has no header, or its quotes do not close.
    """
    text = _decoded(path, source, dialect.encoding)
    skipped = 0
    for _ in range(dialect.skip_lines):
        _, newline, rest = text.partition("\n")
        skipped += 1
        text = rest if newline else ""
    delimiter = dialect.delimiter or _sniffed(text)
    # strict: a quote that never closes would otherwise swallow the rest of the file unnoticed.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    table: Table | None = None
    if dialect.columns:
        table = Table(source, dialect.columns)
    begin = skipped + 1
    try:
        for row in reader:
            line, begin = begin, skipped + reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if table is None:
                table = Table(source, tuple(cell.strip() for cell in row))
                continue
            _add(table, row, line)
    except csv.Error as error:
        raise ImportRefused(
            f"{source}:{begin}: the row that begins here cannot be read: {error}. "
            "Most often a quote is opened and not closed, or stands inside a cell undoubled."
        ) from error
    if table is None:
        raise ImportRefused(f"{source}: the file is empty; it needs a line of column names.")
    return table


def _add(table: Table, row: list[str], line: int) -> None:
    width = len(table.header)
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        # Spreadsheets like to leave empty cells at the end.
        row = row[:width]
    if len(row) != width:
        table.ragged.append((line, f"the row has {len(row)} fields, the header {width}"))
        return
    table.rows.append(row)
    table.lines.append(line)


def _decoded(path: Path, source: str, encoding: str) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImportRefused(
                f"{source}: the file is larger than {MAX_BYTES:,} bytes. Split it into several."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"{source}: the file cannot be read: {error.strerror}.") from error
    for mark, name in _MARKS:
        if raw.startswith(mark):
            encoding = name
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ImportRefused(
            f"{source}:{line}: the text is not {encoding}. Declare another one in the mapping, "
            "for example encoding: latin-1."
        ) from error
    except UnicodeError as error:
        raise ImportRefused(f"{source}: the text is not {encoding}: {error}.") from error


def _sniffed(text: str) -> str:
    """The delimiter that stands most often outside of quotes in the first line of text."""
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    counts: Counter[str] = Counter()
    quoted = False
    for character in first:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in DELIMITERS:
            counts[character] += 1
    return max(DELIMITERS, key=lambda sign: counts[sign])
