"""Reading calendars. Which of another top organization may be seen is for the portfolio to say,
which knows who uses them: see `portfolio.queries.calendars`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db.models import QuerySet

from catenary.apps.calendars.models import Calendar, CalendarPart, CalendarUse, HolidayEdition
from catenary.apps.common.queries import in_batches
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import all_documents, current_documents
from catenary.apps.organizations.queries import Managed
from catenary.domain.documents.calendars import read_calendar
from catenary.domain.documents.shapes import CalendarDocument
from catenary.domain.findings import Problem
from catenary.domain.references import is_reference


class DamagedCalendar(Exception):
    """A stored calendar no longer reads: the database was changed behind the product's back."""


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar as other rooms need it; ``path`` and ``root_id`` are those of its organization."""

    id: int
    reference: str
    name: str
    organization_id: int
    path: str
    root_id: int
    is_removed: bool


@dataclass(frozen=True, slots=True)
class Edition:
    """Which holidays a calendar was made with: the version of the library and the years it
    looked at."""

    country: str
    region: str
    library: str
    first_year: int
    last_year: int
    days: tuple[tuple[date, str], ...]


_ROW = (
    "pk",
    "reference",
    "name",
    "organization_id",
    "organization__path",
    "organization__root_id",
    "removed_at",
)


def _rows(queryset: QuerySet[Calendar]) -> list[CalendarRow]:
    return [
        CalendarRow(pk, reference, name, organization_id, path, root_id, removed_at is not None)
        for pk, reference, name, organization_id, path, root_id, removed_at in queryset.values_list(
            *_ROW
        )
    ]


def _some_at_a_time(references: Iterable[str]) -> Iterator[list[str]]:
    """What are references at all, so many together as a database takes parameters."""
    found = sorted(reference for reference in set(references) if is_reference(reference))
    for start in range(0, len(found), 900):
        yield found[start : start + 900]


def calendars_by_reference(references: Iterable[str]) -> dict[str, CalendarRow]:
    """Calendars by reference, removed ones too."""
    found: dict[str, CalendarRow] = {}
    for batch in _some_at_a_time(references):
        rows = _rows(Calendar.objects.filter(reference__in=batch))
        found.update({row.reference: row for row in rows})
    return found


def all_calendars() -> list[CalendarRow]:
    """Every calendar there is now, in order of reference."""
    return _rows(Calendar.objects.filter(removed_at__isnull=True).order_by("reference"))


def managed_calendars(references: Iterable[str] | None = None) -> dict[str, Managed]:
    """Digest and managing source of calendars that exist now, by reference."""
    rows = Calendar.objects.filter(removed_at__isnull=True)
    columns = ("reference", "pk", "digest", "managed_by")
    if references is None:
        return {row[0]: Managed(*row[1:]) for row in rows.values_list(*columns)}
    found: dict[str, Managed] = {}
    for batch in _some_at_a_time(references):
        some = rows.filter(reference__in=batch)
        found.update({row[0]: Managed(*row[1:]) for row in some.values_list(*columns)})
    return found


def calendar_documents(
    references: Iterable[str] | None = None, at: datetime | None = None
) -> dict[str, CalendarDocument]:
    """What calendars say now, or said at a moment, by reference: all, or these."""
    rows = Calendar.objects.all()
    names: dict[int, str] = {}
    if references is None:
        names = dict(rows.values_list("pk", "reference"))
    else:
        for batch in _some_at_a_time(references):
            names.update(rows.filter(reference__in=batch).values_list("pk", "reference"))
    if at is None:
        said = current_documents(Kind.CALENDAR, names)
    else:
        said = dict(all_documents(Kind.CALENDAR, at))
    return {
        reference: _document(reference, said[number])
        for number, reference in sorted(names.items(), key=lambda pair: pair[1])
        if number in said
    }


def _document(reference: str, plain: dict[str, object]) -> CalendarDocument:
    problems: list[Problem] = []
    found = read_calendar(reference, plain, problems, ("calendars", reference))
    if found is None:
        raise DamagedCalendar(f"{reference}: {problems[0].sentence}")
    return found


def with_parts(references: Iterable[str]) -> dict[str, CalendarDocument]:
    """What these calendars say, with everything they are made of. Missing ones are left out."""
    found: dict[str, CalendarDocument] = {}
    wanted = set(references)
    while wanted:
        some = calendar_documents(wanted)
        found.update(some)
        # What was looked for and is not there is not looked for again.
        asked = wanted | set(found)
        wanted = {part for said in some.values() for part in said.parts} - asked
    return found


def editions_of(calendars: Mapping[str, CalendarDocument]) -> dict[tuple[str, str], Edition]:
    """The holidays that these calendars were made with, by country and region."""
    found: dict[tuple[str, str], Edition] = {}
    dated = [reference for reference, said in calendars.items() if said.holidays is not None]
    for batch in _some_at_a_time(dated):
        rows = HolidayEdition.objects.filter(
            pk__in=Calendar.objects.filter(reference__in=batch).values("holidays_id")
        ).order_by("pk")
        for row in rows:
            found[row.country, row.region] = Edition(
                row.country,
                row.region,
                row.library,
                row.first_year,
                row.last_year,
                tuple((date.fromisoformat(day), name) for day, name in orjson.loads(row.days)),
            )
    return found


def time_zones_of(reference: str) -> str:
    """The version of the time-zone data that a calendar was made with; empty without one."""
    versions = Calendar.objects.filter(reference=reference).values_list("time_zones", flat=True)
    return versions.first() or ""


def users_of(calendar_ids: Iterable[int], kind: str) -> dict[int, list[int]]:
    """The numbers of those who keep the hours of each calendar."""
    found: dict[int, list[int]] = {}
    for batch in in_batches(sorted(set(calendar_ids))):
        rows = CalendarUse.objects.filter(calendar_id__in=batch, kind=kind).order_by("user_id")
        for calendar_id, user_id in rows.values_list("calendar_id", "user_id"):
            found.setdefault(calendar_id, []).append(user_id)
    return found


def wholes_of(calendar_ids: Iterable[int]) -> dict[int, list[str]]:
    """References of the calendars made of each calendar."""
    found: dict[int, list[str]] = {}
    for batch in in_batches(sorted(set(calendar_ids))):
        rows = CalendarPart.objects.filter(part_id__in=batch, whole__removed_at__isnull=True)
        for part_id, reference in rows.order_by("whole__reference").values_list(
            "part_id", "whole__reference"
        ):
            found.setdefault(part_id, []).append(reference)
    return found


def in_use_by(kind: str, user_ids: Iterable[int]) -> set[int]:
    """Numbers of the calendars whose hours these keep, with those that they are made of."""
    found: set[int] = set()
    for batch in in_batches(sorted(set(user_ids))):
        rows = CalendarUse.objects.filter(kind=kind, user_id__in=batch)
        found.update(rows.values_list("calendar_id", flat=True))
    latest = set(found)
    while latest:
        parts: set[int] = set()
        for batch in in_batches(sorted(latest)):
            rows_of = CalendarPart.objects.filter(whole_id__in=batch)
            parts.update(rows_of.values_list("part_id", flat=True))
        latest = parts - found
        found |= latest
    return found


def calendars_at_home(root_id: int, path: str) -> QuerySet[Any, Any]:
    """Numbers of the calendars of a top organization, at or below ``path``; removed ones too."""
    rows = Calendar.objects.filter(organization__root_id=root_id)
    if path:
        rows = rows.filter(organization__path__startswith=path)
    return rows.values("pk")


def calendars_in(organizations: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Numbers of the calendars of these organizations; removed ones too."""
    return Calendar.objects.filter(organization_id__in=organizations).values("pk")
