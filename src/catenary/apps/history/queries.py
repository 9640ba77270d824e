"""Reading history. Whoever calls has already been told which objects the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from catenary.apps.common.queries import in_batches
from catenary.apps.history.choices import Kind
from catenary.apps.history.models import Revision


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened to one object: who, when, how, before and after."""

    at: datetime
    action: str
    person_id: int | None
    account_id: int | None
    door: str
    source: str
    reference: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def current_documents(kind: Kind, object_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What the given objects say now, by their number; removed ones are missing."""
    documents: dict[int, dict[str, Any]] = {}
    for batch in in_batches(object_ids):
        rows = Revision.objects.filter(kind=kind, object_id__in=batch, ends_at__isnull=True)
        for object_id, document in rows.values_list("object_id", "document"):
            if document is not None:
                documents[object_id] = orjson.loads(document)
    return documents


def all_documents(kind: Kind, at: datetime | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every object of a kind that exists now, or existed ``at`` that moment, in order of its
    number, streamed: one hundred thousand are never in memory at once here."""
    clause, parameters = "ends_at IS NULL", [str(kind)]
    if at is not None:
        clause = "starts_at <= %s AND (ends_at > %s OR ends_at IS NULL)"
        moment: Any = at
        if connection.vendor != "postgresql":
            moment = connection.ops.adapt_datetimefield_value(at)
        parameters += [moment, moment]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT object_id, document FROM history_revision"
            f" WHERE kind = %s AND {clause} AND document IS NOT NULL ORDER BY object_id",
            parameters,
        )
        while rows := cursor.fetchmany(2000):
            for object_id, text in rows:
                yield object_id, orjson.loads(text)


def entries_of(kind: Kind, object_id: int, limit: int = 50) -> list[HistoryEntry]:
    """What happened to one object, the latest first."""
    rows = (
        Revision.objects.filter(kind=kind, object_id=object_id)
        .select_related("change", "before")
        .order_by("-starts_at", "-pk")[:limit]
    )
    return [
        HistoryEntry(
            at=row.starts_at,
            action=row.action,
            person_id=row.change.person_id,
            account_id=row.change.account_id,
            door=row.change.door,
            source=row.change.source,
            reference=row.reference,
            before=_said(row.before.document) if row.before else None,
            after=_said(row.document),
        )
        for row in rows
    ]


def _said(document: str | None) -> dict[str, Any] | None:
    return None if document is None else orjson.loads(document)
