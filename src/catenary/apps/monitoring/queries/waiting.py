"""What waits for the engine, and whose turn it is when more is due than one step can take.

All that was ever said of a service may have to be read for one word about it, and is read once for
any number of them. So turns are of services, and all that waits for a service is taken with it:
a storm costs as much as it says, not as much for each of its words. One half are the services that
have waited longest, so that nobody waits for ever; the other, and the first few, are those of which
the least is said by those who say the least, so that a flood, from one source or about one service,
holds up nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, zip_longest

import numpy as np
from django.db import connection

from catenary.apps.common.queries.columns import moment_literal, number_columns
from catenary.apps.common.queries.prepared import Prepared
from catenary.apps.monitoring.models import Waiting
from catenary.apps.monitoring.queries.instants import moment_of
from catenary.apps.monitoring.queries.stored import asked_at
from catenary.domain.estate import Ints

#: The quiet are looked for among so many of the newest marks: who is quiet has their turn long
#: before so much else came in, and what is looked at does not grow with what waits.
LOOKED_AT = 16_384
#: So many quiet services come before anybody else.
QUIET_FIRST = 32


@dataclass(frozen=True, slots=True)
class Due:
    """A service that the engine must look at, from ``since`` on; ``observation_id`` is of the
    word that is why, none where something begins or runs out."""

    id: int
    service_id: int
    since: datetime
    observation_id: int | None


def due_by(at: datetime, most: int) -> list[Due]:
    """What is due by a moment, ``most`` at most. When more is, all that is due of some services:
    of the last one of these, what has room."""
    found = _first_due(most + 1).rows(asked_at(at))
    if len(found) <= most:
        return [Due(*row) for row in found]
    patient = list(dict.fromkeys(row[1] for row in found))
    return _due_of(_mixed(_quiet(at), patient), at, most)


@cache
def _first_due(most: int) -> Prepared:
    return Prepared(
        lambda at: (
            Waiting.objects.filter(due_at__lte=at)
            .order_by("due_at", "pk")
            .values_list("pk", "service_id", "since", "observation_id")[:most]
        )
    )


#: Row by row along the indexes: PostgreSQL would rather read all that was ever said.
_SPEAKERS = {
    "postgresql": "SELECT w.id, w.service_id, COALESCE(o.source_id, 0) FROM ({marks}) w"
    " LEFT JOIN LATERAL (SELECT o.source_id FROM monitoring_observation o"
    " WHERE o.id = w.observation_id OFFSET 0) o ON TRUE",
    "sqlite": "SELECT w.id, w.service_id, COALESCE(o.source_id, 0) FROM ({marks}) w"
    " LEFT JOIN monitoring_observation o ON o.id = w.observation_id",
}
#: From the newest one backward, not by when they are due, which would be to sort all that waits.
_MARKS = (
    "SELECT id, service_id, observation_id FROM monitoring_waiting"
    " WHERE {due_at} <= {at} ORDER BY id DESC LIMIT {most}"
)
_NOT_BY_INDEX = {"postgresql": "due_at + interval '0'", "sqlite": "+due_at"}


def _quiet(at: datetime) -> list[int]:
    """Services of which something is due, those of which the least is said come first."""
    vendor = connection.vendor
    marks = _MARKS.format(due_at=_NOT_BY_INDEX[vendor], at=moment_literal(at), most=LOOKED_AT)
    mark, service, source = number_columns(_SPEAKERS[vendor].format(marks=marks), 3)
    return quiet_first(mark, service, source)


def quiet_first(mark: Ints, service: Ints, source: Ints) -> list[int]:
    """Services in the order of their turns, by what waits: of each mark its number, and who said
    something of whom. The first is of whom the fewest words wait, not counting that a source waits
    for its own words before; of equals the one that waits longest."""
    order = np.lexsort((mark, source))
    begins = np.flatnonzero(np.diff(source[order], prepend=-1))
    before = np.empty(len(mark), dtype=np.int64)
    before[order] = np.arange(len(mark)) - np.repeat(begins, np.diff(begins, append=len(mark)))
    services, which, words = np.unique(service, return_inverse=True, return_counts=True)
    order = np.lexsort((mark, before + words[which]))
    _, first = np.unique(which[order], return_index=True)
    found: list[int] = services[np.argsort(first)].tolist()
    return found


def _mixed(quiet: list[int], patient: list[int]) -> Iterable[int]:
    """Every service once: the first of the quiet, and then of both in turns."""
    in_turns = chain.from_iterable(zip_longest(quiet[QUIET_FIRST:], patient))
    services = dict.fromkeys(chain(quiet[:QUIET_FIRST], in_turns))
    return (each for each in services if each is not None)


_OF_MARK = "w.id, w.service_id, w.since, w.observation_id"
#: Service by service in their order, and no further than is asked for.
_OF_SERVICES = {
    "postgresql": f"SELECT {_OF_MARK} FROM unnest(%s::bigint[]) AS s(service_id)"
    f" CROSS JOIN LATERAL (SELECT {_OF_MARK} FROM monitoring_waiting w"
    " WHERE w.service_id = s.service_id AND w.due_at <= %s OFFSET 0) w LIMIT %s",
    "sqlite": f"SELECT {_OF_MARK} FROM json_each(%s) s"
    " CROSS JOIN monitoring_waiting w ON w.service_id = s.value AND +w.due_at <= %s LIMIT %s",
}


def _due_of(services: Iterable[int], at: datetime, most: int) -> list[Due]:
    # More services than marks are never needed: something waits for each.
    listed = ",".join(map(str, list(services)[:most]))
    asked = f"{{{listed}}}" if connection.vendor == "postgresql" else f"[{listed}]"
    with connection.cursor() as cursor:
        cursor.execute(_OF_SERVICES[connection.vendor], [asked, asked_at(at), most])
        return [Due(row[0], row[1], moment_of(row[2]), row[3]) for row in cursor.fetchall()]
