"""Calendars: service hours with a name, which services keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from catenary import clock
from catenary.api import objects
from catenary.api.answers import (
    json_answer,
    page_answer,
    place_after,
    place_of,
    sparse,
    wanted_fields,
)
from catenary.api.asking import READING, WRITING, Asking, asking_of
from catenary.api.bodies import mapping, read_json
from catenary.api.parameters import AfterText, Limit, Named, TakeOver, fields_of
from catenary.api.problems import Error, Trouble, not_found
from catenary.api.schemas_of_calendars import FILE
from catenary.api.writing import conflict, precondition_of, refusal
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.portfolio.queries.calendars import seen_calendars
from catenary.apps.portfolio.queries.seen import Seen
from catenary.domain.documents.calendars import calendar_to_plain
from catenary.domain.documents.plain import digest
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.amending import Conflicts
from catenary.exchange.icalendar.importing import bring_closed_days, brought_as_plain
from catenary.exchange.icalendar.lines import NotACalendar

router = Router(tags=["calendars"])
_KIND = "calendar"
_ONE = "/calendars/{organization}/{calendar}"
_BATCH = "/calendars/batch"

Owner = Annotated[
    str, Path(max_length=300, description="first part of the reference of a calendar")
]
CalendarKey = Annotated[
    str, Path(max_length=300, description="second part of the reference of a calendar")
]
Fields = Annotated[str, fields_of(objects.FIELDS[_KIND])]
DryRun = Annotated[bool, Query(description="say what would come of it, and change nothing")]
#: An ETag of nothing at all.
_NOTHING = "-"


@router.get("/calendars", auth=READING, operation_id="listCalendars")
def list_calendars(
    request: HttpRequest,
    q: Named = "",
    after: AfterText = "",
    limit: Limit = 20,
    fields: Fields = "",
) -> HttpResponse:
    """Calendars one may see: those of one's own top organization, and those that services of
    others keep which one may see."""
    place, wanted = place_of(after) if after else "", wanted_fields(fields)
    asking = asking_of(request)
    found: list[Seen] = []
    if asking.viewpoint is not None:
        found = seen_calendars(actor=asking.actor, viewpoint=asking.viewpoint)
    named = q.strip().casefold()
    matching = [
        seen
        for seen in found
        if named in seen.reference or named in str(seen.plain["name"]).casefold()
    ]
    rest = [seen for seen in matching if seen.reference > place]
    return page_answer(
        request,
        [sparse(objects.object_plain(_KIND, seen), wanted) for seen in rest[:limit]],
        total=len(matching),
        total_is_capped=False,
        after=place_after(rest[limit - 1].reference) if len(rest) > limit else None,
    )


@router.post(_BATCH, auth=READING, operation_id="getCalendars")
def get_calendars(request: HttpRequest) -> HttpResponse:
    """Up to 1,000 calendars by reference."""
    return objects.batch(request, _KIND, _many)


@router.get(_ONE, auth=READING, operation_id="getCalendar")
def get_calendar(
    request: HttpRequest, organization: Owner, calendar: CalendarKey, fields: Fields = ""
) -> HttpResponse:
    """One calendar, as it is written."""
    return objects.get_one(request, _KIND, f"{organization}/{calendar}", fields)


@router.put(_ONE, auth=WRITING, operation_id="putCalendar")
def put_calendar(
    request: HttpRequest, organization: Owner, calendar: CalendarKey, take_over: TakeOver = False
) -> HttpResponse:
    """Create the calendar, or replace all that it says. Public holidays are worked out now."""
    return objects.put_one(request, _KIND, f"{organization}/{calendar}", take_over)


@router.patch(_ONE, auth=WRITING, operation_id="patchCalendar")
def patch_calendar(
    request: HttpRequest, organization: Owner, calendar: CalendarKey, take_over: TakeOver = False
) -> HttpResponse:
    """Change parts of what it says, by a JSON merge patch."""
    return objects.patch(request, _KIND, f"{organization}/{calendar}", take_over)


@router.delete(_ONE, auth=WRITING, operation_id="deleteCalendar")
def delete_calendar(
    request: HttpRequest, organization: Owner, calendar: CalendarKey, take_over: TakeOver = False
) -> HttpResponse:
    """Remove a calendar that nobody keeps and nothing is made of. Its history stays."""
    return objects.delete_one(request, _KIND, f"{organization}/{calendar}", take_over)


@router.post(f"{_ONE}/closed-days", auth=WRITING, operation_id="closeDays")
def close_days(
    request: HttpRequest,
    organization: Owner,
    calendar: CalendarKey,
    dry_run: DryRun = False,
    take_over: TakeOver = False,
) -> HttpResponse:
    """Close the whole days of an iCalendar file, from today for three years: all of them or none,
    in one change. Days that are unlike others already stay as they are; events that close no day
    are told with their line. With `dry_run` it is answered, or refused, as it would be."""
    asking, reference = asking_of(request), f"{organization}/{calendar}"
    wanted = precondition_of(request)
    raw = _file(mapping(read_json(request), FILE))
    found = _many(asking, [reference])
    shown = next(iter(found), None)
    if shown is None:
        raise not_found(_KIND, reference)
    seen = None
    if wanted.is_new or wanted.digests:
        fits = wanted.digests is not None and shown.digest in wanted.digests
        seen = shown.kept_digest if fits else _NOTHING
    try:
        brought = bring_closed_days(
            actor=asking.actor,
            at=clock.now(),
            reference=reference,
            raw=raw,
            seen=seen,
            dry_run=dry_run,
            take_over=take_over,
        )
    except NotACalendar as wrong:
        error = Error(str(wrong), "/icalendar", code="unreadable")
        raise Trouble("invalid", str(wrong), [error]) from None
    except Refused as refused:
        if {each.code for each in refused.refusals} == {"calendar-missing"}:
            raise not_found(_KIND, reference) from None
        raise refusal(refused, {reference: "/icalendar"}) from None
    except Conflicts as conflicts:
        raise conflict(conflicts, asking) from None
    except CatalogueBusy as busy:
        detail = "another program is writing to the catalogue; nothing was changed"
        raise Trouble("busy", detail, headers={"Retry-After": "5"}) from busy
    etag = digest(calendar_to_plain(brought.document))
    told = {"reference": reference, "dry-run": dry_run, **brought_as_plain(brought), "etag": etag}
    return json_answer(told, headers={} if dry_run else {"ETag": f'"{etag}"'})


def _file(body: dict[str, object]) -> bytes:
    text = body.get("icalendar")
    if not isinstance(text, str):
        error = Error("this is no text", "/icalendar", code="invalid", expected=FILE["icalendar"])
        raise Trouble("invalid", "icalendar is not what was expected", [error])
    return text.encode("utf-8", "replace")


def _many(asking: Asking, references: Sequence[str]) -> Iterable[Seen]:
    if asking.viewpoint is None:
        return ()
    return seen_calendars(actor=asking.actor, viewpoint=asking.viewpoint, references=references)
