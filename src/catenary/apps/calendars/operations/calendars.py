"""Defining and removing calendars, and saying who uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catenary.apps.calendars.models import Calendar, CalendarPart, CalendarUse
from catenary.apps.calendars.operations.holidays import editions_for, time_zones_version
from catenary.apps.calendars.policies import knows_calendar, may_define_calendar
from catenary.apps.calendars.queries import (
    CalendarRow,
    calendars_by_reference,
    wholes_of,
    with_parts,
)
from catenary.apps.common.operations import insert_rows, reserve_ids, update_rows
from catenary.apps.common.queries import in_batches
from catenary.apps.history.choices import Action, Kind
from catenary.apps.history.operations import NewRevision, append_revisions
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_key
from catenary.domain.actors import ChangeSet
from catenary.domain.documents.calendars import calendar_to_plain
from catenary.domain.documents.plain import digest
from catenary.domain.documents.shapes import CalendarDocument
from catenary.domain.references import organization_of
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import said


def define_calendars(*, documents: Sequence[CalendarDocument], change: ChangeSet) -> dict[str, int]:
    """Create or change calendars so that they say what ``documents`` say; their numbers.

    Calendars may be made of others of the batch. Public holidays are worked out now and kept.
    Raises `Refused` with every reason; then nothing is written.
    """
    organizations = organizations_by_key(
        {d.organization for d in documents} | {organization_of(d.reference) for d in documents}
    )
    known = calendars_by_reference(
        {d.reference for d in documents} | {part for d in documents for part in d.parts}
    )
    refusals = _refused(documents, organizations, known, change)
    if refusals:
        raise Refused(refusals)

    editions = editions_for((d.holidays for d in documents if d.holidays is not None), change.at)
    fresh = [d for d in documents if d.reference not in known]
    ids = {reference: row.id for reference, row in known.items()}
    ids.update(zip((d.reference for d in fresh), reserve_ids(Calendar, len(fresh)), strict=True))
    plains = {d.reference: calendar_to_plain(d) for d in documents}
    columns = (
        "reference",
        "name",
        "organization_id",
        "holidays_id",
        "time_zones",
        "digest",
        "managed_by",
        "removed_at",
    )
    rows = [
        (
            d.reference,
            d.name,
            organizations[d.organization].id,
            None if d.holidays is None else editions[d.holidays.country, d.holidays.region],
            time_zones_version(),
            digest(plains[d.reference]),
            change.source,
            None,
            ids[d.reference],
        )
        for d in documents
    ]
    insert_rows(Calendar, [*columns, "id"], (row for row in rows if row[0] not in known))
    update_rows(Calendar, columns, (row for row in rows if row[0] in known))
    _write_parts(documents, ids)
    append_revisions(
        change=change,
        revisions=[
            NewRevision(
                Kind.CALENDAR,
                ids[d.reference],
                d.reference,
                _action(known.get(d.reference)),
                plains[d.reference],
            )
            for d in documents
        ],
    )
    return {d.reference: ids[d.reference] for d in documents}


def remove_calendars(*, references: Sequence[str], change: ChangeSet) -> None:
    """Remove calendars nobody keeps and nothing is made of. The reference and history stay.

    Raises `Refused` with everything that still needs one.
    """
    rows = {r: row for r, row in calendars_by_reference(references).items() if not row.is_removed}
    ids = [row.id for row in rows.values()]
    wholes, users = wholes_of(ids), _used(ids)
    leaving = set(references)
    refusals = []
    for reference in references:
        place = ("calendars", reference)
        row = rows.get(reference)
        if row is None or not may_define_calendar(change.actor, row.path):
            refusals.append(_not_allowed(reference, place))
            continue
        holders = [whole for whole in wholes.get(row.id, []) if whole not in leaving]
        if holders or row.id in users:
            refusals.append(
                Refusal(
                    "still-needed",
                    reference,
                    place,
                    said("{holder} is still made of {reference}", holders[0], reference)
                    if holders
                    else said("services still keep the hours of {reference}", reference),
                    said("give them other hours first"),
                )
            )
    if refusals:
        raise Refused(refusals)
    for batch in in_batches(ids):
        CalendarPart.objects.filter(whole_id__in=batch).delete()
        Calendar.objects.filter(pk__in=batch).update(removed_at=change.at)
    append_revisions(
        change=change,
        revisions=[
            NewRevision(Kind.CALENDAR, row.id, reference, Action.REMOVED, None)
            for reference, row in rows.items()
        ],
    )


def keep_uses(*, kind: str, uses: Mapping[int, int | None]) -> None:
    """Say which calendar each user keeps from now on, by their numbers; none when none."""
    for batch in in_batches(uses):
        CalendarUse.objects.filter(kind=kind, user_id__in=batch).delete()
    kept = [(calendar, kind, user) for user, calendar in uses.items() if calendar is not None]
    insert_rows(CalendarUse, ["calendar_id", "kind", "user_id"], kept)


def _used(calendar_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for batch in in_batches(calendar_ids):
        rows = CalendarUse.objects.filter(calendar_id__in=batch)
        found.update(rows.values_list("calendar_id", flat=True))
    return found


def _write_parts(documents: Sequence[CalendarDocument], ids: Mapping[str, int]) -> None:
    for batch in in_batches([ids[d.reference] for d in documents]):
        CalendarPart.objects.filter(whole_id__in=batch).delete()
    insert_rows(
        CalendarPart,
        ["whole_id", "part_id"],
        ((ids[d.reference], ids[part]) for d in documents for part in d.parts),
    )


def _action(row: CalendarRow | None) -> Action:
    if row is None:
        return Action.CREATED
    return Action.RESTORED if row.is_removed else Action.CHANGED


def _refused(
    documents: Sequence[CalendarDocument],
    organizations: Mapping[str, OrganizationRow],
    known: Mapping[str, CalendarRow],
    change: ChangeSet,
) -> list[Refusal]:
    refusals = []
    batch = {d.reference: d for d in documents}
    for document in documents:
        place = ("calendars", document.reference)
        organization = organizations.get(document.organization)
        row = known.get(document.reference)
        born = organizations.get(organization_of(document.reference))
        if organization is None and change.actor.is_operator:
            refusals.append(
                Refusal(
                    "organization-missing",
                    document.reference,
                    (*place, "organization"),
                    said("there is no organization {key} whose it could be", document.organization),
                    said("define the organization, or correct the reference"),
                )
            )
        elif (
            organization is None
            or not may_define_calendar(change.actor, organization.path)
            or not (
                change.actor.is_operator
                or (born is not None and may_define_calendar(change.actor, born.path))
                if row is None
                else may_define_calendar(change.actor, row.path)
            )
        ):
            # The same words when there is no such organization: who else is here is not told.
            refusals.append(_not_allowed(document.reference, place))
        for part in document.parts:
            found = known.get(part)
            is_there = found is not None and not found.is_removed
            if part not in batch and not (
                is_there and found is not None and knows_calendar(change.actor, found.root_id)
            ):
                refusals.append(calendar_missing(document.reference, part, place))
    if not refusals:
        refusals += _made_of_themselves(documents, known)
    return refusals


def _made_of_themselves(
    documents: Sequence[CalendarDocument], known: Mapping[str, CalendarRow]
) -> list[Refusal]:
    batch = {d.reference: d for d in documents}
    parts = {part for d in documents for part in d.parts if part not in batch}
    above = {**with_parts(parts), **batch}
    refusals = []
    for document in documents:
        seen: set[str] = set()
        latest = set(document.parts)
        while latest and document.reference not in seen:
            seen |= latest
            latest = {p for r in latest if r in above for p in above[r].parts} - seen
        if document.reference in seen:
            refusals.append(
                Refusal(
                    "calendar-loop",
                    document.reference,
                    ("calendars", document.reference),
                    said("{reference} would be made of itself", document.reference),
                    said("make it of calendars that are not made of it"),
                )
            )
    return refusals


def calendar_missing(reference: str, missing: str, path: tuple[str | int, ...]) -> Refusal:
    """Why something may not name a calendar: the same words whether it does not exist or is not
    to be seen."""
    return Refusal(
        "calendar-missing",
        reference,
        path,
        said("there is no calendar {missing} that you may see", missing),
        said("define it, or correct the reference"),
    )


def _not_allowed(reference: str, path: tuple[str | int, ...]) -> Refusal:
    return Refusal(
        "not-allowed",
        reference,
        path,
        said("you may not define {reference}", reference),
        said("ask a catalogue editor of its organization, or correct whose it is"),
    )
