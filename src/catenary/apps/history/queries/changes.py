"""What changed, newest first: line by line, or gathered by the change that did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, When

from catenary.apps.history.choices import Kind
from catenary.apps.history.models import Revision
from catenary.apps.history.queries import HistoryEntry, said_in


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
            before=said_in(row.before.document) if row.before else None,
            after=said_in(row.document),
            number=row.pk,
        ),
    )
