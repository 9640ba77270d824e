"""Putting back everything an installation keeps, in one transaction: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from catenary.apps.common.operations import CatalogueBusy, insert_rows
from catenary.apps.common.queries import is_busy
from catenary.apps.common.queries.contents import Migrations, Table, last_number, last_of

#: Not content, but of the content that goes: the index over it, who is signed in, and what was
#: to be told of it.
_GO_TOO = (
    "portfolio_search",
    "django_session",
    "access_session",
    "access_signinthrottle",
    "common_outboxrow",
)
_AT_ONCE = 5_000
#: Values of these are the same in JSON and in every database.
_SAME = (models.BooleanField, models.CharField, models.IntegerField, models.TextField)


def make_tables(migrations: Migrations | None = None) -> None:
    """Run the given migrations on a database that has no others; without any, all there are.
    What has run already is not run again."""
    if migrations is None:
        call_command("migrate", verbosity=0, interactive=False)
        return
    executor = MigrationExecutor(connection)
    executor.migrate(last_of(executor.loader, migrations))


@contextmanager
def contents_exchanged(tables: Sequence[Table]) -> Iterator[None]:
    """One transaction around emptying the tables and whatever the block then puts in; an error
    in the block undoes it all. History may be emptied here alone.

    Raises `CatalogueBusy` when another program writes and does not stop.
    """
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{int(settings.LOCK_SECONDS)}s'")
                    present = [name for name in _GO_TOO if name in _tables()]
                    names = [table.name for table in tables] + present
                    quoted = ", ".join(map(connection.ops.quote_name, names))
                    # Row triggers that keep history do not speak up for TRUNCATE.
                    cursor.execute(f"TRUNCATE {quoted}")
                yield
            else:
                with _without_triggers():
                    for name in [*(table.name for table in tables), *_GO_TOO]:
                        if name in _tables():
                            with connection.cursor() as cursor:
                                cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
                    yield
    except OperationalError as error:
        if is_busy(error):
            raise CatalogueBusy from error
        raise


def put_rows(table: Table, columns: Sequence[str], rows: Iterable[list[Any]], last: int) -> None:
    """Put rows, as ``table_rows`` gave them, into a table; new rows will be numbered after
    ``last``, and after every number given here before."""
    known = dict(zip(table.columns, table.fields, strict=True))
    ready = [(at, _from_json(known[name])) for at, name in enumerate(columns)]
    special = [(at, make) for at, make in ready if make is not None]
    made = _made(rows, special)
    # In pieces: insert_rows holds what it is given.
    while piece := list(islice(made, _AT_ONCE)):
        insert_rows(table.model, columns, piece)
    _number_after(table, max(last, last_number(table)))


def _made(
    rows: Iterable[list[Any]], special: Sequence[tuple[int, Callable[[Any], Any]]]
) -> Iterator[list[Any]]:
    for row in rows:
        for at, make in special:
            if row[at] is not None:
                row[at] = make(row[at])
        yield row


def _from_json(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, _SAME):
        return None
    return lambda value: field.get_db_prep_save(field.to_python(value), connection)


def _number_after(table: Table, last: int) -> None:
    key = table.model._meta.pk
    if not last or not isinstance(key, models.AutoField | models.BigAutoField):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table.name, key.column, last]
            )
            return
        cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last, table.name])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table.name, last])


def _tables() -> set[str]:
    return set(connection.introspection.table_names())


@contextmanager
def _without_triggers() -> Iterator[None]:
    """The same triggers stand again at the end of the block; part of its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
    yield
    with connection.cursor() as cursor:
        for _, statement in triggers:
            cursor.execute(statement)
