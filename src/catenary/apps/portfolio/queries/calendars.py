"""Calendars as somebody sees them, and when services are open.

Within a top organization calendars are open to its members. One of another top organization is
there only when something seen from here uses it, directly or through a calendar made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catenary.apps.calendars.queries import (
    CalendarRow,
    Edition,
    all_calendars,
    calendar_documents,
    calendars_by_reference,
    editions_of,
    in_use_by,
    time_zones_of,
    users_of,
    wholes_of,
    with_parts,
)
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_id
from catenary.apps.portfolio.choices import CALENDAR_USER
from catenary.apps.portfolio.queries.catalogue import ServiceSummary, summaries
from catenary.apps.portfolio.queries.documents import service_hours_said
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.seen import Seen
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.calendars import calendar_to_plain
from catenary.domain.documents.plain import digest
from catenary.domain.documents.shapes import CalendarDocument, ServiceHours
from catenary.domain.service_hours import Hours, HoursUnknown, hours_of

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A calendar as it may be seen. ``hours`` is absent when they cannot be worked out;
    ``parts`` are those that it is made of, in every depth."""

    row: CalendarRow
    document: CalendarDocument
    organization: OrganizationRow
    hours: Hours | None
    parts: Mapping[str, CalendarDocument]
    editions: tuple[Edition, ...]
    time_zones: str
    services: tuple[ServiceSummary, ...]
    service_count: int
    wholes: tuple[CalendarRow, ...]


def visible_calendars(actor: Actor, viewpoint: Viewpoint) -> list[CalendarRow]:
    """The calendars that may be seen, in order of reference."""
    seen = _used_from(actor, viewpoint)
    return [row for row in all_calendars() if row.root_id == viewpoint.root_id or row.id in seen]


def seen_calendars(
    *, actor: Actor, viewpoint: Viewpoint, references: Iterable[str] | None = None
) -> list[Seen]:
    """Calendars as plain documents, for programs: all that may be seen, in order of reference, or
    those of these."""
    rows = visible_calendars(actor, viewpoint)
    wanted = None if references is None else set(references)
    names = [row.reference for row in rows if wanted is None or row.reference in wanted]
    found = []
    for reference, document in sorted(calendar_documents(names).items()):
        plain = calendar_to_plain(document)
        tag = digest(plain)
        found.append(Seen(reference, plain, tag, tag))
    return found


def calendar_view(*, actor: Actor, viewpoint: Viewpoint, reference: str) -> CalendarView | None:
    """One calendar as the actor sees it from the viewpoint; none when there is none to see."""
    row = calendars_by_reference([reference]).get(reference)
    if row is None or row.is_removed:
        return None
    if row.root_id != viewpoint.root_id and row.id not in _used_from(actor, viewpoint):
        return None
    documents = with_parts([reference])
    editions = editions_of(documents)
    estate = current_estate()
    here = estate.organization_position(viewpoint.organization_id)
    if here is None:
        return None
    keeping = np.isin(estate.service_ids, users_of([row.id], CALENDAR_USER).get(row.id, []))
    places = np.flatnonzero(keeping & visible_services(estate, actor, viewpoint))
    known = {calendar.reference: calendar for calendar in visible_calendars(actor, viewpoint)}
    return CalendarView(
        row,
        documents[reference],
        organizations_by_id([row.organization_id])[row.organization_id],
        _worked_out(ServiceHours(calendar=reference), documents, editions),
        documents,
        tuple(editions.values()),
        time_zones_of(reference),
        summaries(estate, viewpoint, places[:_SHOWN], estate.roles_seen_from(here)),
        len(places),
        tuple(known[whole] for whole in wholes_of([row.id]).get(row.id, ()) if whole in known),
    )


def hours_if(view: CalendarView, document: CalendarDocument) -> Hours | None:
    """The hours of a calendar if it said this; none where they cannot be worked out. Nothing is
    asked of the database: of public holidays, those are known that it keeps now."""
    return _worked_out(
        ServiceHours(calendar=document.reference),
        {**view.parts, document.reference: document},
        {(edition.country, edition.region): edition for edition in view.editions},
    )


def hours_of_calendars(references: Iterable[str]) -> dict[str, Hours | None]:
    """The hours of calendars somebody may see; none where they cannot be worked out."""
    wanted = list(references)
    documents = with_parts(wanted)
    editions = editions_of(documents)
    return {
        reference: _worked_out(ServiceHours(calendar=reference), documents, editions)
        for reference in wanted
    }


def calendar_names(references: Iterable[str]) -> dict[str, str]:
    """The names of calendars that services somebody sees keep, by reference."""
    return {r: row.name for r, row in calendars_by_reference(references).items()}


def hours_kept(said: ServiceHours, at: datetime | None = None) -> Hours | None:
    """The hours that a service somebody may see keeps, with those of its calendar as it is today
    (or said ``at`` a moment); none when they cannot be worked out. Without a calendar nothing is
    asked of the database."""
    documents: Mapping[str, CalendarDocument] = {}
    if said.calendar:
        documents = calendar_documents(at=at) if at else with_parts([said.calendar])
    return _worked_out(said, documents, editions_of(documents) if documents else {})


def hours_of_services(ids: Iterable[int]) -> dict[int, Hours | None]:
    """The hours that services somebody may see keep, by number: none when they cannot be worked
    out. Those that say none are missing. A handful of queries for all."""
    kept = service_hours_said(ids)
    documents = with_parts({said.calendar for said in kept.values() if said.calendar})
    editions = editions_of(documents) if documents else {}
    # Thousands of services keep the same few hours.
    hours = {said: _worked_out(said, documents, editions) for said in set(kept.values())}
    return {number: hours[said] for number, said in kept.items()}


def _worked_out(
    said: ServiceHours,
    documents: Mapping[str, CalendarDocument],
    editions: Mapping[tuple[str, str], Edition],
) -> Hours | None:
    try:
        return hours_of(said, documents, {pair: found.days for pair, found in editions.items()})
    except HoursUnknown:
        return None


def _used_from(actor: Actor, viewpoint: Viewpoint) -> set[int]:
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    return in_use_by(CALENDAR_USER, estate.service_ids[seen].tolist())
