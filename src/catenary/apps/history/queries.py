"""Reading history. Whoever calls has already been told which objects the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Case, Count, F, Max, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.prepared import Prepared, numbers
from catenary.apps.history.choices import Kind
from catenary.apps.history.models import Change, Revision

_CURRENT = Prepared(
    lambda kind, ids: Revision.objects.filter(
        kind=kind, object_id__in=numbers(ids), ends_at__isnull=True, document__isnull=False
    ).values_list("object_id", "document")
)


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


def revisions_by_id(ids: Iterable[int]) -> dict[int, Said]:
    """Revisions by number; those in which something was removed are missing."""
    return {said.revision_id: said for said in _said_in(pk__in=sorted(set(ids)))}


def _said_in(**facts: Any) -> list[Said]:
    rows = Revision.objects.filter(document__isnull=False, **facts)
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
            number=row.pk,
        )
        for row in rows
    ]


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
    return None if row is None else _said(row.document)


def revision_before(kind: Kind, object_id: int) -> int | None:
    """The number of the revision that what one object says now took the place of; none when it
    is new, or came back from being removed."""
    now = Revision.objects.filter(kind=kind, object_id=object_id, ends_at__isnull=True)
    rows = now.filter(before__document__isnull=False)
    return rows.values_list("before_id", flat=True).first()


def _said(document: str | None) -> dict[str, Any] | None:
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


@dataclass(frozen=True, slots=True)
class Touched:
    """One object that an act changed. ``before`` and ``after`` are given for people alone, whose
    roles come and go with what they say."""

    kind: Kind
    object_id: int
    reference: str
    action: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One change set: who, when, through what; how many objects of those asked for it changed,
    and the first few of them with all people among them."""

    id: int
    at: datetime
    person_id: int | None
    account_id: int | None
    door: str
    source: str
    count: int
    touched: tuple[Touched, ...]


_FIRST_FEW = 5
_MOST_OF_A_PAGE = 2000


