"""Deleting something, and bringing back what was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.portfolio.operations.drafts import drop_draft
from catenary.apps.portfolio.queries.editing import Editable, Holder, supporters_in
from catenary.apps.portfolio.queries.editing_house import still_named
from catenary.clock import now
from catenary.domain.actors import path_numbers
from catenary.domain.findings import Problem
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.amending import Amendment, Conflicts, amend
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.editing.kinds import EDITINGS, Editing
from catenary.web.editing.views import found, reference_of
from catenary.web.notes import leave_note
from catenary.web.pages import Link
from catenary.web.pages.frame import Note
from catenary.web.reading import manager_words

_FORM = require_http_methods(["GET", "HEAD", "POST"])
#: So many of those who still hold on are named: somebody lets go of them one by one.
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class HolderRow:
    """What still holds on, with a link to where it lets go."""

    link: Link
    why: str


@dataclass(frozen=True, slots=True)
class DeletePage:
    """Asking whether something shall go, or saying why it cannot: for the first ``holders``,
    ``more`` of them and ``hidden`` ones."""

    name: str
    reference: str
    noun: str
    back: Link
    action: str
    seen: str
    holders: tuple[HolderRow, ...] = ()
    more: int = 0
    hidden: int = 0
    named: tuple[HolderRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    manager: str = ""

    @property
    def is_held(self) -> bool:
        """True when something must let go first."""
        return bool(self.holders or self.hidden)


@dataclass(frozen=True, slots=True)
class DeletedPage:
    """Something that is gone, and the button that brings it back."""

    name: str
    reference: str
    noun: str
    action: str
    problems: tuple[Problem, ...] = ()


@_FORM
@signed_in
def delete(asking: Asking, /, kind: str, **named: str) -> HttpResponse:
    """Ask, then delete; refused with everything that still holds on."""
    editing = EDITINGS[kind]
    editable = found(asking, editing, named)
    given = asking.request.POST
    problems: list[Problem] = []
    if asking.request.method == "POST":
        # What was seen is another word than what is compared; a digest fits no other word.
        is_same = given.get("seen", "") == editable.seen
        expected = editable.digest if is_same else "changed"
        wish = Amendment(str(editing.kind), editable.reference, None, expected)
        takes_over = given.get("take-over") == "on"
        problems = _made(asking, wish, takes_over=takes_over)
        if not problems:
            drop_draft(actor=asking.actor, kind=editing.kind, reference=editable.reference)
            gone = addresses.edit(editing.kind, editable.reference, "deleted")
            sentence = _("Deleted: {name}.").format(name=editable.name)
            leave_note(asking.request, gone, Note(sentence))
            return HttpResponseRedirect(gone)
    holders, hidden = editing.holders(asking.actor, editable)
    # An operator may delete where they do not look from; there they have no pages to look at.
    viewpoint = asking.viewpoint
    is_home = viewpoint is not None and path_numbers(editable.path)[0] == viewpoint.root_id
    page = DeletePage(
        name=editable.name,
        reference=editable.reference,
        noun=str(editing.noun),
        back=Link(editable.name, editing.page(editable.reference)),
        action=addresses.edit(editing.kind, editable.reference, "delete"),
        seen=editable.seen,
        holders=tuple(_row(holder, is_home=is_home) for holder in holders[:_SHOWN]),
        more=max(0, len(holders) - _SHOWN),
        hidden=hidden,
        named=tuple(_row(holder, is_home=is_home) for holder in still_named(editable))
        if editing.kind == "person"
        else (),
        problems=tuple(problems),
        manager=manager_words(editable.managed_by),
    )
    return page_response(asking, "editing/delete.html", page, status=422 if problems else 200)


@_FORM
@signed_in
def deleted(asking: Asking, /, kind: str, **named: str) -> HttpResponse:
    """What is gone, for whoever may bring it back; a post does."""
    editing = EDITINGS[kind]
    editable = editing.find(asking.actor, reference_of(editing, named))
    if editable is None:
        raise Http404
    if not editable.is_gone:
        return HttpResponseRedirect(editing.page(editable.reference))
    problems: list[Problem] = []
    if asking.request.method == "POST":
        problems = _brought_back(asking, editing, editable)
        if not problems:
            address = editing.page(editable.reference)
            sentence = _("Brought back: {name}, as it was.").format(name=editable.name)
            leave_note(asking.request, address, Note(sentence))
            return HttpResponseRedirect(address)
    page = DeletedPage(
        name=editable.name,
        reference=editable.reference,
        noun=str(editing.noun),
        action=addresses.edit(editing.kind, editable.reference, "deleted"),
        problems=tuple(problems),
    )
    return page_response(asking, "editing/deleted.html", page, status=422 if problems else 200)


def _brought_back(asking: Asking, editing: Editing, editable: Editable) -> list[Problem]:
    problems: list[Problem] = []
    document = editing.read(editable.reference, editable.plain, problems, ())
    if document is None:
        return problems
    kept = frozenset(editable.hidden.values()) & frozenset(supporters_in(editable.plain))
    wish = Amendment(str(editing.kind), editable.reference, document, "", kept)
    return _made(asking, wish, takes_over=False)


def _made(asking: Asking, wish: Amendment, *, takes_over: bool) -> list[Problem]:
    """Make one change; why not, when it could not be made."""
    try:
        amend(actor=asking.actor, at=now(), amendments=[wish], take_over=takes_over)
    except Refused as refused:
        return [Problem(r.path, r.sentence, r.remedy) for r in refused.refusals]
    except Conflicts:
        sentence = _("somebody changed it since you opened this page")
        return [Problem((), sentence, _("look at it once more"))]
    except CatalogueBusy:
        sentence = _("somebody else is writing to the whole catalogue just now")
        return [Problem((), sentence, _("try again in a moment"))]
    return []


def _row(holder: Holder, *, is_home: bool) -> HolderRow:
    words: dict[str, Any] = {
        "relies": _("relies on it"),
        "consumes": _("consumes it"),
        "part": _("is part of it"),
        "belongs": _("belongs there, or has a role there"),
        "provided": _("is provided by it"),
        "consumed": _("is consumed by it"),
        "owned": _("names them as its owner"),
    }
    if holder.kind == "service":
        url = addresses.service(holder.reference)
    elif holder.kind == "organization":
        url = addresses.organization(holder.reference)
    else:
        url = addresses.edit(holder.kind, holder.reference)
    link = Link(holder.name, url) if holder.is_near and is_home else Link(holder.name)
    return HolderRow(link, words.get(holder.why, ""))
