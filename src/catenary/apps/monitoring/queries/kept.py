"""What is kept of effective conditions, wherever it stands: spread out in rows, or still packed.

A change that hits very many services is kept as one packed batch first and spread out afterwards
(`operations.keeping`). Everybody who reads conditions reads them here, rows and batches in one
statement, and so sees the same whether something is spread out or not.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection

from catenary.apps.common.queries.columns import moment_literal, number_columns
from catenary.apps.monitoring.models import PackedChange
from catenary.apps.monitoring.queries.instants import ONGOING, instants, micros, moment
from catenary.apps.monitoring.queries.stored import asked_at
from catenary.domain.condition.turns import (
    NO_TURNS,
    NOTHING_KNOWN,
    Codes16,
    Turns,
    fields_of,
    turns_from,
)
from catenary.domain.estate import Ints

#: A code (`domain.condition.turns`) put together by the database itself.
CODE_SQL = (
    "best + worst * 4 + CASE WHEN planned THEN 16 ELSE 0 END + next_loss * 32"
    " + possible_next_loss * 128 + CASE WHEN derived THEN 512 ELSE 0 END"
    " + CASE WHEN assumed THEN 1024 ELSE 0 END"
)
#: A condition on many services at once; `asked_of` gives its parameter.
AMONG = {
    "postgresql": "service_id = ANY(%s)",
    "sqlite": "service_id IN (SELECT value FROM json_each(%s))",
}
#: When an interval begins and ends. SQLite: as text, which is read at once for all rows.
TIMES = {"postgresql": "starts_at, ends_at", "sqlite": "starts_at || '', ends_at || ''"}
_EVERYBODY = 2**63 - 1
_lock = threading.Lock()
_unpacked: dict[tuple[str, str], Turns] = {}


@dataclass(frozen=True, slots=True)
class Effective:
    """An effective condition as it is kept."""

    best: int
    worst: int
    is_planned: bool
    next_loss: int
    possible_next_loss: int
    is_derived: bool
    is_assumed: bool

    @property
    def is_plainly_well(self) -> bool:
        """Operational without any doubt, and not at risk either."""
        return not (self.worst or self.next_loss or self.possible_next_loss)


@lru_cache(maxsize=2_048)
def effective_of(code: int) -> Effective:
    """What a code stands for."""
    return Effective(*fields_of(code))


UNHEARD_OF = effective_of(NOTHING_KNOWN)


@dataclass(frozen=True, slots=True)
class Interval:
    """What a service was in ``[start, end)``; ``end`` is none while it stands."""

    start: datetime
    end: datetime | None
    effective: Effective


@dataclass(frozen=True, slots=True)
class Pending:
    """A packed batch that is not spread out beyond the service ``spread_to``, by number."""

    id: int
    spread_to: int
    turns: Turns

    def ahead(self, services: Ints | None = None) -> Turns:
        """What is not spread out yet, of some services (in order) or of all."""
        rest = self.turns.within(self.spread_to, _EVERYBODY)
        return rest if services is None else rest.of(services)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows in columns (`start` and `end` as instants), and the batches beside them."""

    service: Ints
    code: Codes16
    start: Ints
    end: Ints
    batches: list[Pending]

    def ahead(self, services: Ints | None = None) -> Turns:
        """What batches say that rows do not yet, of some services (in order) or of all."""
        return _ahead(self.batches, services)


def pending() -> list[Pending]:
    """The packed batches that are not wholly spread out, the first first."""
    return _read("1 = 0", []).batches


def ahead_of_rows(services: Ints | None = None) -> Turns:
    """What packed batches say that rows do not yet, of some services (in order) or of all."""
    return _read("1 = 0", []).ahead(services)


def asked_of(services: Iterable[int]) -> Any:
    """Services as the parameter of `AMONG`."""
    asked = list(services)
    return asked if connection.vendor == "postgresql" else json.dumps(asked)


def _read(where: str, parameters: Sequence[Any], times: str = "") -> _Rows:
    """Rows and batches in one statement, and so of one moment."""
    times = times or TIMES[connection.vendor]
    statement = (
        f"SELECT 0, service_id, {CODE_SQL}, {times}, '' FROM monitoring_effectivecondition"
        f" WHERE {where} UNION ALL"
        " SELECT 1, id, spread_to, NULL, NULL, digest FROM monitoring_packedchange"
    )
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            found = cursor.fetchall()
        batches = _batches(sorted(row for row in found if row[0]))
        # One that was spread out and taken away meanwhile stands in rows now: read again.
        if batches is not None:
            break
    rows = [row for row in found if not row[0]] if batches else found
    return _Rows(
        np.fromiter((row[1] for row in rows), np.int64, len(rows)),
        np.fromiter((row[2] for row in rows), np.int16, len(rows)),
        instants([row[3] for row in rows]),
        instants([row[4] for row in rows]),
        batches,
    )


