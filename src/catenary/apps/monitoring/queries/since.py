"""Since when services are in their condition: whether they are at risk is another question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from django.db import connection

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.queries.instants import moment
from catenary.apps.monitoring.queries.kept import Interval, ahead_of_rows, intervals_of
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
