"""Writing in bulk, in turn, and all or nothing.

Rows are written with ``executemany`` on SQLite and ``COPY`` on PostgreSQL: one hundred thousand
rows cost about a second, where a save per row would cost minutes.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, models
from django.db.models import F
from numpy.typing import NDArray

from catenary.apps.common.models import CatalogueVersion, IdempotencyKey
from catenary.apps.common.operations.turns import one_turn
from catenary.apps.common.queries import CATALOGUE_BUSY, is_busy


class CatalogueBusy(Exception):
    """Another program holds the database's write lock and did not let go in time."""

    def __init__(self) -> None:
        super().__init__(CATALOGUE_BUSY)


@contextmanager
def catalogue_change() -> Iterator[int]:
    """One transaction that changes the catalogue; gives the version it starts from.

    Writers take turns from here to the end of the block. Raises `CatalogueBusy` when the turn
    does not come in time; then nothing has been done.
    """
    try:
        with one_turn():
            if connection.vendor == "postgresql":
                # SQLite is told with its connection (config.settings); here it is said per change.
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{int(settings.LOCK_SECONDS)}s'")
            # A random stride: after a restore from a backup the same number must not come again
            # for another catalogue, or what is held in memory would be taken for current.
            stride = 1 + secrets.randbelow(1 << 40)
            updated = CatalogueVersion.objects.filter(pk=1).update(number=F("number") + stride)
            if not updated:
                CatalogueVersion.objects.create(pk=1, number=stride)
            yield CatalogueVersion.objects.values_list("number", flat=True).get(pk=1) - stride
    except OperationalError as error:
        if is_busy(error):
            raise CatalogueBusy from error
        raise


#: How long the answer to a request with an Idempotency-Key is kept.
KEY_KEPT = timedelta(hours=24)
#: A request not answered for so long was cut off before its end: nothing of it was kept.
_ABANDONED = timedelta(minutes=10)


class KeyReused(Exception):
    """The key was sent before, with another request."""


class KeyInUse(Exception):
    """A request with this key is being carried out at this moment."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered."""

    status: int
    answer: str


@contextmanager
def waiting_turn(*, whole: bool = False, repeatable: bool = False) -> Iterator[None]:
    """One transaction that may write; raises `CatalogueBusy` when its turn does not come.
    ``whole``, ``repeatable``: see `one_turn`."""
    try:
        with one_turn(whole=whole, repeatable=repeatable):
            yield
    except OperationalError as error:
        if is_busy(error):
            raise CatalogueBusy from error
        raise


def claim_key(*, account_id: int, key: str, fingerprint: str, at: datetime) -> KeptAnswer | None:
    """Say that a request is being carried out; none when it has not been, else its answer.

    Raises `KeyReused` and `KeyInUse`. Whoever gets none must call `keep_answer` in the transaction
    that carries the request out, or `release_key` when it was not carried out.
    """
    with waiting_turn():
        IdempotencyKey.objects.filter(claimed_at__lt=at - KEY_KEPT).delete()
    try:
        with waiting_turn():
            IdempotencyKey.objects.create(
                account_id=account_id, key=key, fingerprint=fingerprint, claimed_at=at
            )
    except IntegrityError:
        return _answered(
            IdempotencyKey.objects.filter(account_id=account_id, key=key), fingerprint, at
        )
    return None


def _answered(
    rows: models.QuerySet[IdempotencyKey], fingerprint: str, at: datetime
) -> KeptAnswer | None:
    row = rows.first()
    if row is None:
        # Released just now: its request was refused, and this one may follow in a moment.
        raise KeyInUse
    if row.fingerprint != fingerprint:
        raise KeyReused
    if row.status is not None:
        return KeptAnswer(row.status, row.answer)
    abandoned = rows.filter(status__isnull=True, claimed_at__lt=at - _ABANDONED)
    if not abandoned.update(claimed_at=at):
        raise KeyInUse
    return None


def keep_answer(*, account_id: int, key: str, status: int, answer: str) -> None:
    """Keep what a request was answered, in the transaction that carried it out."""
    IdempotencyKey.objects.filter(account_id=account_id, key=key).update(
        status=status, answer=answer
    )


