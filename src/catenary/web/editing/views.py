"""The pages on which things are created, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.portfolio.operations.drafts import drop_draft, save_draft
from catenary.apps.portfolio.queries.drafts import draft_of
from catenary.apps.portfolio.queries.editing import Editable, Version
from catenary.clock import now
from catenary.domain.findings import Problem
from catenary.exchange.catalogue.planning import consumption_reference
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.editing.checking import Panel, mend, panel_of
from catenary.web.editing.commands import obey
from catenary.web.editing.conflict import conflict_page
from catenary.web.editing.drafts import document_of, state_of
from catenary.web.editing.fields import State, posted, widget_id
from catenary.web.editing.kinds import EDITINGS, NOTHING, SERVICE, Editing, begun_with
from catenary.web.editing.page import by_place, edit_page, found_for
from catenary.web.editing.parts import form_parts
from catenary.web.editing.saving import Saved, base_of, read_form, save
from catenary.web.editing.telling import saved_note
from catenary.web.notes import leave_note
from catenary.web.pages.frame import Note
from catenary.web.reading import manager_words

#: A race lost again and again is no race: then the writer is told.
_TRIES = 3
_FORM = require_http_methods(["GET", "HEAD", "POST"])


@_FORM
@signed_in
def new(asking: Asking, kind: str) -> HttpResponse:
    """Begin something new."""
    editing = EDITINGS[kind]
    if not editing.may_begin(asking):
        raise Http404
    return _answer(asking, editing, None)


@_FORM
@signed_in
def edit(asking: Asking, /, kind: str, **named: str) -> HttpResponse:
    """Change one object."""
    editing = EDITINGS[kind]
    editable = editing.find(asking.actor, reference_of(editing, named))
    if editable is None:
        raise Http404
    if editable.is_gone:
        return _gone(asking, editing, editable)
    return _answer(asking, editing, editable)


def _gone(asking: Asking, editing: Editing, editable: Editable) -> HttpResponse:
    """To where it is brought back from. What somebody typed while another deleted it is kept:
    the form holds it again once the object is back."""
    away = addresses.edit(editing.kind, editable.reference, "deleted")
    given = asking.request.POST
    if asking.request.method == "POST" and given.get("do", "save") not in ("discard", "undo"):
        state = posted(editing.items_for(is_new=False), dict(given.lists()))
        if _keep(asking, editing, editable, state, given.get("seen", "")[:32]) is not None:
            sentence = _(
                "Somebody deleted it while you were typing. What you typed is kept as a draft: "
                "bring it back, and it is in the form."
            )
            leave_note(asking.request, away, Note(sentence))
    return HttpResponseRedirect(away)


@require_safe
@signed_in
def pick(asking: Asking) -> HttpResponse:
    """What is offered below a field, for the words typed into it."""
    given = asking.request.GET
    path = given.get("for", "")[:100]
    text = next((str(value) for name, value in given.items() if name.startswith("f.")), "")
    widget = {
        "path": path,
        "id": widget_id(path),
        "found": found_for(asking, given.get("pick", "")[:20], text),
        "was_sought": len(text.strip()) > 1,
    }
    return render(asking.request, "editing/found.html", {"item": widget})


def found(asking: Asking, editing: Editing, named: Mapping[str, str]) -> Editable:
    """The object of an address for whoever may change it; for everybody else there is none."""
    editable = editing.find(asking.actor, reference_of(editing, named))
    if editable is None or editable.is_gone:
        raise Http404
    return editable


def reference_of(editing: Editing, named: Mapping[str, str]) -> str:
    """The reference that an address names."""
    service = f"{named.get('organization', '')}/{named.get('key', '')}"
    if editing is SERVICE:
        return service
    if editing.kind == "consumption":
        return consumption_reference(named["consumer"], service)
    return named["key"]


def _answer(asking: Asking, editing: Editing, editable: Editable | None) -> HttpResponse:
    if asking.request.method == "POST":
        return _posted(asking, editing, editable)
    at = now()
    reference = editable.reference if editable else ""
    given = asking.request.GET
    kept = draft_of(actor=asking.actor, kind=editing.kind, reference=reference, at=at)
    if editable is None:
        state, seen = begun_with(editing, asking, given.dict()), ""
    else:
        state = _state_now(editing, editable)
        seen = editable.seen
    notice = ""
    if editable is not None and _number(given.get("version", "")):
        version = _earlier(asking, editing, editable, given["version"])
        state = _typed_anew(editing, editable, version)
        notice = _("This is what it said then. Nothing is changed until you save it.")
        kept = None
    elif kept is not None:
        state, seen = state_of(editing, reference, kept[1]), kept[0].digest
    page = edit_page(
        asking,
        editing,
        editable,
        state,
        seen=seen,
        drafted_at=kept[0].saved_at if kept else None,
        is_from_draft=kept is not None,
        notice=notice,
        panel=_panel(asking, editing, editable, state, seen),
    )
    return page_response(asking, "editing/form.html", page)


def _posted(asking: Asking, editing: Editing, editable: Editable | None) -> HttpResponse:
    given = asking.request.POST
    items = editing.items_for(is_new=editable is None)
    state = posted(items, dict(given.lists()))
    seen = given.get("seen", "")[:32]
    command = given.get("do", "save")[:600]
    takes_over = given.get("take-over") == "on"
    reference = editable.reference if editable else ""
    if command == "discard":
        drop_draft(actor=asking.actor, kind=editing.kind, reference=reference)
        address = addresses.edit(editing.kind, reference)
        leave_note(asking.request, address, Note(_("Your draft is thrown away.")))
        return HttpResponseRedirect(address)
    if command == "undo" and editable is not None:
        return _undone(asking, editing, editable, seen, given)
    if command == "check":
        return _checked(asking, editing, editable, state, seen)
    if command in ("save", "merge"):
        return _saved(asking, editing, editable, state, seen, takes_over, given)
    focus, notice = "", ""
    if command.startswith("mend "):
        code, _space, place = command[5:].partition(" ")
        focus = mend(state, code, asking.actor.email, place)
    elif command not in ("draft", "back"):
        focus = obey(items, state, command)
    kept_at = _keep(asking, editing, editable, state, seen)
    if command == "draft" and kept_at is not None:
        notice = _(
            "Kept as a draft. Only you see what is in it; it goes when you save, or in 30 days."
        )
    page = edit_page(
        asking,
        editing,
        editable,
        state,
        seen=seen,
        focus=focus,
        takes_over=takes_over,
        notice=notice,
        panel=_panel(asking, editing, editable, state, seen, kept_at),
    )
    return page_response(asking, "editing/form.html", page)


def _saved(
    asking: Asking,
    editing: Editing,
    editable: Editable | None,
    state: State,
    seen: str,
    takes_over: bool,
    given: QueryDict,
) -> HttpResponse:
    if editable is not None and manager_words(editable.managed_by) and not takes_over:
        sentence = _("it is managed by {manager}").format(
            manager=manager_words(editable.managed_by)
        )
        problem = Problem((), sentence, _("change it there, or take it over"))
        return _refused(asking, editing, editable, state, seen, [("take-over", problem)], False)
    choices = None
    if given.get("do") == "merge":
        choices = {
            name.removeprefix("choice."): str(value)
            for name, value in given.items()
            if name.startswith("choice.")
        }
    came = Saved(is_conflict=True)
    for _try in range(_TRIES):
        came = save(
            asking,
            editing,
            editable,
            state,
            seen=seen,
            takes_over=takes_over,
            choices=choices,
            against=given.get("against", ""),
        )
        if not came.is_conflict or came.differences or editable is None:
            break
        # Somebody was faster between our reading and our writing: look again.
        editable = editing.find(asking.actor, editable.reference)
        if editable is None:
            raise Http404
        if editable.is_gone:
            return _gone(asking, editing, editable)
    if came.reference:
        undone = given.get("do") == "undo"
        if not undone:
            reference = editable.reference if editable else ""
            drop_draft(actor=asking.actor, kind=editing.kind, reference=reference)
        address = editing.page(came.reference)
        leave_note(asking.request, address, saved_note(editing, editable, came, undone=undone))
        return HttpResponseRedirect(address)
    if came.is_conflict and editable is not None:
        page = conflict_page(asking, editing, editable, state, seen, takes_over, came)
        return page_response(asking, "editing/conflict.html", page, status=409)
    return _refused(asking, editing, editable, state, seen, came.problems, takes_over)


def _undone(
    asking: Asking, editing: Editing, editable: Editable, seen: str, given: QueryDict
) -> HttpResponse:
    """Save the version that was there before, on what it says now: whoever changed it meanwhile
    is asked about like on any other save."""
    version = _earlier(asking, editing, editable, given.get("version", ""))
    if set(version.hidden.values()) != set(editable.hidden.values()):
        # Then it was more than the asker's own doing: they look at it before they save it.
        number = str(_number(given.get("version", "")))
        return HttpResponseRedirect(
            addresses.edit(editing.kind, editable.reference, version=number)
        )
    state = _typed_anew(editing, editable, version)
    return _saved(asking, editing, editable, state, seen, False, given)


def _refused(
    asking: Asking,
    editing: Editing,
    editable: Editable | None,
    state: State,
    seen: str,
    problems: list[tuple[str, Problem]],
    takes_over: bool,
) -> HttpResponse:
    page = edit_page(
        asking,
        editing,
        editable,
        state,
        seen=seen,
        problems=by_place(problems),
        takes_over=takes_over,
        panel=Panel(wrong=tuple(place for place, _problem in problems)),
    )
    return page_response(asking, "editing/form.html", page, status=422)


def _checked(
    asking: Asking, editing: Editing, editable: Editable | None, state: State, seen: str
) -> HttpResponse:
    """What the rules say of what is typed so far, which is kept as a draft on the way."""
    kept_at = _keep(asking, editing, editable, state, seen)
    panel = _panel(asking, editing, editable, state, seen, kept_at)
    sections = editing.sections_for(is_new=editable is None)
    parts = form_parts(sections, state, panel)
    page = {"panel": panel, "kind": editing.kind, "parts": parts, "is_live": True}
    return render(asking.request, "editing/panel.html", {"page": page})


def _keep(
    asking: Asking, editing: Editing, editable: Editable | None, state: State, seen: str
) -> datetime | None:
    """Keep what was typed as a draft; when, or nothing while another program holds the database:
    then what is typed is still in the browser, and the next key tries again."""
    at = now()
    title = state.get("name") or (editable.name if editable else str(editing.new_title))
    reference = editable.reference if editable else ""
    try:
        save_draft(
            actor=asking.actor,
            kind=editing.kind,
            reference=reference,
            title=str(title),
            digest=seen,
            document=document_of(asking, editing, reference, state),
            state=state,
            at=at,
        )
    except CatalogueBusy:
        return None
    return at


def _panel(
    asking: Asking,
    editing: Editing,
    editable: Editable | None,
    state: State,
    seen: str,
    kept_at: datetime | None = None,
) -> Panel:
    base = base_of(asking, editing, editable, seen)
    hidden = base.hidden if base else NOTHING
    reading = read_form(asking, editing, editable, state, hidden)
    # In something new, what nobody has typed yet is no mistake; saving it asks for the rest.
    wrong = tuple(
        place for place, _problem in reading.problems if editable or not _is_untyped(state, place)
    )
    return panel_of(asking, reading.built, reading.document, wrong, kept_at, hidden=hidden.values())


def _is_untyped(state: State, place: str) -> bool:
    value: Any = state
    for name in place.split("."):
        if isinstance(value, list):
            value = value[int(name)] if name.isdigit() and int(name) < len(value) else ""
        else:
            value = value.get(name, "") if isinstance(value, dict) else "typed"
    return value in ("", [], {})


def _state_now(editing: Editing, editable: Editable) -> State:
    return editing.state_of(editable.reference, editable.plain, _numbers(editable.hidden))


def _numbers(hidden: Mapping[str, str]) -> dict[str, str]:
    return {name: number for number, name in hidden.items()}


def _number(text: str) -> int:
    """The number of a revision; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _earlier(asking: Asking, editing: Editing, editable: Editable, number: str) -> Version:
    version = editing.revision(asking.actor, editable, _number(number))
    if version is None:
        raise Http404
    return version


def _typed_anew(editing: Editing, editable: Editable, version: Version) -> State:
    """As it was then, typed anew onto what it says now; what may not be seen stays as it is."""
    state = editing.state_of(editable.reference, version.plain, _numbers(editable.hidden))
    if editing is SERVICE:
        _only_known(state, version.hidden.values(), editable)
    return state


def _only_known(state: State, unseen: Iterable[str], editable: Editable) -> None:
    """Take supporters out that the version had, that its reader may not see, and that are not
    there any more: they cannot be brought back by somebody who may not know them."""
    names = set(unseen) - set(editable.hidden.values())
    for row in state["relies-on"]:
        row["members"] = [m for m in row["members"] if m["service"] not in names]
    state["relies-on"] = [row for row in state["relies-on"] if row["members"]]
