"""What the engine has kept: own conditions that stand, and when something changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import orjson
from django.db import connection
from django.db.models import Q, Subquery
from numpy.typing import NDArray

from catenary.apps.common.queries.columns import number_columns
from catenary.apps.common.queries.prepared import Prepared, numbers
from catenary.apps.history.queries import Mark
from catenary.apps.monitoring.models import (
    Followed,
    OwnCondition,
    PackedChange,
    Propagation,
    Source,
    Waiting,
)
from catenary.apps.monitoring.queries.instants import moment_of
from catenary.domain.estate import Ints

#: What an own condition is: as reported, without what is planned, with that alone.
OWN = ("condition", "without_planned", "only_planned")
#: What an effective condition is.
EFFECTIVE = (
    "best",
    "worst",
    "planned",
    "next_loss",
    "possible_next_loss",
    "derived",
    "assumed",
)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """An own condition in ``[start, end)``; ``end`` is none while it stands."""

    service_id: int
    start: datetime
    end: datetime | None
    own: tuple[int, int, int]


def _own_row(service_id: int, start: datetime, end: datetime | None, *own: int) -> OwnRow:
    condition, without_planned, only_planned = own
    return OwnRow(service_id, start, end, (condition, without_planned, only_planned))


def standing_own() -> tuple[Ints, NDArray[np.int8]]:
    """The services of which something is said, by number, and the own condition of each: three
    columns."""
    service, *own = number_columns(
        f"SELECT service_id, {', '.join(OWN)} FROM monitoring_owncondition WHERE ends_at IS NULL",
        1 + len(OWN),
    )
    return service, np.stack(own, axis=1).astype(np.int8)


def asked_at(at: datetime) -> Any:
    """A moment as a parameter of a statement that is worded once, or of our own."""
    if connection.vendor == "postgresql":
        return at
    return str(connection.ops.adapt_datetimefield_value(at))


def own_changes_from(first: datetime, also: Iterable[int], most: int) -> list[OwnRow] | None:
    """Own conditions that begin or end at a moment or later, and those that stand of some other
    services; none when the former are more than ``most``."""
    postgresql = connection.vendor == "postgresql"
    at, asked = asked_at(first), list(also)
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGES.format(
                most=most + 1,
                among="= ANY(%s)" if postgresql else "IN (SELECT value FROM json_each(%s))",
            ),
            [at, at, asked if postgresql else orjson.dumps(asked).decode(), at],
        )
        rows = cursor.fetchall()
    found = {
        row[0]: _own_row(row[1], moment_of(row[2]), moment_of(row[3]), *row[4:]) for row in rows
    }
    later = (row for row in found.values() if row.start >= first or row.end is not None)
    if sum(1 for _ in later) > most:
        return None
    return sorted(found.values(), key=lambda row: row.start)


_OF_OWN = (
    "SELECT id, service_id, starts_at, ends_at, condition, without_planned, only_planned"
    " FROM monitoring_owncondition WHERE"
)
#: Three questions, each with an index of its own, asked at once: every word asks them.
_CHANGES = (
    f"SELECT * FROM ({_OF_OWN} starts_at >= %s LIMIT {{most}}) AS b UNION ALL"
    f" SELECT * FROM ({_OF_OWN} ends_at >= %s LIMIT {{most}}) AS e UNION ALL"
    f" {_OF_OWN} service_id {{among}} AND ends_at IS NULL AND starts_at < %s"
)


_STANDING_OF = Prepared(
    lambda services: OwnCondition.objects.filter(
        service_id__in=numbers(services), ends_at__isnull=True
    ).values_list("service_id", *OWN)
)
_STOOD_BEFORE = Prepared(
    lambda services, at: OwnCondition.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gte=at),
        service_id__in=numbers(services),
        starts_at__lt=at,
    ).values_list("service_id", *OWN)
)


def standing_own_of(
    services: Iterable[int], at: datetime | None
) -> dict[int, tuple[int, int, int]]:
    """The own conditions of some services just before a moment, or as they stand."""
    if at is None:
        rows = _STANDING_OF.rows(list(services))
    else:
        rows = _STOOD_BEFORE.rows(list(services), asked_at(at))
    return {row[0]: row[1:] for row in rows}


def followed_to() -> Mark | None:
    """How far into history changes of the catalogue were followed; none when they never were."""
    row = Followed.objects.filter(pk=1).values_list("revision_id", "version").first()
    return None if row is None else Mark(*row)


#: Whether anything is due, and whether anything is packed or owed.
_LEFT = (
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM monitoring_waiting WHERE due_at <= %s)"
    " THEN 1 ELSE 0 END,"
    " CASE WHEN EXISTS (SELECT 1 FROM monitoring_packedchange)"
    " OR EXISTS (SELECT 1 FROM monitoring_belated) THEN 1 ELSE 0 END"
)
_PACKED = Prepared(lambda: PackedChange.objects.values_list("pk")[:1])


def is_anything_packed() -> bool:
    """Whether a packed change is not wholly spread out."""
    return bool(_PACKED.rows())


def what_is_left(at: datetime) -> tuple[bool, bool]:
    """Whether anything is due by a moment, and whether a packed change is not wholly spread out or
    something of the past is owed. One query, worded here: every step asks it."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [asked_at(at)])
        is_due, is_owed = cursor.fetchone()
    return bool(is_due), bool(is_owed)


