"""The pages of calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary.apps.organizations.queries import organizations_by_id
from catenary.apps.portfolio.queries.calendars import (
    CalendarView,
    calendar_view,
    hours_of_calendars,
    visible_calendars,
)
from catenary.clock import now
from catenary.domain.documents.hours import describe
from catenary.domain.documents.shapes import CalendarDocument
from catenary.domain.service_hours import Hours
from catenary.domain.service_hours.days import Day, days_of
from catenary.exchange.icalendar.writing import openings_feed
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.calendars.may import may_edit, may_make
from catenary.web.calendars.picture import week_picture
from catenary.web.calendars.words import open_now, service_time, spans_in_words, zone_of
from catenary.web.feed_addresses import feed_box
from catenary.web.marks import organization_link
from catenary.web.pages.calendars import (
    CalendarDay,
    CalendarLine,
    CalendarMonth,
    CalendarPage,
    CalendarsPage,
)
from catenary.web.pages.sentences import Link, Sentence, say
from catenary.web.reading import figure, in_words

_AHEAD = 366
#: So many calendars of a house are told with whether they are open; more would take long.
_TOLD = 200


@require_safe
@signed_in
def calendars(asking: Asking) -> HttpResponse:
    """Every calendar one may see, and whether it is open now."""
    rows = visible_calendars(asking.actor, asking.viewpoint) if asking.viewpoint else []
    owners = organizations_by_id({row.organization_id for row in rows})
    moment = now()
    known = hours_of_calendars(row.reference for row in rows[:_TOLD])
    lines = []
    for row in rows:
        hours = known.get(row.reference)
        lines.append(
            CalendarLine(
                Link(row.name, addresses.calendar(row.reference), row.reference),
                organization_link(owners[row.organization_id]),
                open_now(hours, moment) if hours is not None else "",
            )
        )
    told = ngettext("{n} calendar that you may see.", "{n} calendars that you may see.", len(rows))
    new_url = reverse("calendar-new") if may_make(asking) else ""
    page = CalendarsPage(say(told, n=figure(len(rows))), tuple(lines), new_url)
    return page_response(asking, "calendars.html", page)


@require_safe
@signed_in
def calendar(asking: Asking, organization: str, key: str) -> HttpResponse:
    """One calendar: this week as a picture, and the year ahead."""
    view = _found(asking, f"{organization}/{key}")
    place = view.row.reference.split("/")
    is_home = asking.viewpoint is not None and view.row.root_id == asking.viewpoint.root_id
    may, said = may_edit(asking, view), view.document.hours
    # Round the clock, or made of others, it has no dates of its own.
    has_dates = said is not None and not said.is_always
    page = replace(
        _page(view, now()),
        feed=feed_box(asking, view.row.reference),
        edit_url=reverse("calendar-edit", args=place) if may else "",
        closed_days_url=reverse("calendar-closed-days", args=place) if may and has_dates else "",
        history_url=reverse("calendar-history", args=place) if is_home else "",
    )
    return page_response(asking, "calendar.html", page)


@require_safe
@signed_in
def feed(asking: Asking, organization: str, key: str) -> HttpResponse:
    """The openings of the year ahead, for a calendar program."""
    view = _found(asking, f"{organization}/{key}")
    if view.hours is None:
        raise Http404
    text = openings_feed(view.row.reference, view.row.name, view.hours, now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}.ics"'
    return response


def _found(asking: Asking, reference: str) -> CalendarView:
    """The calendar as the asker sees it; what one may not see is not there."""
    if asking.viewpoint is None:
        raise Http404
    view = calendar_view(actor=asking.actor, viewpoint=asking.viewpoint, reference=reference)
    if view is None:
        raise Http404
    return view


def _page(view: CalendarView, at: datetime) -> CalendarPage:
    document, hours = view.document, view.hours
    services = tuple(Link(row.name, addresses.service(row.reference)) for row in view.services)
    more = view.service_count - len(services)
    page = CalendarPage(
        name=document.name,
        reference=document.reference,
        organization=organization_link(view.organization),
        answer=Sentence(),
        description=document.description,
        rule=_rule(document, view.parts),
        services=services,
        more_services=ngettext("and {n} more", "and {n} more", more).format(n=figure(more))
        if more
        else "",
        wholes=tuple(
            Link(whole.name, addresses.calendar(whole.reference)) for whole in view.wholes
        ),
        made_with=_made_with(view),
    )
    if hours is None:
        return replace(page, problem=_("What it is made of is missing, so nobody can say."))
    zone = zone_of(hours)
    here = at.astimezone(ZoneInfo(zone))
    today = here.date()
    monday = today - timedelta(days=today.weekday())
    named = _names(view)
    week = days_of(hours, zone, monday, 7)
    return replace(
        page,
        answer=Sentence((open_now(hours, at),)),
        zone=zone,
        week_svg=week_picture(
            week,
            [date_format(day.day, "D") for day in week],
            today=today.weekday(),
            minute=here.hour * 60 + here.minute,
        ),
        week=tuple(_day(day, named, today) for day in week),
        months=_months(hours, zone, today, named),
        feed_url=addresses.calendar_feed(document.reference),
    )


def _rule(document: CalendarDocument, parts: Mapping[str, CalendarDocument]) -> Sentence:
    """What is said of it, with the names of what it is made of."""

    def links(references: tuple[str, ...]) -> list[Link]:
        return [
            Link(parts[r].name, addresses.calendar(r)) if r in parts else Link(r)
            for r in references
        ]

    if document.hours is not None:
        opens = say("{hours}", hours=in_words(describe(document.hours)))
    elif document.any_of:
        opens = say(_("Open while any of these is: {calendars}"), calendars=links(document.any_of))
    else:
        opens = say(_("Open while all of these are: {calendars}"), calendars=links(document.all_of))
    if not document.without:
        return opens
    closed = say(_("; closed while open: {calendars}"), calendars=links(document.without))
    return Sentence((*opens.pieces, *closed.pieces))


def _made_with(view: CalendarView) -> tuple[str, ...]:
    told = [
        _("Public holidays of {region}, {first} to {last}, from {library}").format(
            region="-".join(filter(None, (edition.country, edition.region))),
            first=edition.first_year,
            last=edition.last_year,
            library=edition.library,
        )
        for edition in view.editions
    ]
    return (*told, _("Time zones of {version}").format(version=view.time_zones))


def _names(view: CalendarView) -> dict[date, str]:
    """Why dates are unlike others. An exception comes before a holiday."""
    holidays = {day: name for edition in view.editions for day, name in edition.days}
    return holidays | {
        exception.first + timedelta(days=away): exception.name or _("Exception")
        for document in view.parts.values()
        for exception in document.exceptions
        for away in range((exception.last - exception.first).days + 1)
    }


def _day(day: Day, named: Mapping[date, str], today: date) -> CalendarDay:
    return CalendarDay(
        f"{date_format(day.day, 'D')}, {date_format(day.day, 'MONTH_DAY_FORMAT')}",
        spans_in_words(day.spans),
        service_time(day.length),
        named.get(day.day, ""),
        day.day == today,
    )


def _months(
    hours: Hours, zone: str, today: date, named: Mapping[date, str]
) -> tuple[CalendarMonth, ...]:
    months: dict[tuple[int, int], list[Day]] = {}
    first = today.replace(day=1)
    for day in days_of(hours, zone, first, _AHEAD):
        months.setdefault((day.day.year, day.day.month), []).append(day)
    return tuple(
        CalendarMonth(
            date_format(days[0].day, "YEAR_MONTH_FORMAT"),
            service_time(sum(day.length for day in days)),
            tuple(_day(day, named, today) for day in days if day.day in named),
        )
        for days in list(months.values())[:12]
    )
