"""The pages of maintenance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catenary import clock
from catenary.apps.monitoring.operations.maintenance import (
    ChangedMeanwhile,
    NoSuchMaintenance,
    announce_maintenance,
    cancel_maintenance,
    cancel_occurrence,
    change_maintenance,
    end_occurrence,
)
from catenary.apps.monitoring.queries.maintenance import (
    Coming,
    MaintenanceView,
    SeenVersion,
    maintenance_coming,
    maintenance_past,
    maintenance_view,
)
from catenary.apps.monitoring.queries.planning import NotPlanned, plans_somewhere, read_plan
from catenary.apps.monitoring.queries.preview import preview
from catenary.domain.maintenance.reading import Planned, planned_to_plain, read_planned
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.feed_addresses import feed_box
from catenary.web.maintenance import form, naming
from catenary.web.maintenance.previewing import preview_box
from catenary.web.maintenance.words import (
    ahead_words,
    rhythm_words,
    service_link,
    state_word,
    title_of,
    touched_lines,
    wall_words,
    when_words,
)
from catenary.web.notes import leave_note
from catenary.web.pages.frame import Note
from catenary.web.pages.maintenance import (
    MaintenanceFormPage,
    MaintenanceLine,
    MaintenancePage,
    MaintenancesPage,
    PreviewBox,
    VersionLine,
    WhenLine,
)
from catenary.web.pages.sentences import Link, Sentence, say
from catenary.web.reading import duration, figure, moment

_SHOWN, _PAST, _AHEAD = 5, 25, 25
#: The buttons that look and change nothing.
_LOOKS = frozenset({"preview", "pick", "find", "choose"})


@require_safe
@signed_in
def maintenances(asking: Asking) -> HttpResponse:
    """Everything planned that touches what one sees, and what is over."""
    at = clock.now()
    coming = Coming((), (), "")
    past: tuple[MaintenanceView, ...] = ()
    after, following = asking.request.GET.get("after", "")[:40], ""
    ahead_of = asking.request.GET.get("ahead", "")[:40]
    if asking.viewpoint is not None:
        asked: dict[str, Any] = {"actor": asking.actor, "viewpoint": asking.viewpoint, "at": at}
        coming = maintenance_coming(**asked, after=ahead_of, limit=_AHEAD, with_first=True)
        past, following = maintenance_past(**asked, after=after, limit=_PAST)
    page = MaintenancesPage(
        answer=_answer(coming.first, is_whole=coming.is_whole),
        ahead=tuple(_line(view) for view in coming.views),
        ahead_next_url=_leafed("ahead", coming.following),
        ahead_first_url=f"{reverse('maintenances')}#ahead" if ahead_of else "",
        past=tuple(_line(view) for view in past),
        next_url=_leafed("after", following),
        first_url=f"{reverse('maintenances')}#past" if after else "",
        new_url=reverse("maintenance-new") if _may_plan(asking) else "",
        feed=feed_box(asking, ""),
    )
    return page_response(asking, "maintenances.html", page, current="maintenance")


def _leafed(name: str, key: str) -> str:
    """The address of what follows one in a list; empty where nothing does."""
    place = "ahead" if name == "ahead" else "past"
    return f"{reverse('maintenances')}?{urlencode({name: key})}#{place}" if key else ""


@require_safe
@signed_in
def maintenance(asking: Asking, key: str) -> HttpResponse:
    """One maintenance: when, whom it hits, and what became of it."""
    at = clock.now()
    view = _found(asking, key, at)
    box = None
    if view.planned is not None and asking.viewpoint is not None and view.ahead:
        found = preview(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            planned=view.planned,
            at=at,
            besides=view.key,
        )
        box = None if found is None else preview_box(found, view.planned, at, pick=False)
    return page_response(asking, "maintenance.html", _page(view, box), current="maintenance")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(asking: Asking) -> HttpResponse:
    """The form for a new plan; with ``preview`` in its address what it would do."""
    if not _may_plan(asking):
        raise Http404
    given = asking.request.POST if asking.request.method == "POST" else asking.request.GET
    if (looked := _look(asking)) is not None:
        return looked
    values = form.values_of(given)
    values["zone"] = values["zone"] or timezone.get_current_timezone_name()
    values["duration"] = values["duration"] or "2 h"
    typed = form.services_of(given)
    if asking.request.method != "POST":
        return _form(asking, values, typed, with_preview="preview" in given or "pick" in given)
    found = naming.meant(asking, typed, offer=False)
    if naming.problems(found):
        return _form(asking, values, typed, is_refused=True, status=422)
    services = naming.references(found)
    try:
        done = announce_maintenance(
            actor=asking.actor, at=clock.now(), plain=form.plain_of(values, services)
        )
    except NotPlanned as refused:
        return _form(asking, values, services, refused=refused, status=422)
    return _said(asking, done.key, _("Announced."))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(asking: Asking, key: str) -> HttpResponse:
    """The same form for a plan that is there."""
    view = _managed(asking, key)
    assert view.planned is not None
    if asking.request.method != "POST":
        given = asking.request.GET
        if "start" in given:
            return _form(
                asking,
                form.values_of(given),
                form.services_of(given),
                view=view,
                with_preview="find" not in given,
            )
        return _form(
            asking, form.values_of_plan(view.planned), view.planned.services, view=view,
            with_preview=True,
        )  # fmt: skip
    if (looked := _look(asking)) is not None:
        return looked
    given = asking.request.POST
    values, typed = form.values_of(given), form.services_of(given)
    found = naming.meant(asking, typed, offer=False)
    if naming.problems(found):
        return _form(asking, values, typed, view=view, is_refused=True, status=422)
    services = naming.references(found)
    version = given.get("version", "")
    try:
        change_maintenance(
            actor=asking.actor,
            at=clock.now(),
            key=key,
            plain=_with_changes(form.plain_of(values, services), view.planned),
            note=given.get("note", "")[:500],
            expected=int(version) if version.isascii() and version.isdigit() else None,
        )
    except NotPlanned as refused:
        return _form(asking, values, services, view=view, refused=refused, status=422)
    except ChangedMeanwhile:
        told = _("Somebody changed it meanwhile. Look at what it says now, and save again.")
        return _form(asking, values, services, view=view, general=(told,), status=409)
    except NoSuchMaintenance:
        raise Http404 from None
    return _said(asking, key, _("Saved. What was until now stays as it was."))


def _look(asking: Asking) -> HttpResponse | None:
    """To the page that tells what a plan would do, at an address of its own that may be sent on:
    it holds what was typed, and not the token that guards the form."""
    given = asking.request.POST.copy()
    if given.keys().isdisjoint(_LOOKS):
        return None
    given.pop("csrfmiddlewaretoken", None)
    place = "what-it-does"
    if "choose" in given:
        naming.chosen(given)
        given["find"] = "1"
    if "find" in given:
        # Who looks for a service has not finished typing.
        given.pop("preview", None)
        place = "f-services"
    see_other = HttpResponseRedirect(f"{asking.request.path}?{given.urlencode()}#{place}")
    see_other.status_code = 303
    return see_other


@require_POST
@signed_in
def act(asking: Asking, key: str) -> HttpResponse:
    """Cancel it, or one time of it; end or extend what is under way."""
    view = _managed(asking, key)
    given, at = asking.request.POST, clock.now()
    note = given.get("note", "")[:500]
    asked: dict[str, Any] = {"actor": asking.actor, "at": at, "key": view.key, "note": note}
    try:
        match given.get("act", ""):
            case "cancel":
                cancel_maintenance(**asked)
                told = _("Cancelled.")
            case "cancel-one":
                cancel_occurrence(**asked, occurrence=_wall(given.get("at", "")))
                told = _("This time does not take place. The others do.")
            case "end":
                end_occurrence(**asked)
                told = _("Ended.")
            case "extend":
                end = _in_zone(given.get("end", ""), view.zone)
                end_occurrence(**asked, end=end)
                told = _("It ends at another time now.")
            case _:
                raise Http404
    except NotPlanned as refused:
        told = " ".join(text for texts in form.problems(refused.reasons).values() for text in texts)
        told = _("Nothing was changed: {reasons}").format(reasons=told)
    except NoSuchMaintenance:
        raise Http404 from None
    return _said(asking, key, told)


def _said(asking: Asking, key: str, sentence: str) -> HttpResponse:
    url = addresses.maintenance(key)
    leave_note(asking.request, url, Note(sentence))
    return HttpResponseRedirect(url)


def _wall(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text[:40])
    except ValueError:
        raise Http404 from None
    return found.replace(tzinfo=None)


def _in_zone(text: str, zone: str) -> datetime:
    return _wall(text).replace(tzinfo=ZoneInfo(zone))


def _may_plan(asking: Asking) -> bool:
    return asking.viewpoint is not None and plans_somewhere(asking.actor, asking.viewpoint)


def _found(asking: Asking, key: str, at: datetime) -> MaintenanceView:
    view = None
    if asking.viewpoint is not None:
        view = maintenance_view(actor=asking.actor, viewpoint=asking.viewpoint, key=key, at=at)
    if view is None:
        raise Http404
    return view


def _managed(asking: Asking, key: str) -> MaintenanceView:
    view = _found(asking, key, clock.now())
    if not view.is_managed or view.planned is None:
        raise Http404
    return view


def _with_changes(plain: dict[str, Any], planned: Planned) -> dict[str, Any]:
    """The times that are unlike the others stay so, as far as they still come."""
    changes = planned_to_plain(planned).get("changes", [])
    read, _wrong = read_planned(plain)
    if read is None or not changes:
        return plain
    kept = [
        change for change in changes if read_planned({**plain, "changes": [change]})[0] is not None
    ]
    return {**plain, "changes": kept}


def _answer(ahead: tuple[MaintenanceView, ...], *, is_whole: bool) -> Sentence:
    if not ahead:
        return say(_("No maintenance is planned of what you see."))
    running = sum(view.state == "running" for view in ahead)
    planned = len(ahead) - running
    parts = []
    if running:
        parts.append(ngettext("{n} is under way", "{n} are under way", running).format(
            n=figure(running)))  # fmt: skip
    if planned:
        parts.append(ngettext("{n} is ahead", "{n} are ahead", planned).format(n=figure(planned)))
    if not is_whole:
        parts = [_("more than {n} are under way or ahead").format(n=figure(len(ahead)))]
    first = next((view for view in ahead if view.state == "ahead"), None)
    if first is None:
        return say(_("{facts}."), facts=", ".join(parts))
    return say(
        _("{facts}; next {maintenance}, {when}."),
        facts=", ".join(parts),
        maintenance=Link(title_of(first), addresses.maintenance(first.key)),
        when=when_words(first.ahead[0].start, first.ahead[0].end),
    )


def _line(view: MaintenanceView) -> MaintenanceLine:
    services = view.services or view.hits
    hits = len(view.hits) if view.services else 0
    when = ""
    if view.ahead and view.state != "cancelled":
        when = when_words(view.ahead[0].start, view.ahead[0].end)
    elif view.past:
        when = when_words(*view.past[0])
    # What stands in the plan counts further than what its reader sees of it in a list.
    more = ngettext("and hits {n} other near you", "and hits {n} others near you", hits).format(
        n=figure(hits)
    )
    return MaintenanceLine(
        Link(title_of(view), addresses.maintenance(view.key)),
        view.state,
        state_word(view.state),
        when,
        rhythm_words(view.repeats),
        tuple(service_link(each) for each in services[:_SHOWN]),
        more if hits else "",
    )


def _page(view: MaintenanceView, box: PreviewBox | None) -> MaintenancePage:
    is_managed = view.is_managed
    return MaintenancePage(
        title=title_of(view),
        key=view.key,
        state=view.state,
        state_word=state_word(view.state),
        answer=_one_answer(view),
        text=view.text,
        rhythm=rhythm_words(view.repeats),
        worked_on=touched_lines(view.services),
        hits=touched_lines(view.hits),
        ahead=tuple(
            WhenLine(
                when_words(each.start, each.end),
                ahead_words(each.announced_at, each.start),
                each.is_changed,
                each.at.isoformat(timespec="minutes") if is_managed else "",
            )
            for each in view.ahead
        )
        if view.state != "cancelled"
        else (),
        past=tuple(when_words(start, end) for start, end in view.past),
        versions=tuple(_version(each) for each in view.versions),
        preview=box,
        is_managed=is_managed,
        is_running=view.state == "running",
        is_cancelled=view.state == "cancelled",
        edit_url=reverse("maintenance-edit", args=[view.key]) if is_managed else "",
        act_url=reverse("maintenance-act", args=[view.key]) if is_managed else "",
    )


def _one_answer(view: MaintenanceView) -> Sentence:
    if view.state == "cancelled":
        return say(_("It was cancelled: nothing more of it takes place."))
    if view.state == "over":
        return say(_("It is over."))
    each = view.ahead[0]
    if view.state == "running":
        return say(_("Under way: {when}."), when=when_words(each.start, each.end))
    return say(_("Next: {when}."), when=when_words(each.start, each.end))


def _version(each: SeenVersion) -> VersionLine:
    if each.planned is None:
        said = _("cancelled")
        what: tuple[str, ...] = ()
    else:
        said = _("announced") if each.number == 1 else _("changed")
        window = each.planned.window
        what = tuple(
            filter(
                None,
                (
                    f"{wall_words(window.start)} {window.zone}, {duration(window.duration)}",
                    rhythm_words(each.planned.repeats),
                    ", ".join(each.planned.services),
                ),
            )
        )
    return VersionLine(each.number, said, each.note, moment(each.recorded_at), each.by, what)


def _form(
    asking: Asking,
    values: Mapping[str, str],
    typed: tuple[str, ...],
    *,
    view: MaintenanceView | None = None,
    refused: NotPlanned | None = None,
    general: tuple[str, ...] = (),
    with_preview: bool = False,
    is_refused: bool = False,
    status: int = 200,
) -> HttpResponse:
    assert asking.viewpoint is not None
    at, known, box = clock.now(), dict(values), None
    found_services = naming.meant(asking, typed)
    unclear = naming.problems(found_services) if with_preview or is_refused else ()
    if with_preview and not unclear:
        plain = form.plain_of(known, naming.references(found_services))
        try:
            planned, _rows = read_plan(asking.actor, plain, at)
        except NotPlanned as wrong:
            refused = wrong
        else:
            found = preview(
                actor=asking.actor,
                viewpoint=asking.viewpoint,
                planned=planned,
                at=at,
                besides=view.key if view else "",
            )
            box = None if found is None else preview_box(found, planned, at, pick=True)
    wrong_fields = form.problems(refused.reasons) if refused else {}
    if unclear:
        wrong_fields["services"] = (*wrong_fields.get("services", ()), *unclear)
    page = MaintenanceFormPage(
        title=view.title if view else "",
        values=known,
        services=naming.with_empty(naming.fields(found_services)),
        conditions=form.conditions(known["condition"]),
        rhythms=form.rhythms(known["rhythm"]),
        zones=tuple(sorted(available_timezones())),
        problems=wrong_fields,
        general=(*general, *wrong_fields.get("", ())),
        save_url=reverse("maintenance-edit", args=[view.key])
        if view
        else reverse("maintenance-new"),
        back_url=addresses.maintenance(view.key) if view else reverse("maintenances"),
        expected=str(view.version) if view else "",
        is_new=view is None,
        preview=box,
    )
    return page_response(
        asking, "maintenance_form.html", page, current="maintenance", status=status
    )
