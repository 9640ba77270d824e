"""What happened to an organization, a person or a consumption: for those who may change it, with
the way back to an earlier version."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catenary.apps.portfolio.queries.editing_house import house_history
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.editing.kinds import EDITINGS
from catenary.web.editing.views import found
from catenary.web.pages import HistoryPage, Link
from catenary.web.service.history import history_entries

_ENTRIES = 100


@require_safe
@signed_in
def history(asking: Asking, /, kind: str, **named: str) -> HttpResponse:
    """Who changed what and when, and each version to take up again."""
    editing = EDITINGS[kind]
    editable = found(asking, editing, named)
    told = house_history(asking.actor, editable, _ENTRIES)
    # What it says now need not be taken up again.
    revert = {
        entry.number: addresses.edit(kind, editable.reference, version=str(entry.number))
        for entry, _is_told in told[1:]
        if entry.after is not None
    }
    entries = [
        entry if is_told else replace(entry, person_id=None, account_id=None)
        for entry, is_told in told
    ]
    page = HistoryPage(
        subject=Link(editable.name, editing.page(editable.reference)),
        reference=editable.reference,
        entries=tuple(
            line if is_told else replace(line, who=_("An operator, or somebody elsewhere"))
            for line, (_entry, is_told) in zip(history_entries(entries, revert), told, strict=True)
        ),
    )
    return page_response(asking, "history.html", page)