def release_key(*, account_id: int, key: str) -> None:
    """The request was not carried out: it may be sent again."""
    with waiting_turn():
        IdempotencyKey.objects.filter(account_id=account_id, key=key, status__isnull=True).delete()


def hang_up() -> None:
    """Close this thread's connection; the next question opens another."""
    connection.close()


def refresh_statistics() -> None:
    """After a change to very many rows, let PostgreSQL's planner know at once.

    It would find out by itself within minutes, and until then plan pages for empty tables.
    SQLite's plans here do not hang on statistics.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """``count`` fresh primary keys, in ascending order. Call it inside `catalogue_change`."""
    if not count:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return sorted(row[0] for row in cursor.fetchall())
        # The sequence, not the highest row: a number once given is never given again.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
    return list(range(first, first + count))


#: So many rows are written by one statement, more are copied.
_FEW = 40


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert ``rows``, each the values of ``columns`` (field attribute names, ``…_id`` for
    relations), in one statement's worth of work; none for none."""
    plain = _plain_rows(rows)
    if not plain:
        return
    with connection.cursor() as cursor:
        statement = _inserting(model, tuple(columns), cursor.db.vendor)
        if cursor.db.vendor == "postgresql" and len(plain) <= _FEW:
            # A copy is answered twice: that it may begin, and that it has ended.
            values = f"({', '.join(['%s'] * len(columns))})"
            words = statement.replace("COPY", "INSERT INTO", 1).removesuffix("FROM STDIN")
            cursor.execute(
                f"{words}VALUES {', '.join([values] * len(plain))}",
                [value for row in plain for value in row],
            )
        elif cursor.db.vendor == "postgresql":
            with cursor.copy(statement) as copy:
                for row in plain:
                    copy.write_row(row)
        else:
            cursor.executemany(statement, plain)


@lru_cache(1_000)
def _inserting(model: type[models.Model], columns: tuple[str, ...], vendor: str) -> str:
    """Worded once: for a row or two, the words cost more than the writing."""
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(_quoted(model, name) for name in columns)
    if vendor == "postgresql":
        return f"COPY {table} ({names}) FROM STDIN"
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})"


def insert_plain_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """The same for rows of numbers, flags, moments and nothing alone, several times as fast on
    PostgreSQL. Raises KeyError for any other value."""
    rows = list(rows)
    if connection.vendor != "postgresql" or len(rows) <= _FEW:
        insert_rows(model, columns, rows)
        return
    # Half a million intervals begin at a few moments.
    moments: dict[datetime, str] = {}

    def moment(at: datetime) -> str:
        if at not in moments:
            moments[at] = at.isoformat()
        return moments[at]

    text: dict[type, Callable[[Any], str]] = {
        int: str,
        bool: str,
        datetime: moment,
        type(None): lambda nothing: "\\N",
    }
    names = ", ".join(_quoted(model, name) for name in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    lines = ["\t".join([text[type(value)](value) for value in row]) for row in rows]
    said = f"COPY {table} ({names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(said) as copy:
        copy.write("\n".join(lines) + "\n")


#: How PostgreSQL writes a value of these kinds, and how many bytes it takes.
_BINARY = {
    "BigAutoField": (">i8", 8),
    "BigIntegerField": (">i8", 8),
    "ForeignKey": (">i8", 8),
    "DateTimeField": (">i8", 8),
    "SmallIntegerField": (">i2", 2),
    "BooleanField": (">i1", 1),
}
#: What stands before and after the rows of a copy.
_HEAD, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
#: Moments are microseconds since 1970 here, and since 2000 there.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_2000 = (datetime(2000, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


def insert_columns(model: type[models.Model], columns: Mapping[str, NDArray[Any]]) -> None:
    """Insert rows of numbers, flags and moments (as microseconds since 1970), none of them null,
    given column by column, without a value of Python for each on PostgreSQL."""
    kinds = {name: _field(model, name).get_internal_type() for name in columns}
    count = len(next(iter(columns.values())))
    if not count:
        return
    if connection.vendor != "postgresql" or count <= _FEW:
        insert_rows(model, list(columns), zip(*_listed(columns, kinds), strict=True))
        return
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in kinds.items():
        fields += [(f"{name} length", ">i4"), (name, _BINARY[kind][0])]
    table = np.empty(count, dtype=fields)
    table["fields"] = len(columns)
    for name, kind in kinds.items():
        table[f"{name} length"] = _BINARY[kind][1]
        table[name] = columns[name] - (_YEAR_2000 if kind == "DateTimeField" else 0)
    names = ", ".join(_quoted(model, name) for name in columns)
    said = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(f"{said} (FORMAT BINARY)") as copy:
        copy.write(_HEAD + table.tobytes() + _END)


def _listed(
    columns: Mapping[str, NDArray[Any]], kinds: Mapping[str, str]
) -> Iterator[Iterable[Any]]:
    for name, column in columns.items():
        if kinds[name] == "DateTimeField":
            # Half a million intervals begin at a few moments.
            each, which = np.unique(column, return_inverse=True)
            said = [_EPOCH + timedelta(microseconds=instant) for instant in each.tolist()]
            yield [said[place] for place in which.tolist()]
        elif kinds[name] == "BooleanField":
            yield column.astype(np.bool_).tolist()
        else:
            yield column.tolist()


def put_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    unique: Sequence[str],
) -> None:
    """Insert ``rows`` as `insert_rows` does; where one stands with the same values of ``unique``
    columns, the others of it are set instead."""
    quote = connection.ops.quote_name
    names = {name: _quoted(model, name) for name in columns}
    keys = ", ".join(names[name] for name in unique)
    sets = ", ".join(f"{n} = excluded.{n}" for name, n in names.items() if name not in unique)
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names.values())})"
            f" VALUES ({marks}) ON CONFLICT ({keys}) DO UPDATE SET {sets}",
            _plain_rows(rows),
        )


