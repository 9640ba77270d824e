"""The words that decide what stands from some moment on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from catenary.apps.monitoring.queries.instants import ONGOING, instants, micros, moment_of
from catenary.domain.observations.words import FOREVER, NEVER, NO_SEQUENCE, Words

#: The columns of an observation that `words_of_rows` reads.
WORD_COLUMNS = (
    "o.service_id, o.source_id, o.condition, o.at, o.sequence, o.recorded_at, o.valid_until,"
    " o.planned, o.share, o.id"
)
#: Each service with the moment it is asked about.
_WANTED = {
    "postgresql": "SELECT * FROM unnest(%s::bigint[], %s::timestamptz[]) AS w(service_id, since)",
    "sqlite": "SELECT json_extract(value, '$[0]') AS service_id,"
    " json_extract(value, '$[1]') AS since FROM json_each(%s)",
}
#: ``s`` steps from source to source along the index, and of each only its last words are looked at:
#: a monitor that has reported every minute for a year costs no more than one that began today.
_FROM_AND_BEFORE = (
    "WITH RECURSIVE w AS ({wanted}), s(service_id, since, source_id) AS ("
    "SELECT w.service_id, w.since, (SELECT MIN(o.source_id) FROM monitoring_observation o"
    " WHERE o.service_id = w.service_id) FROM w"
    " UNION ALL"
    " SELECT s.service_id, s.since, (SELECT MIN(o.source_id) FROM monitoring_observation o"
    " WHERE o.service_id = s.service_id AND o.source_id > s.source_id)"
    " FROM s WHERE s.source_id IS NOT NULL), l AS ("
    # Not MAX: with words left out, PostgreSQL would look at all of them for it.
    "SELECT s.service_id, s.source_id, (SELECT o.at FROM monitoring_observation o"
    " WHERE o.service_id = s.service_id AND o.source_id = s.source_id AND o.at < s.since{which}"
    " ORDER BY o.at DESC LIMIT 1) AS at FROM s WHERE s.source_id IS NOT NULL)"
    # To the end of time: of a moment alone PostgreSQL expects a third of all words from then on,
    # and would rather read them all; of a span it expects few.
    " SELECT {columns} FROM w {among}o.service_id = w.service_id"
    " AND o.at >= w.since AND o.at < {never}{which}{end}"
    " UNION ALL SELECT {columns} FROM l {among}o.service_id = l.service_id"
    " AND o.source_id = l.source_id AND o.at = l.at{which}{end}"
)
#: Row by row along the index: PostgreSQL knows neither how many sources are stepped through nor how
#: few words are wanted of each, and reads the whole table rather.
_JOINED = {
    "postgresql": {
        "among": "CROSS JOIN LATERAL (SELECT o.* FROM monitoring_observation o WHERE ",
        "end": " OFFSET 0) o",
        "never": "'infinity'",
    },
    "sqlite": {"among": "JOIN monitoring_observation o ON ", "end": "", "never": "'9999-12-31'"},
}
_NOT_WAITING = " AND NOT EXISTS (SELECT 1 FROM monitoring_waiting m WHERE m.observation_id = o.id)"


def words_from(
    since: Mapping[int, datetime], *, without_waiting: bool = False
) -> tuple[Words, list[int]]:
    """Of each service all words from its moment on, and of each source its last ones before; with
    the numbers of the observations, in the same order. One query. ``without_waiting`` leaves
    out words that the engine has not taken up: to it they have not been said yet."""
    if not since:
        return words_of_rows([]), []
    pairs = sorted(since.items())
    sql = _FROM_AND_BEFORE.format(
        wanted=_WANTED[connection.vendor],
        columns=WORD_COLUMNS,
        which=_NOT_WAITING if without_waiting else "",
        **_JOINED[connection.vendor],
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, _asked(pairs))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return words_of_rows(rows), [row[-1] for row in rows]


#: Words by their numbers.
_NUMBERED = {
    "postgresql": "= ANY(%s::bigint[])",
    "sqlite": "IN (SELECT value FROM json_each(%s))",
}


#: Of each service the last words of the voices of one monitor: ``s`` steps from source to source
#: as above, and what others said is not read.
_LAST_OF_VOICES = (
    "WITH RECURSIVE w AS ({wanted}), s(service_id, source_id) AS ("
    "SELECT w.service_id, (SELECT MIN(o.source_id) FROM monitoring_observation o"
    " WHERE o.service_id = w.service_id) FROM w"
    " UNION ALL"
    " SELECT s.service_id, (SELECT MIN(o.source_id) FROM monitoring_observation o"
    " WHERE o.service_id = s.service_id AND o.source_id > s.source_id)"
    " FROM s WHERE s.source_id IS NOT NULL), l AS ("
    "SELECT s.service_id, s.source_id, (SELECT o.at FROM monitoring_observation o"
    " WHERE o.service_id = s.service_id AND o.source_id = s.source_id"
    " ORDER BY o.at DESC LIMIT 1) AS at"
    " FROM s JOIN monitoring_source v ON v.id = s.source_id"
    " WHERE v.kind = 'monitor' AND (v.name = %s OR SUBSTR(v.name, 1, %s) = %s))"
    " SELECT {columns} FROM l {among}o.service_id = l.service_id"
    " AND o.source_id = l.source_id AND o.at = l.at{end}"
)
_SERVICES = {
    "postgresql": "SELECT * FROM unnest(%s::bigint[]) AS w(service_id)",
    "sqlite": "SELECT value AS service_id FROM json_each(%s)",
}


def last_words_of_voices(services: Iterable[int], name: str) -> tuple[Words, list[int]]:
    """Of each service the last words of the monitor of this name and of its voices (``name: …``),
    with the numbers of the observations, in the same order. One query, none for nothing."""
    listed = ",".join(map(str, services))
    if not listed:
        return words_of_rows([]), []
    is_sqlite = connection.vendor == "sqlite"
    columns = WORD_COLUMNS
    for moment in ("o.at", "o.recorded_at", "o.valid_until") if is_sqlite else ():
        columns = columns.replace(moment, f"{moment} || ''")
    sql = _LAST_OF_VOICES.format(
        wanted=_SERVICES[connection.vendor], columns=columns, **_JOINED[connection.vendor]
    )
    begins = f"{name}:"
    with connection.cursor() as cursor:
        cursor.execute(
            sql, [f"[{listed}]" if is_sqlite else f"{{{listed}}}", name, len(begins), begins]
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return words_of_rows(rows), [row[-1] for row in rows]


def words_numbered(numbers: Iterable[int]) -> Words:
    """Words by the numbers of the observations. One query, none for nothing."""
    listed = ",".join(map(str, numbers))
    if not listed:
        return words_of_rows([])
    vendor = connection.vendor
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {WORD_COLUMNS} FROM monitoring_observation o WHERE o.id {_NUMBERED[vendor]}",
            [f"{{{listed}}}" if vendor == "postgresql" else f"[{listed}]"],
        )
        return words_of_rows(cursor.fetchall())


def _asked(pairs: Sequence[tuple[int, datetime]]) -> list[Any]:
    if connection.vendor == "postgresql":
        return [[pair[0] for pair in pairs], [pair[1] for pair in pairs]]
    adapt = connection.ops.adapt_datetimefield_value
    return [json.dumps([(number, str(adapt(moment))) for number, moment in pairs])]


def words_of_rows(rows: Sequence[tuple[Any, ...]]) -> Words:
    """Words in columns. Of very many on SQLite ask for the times as text: then they are read at
    once."""

    def column(values: list[int]) -> Any:
        return np.array(values, dtype=np.int64)

    at, until = (instants([row[place] for row in rows]) for place in (3, 6))
    return Words(
        service=column([row[0] for row in rows]),
        source=column([row[1] for row in rows]),
        condition=column([row[2] for row in rows]).astype(np.int8),
        at=at,
        sequence=column([NO_SEQUENCE if row[4] is None else row[4] for row in rows]),
        recorded=instants([row[5] for row in rows]),
        valid_for=np.where(until == ONGOING, FOREVER, np.maximum(until - at, 0)),
        plan=column([row[7] for row in rows]).astype(np.int8),
        share=column([row[8] for row in rows]),
        withdrawn=np.full(len(rows), NEVER, dtype=np.int64),
    )


def instant(value: Any) -> int:
    """A moment as the database gave it, in microseconds."""
    return micros(moment_of(value))
