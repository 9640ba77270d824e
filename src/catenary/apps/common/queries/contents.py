"""Everything an installation keeps, as plain values, for backups: the same values whichever
database they are read from, and whichever they will be written to."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.duration import duration_iso_string

#: Rooms of Django's own whose tables hold nothing of ours: what is made again by migrating, and
#: who is signed in at the moment.
_NOT_KEPT = {"contenttypes", "auth", "sessions", "admin", "sites"}
#: Numbers that say when to look again, and not what there is to see; who is signed in, which
#: whoever finds a backup must not become, and who is kept waiting at the door; and what was about
#: to be told, which must not be told once more by whoever reads a backup.
_NOT_CONTENT = {
    "access_session",
    "access_signinthrottle",
    "common_catalogueversion",
    "common_outboxrow",
    "monitoring_propagation",
}

Migrations = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A kept table: its name, and the columns as the model calls them."""

    name: str
    columns: tuple[str, ...]
    model: type[models.Model]

    @property
    def fields(self) -> list[models.Field[Any, Any]]:
        """The fields of the columns; of relations, those they point to."""
        found = []
        for column in self.model._meta.concrete_fields:
            field: Any = column
            while field.remote_field is not None:
                field = field.target_field
            found.append(field)
        return found


def applied_migrations() -> Migrations:
    """Every migration this database has seen; empty for a database without tables."""
    return frozenset(MigrationLoader(connection).applied_migrations)


def known_migrations() -> Migrations:
    """Every migration this version of the product has."""
    return frozenset(MigrationLoader(None).disk_migrations)


def last_of(loader: MigrationLoader, migrations: Migrations) -> list[tuple[str, str]]:
    """Those among ``migrations`` that no other one of the same room among them follows."""
    nodes = [node for node in loader.graph.nodes if node in migrations]
    followed = {
        parent.key
        for node in nodes
        for parent in loader.graph.node_map[node].parents
        if parent.key[0] == node[0]
    }
    return [node for node in nodes if node not in followed]


def kept_tables(migrations: Migrations) -> list[Table]:
    """The tables that hold what an installation is, in the order of their names, as they were
    when exactly ``migrations`` had run."""
    registry: Any = apps
    if migrations != known_migrations():
        loader = MigrationLoader(None)
        registry = loader.project_state(last_of(loader, migrations)).apps
    found = [
        Table(
            model._meta.db_table,
            tuple(field.attname for field in model._meta.concrete_fields),
            model,
        )
        for model in registry.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        if model._meta.app_label not in _NOT_KEPT and model._meta.db_table not in _NOT_CONTENT
    ]
    return sorted(found, key=lambda table: table.name)


@contextmanager
def frozen_view() -> Iterator[None]:
    """Everything read in this block is of one moment, while others go on writing.

    SQLite: a read transaction on the write-ahead log keeps its moment and locks nobody out; the
    log cannot shrink meanwhile. PostgreSQL: one repeatable-read snapshot.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        # Not Django's own transaction: that one would take the writers' turn (settings).
        cursor.execute("BEGIN DEFERRED")
        try:
            # The moment is that of the first look, not of the beginning.
            cursor.execute("SELECT count(*) FROM sqlite_master")
            yield
        finally:
            cursor.execute("ROLLBACK")


def table_rows(table: Table) -> Iterator[list[Any]]:
    """Every row of a table in order of its key, each value as JSON has it (orjson's moments and
    identifiers included). Streamed."""
    plain = [
        (at, _PLAIN[type(field)]) for at, field in enumerate(table.fields) if _is_special(field)
    ]
    rows = table.model._base_manager.order_by("pk").values_list(*table.columns)
    for row in rows.iterator(chunk_size=2000):
        values = list(row)
        for at, make in plain:
            if values[at] is not None:
                values[at] = make(values[at])
        yield values


def is_empty(table: Table) -> bool:
    """True when a table has no row."""
    return not table.model._base_manager.exists()


def last_number(table: Table) -> int:
    """The highest key ever given in a table, of rows long gone too; 0 when it gives no numbers."""
    if not _gives_numbers(table):
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table.name, _key(table)])
            sequence = cursor.fetchone()[0]
            if sequence is None:
                return 0
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _gives_numbers(table: Table) -> bool:
    return isinstance(table.model._meta.pk, models.AutoField | models.BigAutoField)


def _key(table: Table) -> str:
    return str(table.model._meta.pk.column)


def _decimal(value: Decimal) -> str:
    # The same number is written the same way, however many zeros a database keeps.
    return format(value.normalize(), "f") if value else "0"


_PLAIN: dict[type, Callable[[Any], Any]] = {
    models.DecimalField: _decimal,
    models.BinaryField: lambda value: b64encode(value).decode(),
    models.DurationField: duration_iso_string,
}


def _is_special(field: models.Field[Any, Any]) -> bool:
    return type(field) in _PLAIN