def update_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Set ``columns`` of the rows whose primary key is the last value of each of ``rows``."""
    table = connection.ops.quote_name(model._meta.db_table)
    sets = ", ".join(f"{_quoted(model, name)} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE id = %s", _plain_rows(rows))


def set_rows(model: type[models.Model], column: str, value: Any, numbers: Iterable[int]) -> None:
    """Set one column of the rows with these primary keys, in one statement however many."""
    _with_rows(f"UPDATE {{table}} SET {_quoted(model, column)} = %s", model, "id", [value], numbers)


def delete_rows(model: type[models.Model], numbers: Iterable[int], *, by: str = "id") -> None:
    """Delete the rows in whose column ``by`` these numbers stand, in one statement however many;
    what refers to them stays."""
    _with_rows("DELETE FROM {table}", model, by, [], numbers)


#: A condition on many rows at once.
_AMONG = {"postgresql": "= ANY(%s::bigint[])", "sqlite": "IN (SELECT value FROM json_each(%s))"}


def _with_rows(
    statement: str,
    model: type[models.Model],
    by: str,
    values: Sequence[Any],
    numbers: Iterable[int],
) -> None:
    listed = ",".join(map(str, numbers))
    if not listed:
        return
    # As text: the driver would look at each number of a list.
    wanted = f"{{{listed}}}" if connection.vendor == "postgresql" else f"[{listed}]"
    table = connection.ops.quote_name(model._meta.db_table)
    which = f"{_quoted(model, by)} {_AMONG[connection.vendor]}"
    (plain,) = _plain_rows([values])
    with connection.cursor() as cursor:
        cursor.execute(f"{statement.format(table=table)} WHERE {which}", [*plain, wanted])


def _quoted(model: type[models.Model], name: str) -> str:
    return connection.ops.quote_name(_column(model, name))


def _column(model: type[models.Model], name: str) -> str:
    return str(_field(model, name).column)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _plain_rows(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    change: dict[type, Callable[[Any], Any]] = {dict: _json, list: _json}
    if connection.vendor != "postgresql":
        change[datetime] = _moment_as_text
        change[Decimal] = str
    return [
        [change[type(value)](value) if type(value) in change else value for value in row]
        for row in rows
    ]


def _moment_as_text(moment: datetime) -> str:
    # Nearly all are in UTC: the long way through Django's zones costs more than storing them.
    if moment.tzinfo is UTC:
        return str(moment.replace(tzinfo=None))
    return str(connection.ops.adapt_datetimefield_value(moment))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
