"""Calendars: service hours with a name, which services keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from catenary.api import objects
from catenary.api.answers import page_answer, place_after, place_of, sparse, wanted_fields
from catenary.api.asking import READING, WRITING, Asking, asking_of
from catenary.api.parameters import AfterText, Limit, Named, TakeOver, fields_of
from catenary.apps.portfolio.queries.calendars import seen_calendars
from catenary.apps.portfolio.queries.seen import Seen

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


def _many(asking: Asking, references: Sequence[str]) -> Iterable[Seen]:
    if asking.viewpoint is None:
        return ()
    return seen_calendars(actor=asking.actor, viewpoint=asking.viewpoint, references=references)
