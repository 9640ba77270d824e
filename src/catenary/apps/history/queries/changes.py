"""What changed, newest first: line by line, or gathered by the change that did it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.prepared import Prepared
from catenary.apps.history.choices import Kind
from catenary.apps.history.models import Change, Revision
from catenary.apps.history.queries import HistoryEntry, entry_of
from catenary.apps.history.queries.asked import ChangeEntry, ChangeFilter, came_from
from catenary.domain.actors import told_source

#: Revisions of one change by kind.
_Own = dict[Kind, list[int]]


@dataclass(frozen=True, slots=True)
class Among:
    """Whose changes are asked for, by kind: ``told`` are queries for the numbers of everything
    that may be told of at all, ``asked`` for what of it was asked for. ``few`` are the numbers
    asked for when they are few: then history is read object by object, else from its end on.
    ``remembered`` gives what a change that touched very much did, by the number of the change:
    computed, or as it was computed for the same objects before."""

    told: Mapping[Kind, Any]
    asked: Mapping[Kind, Any]
    few: Mapping[Kind, Sequence[int]] | None = None
    remembered: Callable[[int, Callable[[], _Own]], _Own] = field(default=lambda _, own: own())


#: A moment and the number of a revision, or of a change: what is listed is before it.
Place = tuple[datetime, int]
#: So much that may be told but was not asked for is looked at for one page.
MOST_LOOKED_AT = 2_000
#: So many of one kind are counted in one change, for each has to be judged: more are "100+".
MOST_COUNTED = 100
#: So many rows are read at once, and judged together.
_FIRST, _MANY = 128, 2_000
#: So many rows of several changes are read at once; what does not fit is read change by change.
_TOGETHER = 300
#: The acts by somebody, or through a door, are listed one by one when they are so few.
_FEW_ACTS = 200


def changes_among(
    objects: Among, narrowed: ChangeFilter, *, before: Place | None, limit: int
) -> tuple[list[ChangeEntry], Place | None]:
    """What happened to these objects, the latest first, from before a place on; with the place to
    go on from when there is more, or may be: a page ends early when much that may be told but was
    not asked for has been looked at. What may not be told counts for nothing there."""
    if objects.few is not None:
        rows = _rows_of(objects.few, narrowed)
        if narrowed.within:
            made = rows.filter(pk=narrowed.within)
            rows = rows.filter(change_id__in=made.values("change_id"))
        if before is not None:
            rows = rows.filter(_before(before))
        rows = rows.select_related("change", "before").order_by("-starts_at", "-pk")[: limit + 1]
        entries = [_change_entry(row) for row in rows]
        shown = entries[:limit]
        return shown, _place_of(shown[-1].entry) if len(entries) > limit else None
    if narrowed.within:
        walk = _walk_of_change(objects, narrowed, before)
    else:
        few = _of_few_acts(narrowed, before)
        pages = _by_moment(narrowed, before) if few is None else [few]
        walk = _walk(objects, narrowed, pages)
    found = list(islice(walk, limit + 1))
    shown_keys = [key for key in found[:limit] if not isinstance(key, _Stop)]
    after = None
    if len(found) > limit:
        after = (shown_keys[-1].at, shown_keys[-1].pk)
    if found and isinstance(found[-1], _Stop):
        after = found[-1].place
        shown_keys = [key for key in found if not isinstance(key, _Stop)]
    entries_by_number = _entries([key.pk for key in shown_keys])
    return [entries_by_number[key.pk] for key in shown_keys], after


@dataclass(frozen=True, slots=True)
class _Touched:
    """Of a revision what it takes to judge whether it is told."""

    pk: int
    kind: Kind
    object_id: int
    change_id: int


@dataclass(frozen=True, slots=True)
class _Key(_Touched):
    """And whether it is asked for."""

    at: datetime
    person_id: int | None
    door: str
    source: str


_T = TypeVar("_T", bound=_Touched)


@dataclass(frozen=True, slots=True)
class _Stop:
    """Enough has been looked at; ``place`` leads on."""

    place: Place


def _keys(rows: QuerySet[Revision], size: int) -> list[_Key]:
    facts = rows.values_list(
        "pk",
        "kind",
        "object_id",
        "change_id",
        "starts_at",
        "change__person_id",
        "change__door",
        "change__source",
    )
    return [_Key(row[0], Kind(row[1]), *row[2:]) for row in facts[:size]]


def _of_few_acts(narrowed: ChangeFilter, before: Place | None) -> list[_Key] | None:
    """All that was done by somebody, through a door or from a source, the latest first, when it
    is little: what somebody did once, long ago, is found without looking at all the rest."""
    if narrowed.person_id is None and not narrowed.door and not narrowed.source:
        return None
    acts = list(_acts(narrowed).values_list("pk", flat=True)[: _FEW_ACTS + 1])
    if len(acts) > _FEW_ACTS:
        return None
    rows = _at_those_moments(Revision.objects.filter(change_id__in=acts), narrowed)
    if before is not None:
        rows = rows.filter(_before(before))
    keys = _keys(rows.order_by(), _MANY + 1)
    if len(keys) > _MANY:
        return None
    return sorted(keys, key=lambda key: (key.at, key.pk), reverse=True)


def _acts(narrowed: ChangeFilter) -> QuerySet[Change]:
    rows = Change.objects.all()
    if narrowed.person_id is not None:
        rows = rows.filter(person_id=narrowed.person_id)
    if narrowed.door:
        rows = rows.filter(door=narrowed.door)
    if narrowed.source:
        rows = rows.filter(came_from(narrowed.source))
    return rows


def _by_moment(narrowed: ChangeFilter, before: Place | None) -> Iterator[list[_Key]]:
    """Everything that happened, the latest first, some at once."""
    size = _FIRST
    while True:
        rows = _at_those_moments(Revision.objects.all(), narrowed)
        if before is not None:
            # Said twice, so that the index on the moment is used on every database.
            rows = rows.filter(_before(before), starts_at__lte=before[0])
        keys = _keys(rows.order_by("-starts_at", "-pk"), size)
        yield keys
        if len(keys) < size:
            return
        before, size = (keys[-1].at, keys[-1].pk), min(4 * size, _MANY)


def _of_change(change_id: int, kind: Kind, below: int | None = None) -> Iterator[list[_Key]]:
    """What one change did to objects of one kind, the last first."""
    size = _FIRST
    while True:
        # A range and its order, so that every database reads by the index that holds the kind.
        rows = Revision.objects.filter(change_id=change_id, kind__gte=kind, kind__lte=kind)
        if below is not None:
            rows = rows.filter(pk__lt=below)
        keys = _keys(rows.order_by("-kind", "-pk"), size)
        yield keys
        if len(keys) < size:
            return
        # Mostly little is left to find: more at once pays where much may not be told.
        below, size = keys[-1].pk, _FIRST if below is None else min(4 * size, _MANY)


def _walk(
    objects: Among, narrowed: ChangeFilter, pages: Iterable[list[_Key]]
) -> Iterator[_Key | _Stop]:
    """Of pages of keys what is told and was asked for; at last where it stopped, if it did."""
    passed = 0
    for keys in pages:
        told, asked = _judged(objects, narrowed, keys)
        for key in keys:
            if key.pk in asked:
                yield key
            elif key.pk in told:
                passed += 1
                if passed >= MOST_LOOKED_AT:
                    yield _Stop((key.at, key.pk))
                    return


def _walk_of_change(
    objects: Among, narrowed: ChangeFilter, before: Place | None
) -> Iterator[_Key | _Stop]:
    """Everything told of the change that made one revision, by kind; nothing when that revision
    is not told of."""
    one = _keys(Revision.objects.filter(pk=narrowed.within), 1)
    if not one or not _judged(objects, narrowed, one)[1]:
        return
    last = _keys(Revision.objects.filter(pk=before[1]), 1) if before is not None else []
    kinds = list(_BY_WEIGHT)
    if last:
        kinds = kinds[kinds.index(last[0].kind) :]
    for kind in kinds:
        below = last[0].pk if last and last[0].kind is kind else None
        for found in _walk(objects, narrowed, _of_change(one[0].change_id, kind, below)):
            yield found
            if isinstance(found, _Stop):
                return


def _judged(
    objects: Among, narrowed: ChangeFilter, keys: Sequence[_Key]
) -> tuple[set[int], set[int]]:
    """Of these revisions those that may be told, and of them those asked for."""
    told = _told(objects, narrowed, keys)
    asked = _of_asked(objects, [key for key in told if _is_asked(key, narrowed)])
    return {key.pk for key in told}, {key.pk for key in asked}


def _told(objects: Among, narrowed: ChangeFilter, keys: Sequence[_T]) -> list[_T]:
    told = _of_objects(objects.told, [key for key in keys if key.kind in objects.told])
    if narrowed.veiled is not None:
        hidden = _under_veil(told, narrowed.veiled)
        told = [key for key in told if key.pk not in hidden]
    return told


def _of_asked(objects: Among, told: list[_T]) -> list[_T]:
    return told if objects.asked is objects.told else _of_objects(objects.asked, told)


def _of_objects(objects: Mapping[Kind, Any], keys: Sequence[_T]) -> list[_T]:
    numbers: dict[Kind, set[int]] = {}
    for key in keys:
        numbers.setdefault(key.kind, set()).add(key.object_id)
    there: dict[Kind, set[int]] = {}
    for kind, wanted in numbers.items():
        if kind in objects:
            there[kind] = {
                pk
                for batch in in_batches(sorted(wanted))
                for pk in objects[kind].filter(pk__in=batch).values_list("pk", flat=True)
            }
    return [key for key in keys if key.object_id in there.get(key.kind, ())]


def _under_veil(keys: Sequence[_Touched], veiled: Any) -> set[int]:
    """Those that show a service as it was while it was restricted, to whom that is not told."""
    services = [key for key in keys if key.kind is Kind.SERVICE]
    numbers = [key.pk for key in _of_objects({Kind.SERVICE: veiled}, services)]
    hidden: set[int] = set()
    for batch in in_batches(numbers):
        rows = Revision.objects.filter(_was_restricted(), pk__in=batch)
        hidden |= set(rows.values_list("pk", flat=True))
    return hidden


def _is_asked(key: _Key, narrowed: ChangeFilter) -> bool:
    return (
        (narrowed.since is None or key.at >= narrowed.since)
        and (narrowed.until is None or key.at <= narrowed.until)
        and narrowed.person_id in (None, key.person_id)
        and narrowed.door in ("", key.door)
        and narrowed.source in ("", told_source(key.source, key.door))
    )


def _before(place: Place) -> Q:
    return Q(starts_at__lt=place[0]) | Q(starts_at=place[0], pk__lt=place[1])


def _place_of(entry: HistoryEntry) -> Place:
    return entry.at, entry.number


def _entries(numbers: Sequence[int]) -> dict[int, ChangeEntry]:
    return {
        row.pk: _change_entry(row)
        for batch in in_batches(numbers)
        for row in Revision.objects.filter(pk__in=batch).select_related("change", "before")
    }


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Everything that one change did to the objects asked for: how many of each kind (those of
    which there may be more than were counted are ``capped``), and the first few."""

    id: int
    at: datetime
    counts: Mapping[Kind, int]
    entries: tuple[ChangeEntry, ...]
    capped: frozenset[Kind] = frozenset()


