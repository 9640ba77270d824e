"""Reading history. Whoever calls has already been told which objects the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Count, Max, OuterRef, Q, Subquery

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.prepared import Prepared, numbers
from catenary.apps.history.choices import Kind
from catenary.apps.history.models import Change, Revision
from catenary.domain.actors import told_source

_CURRENT = Prepared(
    lambda kind, ids: Revision.objects.filter(
        kind=kind, object_id__in=numbers(ids), ends_at__isnull=True, document__isnull=False
    ).values_list("object_id", "document")
)


def document_now(kind: Kind) -> Subquery:
    """What the object of each row says now, as a column of a query over its table: JSON text, of
    the very moment that the row is of; nothing of what was removed."""
    said = Revision.objects.filter(
        kind=kind, object_id=OuterRef("pk"), ends_at__isnull=True, document__isnull=False
    )
    return Subquery(said.values("document"))


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
    number: int = 0


def current_documents(kind: Kind, object_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What the given objects say now, by their number; removed ones are missing."""
    rows = _CURRENT.rows(str(kind), object_ids)
    return {number: orjson.loads(document) for number, document in rows}


@dataclass(frozen=True, slots=True)
class Said:
    """One revision of one object: its number, the change that made it, since when, and what it
    says, as it is kept."""

    revision_id: int
    change_id: int
    starts_at: datetime
    document: dict[str, Any]


def current_revision(kind: Kind, object_id: int) -> Said | None:
    """What one object says now; none when it was removed or never was."""
    return next(iter(_said_in(kind=kind, object_id=object_id, ends_at__isnull=True)), None)


def revision_at(kind: Kind, object_id: int, at: datetime) -> Said | None:
    """What one object said at a moment; none when it did not exist then."""
    then = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    found = _said_in(then, kind=kind, object_id=object_id, starts_at__lte=at)
    return next(iter(found), None)


def revisions_by_id(ids: Iterable[int]) -> dict[int, Said]:
    """Revisions by number; those in which something was removed are missing."""
    return {said.revision_id: said for said in _said_in(pk__in=sorted(set(ids)))}


def _said_in(*then: Q, **facts: Any) -> list[Said]:
    rows = Revision.objects.filter(*then, document__isnull=False, **facts)
    return [
        Said(pk, change_id, starts_at, orjson.loads(document or "{}"))
        for pk, change_id, starts_at, document in rows.values_list(
            "pk", "change_id", "starts_at", "document"
        )
    ]


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
    return [entry_of(row) for row in rows]


def entry_of(row: Revision) -> HistoryEntry:
    """What one revision tells; its change and the revision before it are fetched with it."""
    return HistoryEntry(
        at=row.starts_at,
        action=row.action,
        person_id=row.change.person_id,
        account_id=row.change.account_id,
        door=row.change.door,
        source=told_source(row.change.source, row.change.door),
        reference=row.reference,
        before=said_in(row.before.document) if row.before else None,
        after=said_in(row.document),
        number=row.pk,
    )


def documents_of(kind: Kind, object_id: int, limit: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """What one object said, the latest first, each with the number of its revision; moments at
    which it was gone say nothing and are left out."""
    rows = (
        Revision.objects.filter(kind=kind, object_id=object_id, document__isnull=False)
        .order_by("-starts_at", "-pk")
        .values_list("pk", "document")[:limit]
    )
    for number, document in rows.iterator(chunk_size=10):
        yield number, orjson.loads(document or "{}")


def document_in(kind: Kind, object_id: int, number: int) -> dict[str, Any] | None:
    """What one object said in the revision with this number; none when that is not one of its
    own, or it was gone then."""
    row = Revision.objects.filter(kind=kind, object_id=object_id, pk=number).first()
    return None if row is None else said_in(row.document)


def revision_before(kind: Kind, object_id: int) -> int | None:
    """The number of the revision that what one object says now took the place of; none when it
    is new, or came back from being removed."""
    now = Revision.objects.filter(kind=kind, object_id=object_id, ends_at__isnull=True)
    rows = now.filter(before__document__isnull=False)
    return rows.values_list("before_id", flat=True).first()


def said_in(document: str | None) -> dict[str, Any] | None:
    """A document as it is kept, read; none where something was removed."""
    return None if document is None else orjson.loads(document)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far history goes: its last revision, and the version of the catalogue that its change
    made. Versions never come twice, so that another history, as after restoring a backup, is
    never taken for this one."""

    revision_id: int
    version: int


def last_mark() -> Mark | None:
    """How far history goes now; none before the first change that wrote its version down."""
    last = Revision.objects.order_by("-pk").values_list("pk", "change__version").first()
    if last is None:
        return None
    revision_id, version = last
    return None if version is None else Mark(revision_id, version)


def changed_at(version: int) -> datetime | None:
    """When the last change to the catalogue was made, provided that it made this version of it."""
    last = Change.objects.order_by("-pk").values_list("version", "at").first()
    return last[1] if last is not None and last[0] == version else None


def revised_since(mark: Mark, most: int) -> dict[Kind, set[int]] | None:
    """The numbers of everything revised after a mark, by kind; none when that is more than
    ``most`` revisions, or when the mark does not stand in this history."""
    rows = Revision.objects.filter(pk__gte=mark.revision_id).order_by("pk")
    found = list(rows.values_list("pk", "change__version", "kind", "object_id")[: most + 2])
    if not found or found[0][:2] != (mark.revision_id, mark.version) or len(found) > most + 1:
        return None
    revised: dict[Kind, set[int]] = {}
    for _, _, kind, object_id in found[1:]:
        revised.setdefault(Kind(kind), set()).add(object_id)
    return revised


def documents_at(kind: Kind, object_ids: Iterable[int], at: datetime) -> dict[int, dict[str, Any]]:
    """What the given objects said at a moment, by their number; those that did not exist then
    are missing."""
    documents: dict[int, dict[str, Any]] = {}
    for batch in in_batches(object_ids):
        rows = Revision.objects.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=at),
            kind=kind,
            object_id__in=batch,
            starts_at__lte=at,
            document__isnull=False,
        )
        for object_id, document in rows.values_list("object_id", "document"):
            documents[object_id] = orjson.loads(document or "")
    return documents


@dataclass(frozen=True, slots=True)
class PastMark:
    """What a moment shows hangs on nothing else: the last change up to then, and how many there
    are, so that one which says that it was made earlier is noticed. Versions never come twice."""

    at: datetime
    change_id: int
    version: int | None
    count: int
    newest_id: int


def mark_at(at: datetime) -> PastMark | None:
    """The mark of a moment: every moment up to the next change has the same. None before the
    first change."""
    rows = Change.objects.filter(at__lte=at)
    last = rows.order_by("-at", "-pk").values_list("at", "pk", "version").first()
    if last is None:
        return None
    counted = rows.aggregate(count=Count("pk"), newest=Max("pk"))
    return PastMark(*last, counted["count"], counted["newest"])
