"""Since when services are in their condition: whether they are at risk is another question; and
since when nobody says anything any more of those of which somebody once did."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import numpy as np
from django.db import connection

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.queries.instants import moment
from catenary.apps.monitoring.queries.kept import (
    AMONG,
    Interval,
    ahead_of_rows,
    asked_of,
    intervals_of,
)
from catenary.apps.monitoring.queries.words import instant

_TABLE = "monitoring_effectivecondition"
#: From what stands back to the first interval that the one before does not lead into.
_SINCE = f"""
SELECT n.service_id, (
    SELECT e.starts_at FROM {_TABLE} e WHERE e.service_id = n.service_id AND NOT EXISTS (
        SELECT 1 FROM (
            SELECT p.ends_at, p.best, p.worst, p.planned FROM {_TABLE} p
            WHERE p.service_id = e.service_id AND p.starts_at < e.starts_at
            ORDER BY p.starts_at DESC LIMIT 1
        ) b WHERE b.ends_at = e.starts_at
            AND b.best = e.best AND b.worst = e.worst AND b.planned = e.planned
    ) ORDER BY e.starts_at DESC LIMIT 1
) FROM {_TABLE} n WHERE n.ends_at IS NULL AND n.service_id IN ({{these}})
"""
_SILENT = f"""
SELECT e.service_id, MAX(e.ends_at) FROM {_TABLE} e
WHERE e.service_id IN ({{these}}) GROUP BY e.service_id
"""
#: Nothing stands, and there was a time when more was known than that it may be anything.
_FELL_SILENT = (
    f"SELECT service_id, MAX(ends_at) FROM {_TABLE}{{where}} GROUP BY service_id"
    " HAVING COUNT(*) = COUNT(ends_at)"
    " AND MAX(CASE WHEN planned OR best = worst OR best > 0 THEN 1 ELSE 0 END) = 1"
)
#: Of more services than this all are asked about.
_MANY = 20_000


def silent_since(service_ids: Collection[int] | None = None) -> dict[int, datetime]:
    """Since when nothing is known any more of services, or of all, of which something was known
    before; others are missing. A query for all, two for some."""
    some = None
    if service_ids is not None and len(service_ids) <= _MANY:
        some = np.unique(np.fromiter(service_ids, dtype=np.int64, count=len(service_ids)))
        if not len(some):
            return {}
    # Read first: what is spread out meanwhile stands in rows then.
    packed = ahead_of_rows(some).services.tolist()
    where, asked = "", []
    if some is not None:
        where, asked = f" WHERE {AMONG[connection.vendor]}", [asked_of(some.tolist())]
    with connection.cursor() as cursor:
        cursor.execute(_FELL_SILENT.format(where=where), asked)
        found = {row[0]: moment(instant(row[1])) for row in cursor.fetchall()}
    for batch in in_batches(packed, size=_MANY):
        courses = intervals_of(batch)
        for number in batch:
            course = courses.get(number, [])
            found.pop(number, None)
            ended = course[-1].end if course else None
            if ended is not None and any(is_known(one) for one in course):
                found[number] = ended
    if some is None and service_ids is not None:
        wanted = set(service_ids)
        found = {number: since for number, since in found.items() if number in wanted}
    return found


def is_known(one: Interval) -> bool:
    """Whether more was known of a service than that it may be anything, or may be well."""
    known = one.effective
    return known.is_planned or known.best > 0 or known.best == known.worst


def since_of(service_ids: Iterable[int]) -> dict[int, datetime]:
    """When services came into the condition that stands; those of which nothing was ever known
    are missing. Three queries."""
    wanted = sorted(set(service_ids))
    packed = ahead_of_rows(np.array(wanted, dtype=np.int64)).services.tolist()
    in_rows = sorted(set(wanted).difference(packed))
    found = _asked(_SINCE, in_rows)
    # Nothing is known any more since the last that was.
    found |= _asked(_SILENT, [number for number in in_rows if number not in found])
    known = intervals_of(packed)
    return found | {number: _since(intervals) for number, intervals in known.items()}


def _since(intervals: Sequence[Interval]) -> datetime:
    """The same from the intervals of one service."""
    last = intervals[-1]
    if last.end is not None:
        return last.end
    since = last.start
    for one in reversed(intervals[:-1]):
        known, then = last.effective, one.effective
        is_same = (then.best, then.worst, then.is_planned) == (
            known.best,
            known.worst,
            known.is_planned,
        )
        if one.end != since or not is_same:
            break
        since = one.start
    return since


def _asked(statement: str, numbers: list[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for batch in in_batches(numbers):
        some = list(batch)
        if not some:
            continue
        with connection.cursor() as cursor:
            cursor.execute(statement.format(these=", ".join(["%s"] * len(some))), some)
            found.update((row[0], moment(instant(row[1]))) for row in cursor.fetchall() if row[1])
    return found
