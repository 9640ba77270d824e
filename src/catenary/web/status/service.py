"""The status of one service: why, since when, by whose word, whom it hits; and reporting of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catenary import clock
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.monitoring.policies import may_report
from catenary.apps.monitoring.queries.courses import condition_courses, shown_course
from catenary.apps.monitoring.queries.shown_now import (
    Callee,
    Reported,
    callees_of,
    reported_of,
    shown_now,
)
from catenary.apps.monitoring.queries.status import ServiceStatus, shown, words
from catenary.apps.monitoring.queries.status import service_status as status_of
from catenary.apps.monitoring.queries.stored import FRESH, freshness
from catenary.domain.actors import Viewpoint
from catenary.domain.observations.reading import share_words
from catenary.domain.observations.words import EVERYBODY, Plan
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.calendars.needed import needed_mark
from catenary.web.live.stale import as_last_known, why_stale
from catenary.web.looking import looking_back_on_conditions
from catenary.web.marks import organization_link
from catenary.web.notes import leave_note
from catenary.web.pages.frame import Note
from catenary.web.pages.live import Live
from catenary.web.pages.sentences import Link, Sentence, say
from catenary.web.pages.service_status import (
    ReportedLine,
    ReportForm,
    ServiceStatusPage,
    Timeline,
)
from catenary.web.reading import figure, in_words
from catenary.web.status.block import notes_of
from catenary.web.status.board import live_of
from catenary.web.status.hitting import who_is_hit
from catenary.web.status.knowing import knowing, known_at
from catenary.web.status.reporting import FIELDS, NotAllowed, report, report_form
from catenary.web.status.timeline import SPANS, USUAL, condition_mark, timeline
from catenary.web.status.tree import references_in, sources_of, step_link, tree_of
from catenary.web.words import condition_word

_REPORTED = 15
_NAMED = 3


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@looking_back_on_conditions
def service_status(asking: Asking, organization: str, key: str) -> HttpResponse:
    """The page of one service; its form records a word and comes back. Of a past moment it says
    what the condition was and where it came from."""
    reference = f"{organization}/{key}"
    # Taken before what is shown is read: what changes in between is then told, not missed.
    live = live_of(asking, reference)
    viewpoint, found = _found(asking, reference)
    if asking.request.method == "POST":
        if asking.moment is not None:
            raise BadRequest("what is past cannot be reported of from here")
        return _reported(asking, viewpoint, found, live)
    form = None
    if asking.moment is None and may_report(asking.actor, found.service.provider_path):
        form = report_form({}, offers_well=_is_bad(found))
    page = _page(asking, viewpoint, found, live, form)
    if asking.request.headers.get("HX-Target") == "standing":
        return render(asking.request, "partials/standing_now.html", {"page": page})
    return page_response(asking, "service_status.html", page, current="status")


def _found(asking: Asking, reference: str) -> tuple[Viewpoint, ServiceStatus]:
    if asking.viewpoint is None:
        raise Http404
    found = status_of(
        actor=asking.actor,
        viewpoint=asking.viewpoint,
        reference=reference,
        at=asking.moment or clock.now(),
        is_past=asking.moment is not None,
        known_at=known_at(asking),
    )
    if found is None:
        raise Http404
    return asking.viewpoint, found


def _reported(
    asking: Asking, viewpoint: Viewpoint, found: ServiceStatus, live: Live | None
) -> HttpResponse:
    """Record what the form says, or show it again with what stands against it."""
    given, reference = asking.request.POST, found.service.reference
    if not may_report(asking.actor, found.service.provider_path):
        raise PermissionDenied
    typed: Mapping[str, str] = {name: given.get(name, "") for name in FIELDS}
    if given.get("do") == "works-again":
        typed = {"condition": "operational", "text": typed["text"]}
    try:
        problems = report(actor=asking.actor, reference=reference, typed=typed, at=clock.now())
    except NotAllowed:
        raise PermissionDenied from None
    except CatalogueBusy:
        problems, status = (_("Another program is writing. Try again soon."),), 503
    else:
        status = 422
        if not problems:
            here = addresses.service_status(reference)
            leave_note(asking.request, here, Note(_said(typed)))
            return HttpResponseRedirect(here)
    form = report_form(typed, problems, offers_well=_is_bad(found))
    page = _page(asking, viewpoint, found, live, form)
    return page_response(asking, "service_status.html", page, current="status", status=status)


def _said(typed: Mapping[str, str]) -> str:
    condition = typed["condition"]
    if condition == "cleared":
        return _("Recorded: people say nothing of it any more. What follows appears in a moment.")
    word = condition_word(condition)
    return _("Recorded: {condition}. What follows from it appears in a moment.").format(
        condition=word
    )


def _is_bad(found: ServiceStatus) -> bool:
    return shown(found.effective) in ("down", "degraded", "maintenance")


def _page(
    asking: Asking,
    viewpoint: Viewpoint,
    found: ServiceStatus,
    live: Live | None,
    form: ReportForm | None,
) -> ServiceStatusPage:
    actor, reference, now = asking.actor, found.service.reference, clock.now()
    is_past = asking.moment is not None
    fresh = FRESH if is_past else freshness(now)
    known, kind = found.effective, shown(found.effective)
    name = found.known_as or found.service.name
    every = (*found.causes, *found.risks)
    is_home = found.service.root_id == viewpoint.root_id
    standing: Mapping[str, str] = {}
    callees: Mapping[str, Sequence[Callee]] = {}
    hit, course, needed = None, None, None
    reported: Sequence[Reported] = ()
    if not is_past:
        # All of this is about now: whom to call, whom it hits, what others are.
        standing = shown_now(actor=actor, viewpoint=viewpoint, references=references_in(every))
        callees = callees_of(actor=actor, viewpoint=viewpoint, references=sources_of(every))
        hit, needed = who_is_hit(asking, viewpoint, reference, kind, now)
        reported = reported_of(
            actor=actor, viewpoint=viewpoint, reference=reference, limit=_REPORTED
        )
    if known_at(asking) is None:
        course = _timeline(asking, viewpoint, reference, asking.moment or now)
    return ServiceStatusPage(
        name=name,
        official_name=found.service.name if name != found.service.name else "",
        reference=reference,
        service_url=addresses.service(reference),
        provider=organization_link(found.provider),
        mark=condition_mark(kind),
        answer=as_last_known(_answer(found, kind), fresh),
        here=asking.request.get_full_path(),
        words=in_words(words(known)) if kind == "unknown" else "",
        since=found.since,
        needed=needed_mark(needed),
        notes=tuple(notes_of(found)),
        tree=tree_of(found.causes, standing, callees, kind),
        risks=tree_of(found.risks, standing, callees),
        is_more=found.is_more,
        is_whole=found.is_whole,
        timeline=course,
        hit=hit,
        what_if_url=addresses.impact(reference) if is_home else "",
        chain_url=addresses.chain(focus=reference) if is_home else "",
        reported=tuple(map(_line, reported)),
        shows_reported=is_home and not is_past,
        form=form,
        stale=why_stale(fresh),
        live=live,
        knowing=knowing(asking),
    )


def _answer(found: ServiceStatus, kind: str) -> Sentence:
    """Why, in one sentence."""
    told = found.causes
    if kind != "maintenance":
        # Of a fault beside its own maintenance the fault is told: that alone is news.
        told = tuple(each for each in told if len(each.path) > 1 or each.condition != "maintenance")
    sources = {cause.path[-1]: cause for cause in told or found.causes}
    links = [replace(step_link(step), note="") for step in sources][:_NAMED]
    if len(sources) > _NAMED:
        more = len(sources) - _NAMED
        links.append(Link(ngettext("{n} more", "{n} more", more).format(n=figure(more))))
    is_itself = any(len(source.path) == 1 for source in sources.values())
    if kind == "operational":
        if found.effective.next_loss:
            return say(_("It works, but it could not bear one more loss."))
        return say(_("It works."))
    if kind == "maintenance":
        if is_itself or not links:
            return say(_("It is in maintenance, as planned."))
        return say(_("It is in maintenance because {sources} is, as planned."), sources=links)
    if not links or is_itself:
        if kind == "unknown":
            return say(_("Nobody can say in what condition it is."))
        return say(_("It is {condition} by itself."), condition=condition_word(kind))
    causes = [condition_word(cause.condition) for cause in sources.values()]
    if len(links) == 1:
        return say(
            _("It is {condition} because {source} is {cause}."),
            condition=in_words(words(found.effective)),
            source=links[0],
            cause=causes[0],
        )
    return say(
        _("It is {condition} because of {sources}."),
        condition=in_words(words(found.effective)),
        sources=links,
    )


def _timeline(
    asking: Asking, viewpoint: Viewpoint, reference: str, now: datetime
) -> Timeline | None:
    asked = asking.request.GET.get("days", "")
    days = int(asked) if asked in map(str, SPANS) else USUAL
    start = now - timedelta(days=days)
    courses = condition_courses(
        actor=asking.actor,
        viewpoint=viewpoint,
        references=[reference],
        start=start,
        end=now,
    )
    if reference not in courses:
        return None
    return timeline(shown_course(courses[reference]), start, now, days, reference)


def _line(word: Reported) -> ReportedLine:
    who = word.source_name or _("by hand")
    notes = []
    if word.plan is Plan.PLANNED:
        notes.append(_("planned"))
    elif word.plan is Plan.UNPLANNED:
        notes.append(_("not planned"))
    if word.share < EVERYBODY:
        notes.append(_("affects {share}").format(share=share_words(word.share)))
    if word.reference:
        notes.append(word.reference)
    is_said = word.condition != "cleared"
    return ReportedLine(
        mark=condition_mark(word.condition) if is_said else None,
        word=condition_word(word.condition) if is_said else _("nothing any more"),
        at=word.at,
        who=f"{who} ({word.by})" if word.by else who,
        text=word.text,
        notes=tuple(notes),
    )