def groups_among(
    objects: Among, narrowed: ChangeFilter, *, before: Place | None, limit: int, few: int
) -> tuple[list[ChangeGroup], Place | None]:
    """What happened to these objects by change, the latest first, from before a place (moment and
    number of a change) on; with the place of the last when there are more, or may be (as above).
    A change of which nothing is told is not there, and takes no room on a page either."""
    found: list[_Group] = []
    passed = 0
    stop: Place | None = None
    for changes in _pages_of_changes(objects, narrowed, before, limit + 1):
        groups, told = _groups(objects, narrowed, [number for number, _ in changes])
        for number, at in changes:
            if number in groups:
                found.append(_Group(number, at, groups[number]))
            elif number in told:
                passed += 1
                stop = at, number
        if len(found) > limit:
            stop = found[limit - 1].at, found[limit - 1].id
            break
        if passed >= MOST_LOOKED_AT:
            break
        stop = None
    shown = found[:limit]
    wanted = {group.id: group.first(few) for group in shown}
    entries = _entries([number for numbers in wanted.values() for number in numbers])
    return [
        ChangeGroup(
            group.id,
            group.at,
            group.counts,
            tuple(entries[number] for number in wanted[group.id]),
            group.capped,
        )
        for group in shown
    ], stop


@dataclass(frozen=True, slots=True)
class _Group:
    id: int
    at: datetime
    numbers: Mapping[Kind, list[int]]

    @property
    def counts(self) -> dict[Kind, int]:
        return {kind: min(len(own), MOST_COUNTED) for kind, own in self.numbers.items()}

    @property
    def capped(self) -> frozenset[Kind]:
        # By what is told alone, however it was counted: else what is not would show in it.
        return frozenset(kind for kind, own in self.numbers.items() if len(own) > MOST_COUNTED)

    def first(self, few: int) -> list[int]:
        return [pk for kind in _BY_WEIGHT for pk in self.numbers.get(kind, ())[:few]][:few]


