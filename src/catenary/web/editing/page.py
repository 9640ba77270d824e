"""What the pages of editing are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from catenary.apps.organizations.queries.editing import Found, find_own_organizations
from catenary.apps.portfolio.queries.editing import Editable
from catenary.apps.portfolio.queries.picking import (
    find_organizations,
    find_people,
    find_services,
    names_of,
)
from catenary.domain.actors import path_numbers
from catenary.domain.findings import Problem
from catenary.domain.references import is_key, is_reference
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.editing.checking import Panel
from catenary.web.editing.drafting import drafting_sentences
from catenary.web.editing.fields import Field, State, Words, widget_id
from catenary.web.editing.kinds import Editing
from catenary.web.editing.parts import FormPart, form_parts
from catenary.web.editing.widgets import Card, Drawing, cards, picked
from catenary.web.pages import Link, Sentence
from catenary.web.reading import manager_words

#: Two letters find too much.
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem in the list on top of the form, with a link to its field."""

    problem: Problem
    target: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """The form of one object. ``seen`` is the digest of what its writer started from."""

    title: Words
    noun: Words
    back: Link
    action: str
    cards: tuple[Card, ...]
    parts: tuple[FormPart, ...]
    seen: str
    is_new: bool
    kind: str
    reference: str = ""
    complaints: tuple[Complaint, ...] = ()
    manager: str = ""
    takes_over: bool = False
    drafted_at: datetime | None = None
    is_from_draft: bool = False
    notice: str = ""
    panel: Panel = field(default_factory=Panel)
    delete_url: str = ""
    history_url: str = ""
    drafting: tuple[Sentence, ...] = ()


def _opened(asking: Asking) -> list[str]:
    """The sections that the browser has open, when it says so."""
    return asking.request.POST.get("open", "")[:400].split()


def edit_page(
    asking: Asking,
    editing: Editing,
    editable: Editable | None,
    state: State,
    *,
    seen: str,
    problems: Mapping[str, Sequence[Problem]] | None = None,
    focus: str = "",
    takes_over: bool = False,
    drafted_at: datetime | None = None,
    is_from_draft: bool = False,
    notice: str = "",
    panel: Panel | None = None,
) -> EditPage:
    """The page of a form in this state."""
    is_new = editable is None
    panel = panel or Panel()
    reference = editable.reference if editable else ""
    items = editing.items_for(is_new=is_new)
    sections = editing.sections_for(is_new=is_new)
    fields = picked(items, state)
    drawing = Drawing(
        names=_names(asking, fields),
        problems=problems or {},
        found=_sought(asking, fields),
        focus=focus,
    )
    parts = form_parts(
        sections, state, panel, focus=focus, opened=_opened(asking), names=drawing.names
    )
    complaints = [
        Complaint(problem, widget_id(path))
        for path, found in (problems or {}).items()
        for problem in found
    ]
    return EditPage(
        title=editable.name if editable else editing.new_title,
        noun=editing.noun,
        back=_back(editing, editable, drawing.names),
        action=addresses.edit(editing.kind, reference),
        cards=cards(sections, parts, state, drawing),
        parts=parts,
        seen=seen,
        is_new=is_new,
        kind=editing.kind,
        reference=reference,
        complaints=tuple(complaints),
        manager=manager_words(editable.managed_by) if editable else "",
        takes_over=takes_over,
        drafted_at=drafted_at,
        is_from_draft=is_from_draft,
        notice=notice,
        panel=panel,
        delete_url=addresses.edit(editing.kind, reference, "delete") if editable else "",
        drafting=drafting_sentences(asking, editing.kind, reference, is_form=True),
        history_url=_history(asking, editing, editable),
    )


def _history(asking: Asking, editing: Editing, editable: Editable | None) -> str:
    """Where its history stands; that of a service is read at home alone, though an operator may
    change it from anywhere."""
    if editable is None:
        return ""
    root = asking.viewpoint.root_id if asking.viewpoint else None
    if editing.kind == "service" and path_numbers(editable.path)[0] != root:
        return ""
    return addresses.edit(editing.kind, editable.reference, "history")


def found_for(asking: Asking, pick: str, text: str) -> list[Found]:
    """What is offered for a few typed words."""
    actor, viewpoint = asking.actor, asking.viewpoint
    text = text.strip()[:200]
    if len(text) < _SHORTEST or viewpoint is None:
        return []
    if pick == "service":
        return find_services(actor, viewpoint, text)
    if pick == "organization":
        return find_organizations(actor, text)
    if pick == "provider":
        return find_own_organizations(actor, text)
    if pick == "contact":
        return [*find_people(actor, viewpoint, text), *find_organizations(actor, text)][:10]
    return []


def _back(editing: Editing, editable: Editable | None, names: Mapping[str, str]) -> Link:
    if editable is None:
        return Link(_("Catalogue"), addresses.catalogue())
    if editing.kind == "person":
        home = str(editable.plain.get("organization", ""))
        return Link(names.get(home, home), addresses.organization(home)) if home else Link("")
    return Link(editable.name, editing.page(editable.reference))


def _names(asking: Asking, fields: list[tuple[str, Field, str]]) -> dict[str, str]:
    services = {value for _, item, value in fields if item.pick == "service" and value}
    others = {value for _, item, value in fields if item.pick != "service" and value}
    if not services and not others:
        return {}
    return names_of(asking.actor, services, others)


def _sought(asking: Asking, fields: list[tuple[str, Field, str]]) -> dict[str, list[Found]]:
    """Search results for every field in which words stand instead of a reference: this is how
    one picks without a script."""
    found: dict[str, list[Found]] = {}
    for path, item, value in fields:
        if value and not _is_settled(item, value) and len(found) < 20:
            found[path] = found_for(asking, item.pick, value)
    return found


def _is_settled(item: Field, value: str) -> bool:
    if item.pick == "service":
        return is_reference(value)
    return is_key(value) or "@" in value


def by_place(found: Sequence[tuple[str, Problem]]) -> dict[str, list[Problem]]:
    """Problems by the path of the form at which they are shown."""
    placed: dict[str, list[Problem]] = {}
    for path, problem in found:
        placed.setdefault(path, []).append(problem)
    return placed