def acts(
    *,
    objects: Mapping[Kind, Any] | None,
    person: tuple[int, int | None] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> list[Act]:
    """Change sets, the latest first, that changed something among ``objects`` (a selection of
    numbers for each kind; None for everything): by or about one ``person`` (number, and that of
    their account), of a period, before the one with that number. Three queries."""
    rows = Revision.objects.all()
    if objects is not None:
        among = Q(pk__in=[])
        for kind, numbers in objects.items():
            among |= Q(kind=kind, object_id__in=numbers)
        rows = rows.filter(among)
    if person is not None:
        number, account = person
        by_or_about = Q(change__person_id=number) | Q(kind=Kind.PERSON, object_id=number)
        if account is not None:
            by_or_about |= Q(change__account_id=account)
        rows = rows.filter(by_or_about)
    if since is not None:
        rows = rows.filter(change__at__gte=since)
    if until is not None:
        rows = rows.filter(change__at__lt=until)
    if before is not None:
        rows = rows.filter(change_id__lt=before)
    found = rows.values("change_id").annotate(count=Count("pk")).order_by("-change_id")
    counts = dict(found.values_list("change_id", "count")[:limit])
    touched = _touched(rows, list(counts))
    changes = Change.objects.in_bulk(list(counts))
    return [
        Act(
            id=number,
            at=changes[number].at,
            person_id=changes[number].person_id,
            account_id=changes[number].account_id,
            door=changes[number].door,
            source=changes[number].source,
            count=count,
            touched=tuple(touched.get(number, ())),
        )
        for number, count in counts.items()
    ]


def _touched(rows: Any, numbers: list[int]) -> dict[int, list[Touched]]:
    """The first few objects of each change, and of people as many as may be: no role that came or
    went must be hidden behind a large import."""
    nth = Window(RowNumber(), partition_by=[F("change_id")], order_by=["pk"])
    some = rows.filter(change_id__in=numbers).annotate(nth=nth)
    shown = some.filter(Q(nth__lte=_FIRST_FEW) | Q(kind=Kind.PERSON)).select_related("before")
    found: dict[int, list[Touched]] = {}
    for row in shown.order_by("-change_id", "nth")[:_MOST_OF_A_PAGE]:
        is_person = row.kind == Kind.PERSON
        found.setdefault(row.change_id, []).append(
            Touched(
                kind=Kind(row.kind),
                object_id=row.object_id,
                reference=row.reference,
                action=row.action,
                before=_said(row.before.document) if is_person and row.before else None,
                after=_said(row.document) if is_person else None,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """One thing that happened to one object, among others: what kind of object it is, its number
    and why, as far as somebody wrote it down."""

    kind: Kind
    object_id: int
    note: str
    entry: HistoryEntry


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes are asked for. An empty field does not narrow; both moments are included.
    ``within`` is the number of one revision: then everything of the change that made it.
    ``veiled`` is a query for services of which nothing is told that was said while they were
    restricted."""

    since: datetime | None = None
    until: datetime | None = None
    person_id: int | None = None
    door: str = ""
    source: str = ""
    within: int = 0
    veiled: Any = None


def changes_among(
    objects: Mapping[Kind, Any],
    narrowed: ChangeFilter,
    *,
    before: tuple[datetime, int] | None,
    limit: int,
) -> list[ChangeEntry]:
    """What happened to these objects (by kind: their numbers, or a query for them), the latest
    first, from before a place (moment and number of a revision) on."""
    rows = _rows_among(objects, narrowed)
    if before is not None:
        rows = rows.filter(Q(starts_at__lt=before[0]) | Q(starts_at=before[0], pk__lt=before[1]))
    rows = rows.select_related("change", "before").order_by("-starts_at", "-pk")[:limit]
    return [_change_entry(row) for row in rows]


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Everything that one change did to the objects asked for: how many of each kind, and the
    first few, the latest first."""

    id: int
    at: datetime
    counts: Mapping[Kind, int]
    entries: tuple[ChangeEntry, ...]


def groups_among(
    objects: Mapping[Kind, Any],
    narrowed: ChangeFilter,
    *,
    before: tuple[datetime, int] | None,
    limit: int,
    few: int,
) -> tuple[list[ChangeGroup], tuple[datetime, int] | None]:
    """What happened to these objects by change, the latest first, from before a place (moment and
    number of a change) on; with the place of the last when there are more. A change that is veiled
    whole is not there, and takes no room on a page either."""
    found: list[ChangeGroup] = []
    for _page in range(_MOST_PAGES):
        groups, before = _page_of_groups(objects, narrowed, before, limit + 1, few)
        found += groups
        if len(found) > limit or before is None:
            break
    shown = found[:limit]
    return shown, (shown[-1].at, shown[-1].id) if len(found) > limit else None


#: So many pages of changes that are veiled whole are looked behind.
_MOST_PAGES = 50


def _page_of_groups(
    objects: Mapping[Kind, Any],
    narrowed: ChangeFilter,
    before: tuple[datetime, int] | None,
    limit: int,
    few: int,
) -> tuple[list[ChangeGroup], tuple[datetime, int] | None]:
    """The next so many changes without those that are veiled whole, and where to go on."""
    rows = _rows_among(objects, replace(narrowed, veiled=None))
    if before is not None:
        rows = rows.filter(
            Q(change__at__lt=before[0]) | Q(change__at=before[0], change_id__lt=before[1])
        )
    numbers = rows.values_list("change_id", "change__at").distinct()
    listed = list(numbers.order_by("-change__at", "-change_id")[:limit])
    # Documents are read for the veil alone, and then only those of the changes on the page.
    told = _rows_among(objects, narrowed).filter(change_id__in=[number for number, _ in listed])
    counts: dict[int, dict[Kind, int]] = {}
    for number, kind, count in (
        told.order_by().values_list("change_id", "kind").annotate(count=Count("pk"))
    ):
        counts.setdefault(number, {})[Kind(kind)] = count
    entries = _first_of_each(told, {number: sum(by.values()) for number, by in counts.items()}, few)
    groups = [
        ChangeGroup(number, at, counts[number], tuple(entries[number]))
        for number, at in listed
        if number in counts
    ]
    return groups, (listed[-1][1], listed[-1][0]) if len(listed) == limit else None


#: What comes first of a change that touched many things: what people look for.
_BY_WEIGHT = (Kind.SERVICE, Kind.ORGANIZATION, Kind.PERSON, Kind.CONSUMPTION)


def _first_of_each(rows: Any, sizes: Mapping[int, int], few: int) -> dict[int, list[ChangeEntry]]:
    """The first few entries of each change: those of all small ones at once."""
    weight = Case(*(When(kind=kind, then=place) for place, kind in enumerate(_BY_WEIGHT)))
    rows = rows.select_related("change", "before").order_by(weight, "-pk")
    small = [number for number, size in sizes.items() if size <= few]
    found: dict[int, list[ChangeEntry]] = {number: [] for number in sizes}
    for row in rows.filter(change_id__in=small):
        found[row.change_id].append(_change_entry(row))
    for number in sizes.keys() - set(small):
        found[number] = [_change_entry(row) for row in rows.filter(change_id=number)[:few]]
    return found


#: How a restricted service says so in its document, as it is kept: texts in it escape their quotes.
_RESTRICTED = '"restricted":true'


def _rows_among(objects: Mapping[Kind, Any], narrowed: ChangeFilter) -> QuerySet[Revision]:
    among = Q(pk__in=())
    for kind, ids in objects.items():
        among |= Q(kind=kind, object_id__in=ids)
    rows = Revision.objects.filter(among)
    if narrowed.veiled is not None:
        was_restricted = Q(document__contains=_RESTRICTED) | Q(
            before__isnull=False, before__document__contains=_RESTRICTED
        )
        veiled = rows.filter(was_restricted, kind=Kind.SERVICE, object_id__in=narrowed.veiled)
        rows = rows.exclude(pk__in=veiled.values("pk"))
    if narrowed.within:
        made = rows.filter(pk=narrowed.within)
        rows = rows.filter(change_id__in=made.values("change_id"))
    if narrowed.since is not None:
        rows = rows.filter(starts_at__gte=narrowed.since)
    if narrowed.until is not None:
        rows = rows.filter(starts_at__lte=narrowed.until)
    if narrowed.person_id is not None:
        rows = rows.filter(change__person_id=narrowed.person_id)
    if narrowed.door:
        rows = rows.filter(change__door=narrowed.door)
    if narrowed.source:
        rows = rows.filter(change__source=narrowed.source)
    return rows


def _change_entry(row: Revision) -> ChangeEntry:
    return ChangeEntry(
        Kind(row.kind),
        row.object_id,
        row.change.note,
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
            number=row.pk,
        ),
    )
