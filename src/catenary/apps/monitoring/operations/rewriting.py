"""Rewriting effective conditions by turns: the same as `intervals.rewrite` does for a few, in
columns for very many. Nearly always a service stands in one interval that ends where another
begins; whoever has more to tell is done one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection

from catenary.apps.common.operations import insert_columns, set_rows
from catenary.apps.common.queries.columns import moment_literal, number_columns
from catenary.apps.monitoring.models import EffectiveCondition
from catenary.apps.monitoring.operations.intervals import (
    Edits,
    Kept,
    Value,
    continued,
    edit,
    write,
)
from catenary.apps.monitoring.queries.instants import ONGOING, instants, moment
from catenary.apps.monitoring.queries.kept import CODE_SQL, TIMES
from catenary.apps.monitoring.queries.stored import EFFECTIVE
from catenary.domain.condition.turns import NOTHING_KNOWN, Codes16, Turns, columns_of, fields_of
from catenary.domain.estate import Bools, Ints

#: So many intervals are rewritten at once, as far as a look at so many services tells.
_AT_ONCE, _LOOKED_AT = 20_000, 64
#: So many services are asked about in one statement.
_TOGETHER = 20_000
_NONE = -1


@dataclass(frozen=True, eq=False)
class _Rows:
    """Kept intervals in columns, in order of service and start; ``end`` is `ONGOING` while one
    stands."""

    id: Ints
    service: Ints
    start: Ints
    end: Ints
    code: Codes16

    def chosen(self, which: Ints | Bools) -> _Rows:
        return _Rows(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def joined_with(self, other: _Rows) -> _Rows:
        both = _Rows(
            *(
                np.concatenate((getattr(self, name), getattr(other, name)))
                for name in self.__dataclass_fields__
            )
        )
        return both.chosen(np.lexsort((both.start, both.service)))


def rewrite_by(turns: Turns) -> Ints:
    """Make services what ``turns`` say, from the first instant of each on; everything before
    stays. Says which of them that changes."""
    services = turns.services
    changed = [services[:0]]
    for start in range(0, len(services), _TOGETHER):
        part = services[start : start + _TOGETHER]
        changed.append(_rewrite(turns.within(int(part[0]) - 1, int(part[-1])), part))
    return np.concatenate(changed)


def services_at_once(turns: Turns, most: int) -> int:
    """How many services, ``most`` at most, to rewrite at once, the first first: fewer the more is
    said and the more is kept of each since then. Looks at some of them."""
    services = turns.services[:most]
    if len(services) <= 1:
        return 1
    some = services[:: -(-len(services) // _LOOKED_AT)]
    since = moment_literal(moment(int(turns.instant.min())))
    listed = ",".join(map(str, some.tolist()))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM monitoring_effectivecondition"
            f" WHERE service_id IN ({listed}) AND (ends_at IS NULL OR ends_at >= {since})"
        )
        (kept,) = cursor.fetchone()
    said = turns.within(int(services[0]) - 1, int(services[-1]))
    each = kept / len(some) + len(said) / len(services)
    return max(1, min(most, int(_AT_ONCE / max(each, 1))))


def rewrite_until(turns: Turns, until: int) -> None:
    """Make services what ``turns`` say, from the first instant of each up to another one; what is
    before, and what is from then on, stays."""
    if not len(turns):
        return
    ends = moment_literal(moment(until))
    begins = moment_literal(moment(int(turns.instant.min())))
    where = f"starts_at <= {ends} AND (ends_at IS NULL OR ends_at >= {begins})"
    said, edits = _courses(turns), Edits()
    kept = _kept(_read(where, turns.services), said)
    for service, course in said.items():
        before = kept.get(service, [])
        edit(service, continued(course, before, until), before, edits)
    write(EffectiveCondition, EFFECTIVE, edits)


def _rewrite(turns: Turns, services: Ints) -> Ints:
    first = turns.chosen(turns.is_first)
    rows = _standing(services)
    at = np.searchsorted(services, rows.service)
    # What stands of each service, if it began before it is to be rewritten.
    number = np.full(len(services), _NONE, dtype=np.int64)
    code = np.full(len(services), NOTHING_KNOWN, dtype=np.int16)
    is_before = rows.start < first.instant[at]
    number[at[is_before]], code[at[is_before]] = rows.id[is_before], rows.code[is_before]
    others = _others(services[number == _NONE], int(first.instant.min()))
    rows = rows.joined_with(others)
    is_plain = np.bincount(np.searchsorted(services, turns.service)) == 1
    is_plain &= (number != _NONE) | ~np.isin(services, rows.service)
    edits = Edits()
    differs = is_plain & (code != first.code)
    ends = differs & (number != _NONE)
    _end(number[ends], first.instant[ends])
    others_changed = _edit_one_by_one(turns.of(services[~is_plain]), rows, edits)
    write(EffectiveCondition, EFFECTIVE, edits)
    begins = differs & (first.code != NOTHING_KNOWN)
    insert_columns(
        EffectiveCondition,
        {
            "service_id": services[begins],
            "starts_at": first.instant[begins],
            **dict(zip(EFFECTIVE, columns_of(first.code[begins]), strict=True)),
        },
    )
    return np.concatenate((services[differs], np.array(others_changed, dtype=np.int64)))


def _end(numbers: Ints, instants: Ints) -> None:
    """End intervals, by the number of their row, each at its instant; those at one instant in one
    statement: half a million often do."""
    order = np.argsort(instants, kind="stable")
    edges = np.flatnonzero(np.diff(instants[order])) + 1
    for some in np.split(order, edges):
        if len(some):
            at = moment(int(instants[some[0]]))
            set_rows(EffectiveCondition, "ends_at", at, numbers[some].tolist())


def _edit_one_by_one(turns: Turns, rows: _Rows, edits: Edits) -> list[int]:
    said = _courses(turns)
    kept = _kept(rows.chosen(np.isin(rows.service, turns.services)), said)
    return [
        service
        for service, course in said.items()
        if edit(service, course, kept.get(service, []), edits) is not None
    ]


def _courses(turns: Turns) -> dict[int, list[tuple[int, Value]]]:
    """What turns say, by service."""
    said: dict[int, list[tuple[int, Value]]] = {}
    for service, instant, code in zip(*_lists(turns), strict=True):
        value = None if code == NOTHING_KNOWN else _fields(code)
        said.setdefault(service, []).append((instant, value))
    return said


def _kept(rows: _Rows, said: Mapping[int, list[tuple[int, Value]]]) -> dict[int, list[Kept]]:
    """Rows of these services, as far as they reach to where something else is said."""
    kept: dict[int, list[Kept]] = {}
    for number, service, start, end, code in zip(*_lists(rows), strict=True):
        if end >= said[service][0][0]:
            until = None if end == ONGOING else end
            kept.setdefault(service, []).append(Kept(number, start, until, _fields(code)))
    return kept


def _lists(columns: Any) -> list[list[Any]]:
    return [getattr(columns, name).tolist() for name in columns.__dataclass_fields__]


_fields = lru_cache(maxsize=2_048)(fields_of)


def _standing(services: Ints) -> _Rows:
    """The intervals that stand of some services, in order."""
    return _read("ends_at IS NULL", services)


def _others(services: Ints, first: int) -> _Rows:
    """The intervals that ended at a moment or later, and do not stand."""
    return _read(f"ends_at >= {moment_literal(moment(first))}", services)


def _read(where: str, services: Ints) -> _Rows:
    if not len(services):
        return _Rows(*(np.zeros(0, dtype=kind) for kind in (int, int, int, int, np.int16)))
    listed = ",".join(map(str, services.tolist()))
    among = {
        "postgresql": f"service_id = ANY('{{{listed}}}'::bigint[])",
        "sqlite": f"service_id IN (SELECT value FROM json_each('[{listed}]'))",
    }[connection.vendor]
    which = f" FROM monitoring_effectivecondition WHERE {where} AND {among}"
    if connection.vendor == "postgresql":
        columns = f"CAST({CODE_SQL} AS bigint), {_MICROS}"
        found = number_columns(f"SELECT id, service_id, {columns}{which}", 5)
        number, service, code, start, end = found
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, service_id, {CODE_SQL}, {TIMES['sqlite']}{which}")
            rows = cursor.fetchall()
        number, service, code = (
            np.fromiter((row[place] for row in rows), np.int64, len(rows)) for place in range(3)
        )
        start, end = (instants([row[place] for row in rows]) for place in (3, 4))
    order = np.lexsort((start, service))
    return _Rows(number, service, start, end, code.astype(np.int16)).chosen(order)


#: When intervals begin and end, as instants (`queries.instants`).
_MICROS = ", ".join(
    f"COALESCE(CAST(EXTRACT(EPOCH FROM {column}) * 1000000 AS bigint), {ONGOING})"
    for column in ("starts_at", "ends_at")
)
