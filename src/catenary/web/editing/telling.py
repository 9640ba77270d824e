"""What is said on the next page about what was just done, and how it is undone from there."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import revision_before
from catenary.apps.portfolio.queries.editing import Editable
from catenary.web import addresses
from catenary.web.editing.kinds import Editing
from catenary.web.editing.saving import Saved
from catenary.web.pages.frame import Note

#: So many fields are named; of more it is said how many.
_NAMED = 4


def saved_note(editing: Editing, editable: Editable | None, came: Saved, *, undone: bool) -> Note:
    """The note about a form that was saved."""
    if editable is None:
        return Note(_("Saved. It is in the catalogue now."))
    if not came.changed:
        return Note(_("Saved. Nothing is different: it said so already."))
    fields = fields_in_words(editing, came.changed)
    pattern = _("Undone. Changed back: {fields}.") if undone else _("Saved. Changed: {fields}.")
    sentence = pattern.format(fields=fields)
    if editing.kind is Kind.PERSON and "name" in came.changed:
        # No history keeps the names of people, so there is no name to go back to.
        return Note(sentence)
    return undoable(sentence, editing.kind, editable.id, editable.reference, came.digest)


def undoable(sentence: str, kind: Kind, number: int, reference: str, digest: str) -> Note:
    """A note with a button that takes back the last change of an object, which says what
    ``digest`` stands for now."""
    before = revision_before(kind, number)
    if before is None:
        return Note(sentence)
    fields = (("do", "undo"), ("version", str(before)), ("seen", digest))
    return Note(sentence, addresses.edit(kind, reference), fields)


def fields_in_words(editing: Editing, changed: tuple[str, ...]) -> str:
    """The names of fields as the form calls them."""
    titles = {
        item.name: section.title if len(section.items) == 1 or not item.label else item.label
        for section in editing.sections
        for item in section.items
    }
    said = list(dict.fromkeys(str(titles.get(name) or name.replace("-", " ")) for name in changed))
    if len(said) > _NAMED:
        more = len(said) - _NAMED + 1
        others = ngettext("{n} other", "{n} others", more).format(n=more)
        said = [*said[: _NAMED - 1], others]
    return ", ".join(said)