def _batches(rows: Sequence[tuple[Any, ...]]) -> list[Pending] | None:
    """Batches with what they say; none when one of them is gone."""
    name = str(connection.settings_dict["NAME"])
    keys = [(name, row[5]) for row in rows]
    missing = [row[1] for row, key in zip(rows, keys, strict=True) if key not in _unpacked]
    found = {}
    if missing:
        contents = PackedChange.objects.filter(pk__in=missing).values_list("digest", "content")
        found = {(name, digest): turns_from(bytes(content)) for digest, content in contents}
    with _lock:
        _unpacked.update(found)
        for key in [key for key in _unpacked if key[0] == name and key not in keys]:
            del _unpacked[key]
        turns = [_unpacked.get(key) or found.get(key) for key in keys]
    listed = zip(rows, turns, strict=True)
    known = [Pending(row[1], row[2], each) for row, each in listed if each is not None]
    return known if len(known) == len(rows) else None


def effective_now(service_ids: Ints) -> dict[int, Effective]:
    """The effective conditions of services, by number; those of which nothing is known are
    missing. One query, none for none."""
    if not len(service_ids):
        return {}
    among = AMONG[connection.vendor]
    rows = _read(f"ends_at IS NULL AND {among}", [asked_of(service_ids.tolist())], "NULL, NULL")
    return _told(rows, *rows.ahead(np.unique(service_ids)).last())


def _told(rows: _Rows, services: Ints, codes: Codes16) -> dict[int, Effective]:
    found = dict(zip(rows.service.tolist(), rows.code.tolist(), strict=True))
    found.update(zip(services.tolist(), codes.tolist(), strict=True))
    return {number: effective_of(code) for number, code in found.items() if code != NOTHING_KNOWN}


def standing_codes() -> tuple[Ints, Codes16]:
    """The numbers of all services of which anything is known, in order, and their codes."""
    (services, codes), batches = _read_all("ends_at IS NULL")
    return _known(services, codes, *_ahead(batches).last())


def codes_then(at: datetime) -> tuple[Ints, Codes16]:
    """The same as it was at a moment, as it is known now."""
    instant = moment_literal(at)
    (services, codes), batches = _read_all(
        f"starts_at <= {instant} AND (ends_at IS NULL OR ends_at > {instant})"
    )
    ahead = _ahead(batches)
    return _known(services, codes, *ahead.chosen(ahead.instant <= micros(at)).last())


def _known(services: Ints, codes: Codes16, changed: Ints, now: Codes16) -> tuple[Ints, Codes16]:
    """Services with their codes, in order, those that changed as they are now, without those of
    which nothing is known."""
    if len(changed):
        stays = ~np.isin(services, changed)
        services = np.concatenate((services[stays], changed))
        codes = np.concatenate((codes[stays], now))
    order = np.argsort(services, kind="stable")
    order = order[codes[order] != NOTHING_KNOWN]
    return services[order], codes[order]


def _ahead(batches: Iterable[Pending], services: Ints | None = None) -> Turns:
    found = NO_TURNS
    for batch in batches:
        found = found.then(batch.ahead(services))
    return found


def _read_all(where: str) -> tuple[tuple[Ints, Codes16], list[Pending]]:
    """Services and codes of very many rows, and the batches, in one statement: as columns, a
    million without a value of Python for each."""
    statement = (
        f"SELECT CAST(0 AS bigint), service_id, CAST({CODE_SQL} AS bigint)"
        f" FROM monitoring_effectivecondition WHERE {where}"
        f" UNION ALL SELECT CAST(1 AS bigint), id, spread_to FROM monitoring_packedchange"
    )
    while True:
        is_batch, number, value = number_columns(statement, 3)
        packed = is_batch == 1
        found = sorted(zip(number[packed].tolist(), value[packed].tolist(), strict=True))
        digests = _digests(number for number, _ in found)
        rows = [
            (1, number, spread_to, None, None, digests[number])
            for number, spread_to in found
            if number in digests
        ]
        batches = _batches(rows)
        # One that was spread out and taken away meanwhile stands in rows now: read again.
        if batches is not None and len(batches) == len(found):
            return (number[~packed], value[~packed].astype(np.int16)), batches


def _digests(numbers: Iterable[int]) -> dict[int, str]:
    """The digests of batches; those that are gone are missing."""
    wanted = list(numbers)
    if not wanted:
        return {}
    return dict(PackedChange.objects.filter(pk__in=wanted).values_list("pk", "digest"))


