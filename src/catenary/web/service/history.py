"""History entries in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from catenary.apps.access.queries.accounts import account_names
from catenary.apps.history.queries import HistoryEntry as Entry
from catenary.apps.organizations.queries import OrganizationRow, PersonRow, people_by_id
from catenary.domain.actors import BY_HAND, OTHER_DOORS
from catenary.domain.plan import FieldChange, field_changes
from catenary.domain.values_in_words import came_and_went
from catenary.web.marks import organization_link
from catenary.web.pages import Change, HistoryEntry, Sentence, say
from catenary.web.reading import in_words

_SHOWN = 12
_LENGTH = 160


def history_entries(
    entries: Sequence[Entry],
    revert: Mapping[int, str] | None = None,
    proposed: Mapping[int, tuple[OrganizationRow, PersonRow | None]] | None = None,
    root_id: int | None = None,
) -> tuple[HistoryEntry, ...]:
    """What happened, who did it, through what, and which fields changed: two queries. ``revert``
    says where a version is taken up again, ``proposed`` at whose proposal it was made, by the
    number of its revision; with ``root_id`` only people of that house are named."""
    people = people_by_id(
        {e.person_id for e in entries if e.person_id}, {root_id} if root_id else ()
    )
    accounts = account_names({e.account_id for e in entries if e.account_id})
    return tuple(
        replace(
            _entry(entry, people, accounts, revert or {}),
            proposed_by=_proposed_by((proposed or {}).get(entry.number)),
        )
        for entry in entries
    )


def _proposed_by(proposal: tuple[OrganizationRow, PersonRow | None] | None) -> Sentence:
    if proposal is None:
        return Sentence()
    customer, person = proposal
    return say(
        _("as suggested by {who}, {customer}"),
        who=person.name if person else _("somebody"),
        customer=organization_link(customer),
    )


def _entry(
    entry: Entry, people: dict[int, Any], accounts: dict[int, str], revert: Mapping[int, str]
) -> HistoryEntry:
    if entry.person_id in people:
        who = people[entry.person_id].name
    elif entry.person_id is not None:
        who = _("An operator, or somebody elsewhere")
    elif entry.account_id in accounts:
        who = accounts[entry.account_id]
    else:
        who = _("The operator at the command line")
    changes: tuple[Change, ...] = ()
    if entry.before is not None and entry.after is not None:
        changes = tuple(
            _change(change) for change in field_changes(entry.before, entry.after)[:_SHOWN]
        )
    return HistoryEntry(
        entry.at,
        who,
        _sentence(entry.action),
        source_words(entry.source),
        changes,
        revert.get(entry.number, ""),
    )


def _sentence(action: str) -> str:
    return {
        "created": _("defined it"),
        "changed": _("changed it"),
        "taken-over": _("took it over"),
        "removed": _("removed it"),
        "restored": _("brought it back"),
    }.get(action, action)


def source_words(source: str) -> str:
    """Through what a change came, or by what a service is managed."""
    kind, _colon, name = source.partition(":")
    if source in (BY_HAND, *OTHER_DOORS):
        return door_words("web" if source == BY_HAND else source)
    if kind == "folder":
        return _("catalogue files “{name}”").format(name=name)
    if kind == "import":
        return _("import {name}").format(name=name)
    if kind == "sign-on":
        return _("groups of “{name}”").format(name=name)
    return source


def door_words(door: str) -> str:
    """By which door somebody came in to change something."""
    return {
        "web": _("in the browser"),
        "api": _("through the API"),
        "command-line": _("at the command line"),
        "sign-on": _("by signing on"),
        "schedule": _("by the schedule"),
        "inlet": _("through an inlet"),
    }.get(door, door)


def _change(change: FieldChange) -> Change:
    """Of a list only what came and went."""
    glue = ", " if list in (type(change.before), type(change.after)) else " "
    went, came = came_and_went(change.before, change.after)
    return Change(change.path, _text(went, glue), _text(came, glue))


def _text(lines: Sequence[str], glue: str) -> str:
    text = glue.join(map(in_words, lines))
    return text if len(text) <= _LENGTH else text[: _LENGTH - 1] + "…"
