"""Calendars written in the browser, and their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catenary import clock
from catenary.apps.calendars.queries import managed_calendars
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import entries_of
from catenary.apps.portfolio.queries.calendars import (
    CalendarView,
    calendar_view,
    visible_calendars,
)
from catenary.domain.documents.calendars import calendar_to_plain, read_calendar
from catenary.domain.documents.hours import DAY_NAMES, DAYS
from catenary.domain.findings import Problem
from catenary.domain.references import is_reference
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.amending import Amendment, Conflicts, amend
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.calendars.may import homes_of, may_edit
from catenary.web.notes import leave_note
from catenary.web.pages import HistoryPage, Link
from catenary.web.pages.calendars import CalendarDayField, CalendarFormPage
from catenary.web.pages.frame import Note
from catenary.web.reading import in_words
from catenary.web.service.history import history_entries

_LONGEST = 20_000
_ENTRIES = 100
FIELDS = (
    "key",
    "organization",
    "name",
    "description",
    "made",
    "zone",
    *DAYS,
    "holidays",
    "holiday-hours",
    "exceptions",
    "parts",
    "without",
)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(asking: Asking) -> HttpResponse:
    """A new calendar of an organization whose catalogue one edits."""
    homes = homes_of(asking)
    if not homes:
        raise Http404
    if asking.request.method != "POST":
        values = dict.fromkeys(FIELDS, "") | {
            "made": "hours",
            "zone": timezone.get_current_timezone_name(),
            "organization": homes[0][0],
        }
        return _form(asking, values, homes=homes)
    values = _values(asking.request.POST)
    reference = f"{values['organization']}/{values['key'].strip()}"
    if values["organization"] not in {key for key, _name in homes} or not is_reference(reference):
        told = _("A key is made of lower-case letters, digits, hyphens, dots and underscores.")
        return _form(asking, values, homes=homes, problems=(told,), status=422)
    return _save(asking, values, reference, "", homes=homes)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(asking: Asking, organization: str, key: str) -> HttpResponse:
    """The same form for a calendar that is there."""
    view = _editable(asking, f"{organization}/{key}")
    reference = view.row.reference
    seen = managed_calendars([reference])[reference].digest
    if asking.request.method != "POST":
        return _form(asking, _values_of(view), view=view, seen=seen)
    given = asking.request.POST
    if given.get("act") == "delete":
        return _remove(asking, view, given.get("seen", "")[:40])
    return _save(asking, _values(given), reference, given.get("seen", "")[:40], view=view)


@require_safe
@signed_in
def history(asking: Asking, organization: str, key: str) -> HttpResponse:
    """Who changed what and when, for members of its top organization."""
    view = _found(asking, f"{organization}/{key}")
    if asking.viewpoint is None or view.row.root_id != asking.viewpoint.root_id:
        raise Http404
    entries = entries_of(Kind.CALENDAR, view.row.id, _ENTRIES)
    page = HistoryPage(
        subject=Link(view.row.name, addresses.calendar(view.row.reference)),
        reference=view.row.reference,
        entries=history_entries(entries),
    )
    return page_response(asking, "history.html", page)


def _found(asking: Asking, reference: str) -> CalendarView:
    view = None
    if asking.viewpoint is not None:
        view = calendar_view(actor=asking.actor, viewpoint=asking.viewpoint, reference=reference)
    if view is None:
        raise Http404
    return view


def _editable(asking: Asking, reference: str) -> CalendarView:
    view = _found(asking, reference)
    if not may_edit(asking, view):
        raise Http404
    return view


def _values(form: QueryDict) -> dict[str, str]:
    return {name: form.get(name, "")[:_LONGEST] for name in FIELDS}


def _values_of(view: CalendarView) -> dict[str, str]:
    plain: dict[str, Any] = calendar_to_plain(view.document)
    values = dict.fromkeys(FIELDS, "")
    values["organization"], _slash, values["key"] = view.row.reference.partition("/")
    values["name"] = view.document.name
    values["description"] = view.document.description
    said = view.document.hours
    if said is None:
        values["made"] = "any-of" if view.document.any_of else "all-of"
        values["parts"] = "\n".join(view.document.any_of or view.document.all_of)
    elif said.is_always:
        values["made"] = "always"
    else:
        values["made"] = "hours"
        values["zone"] = said.zone
        for number, day in enumerate(DAYS):
            values[day] = ", ".join(
                f"{_clock(span.start)}-{_clock(span.end)}"
                for span in said.weekly
                if span.day == number
            )
    values["without"] = "\n".join(view.document.without)
    if view.document.holidays is not None:
        wanted = view.document.holidays
        values["holidays"] = "-".join(filter(None, (wanted.country, wanted.region)))
        values["holiday-hours"] = ", ".join(
            f"{_clock(start)}-{_clock(end)}" for start, end in wanted.spans
        )
    values["exceptions"] = "\n".join(
        _exception_line(name, told) for name, told in (plain.get("exceptions") or {}).items()
    )
    return values


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}" if minute <= 1440 else (
        f"{minute // 60 - 24:02d}:{minute % 60:02d}"
    )  # fmt: skip


def _exception_line(name: str, told: Any) -> str:
    hours = told.get("hours") if isinstance(told, dict) else told
    why = told.get("name", "") if isinstance(told, dict) else ""
    spans = ", ".join(hours) if isinstance(hours, list) else str(hours)
    return f"{name}: {spans}" + (f" ({why})" if why else "")


def plain_of(values: dict[str, str]) -> dict[str, Any]:
    """The calendar that was typed, as in files; what cannot be read stays to be refused."""
    plain: dict[str, Any] = {
        "name": values["name"],
        "organization": values["organization"],
        "description": values["description"],
    }
    made = values["made"]
    if made in ("any-of", "all-of"):
        plain[made] = values["parts"].split()
    elif made == "always":
        plain["hours"] = "24x7"
    else:
        plain["hours"] = {"zone": values["zone"].strip()} | {
            day: _spans(values[day]) for day in DAYS if values[day].strip()
        }
    if values["without"].strip():
        plain["without"] = values["without"].split()
    if values["holidays"].strip() and made == "hours":
        country, _dash, region = values["holidays"].strip().partition("-")
        holidays: dict[str, Any] = {"country": country}
        if region:
            holidays["region"] = region
        if values["holiday-hours"].strip():
            holidays["hours"] = _spans(values["holiday-hours"])
        plain["holidays"] = holidays
    exceptions = dict(
        _exception(line) for line in values["exceptions"].splitlines() if line.strip()
    )
    if exceptions and made == "hours":
        plain["exceptions"] = exceptions
    return {name: value for name, value in plain.items() if value not in ("", [])}


def _spans(text: str) -> str | list[str]:
    parts = [part.strip().replace("–", "-") for part in text.split(",") if part.strip()]
    return parts[0] if len(parts) == 1 else parts


def _exception(line: str) -> tuple[str, Any]:
    dates, _colon, rest = line.partition(":")
    hours, _bracket, why = rest.strip().partition("(")
    told: Any = _spans(hours) if hours.strip() else "closed"
    why = why.strip().removesuffix(")").strip()
    return dates.strip(), {"hours": told, "name": why} if why else told


def _save(
    asking: Asking,
    values: dict[str, str],
    reference: str,
    seen: str,
    *,
    homes: Sequence[tuple[str, str]] = (),
    view: CalendarView | None = None,
) -> HttpResponse:
    if view is not None:
        values = values | {"organization": view.document.organization}
    found: list[Problem] = []
    document = read_calendar(reference, plain_of(values), found, ())
    problems: tuple[str, ...] = tuple(_told(problem) for problem in found)
    status = 422
    if document is not None and not problems:
        try:
            amend(
                actor=asking.actor,
                at=clock.now(),
                amendments=[Amendment("calendar", reference, document, seen)],
            )
        except Refused as refused:
            problems = tuple(
                f"{in_words(each.sentence)}: {in_words(each.remedy)}"
                if each.remedy
                else in_words(each.sentence)
                for each in refused.refusals
            )
        except Conflicts:
            status = 409
            problems = (
                _("Somebody changed it meanwhile, or it is there already. Look at what it says.")
                if view is not None
                else _("There is such a calendar already: choose another key."),
            )
        except CatalogueBusy:
            status = 409
            problems = (_("Another program is writing to the catalogue. Please try again."),)
        else:
            url = addresses.calendar(reference)
            leave_note(asking.request, url, Note(_("Saved.")))
            return HttpResponseRedirect(url)
    return _form(
        asking, values, homes=homes, view=view, seen=seen, problems=problems, status=status
    )


def _remove(asking: Asking, view: CalendarView, seen: str) -> HttpResponse:
    reference = view.row.reference
    try:
        amend(
            actor=asking.actor,
            at=clock.now(),
            amendments=[Amendment("calendar", reference, None, seen)],
        )
    except Refused as refused:
        told = tuple(in_words(each.sentence) for each in refused.refusals)
        return _form(asking, _values_of(view), view=view, seen=seen, problems=told, status=409)
    except Conflicts:
        told = (_("Somebody changed it meanwhile, or it is there already. Look at what it says."),)
        return _form(asking, _values_of(view), view=view, seen=seen, problems=told, status=409)
    url = reverse("calendars")
    leave_note(asking.request, url, Note(_("Removed. Its history stays.")))
    return HttpResponseRedirect(url)


def _told(problem: Problem) -> str:
    where = " › ".join(str(part) for part in problem.path)
    told = f"{in_words(problem.sentence)}: {in_words(problem.expected)}"
    return f"{where}: {told}" if where else told


def _form(
    asking: Asking,
    values: dict[str, str],
    *,
    homes: Sequence[tuple[str, str]] = (),
    view: CalendarView | None = None,
    seen: str = "",
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    offered = visible_calendars(asking.actor, asking.viewpoint) if asking.viewpoint else []
    page = CalendarFormPage(
        title=view.row.name if view else "",
        reference=view.row.reference if view else "",
        values={name.replace("-", "_"): value for name, value in values.items()},
        days=tuple(
            CalendarDayField(day, in_words(name), values[day])
            for day, name in zip(DAYS, DAY_NAMES, strict=True)
        ),
        homes=tuple(homes),
        zones=tuple(sorted(available_timezones())),
        offered=tuple((row.reference, row.name) for row in offered[:300]),
        problems=problems,
        seen=seen,
        url=reverse("calendar-edit", args=view.row.reference.split("/"))
        if view
        else reverse("calendar-new"),
        back_url=addresses.calendar(view.row.reference) if view else reverse("calendars"),
        year=clock.now().year,
        is_new=view is None,
    )
    return page_response(asking, "calendar_form.html", page, status=status)
