"""Service hours by the reference of a calendar: may it be named, and who keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catenary.apps.calendars.operations.calendars import calendar_missing, keep_uses
from catenary.apps.calendars.policies import knows_calendar
from catenary.apps.calendars.queries import calendars_by_reference, users_of
from catenary.apps.portfolio.choices import CALENDAR_USER
from catenary.domain.actors import ChangeSet
from catenary.domain.documents.shapes import ServiceDocument
from catenary.domain.refusals import Refusal


def refused_hours(
    documents: Sequence[ServiceDocument], ids: Mapping[str, int], change: ChangeSet
) -> list[Refusal]:
    """Why services may not keep the calendars they name: none there, or none of a house of the
    actor's. What a service kept already it may keep. ``ids`` are those of services that exist."""
    named = {d.service_hours.calendar for d in documents if d.service_hours is not None} - {""}
    if not named:
        return []
    calendars = calendars_by_reference(named)
    keeping = users_of((row.id for row in calendars.values()), CALENDAR_USER)
    refusals = []
    for document in documents:
        reference = document.service_hours.calendar if document.service_hours else ""
        if not reference:
            continue
        row = calendars.get(reference)
        kept = row is not None and ids.get(document.reference) in keeping.get(row.id, ())
        if row is None or row.is_removed or not (kept or knows_calendar(change.actor, row.root_id)):
            path = ("services", document.reference, "service-hours")
            refusals.append(calendar_missing(document.reference, reference, path))
    return refusals


def keep_hours(documents: Sequence[ServiceDocument], ids: Mapping[str, int]) -> None:
    """Write down which calendar each of these services keeps, or that it keeps none."""
    named = {d.service_hours.calendar for d in documents if d.service_hours is not None} - {""}
    calendars = calendars_by_reference(named)
    keep_uses(
        kind=CALENDAR_USER,
        uses={
            ids[d.reference]: calendars[d.service_hours.calendar].id
            if d.service_hours is not None and d.service_hours.calendar
            else None
            for d in documents
        },
    )


def drop_hours(ids: Sequence[int]) -> None:
    """Services that are gone keep no calendar."""
    keep_uses(kind=CALENDAR_USER, uses=dict.fromkeys(ids))
