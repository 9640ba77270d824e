"""Reads that Django words once: after that, asking costs only the asking.

Wording a query (resolving its filters, writing its SQL) costs Django some 0.3 ms, ten times what
SQLite needs to answer it by key. A read that every request does is therefore built once with empty
places, and asked again and again with values in them. It stays a query set: the columns, joins and
conversions are Django's, on either database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Expression, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from catenary.apps.common.models import CatalogueVersion

Row = tuple[Any, ...]
_Converters = dict[int, tuple[list[Callable[..., Any]], Expression]]


class Place(Expression):
    """An empty place in a query, for the value that is asked with."""

    def __init__(self, number: int) -> None:
        """``number``: which of the values stands here."""
        super().__init__()
        self.number = number

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """A parameter that is filled in when the query is asked."""
        return "%s", [self]


class _Several(Place):
    """A place for a list of values, to be used with ``__in``: one parameter however long."""

    def __init__(self, number: int, kind: str) -> None:
        super().__init__(number)
        self.kind = kind

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        if connection.vendor == "postgresql":
            return f"(SELECT unnest(%s::{self.kind}[]))", [self]
        return "(SELECT value FROM json_each(%s))", [self]


def numbers(place: Place) -> Place:
    """This place takes a list of whole numbers."""
    return _Several(place.number, "bigint")


def texts(place: Place) -> Place:
    """This place takes a list of texts."""
    return _Several(place.number, "text")


def version_then() -> Expression:
    """The catalogue's version as a column of a query: of the very moment that its rows are of, and
    without a question of its own."""
    number = CatalogueVersion.objects.filter(pk=1).values("number")
    return Coalesce(Subquery(number), Value(0), output_field=BigIntegerField())


def _array(values: Sequence[int | str]) -> str:
    """The values as PostgreSQL writes an array. The driver would need a fifth of a millisecond to
    find out how to write a list, anew for every query."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: int | str) -> str:
    if not isinstance(value, str):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class _Worded:
    sql: str
    parameters: tuple[Any, ...]
    converters: _Converters

    def filled(self, values: Sequence[Any], vendor: str) -> list[Any] | None:
        """The parameters with the values in their places; none when one of the lists is empty."""
        filled: list[Any] = []
        for each in self.parameters:
            if not isinstance(each, Place):
                filled.append(each)
            elif not isinstance(each, _Several):
                filled.append(values[each.number])
            else:
                listed = list(values[each.number])
                if not listed:
                    return None
                postgresql = vendor == "postgresql"
                filled.append(_array(listed) if postgresql else orjson.dumps(listed).decode())
        return filled


class Prepared:
    """A query by ``build``, which is called once with a `Place` for each of its values and answers
    with a query set of ``values_list``. Values are numbers and texts, or lists of them where the
    place stands in `numbers` or `texts`; a list says of which one must be, so an empty one finds
    nothing."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        """Nothing is worded before somebody asks: then the database's engine is known."""
        self._build = build
        self._worded: dict[str, _Worded] = {}

    def rows(self, *values: Any) -> list[Row]:
        """The rows for these values, in the order of the query: one query, none for nothing."""
        vendor = connection.vendor
        # Two threads may word it at once: they word it alike.
        worded = self._worded.get(vendor)
        if worded is None:
            worded = self._worded[vendor] = _word(self._build(*map(Place, range(len(values)))))
        parameters = worded.filled(values, vendor)
        if parameters is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(worded.sql, parameters)
            rows: list[Row] = cursor.fetchall()
        return _converted(rows, worded.converters) if worded.converters else rows


def _word(query: QuerySet[Any, Row]) -> _Worded:
    compiler = query.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    chosen = [select[0] for select in compiler.select[0 : compiler.col_count]]
    return _Worded(sql, tuple(parameters), compiler.get_converters(chosen))


def _converted(rows: list[Row], converters: _Converters) -> list[Row]:
    found = [list(row) for row in rows]
    for at, (convert, expression) in converters.items():
        for row in found:
            for each in convert:
                row[at] = each(row[at], expression, connection)
    return [tuple(row) for row in found]