def conditions_at(at: datetime, service_ids: Iterable[int] | None = None) -> dict[int, Effective]:
    """The effective conditions of services, or of all, at a moment, as they are known now; those
    of which nothing is known are missing. One query."""
    if service_ids is None:
        services, codes = codes_then(at)
        known = zip(services.tolist(), codes.tolist(), strict=True)
        return {number: effective_of(code) for number, code in known}
    wanted = np.unique(np.fromiter(service_ids, dtype=np.int64))
    where = f"starts_at <= %s AND (ends_at IS NULL OR ends_at > %s) AND {AMONG[connection.vendor]}"
    parameters = [asked_at(at), asked_at(at), asked_of(wanted.tolist())]
    rows = _read(where, parameters, "NULL, NULL")
    ahead = rows.ahead(wanted)
    return _told(rows, *ahead.chosen(ahead.instant <= micros(at)).last())


def intervals_of(
    service_ids: Iterable[int], since: datetime | None = None, until: datetime | None = None
) -> dict[int, list[Interval]]:
    """What services were, by number and in order: all intervals that ended after a moment or
    stand, and began before another one. Of those that are missing nothing was known then. One
    query."""
    wanted = np.unique(np.fromiter(service_ids, dtype=np.int64))
    if not len(wanted):
        return {}
    where, parameters = AMONG[connection.vendor], [asked_of(wanted.tolist())]
    if since is not None:
        where += " AND (ends_at IS NULL OR ends_at > %s)"
        parameters.append(asked_at(since))
    if until is not None:
        where += " AND starts_at < %s"
        parameters.append(asked_at(until))
    rows = _read(where, parameters)
    found: dict[int, list[Interval]] = {}
    order = np.lexsort((rows.start, rows.service))
    columns = (rows.service, rows.start, rows.end, rows.code)
    for number, start, end, code in zip(*(c[order].tolist() for c in columns), strict=True):
        interval = Interval(moment(start), _end(end), effective_of(code))
        found.setdefault(number, []).append(interval)
    for number, course in _turns_by_service(rows.ahead(wanted)).items():
        found[number] = [
            one
            for one in _rewritten(found.get(number, []), course)
            if (since is None or one.end is None or one.end > since)
            and (until is None or one.start < until)
        ]
    return {number: intervals for number, intervals in found.items() if intervals}


def _end(instant: int) -> datetime | None:
    return None if instant == ONGOING else moment(instant)


def latest_first(service_id: int, until: datetime | None = None) -> Iterator[Interval]:
    """What one service was, the latest first, read further back as far as it is asked for; with
    ``until``, only what began before it."""
    bound = until
    among = AMONG[connection.vendor]
    most = 100
    while True:
        where, parameters = among, [asked_of([service_id])]
        if until is not None:
            where += " AND starts_at < %s"
            parameters.append(asked_at(until))
        ids = f"id IN (SELECT id FROM monitoring_effectivecondition WHERE {where}"
        rows = _read(f"{ids} ORDER BY starts_at DESC LIMIT {most})", parameters)
        found = [
            Interval(moment(start), _end(end), effective_of(code))
            for start, end, code in sorted(
                zip(rows.start.tolist(), rows.end.tolist(), rows.code.tolist(), strict=True)
            )
        ]
        if until is bound:
            ahead = _turns_by_service(rows.ahead(np.array([service_id])))
            if ahead:
                # Rare, and over in seconds: then all of it is read.
                whole = intervals_of([service_id], until=bound)
                yield from reversed(whole.get(service_id, []))
                return
        yield from reversed(found)
        if len(found) < most:
            return
        until = found[0].start


def _turns_by_service(turns: Turns) -> Mapping[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    columns = (turns.service.tolist(), turns.instant.tolist(), turns.code.tolist())
    for number, instant, code in zip(*columns, strict=True):
        found.setdefault(number, []).append((instant, code))
    return found


def _rewritten(intervals: list[Interval], course: list[tuple[int, int]]) -> list[Interval]:
    """Intervals of one service, with what a course says from its first instant on."""
    since = moment(course[0][0])
    found: list[Interval] = []

    def add(start: datetime, end: datetime | None, effective: Effective) -> None:
        if found and found[-1].end == start and found[-1].effective == effective:
            start = found.pop().start
        found.append(Interval(start, end, effective))

    for one in intervals:
        if one.start < since:
            ends_later = one.end is None or one.end > since
            add(one.start, since if ends_later else one.end, one.effective)
    ends: list[Any] = [moment(instant) for instant, _ in course[1:]]
    for (instant, code), end in zip(course, [*ends, None], strict=True):
        if code != NOTHING_KNOWN:
            add(moment(instant), end, effective_of(code))
    return found