#: What comes first of a change that touched many things: what people look for.
_BY_WEIGHT = (Kind.SERVICE, Kind.ORGANIZATION, Kind.PERSON, Kind.CALENDAR, Kind.CONSUMPTION)


def _pages_of_changes(
    objects: Among, narrowed: ChangeFilter, before: Place | None, size: int
) -> Iterator[list[tuple[int, datetime]]]:
    """Numbers and moments of changes, the latest first, some at once."""
    while True:
        rows = _acts(narrowed).order_by("-at", "-pk")
        if objects.few is not None:
            among = _rows_of(objects.few, narrowed)
            rows = rows.filter(pk__in=among.values("change_id"))
        if narrowed.until is not None:
            # What a change did never begins before it.
            rows = rows.filter(at__lte=narrowed.until)
        if narrowed.since is not None:
            # It may begin later, when the machine's clock was set back: not by a day.
            rows = rows.filter(at__gte=narrowed.since - timedelta(days=1))
        if before is not None:
            at, number = before
            rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=number), at__lte=at)
        changes = list(rows.values_list("pk", "at")[:size])
        yield changes
        if len(changes) < size:
            return
        before, size = (changes[-1][1], changes[-1][0]), min(2 * size, 500)


def _groups(
    objects: Among, narrowed: ChangeFilter, numbers: Sequence[int]
) -> tuple[dict[int, dict[Kind, list[int]]], set[int]]:
    """Of these changes, by number, the revisions told and asked for by kind; and the changes of
    which something is told."""
    groups: dict[int, dict[Kind, list[int]]] = {}
    if objects.few is not None:
        few = _rows_of(objects.few, narrowed).filter(change_id__in=numbers).order_by("-pk")
        for number, kind, pk in few.values_list("change_id", "kind", "pk"):
            groups.setdefault(number, {}).setdefault(Kind(kind), []).append(pk)
        return groups, set(groups)
    seen: set[int] = set()
    left = sorted(numbers, reverse=True)
    while left:
        rows = Revision.objects.filter(change_id__in=left, change_id__gte=left[-1])
        rows = _at_those_moments(rows, narrowed).order_by("-change_id", "-kind", "-pk")
        # By whom and when was asked of the changes and of these rows already.
        facts = rows.values_list("pk", "kind", "object_id", "change_id")[:_TOGETHER]
        keys = [_Touched(pk, Kind(kind), *row) for pk, kind, *row in facts]
        large = keys[-1].change_id if len(keys) == _TOGETHER else None
        told = _told(objects, narrowed, [key for key in keys if key.change_id != large])
        seen |= {key.change_id for key in told}
        for key in _of_asked(objects, told):
            groups.setdefault(key.change_id, {}).setdefault(key.kind, []).append(key.pk)
        if large is None:
            break
        found = objects.remembered(large, partial(_large_group, objects, narrowed, large))
        if found:
            groups[large] = found
            seen.add(large)
        left = [number for number in left if number < large]
    return groups, seen


