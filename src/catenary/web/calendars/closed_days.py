"""Closing days of a calendar by an iCalendar file: looked at first, then saved."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catenary import clock
from catenary.apps.calendars.queries import managed_calendars
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.portfolio.queries.calendars import CalendarView, calendar_view, hours_if
from catenary.domain.refusals import Refused
from catenary.domain.service_hours.days import Day, days_of
from catenary.exchange.catalogue.amending import Conflicts
from catenary.exchange.icalendar.importing import Brought, bring_closed_days
from catenary.exchange.icalendar.lines import MAX_BYTES, NotACalendar, decoded
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.calendars.may import may_edit
from catenary.web.calendars.words import service_time, spans_in_words, zone_of
from catenary.web.notes import leave_note
from catenary.web.pages.closed_days import ClosedDaysPage, ClosingDay, NotClosed
from catenary.web.pages.frame import Note
from catenary.web.pages.sentences import Sentence
from catenary.web.reading import figure, in_words, manager_words

#: So many lines of each list are shown; the rest is counted.
_SHOWN = 200
_BREAK = re.compile("\r\n|\r")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def closed_days(asking: Asking, organization: str, key: str) -> HttpResponse:
    """Take a file, say what it would change, and change it when it was looked at."""
    view = _editable(asking, f"{organization}/{key}")
    managed = managed_calendars([view.row.reference])[view.row.reference]
    given = asking.request.POST
    page = ClosedDaysPage(
        name=view.row.name,
        reference=view.row.reference,
        answer=Sentence(
            (_("Whole days of an iCalendar file close a day, from today for three years."),)
        ),
        back_url=addresses.calendar(view.row.reference),
        edit_url=reverse("calendar-edit", args=view.row.reference.split("/")),
        seen=managed.digest,
        manager=manager_words(managed.managed_by),
        takes_over=given.get("take-over") == "on",
    )
    if asking.request.method != "POST":
        return _answer(asking, page)
    raw = _sent(asking.request)
    looked = _fingerprint(raw)
    page = replace(page, text=_text(raw), looked=looked)
    # What was not looked at as it is now is shown first: another file, or a text changed since.
    if given.get("act") == "save" and given.get("looked") == looked:
        return _save(asking, view, page, raw, given.get("seen", "")[:40])
    return _look(asking, view, page, raw)


def _save(
    asking: Asking, view: CalendarView, page: ClosedDaysPage, raw: bytes, seen: str
) -> HttpResponse:
    """Close the days; when that cannot be, say why beside what would change now."""
    try:
        brought = _bring(asking, page, raw, seen=seen, take_over=page.takes_over)
    except NotACalendar:
        return _look(asking, view, page, raw)
    except Refused as refused:
        return _look(asking, view, replace(page, problems=_reasons(refused)), raw, status=422)
    except Conflicts:
        problem = _("Somebody changed the calendar meanwhile. Look again at what would change.")
    except CatalogueBusy:
        problem = _("Another program is writing to the catalogue. Please try again.")
    else:
        told = ngettext(
            "{n} day is closed now.", "{n} days are closed now.", len(brought.taken)
        ).format(n=figure(len(brought.taken)))
        leave_note(asking.request, page.back_url, Note(told))
        return HttpResponseRedirect(page.back_url)
    return _look(asking, view, replace(page, problems=(problem,)), raw, status=409)


def _look(
    asking: Asking, view: CalendarView, page: ClosedDaysPage, raw: bytes, *, status: int = 200
) -> HttpResponse:
    """What would change, or why nothing can."""
    try:
        # Who manages it is asked about beside the button that saves.
        brought = _bring(asking, page, raw, dry_run=True, take_over=True)
    except NotACalendar as wrong:
        return _answer(asking, replace(page, problems=(_where(wrong),)), status=422)
    except Refused as refused:
        return _answer(asking, replace(page, problems=_reasons(refused)), status=422)
    except (Conflicts, CatalogueBusy):
        problem = _("Another program is writing to the catalogue. Please try again.")
        return _answer(asking, replace(page, problems=(problem,)), status=409)
    return _answer(asking, _looked(page, view, brought), status=status)


def _bring(asking: Asking, page: ClosedDaysPage, raw: bytes, **how: Any) -> Brought:
    return bring_closed_days(
        actor=asking.actor, at=clock.now(), reference=page.reference, raw=raw, **how
    )


def _editable(asking: Asking, reference: str) -> CalendarView:
    view = None
    if asking.viewpoint is not None:
        view = calendar_view(actor=asking.actor, viewpoint=asking.viewpoint, reference=reference)
    if view is None or not may_edit(asking, view):
        raise Http404
    return view


def _sent(request: HttpRequest) -> bytes:
    """The file; what was pasted when there is none. Lines end as forms send them, so that the
    same file is the same whether it is sent or comes back out of the form."""
    file = request.FILES.get("file")
    raw = file.read(MAX_BYTES + 1) if file else request.POST.get("text", "").encode()
    return bytes(raw)


def _text(raw: bytes) -> str:
    """The file as it is shown to be mended; empty when it is no text, or too long."""
    try:
        return _BREAK.sub("\n", decoded(raw))
    except NotACalendar:
        return ""


def _fingerprint(raw: bytes) -> str:
    """The same for the same text, whichever way its lines end and whether it was sent as a file
    or came back out of the form."""
    return hashlib.sha256(_text(raw).strip().encode()).hexdigest()


def _where(wrong: NotACalendar) -> str:
    told = f"{in_words(wrong.sentence)}: {in_words(wrong.remedy)}"
    if not wrong.line:
        return told
    return _("Line {line}: {problem}").format(line=wrong.line, problem=told)


def _reasons(refused: Refused) -> tuple[str, ...]:
    return tuple(
        f"{in_words(each.sentence)}: {in_words(each.remedy)}"
        if each.remedy
        else in_words(each.sentence)
        for each in refused.refusals
    )


def _looked(page: ClosedDaysPage, view: CalendarView, brought: Brought) -> ClosedDaysPage:
    """What would change, day by day, and what was not taken."""
    closing, less = _changes(view, brought)
    known = [ClosingDay(_date(each.day), each.name, "", "") for each in brought.known]
    rejected = [
        NotClosed(str(each.line), each.name, in_words(each.reason), in_words(each.remedy))
        for each in brought.rejected
    ]
    return replace(
        page,
        answer=Sentence((_in_a_sentence(brought, less),)),
        is_looked=True,
        may_save=bool(brought.taken),
        closing=tuple(closing[:_SHOWN]),
        more_closing=_more(len(closing)),
        known=tuple(known[:_SHOWN]),
        more_known=_more(len(known)),
        rejected=tuple(rejected[:_SHOWN]),
        more_rejected=_more(len(rejected)),
    )


def _changes(view: CalendarView, brought: Brought) -> tuple[list[ClosingDay], int]:
    """The days that would be closed and those whose hours would change with them (a night that
    begins on a closed day is closed to its end), and how much service time goes."""
    if not brought.taken:
        return [], 0
    names = {each.day: each.name for each in brought.taken}
    first, last = min(names), max(names)
    before, after = view.hours, hours_if(view, brought.document)
    if before is None or after is None:
        return [ClosingDay(_date(each.day), each.name, "", "") for each in brought.taken], 0
    zone, count = zone_of(before), (last - first).days + 2
    days = zip(days_of(before, zone, first, count), days_of(after, zone, first, count), strict=True)
    changed = [(was, then) for was, then in days if was.day in names or was.spans != then.spans]
    lines = [_line(was, then, names) for was, then in changed]
    return lines, sum(was.length - then.length for was, then in changed)


def _line(was: Day, then: Day, names: dict[date, str]) -> ClosingDay:
    # The rest of a night has the name of the day on which it would have begun.
    name = names.get(was.day) or names.get(was.day - timedelta(days=1), "")
    return ClosingDay(_date(was.day), name, spans_in_words(was.spans), spans_in_words(then.spans))


def _in_a_sentence(brought: Brought, less: int) -> str:
    count = len(brought.taken)
    if not brought.events:
        return _("There is no event in it, so nothing would change.")
    if not count and brought.known:
        return _("Nothing would change: its days are unlike others already.")
    if not count:
        return _("Nothing would change: no event of it closes a day.")
    if not less:
        told = ngettext(
            "{n} day would be closed that is closed anyway.",
            "{n} days would be closed that are closed anyway.",
            count,
        )
        return told.format(n=figure(count))
    told = ngettext(
        "{n} day would be closed: {time} of service time fewer.",
        "{n} days would be closed: {time} of service time fewer.",
        count,
    )
    return told.format(n=figure(count), time=service_time(less))


def _date(day: date) -> str:
    return f"{date_format(day, 'D')}, {date_format(day, 'DATE_FORMAT')}"


def _more(count: int) -> str:
    more = count - _SHOWN
    if more <= 0:
        return ""
    return ngettext("and {n} more", "and {n} more", more).format(n=figure(more))


def _answer(asking: Asking, page: ClosedDaysPage, status: int = 200) -> HttpResponse:
    return page_response(asking, "calendar_closed_days.html", page, status=status)