_ANY_VOICE = Prepared(lambda: Source.objects.values_list("pk")[:1])
_PROPAGATION = Prepared(lambda: Propagation.objects.filter(pk=1).values_list("number", "seen_at"))


#: When the engine last gave a sign of life, and since when the oldest waits that is due first.
_LIFE = Prepared(
    lambda: (
        Propagation.objects.filter(pk=1)
        .annotate(oldest=Subquery(Waiting.objects.order_by("due_at").values("due_at")[:1]))
        .values_list("seen_at", "oldest")
    )
)


#: Nobody has computed for so long, or something has waited for so long: what is shown may be out of
#: date. The engine gives a sign of life every five seconds.
STALE = timedelta(seconds=30)


def is_stale(computed_at: datetime | None, at: datetime) -> bool:
    """Whether nobody has computed conditions for a while."""
    return computed_at is None or at - computed_at > STALE


def anybody_speaks() -> bool:
    """Whether anything was ever reported in this installation."""
    return bool(_ANY_VOICE.rows())


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether conditions are as current as they can be. When they are not, either nobody follows
    what is reported, and ``since`` is when they last gave a sign of life (none: never), or
    ``is_behind``: something that was due at ``since``, to the minute, is not followed yet. It is of
    the whole installation, and the same for everybody who asks."""

    is_stale: bool
    since: datetime | None = None
    is_behind: bool = False


#: Somebody follows, or there is nothing to follow.
FRESH = Freshness(False)


def freshness(at: datetime) -> Freshness:
    """Whether conditions are current at a moment. Where nothing was ever reported they are, whoever
    follows."""
    rows = _LIFE.rows()
    seen_at, oldest = rows[0] if rows else (None, None)
    if is_stale(seen_at, at):
        return Freshness(True, seen_at) if anybody_speaks() else FRESH
    if oldest is not None and at - oldest > STALE:
        return Freshness(True, oldest.replace(second=0, microsecond=0), is_behind=True)
    return FRESH


def freshness_as_plain(known: Freshness) -> dict[str, Any]:
    """The same for programs, beside what may be out of date."""
    return {
        "is-current": not known.is_stale,
        "current-until": None if known.since is None else known.since.isoformat(),
    }


def propagation() -> tuple[int, datetime | None]:
    """The number that grows with everything that is kept, and the engine's last sign of life."""
    rows = _PROPAGATION.rows()
    return (rows[0][0], rows[0][1]) if rows else (0, None)