_ONE_OF_KIND = Prepared(
    lambda change, kind: Revision.objects.filter(change_id=change, kind=kind).values_list("pk")[:1]
)


def _large_group(objects: Among, narrowed: ChangeFilter, change_id: int) -> _Own:
    """The same of one change that touched very many things: so many of each kind are enough."""
    own: _Own = {}
    for kind in objects.asked:
        if not _ONE_OF_KIND.rows(change_id, str(kind)):
            continue
        for found in _walk(objects, narrowed, _of_change(change_id, kind)):
            if isinstance(found, _Stop):
                break
            own.setdefault(kind, []).append(found.pk)
            if len(own[kind]) > MOST_COUNTED:
                break
    return own


#: How a restricted service says so in its document, as it is kept: texts in it escape their quotes.
_RESTRICTED = '"restricted":true'


def _was_restricted() -> Q:
    return Q(document__contains=_RESTRICTED) | Q(
        before__isnull=False, before__document__contains=_RESTRICTED
    )


def _rows_of(numbers: Mapping[Kind, Sequence[int]], narrowed: ChangeFilter) -> QuerySet[Revision]:
    """Everything asked for that happened to a few objects."""
    among = Q(pk__in=())
    for kind, ids in numbers.items():
        if ids:
            among |= Q(kind=kind, object_id__in=ids)
    rows = _at_those_moments(Revision.objects.filter(among), narrowed)
    if narrowed.veiled is not None:
        services = numbers.get(Kind.SERVICE, ())
        veiled = narrowed.veiled.filter(pk__in=services)
        hidden = rows.filter(_was_restricted(), kind=Kind.SERVICE, object_id__in=veiled)
        rows = rows.exclude(pk__in=hidden.values("pk"))
    if narrowed.person_id is not None:
        rows = rows.filter(change__person_id=narrowed.person_id)
    if narrowed.door:
        rows = rows.filter(change__door=narrowed.door)
    if narrowed.source:
        rows = rows.filter(came_from(narrowed.source, "change__"))
    return rows


def _at_those_moments(rows: QuerySet[Revision], narrowed: ChangeFilter) -> QuerySet[Revision]:
    if narrowed.since is not None:
        rows = rows.filter(starts_at__gte=narrowed.since)
    if narrowed.until is not None:
        rows = rows.filter(starts_at__lte=narrowed.until)
    return rows


def _change_entry(row: Revision) -> ChangeEntry:
    return ChangeEntry(
        Kind(row.kind),
        row.object_id,
        row.change.note,
        entry_of(row),
    )
