"""Reading whole tables of numbers as columns: millions of rows without a value of Python for each.

PostgreSQL hands them over as it copies tables, which numpy reads as they come; of SQLite's rows
some ten thousand are in memory at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: What stands before the first row of a copy.
_HEAD = 19
_TOGETHER = 50_000


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
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(statement)
            parts = [np.zeros((0, width), dtype=np.int64)]
            while rows := cursor.fetchmany(_TOGETHER):
                parts.append(np.array(rows, dtype=np.int64))
            table = np.concatenate(parts)
            return [np.ascontiguousarray(table[:, place]) for place in range(width)]
        data = bytearray()
        with cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)") as copy:
            for block in copy:
                data += block
    fields = [(f"{kind}{place}", size) for place in range(width) for kind, size in _FIELD]
    row = np.dtype([("count", ">i2"), *fields])
    count = (len(data) - _HEAD) // row.itemsize
    found = np.frombuffer(data, dtype=row, count=count, offset=_HEAD)
    return [found[f"value{place}"].astype(np.int64) for place in range(width)]


def moment_literal(at: datetime) -> str:
    """A moment as it is written into a statement that takes no parameters."""
    if connection.vendor == "postgresql":
        return f"'{at.isoformat()}'::timestamptz"
    return f"'{connection.ops.adapt_datetimefield_value(at)}'"


_FIELD = (("length", ">i4"), ("value", ">i8"))
