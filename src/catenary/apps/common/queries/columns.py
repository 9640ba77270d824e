"""Reading whole tables as columns: millions of rows without a value of Python for each.

PostgreSQL puts some ten thousand values of a column into one, as the whole numbers that numpy
reads: a row of its own for each costs both sides more than what stands in it. Of SQLite's rows
some ten thousand are in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: So many rows are handed over at once.
_TOGETHER = 50_000
#: How many bytes stand before the first row of a copy, before the values of each row, and before
#: each value.
_HEAD, _COUNT, _LENGTH = 19, 2, 4


class _Block(NamedTuple):
    """So many rows as PostgreSQL handed them over: of each text all values one after the other,
    the lengths of each, and the numbers."""

    number: int
    texts: list[str]
    numbers: list[Ints]


def number_columns(statement: str, width: int, among: Sequence[int] | None = None) -> list[Ints]:
    """The columns of a statement that selects ``width`` whole numbers (``bigint``), none of them
    null; ``{among}`` in it stands for the numbers ``among``, to be used with IN."""
    if among is not None:
        # Whole numbers alone, so they may stand in the statement: a copy takes no parameters.
        listed = ",".join(map(str, map(int, among)))
        postgresql = connection.vendor == "postgresql"
        statement = statement.replace(
            "{among}",
            f"(SELECT unnest('{{{listed}}}'::bigint[]))"
            if postgresql
            else f"(SELECT value FROM json_each('[{listed}]'))",
        )
    if connection.vendor == "postgresql":
        blocks = _blocks(statement, width)
        return [_joined([block.numbers[place] for block in blocks]) for place in range(width)]
    parts = [np.array(rows, dtype=np.int64) for rows in _rows(statement)]
    return [_joined([part[:, place] for part in parts]) for place in range(width)]


def text_and_number_columns(statement: str, width: int) -> tuple[list[str], list[Ints]]:
    """The same of a statement that selects one text before ``width`` whole numbers."""
    texts: list[str] = []
    parts: list[list[Ints]] = []
    if connection.vendor == "postgresql":
        for block in _blocks(statement, width, ["said"]):
            (whole,), (lengths, *numbers) = block.texts, block.numbers
            ends = np.cumsum(lengths).tolist()
            texts += [whole[start:end] for start, end in pairwise([0, *ends])]
            parts.append(numbers)
    else:
        for rows in _rows(statement):
            texts += [row[0] for row in rows]
            table = np.array([row[1:] for row in rows], dtype=np.int64)
            parts.append([table[:, place] for place in range(width)])
    return texts, [_joined([part[place] for part in parts]) for place in range(width)]


def moment_literal(at: datetime) -> str:
    """A moment as it is written into a statement that takes no parameters."""
    if connection.vendor == "postgresql":
        return f"'{at.isoformat()}'::timestamptz"
    return f"'{connection.ops.adapt_datetimefield_value(at)}'"


def _rows(statement: str) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a statement, so many at a time."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(_TOGETHER):
            yield rows


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _blocks(statement: str, width: int, texts: Sequence[str] = ()) -> list[_Block]:
    """A statement's columns, so many rows at a time, in their order; those named in ``texts``
    come before ``width`` numbers."""
    names = [*texts, *(f"n{place}" for place in range(width))]
    # Rows are counted as they come, and stay in that order within a block: nothing sorts them.
    counted = (
        f"SELECT (row_number() OVER () - 1) / {_TOGETHER} AS block, s.*"
        f" FROM ({statement}) AS s({', '.join(names)})"
    )
    made = ", ".join(
        (
            "int8send(block)",
            *(f"string_agg({name}, '')" for name in texts),
            *(f"string_agg(int8send(char_length({name})), '')" for name in texts),
            *(f"string_agg(int8send({name}), '')" for name in names[len(texts) :]),
        )
    )
    whole = f"COPY (SELECT {made} FROM ({counted}) AS c GROUP BY block) TO STDOUT (FORMAT BINARY)"
    found = []
    with connection.cursor() as cursor, cursor.copy(whole) as copy:
        begins = _HEAD
        for row in copy:
            # The last one only says that there is no more.
            if len(row) > begins + _COUNT:
                found.append(_block(bytes(row), begins + _COUNT, len(texts)))
            begins = 0
    return sorted(found, key=lambda block: block.number)


def _block(row: bytes, at: int, texts: int) -> _Block:
    values = []
    while at < len(row):
        # Nothing at all is told as less than no bytes.
        end = at + _LENGTH + max(0, int.from_bytes(row[at : at + _LENGTH], signed=True))
        values.append(row[at + _LENGTH : end])
        at = end
    numbers = [np.frombuffer(value, ">i8").astype(np.int64) for value in values[1 + texts :]]
    if len({len(column) for column in numbers}) > 1:
        raise ValueError("a column of numbers holds nothing in some rows")
    return _Block(
        int.from_bytes(values[0]), [value.decode() for value in values[1 : 1 + texts]], numbers
    )
