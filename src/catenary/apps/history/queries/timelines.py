"""How objects changed over a stretch of time: what they said at its start, and ever since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
from django.db.models import Max, Q

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.columns import Ints, moment_literal, number_columns
from catenary.apps.history.choices import Kind
from catenary.apps.history.models import Change, Revision
from catenary.apps.history.queries import Mark

#: Of more objects than this one asks for all.
_MANY = 20_000


@dataclass(frozen=True, slots=True)
class Saying:
    """What one object said from a moment on; none while it was removed. ``is_first``: it said
    nothing before."""

    object_id: int
    starts_at: datetime
    document: dict[str, Any] | None
    is_first: bool


def edited_since(
    kind: Kind, since: datetime | None, among: Collection[int] | None = None
) -> set[int]:
    """The objects, or those among some, of which something was changed at a moment or later, or
    ever. Those that were only created, and say what they said in the beginning, are not here."""
    rows = Revision.objects.filter(kind=kind, before__isnull=False)
    if since is not None:
        rows = rows.filter(starts_at__gte=since)
    if among is None or len(among) > _MANY:
        found = set(rows.values_list("object_id", flat=True).distinct())
        return found if among is None else found.intersection(among)
    return {
        number
        for batch in in_batches(among)
        for number in rows.filter(object_id__in=batch).values_list("object_id", flat=True)
    }


def sayings(kind: Kind, object_ids: Iterable[int], since: datetime | None) -> list[Saying]:
    """What objects said at a moment and from then on, or ever, object by object and in order."""
    rows = Revision.objects.filter(kind=kind)
    if since is not None:
        rows = rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=since))
    found = []
    for batch in in_batches(object_ids):
        listed = rows.filter(object_id__in=batch).order_by("object_id", "starts_at", "pk")
        for number, start, text, before in listed.values_list(
            "object_id", "starts_at", "document", "before_id"
        ):
            document = None if text is None else orjson.loads(text)
            found.append(Saying(number, start, document, before is None))
    return found


@dataclass(frozen=True, slots=True)
class Revised:
    """One revision: of which object, from when on, and whether it was the first."""

    object_id: int
    starts_at: datetime
    is_first: bool


def revised_after(kind: Kind, mark: Mark) -> list[Revised] | None:
    """All revisions of a kind that were written after a mark; none when the mark does not stand
    in this history."""
    known = Revision.objects.filter(pk=mark.revision_id, change__version=mark.version)
    if not known.exists():
        return None
    rows = Revision.objects.filter(kind=kind, pk__gt=mark.revision_id)
    return [
        Revised(number, start, before is None)
        for number, start, before in rows.values_list("object_id", "starts_at", "before_id")
    ]


def first_sayings(kind: Kind, object_ids: Iterable[int]) -> dict[int, datetime]:
    """When objects said something for the first time, by number."""
    found: dict[int, datetime] = {}
    for batch in in_batches(object_ids):
        rows = Revision.objects.filter(kind=kind, object_id__in=batch, before__isnull=True)
        found.update(rows.values_list("object_id", "starts_at"))
    return found


def first_changes(kind: Kind, since: datetime | None) -> tuple[Ints, Ints]:
    """The objects that said something for the first time after a moment, or ever, by number and
    in order, and the numbers of the changes in which they did. As columns: it may be everybody."""
    # Not by the index of those before: nearly everything has none.
    which = f"kind = '{kind.value}' AND COALESCE(before_id, 0) = 0"
    if since is not None:
        which += f" AND starts_at > {moment_literal(since)}"
    number, change = number_columns(
        f"SELECT object_id, change_id FROM history_revision WHERE {which}", 2
    )
    order = np.argsort(number, kind="stable")
    return number[order], change[order]


def last_change_at() -> datetime | None:
    """The latest moment from which on any revision counts."""
    last: datetime | None = Change.objects.aggregate(at=Max("at"))["at"]
    return last
