"""What was done, act by act, for those who look after an installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from catenary.apps.history.choices import Kind
from catenary.apps.history.models import Change, Revision
from catenary.apps.history.queries import said_in
from catenary.domain.actors import told_source


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
            source=told_source(changes[number].source, changes[number].door),
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
                before=said_in(row.before.document) if is_person and row.before else None,
                after=said_in(row.document) if is_person else None,
            )
        )
    return found
