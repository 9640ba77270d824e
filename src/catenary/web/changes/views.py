"""What changed between two moments, and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary.apps.history.choices import Kind
from catenary.apps.portfolio.queries.changes import (
    Changes,
    GroupedChanges,
    Happened,
    Narrowed,
    Together,
    changes_between,
    grouped_changes,
)
from catenary.domain.actors import BY_HAND
from catenary.domain.moments import read_moment
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.pages import Count, Link, say
from catenary.web.pages.changes import ChangedRow, ChangedTogether, ChangesPage
from catenary.web.service.history import door_words, history_entries, source_words

#: A change of more things than this is folded; so many of them are named then.
_OPEN, _NAMED = 4, 3
_FIELDS = ("organization", "service", "person", "door", "source")


@require_safe
@signed_in
def changes(asking: Asking) -> HttpResponse:
    """Everything that happened at home, narrowed as one likes."""
    given = asking.request.GET
    since, until = (given.get(name, "").strip()[:40] for name in ("from", "to"))
    asked = {name: given.get(name, "").strip()[:300] for name in _FIELDS}
    problem = ""
    moments = [_since(since), read_moment(until)]
    for text, moment in zip((since, until), moments, strict=True):
        if text and moment is None:
            problem = _("“{text}” is no date, like 2026-03-01.").format(text=text)
    within = _number(given.get("within", ""))
    found: Changes | GroupedChanges = Changes(())
    if asking.viewpoint is not None and not problem:
        look = changes_between if within else grouped_changes
        found = look(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            narrowed=Narrowed(
                moments[0],
                moments[1],
                asked["organization"],
                asked["service"],
                asked["person"],
                asked["door"],
                asked["source"],
                within=within,
            ),
            after=given.get("after", "")[:200],
        )
    query = {"from": since, "to": until, **asked}
    narrowed = {name: text for name, text in query.items() if text}
    kept = urlencode(
        narrowed | ({"within": str(within)} if within else {}) | {"after": found.after or ""}
    )
    page = ChangesPage(
        answer=say(_("What was changed here, by whom and when. Nothing of it is ever edited.")),
        since=since,
        until=until,
        **asked,
        doors=(
            ("web", _("the pages")),
            ("api", _("the API")),
            ("command-line", _("the command line")),
        ),
        rows=_rows(found.rows) if isinstance(found, Changes) else (),
        groups=_groups(found, narrowed) if isinstance(found, GroupedChanges) else (),
        is_one=bool(within),
        all_url=f"{reverse('changes')}?{urlencode(narrowed)}" if within else "",
        older_url=f"{reverse('changes')}?{kept}" if found.after else "",
        problem=problem,
    )
    return page_response(asking, "changes.html", page, status=400 if problem else 200)


def _since(text: str) -> datetime | None:
    """A moment to begin with: a date means its beginning."""
    moment = read_moment(text)
    if moment is not None and len(text) == 10:
        return datetime.combine(moment.date(), time.min, tzinfo=UTC)
    return moment


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _groups(found: GroupedChanges, narrowed: dict[str, str]) -> tuple[ChangedTogether, ...]:
    rows = iter(_rows(tuple(row for group in found.groups for row in group.rows)))
    told = []
    for group in found.groups:
        own = tuple(next(rows) for _ in group.rows)
        count = sum(group.counts.values())
        within = urlencode({**narrowed, "within": group.rows[0].entry.number})
        told.append(
            ChangedTogether(
                at=group.at,
                who=own[0].entry.who,
                through=_through(group),
                note=own[0].note,
                rows=own,
                count=Count(count, capped=bool(group.capped)),
                counted=_counted(group),
                named=tuple(row.subject.text for row in own[:_NAMED]),
                more=count - _NAMED,
                is_long=count > _OPEN,
                whole_url=f"{reverse('changes')}?{within}" if count > len(own) else "",
            )
        )
    return tuple(told)


def _through(group: Together) -> str:
    """By which door and from which source."""
    door = door_words(group.door)
    if group.source in ("", BY_HAND, group.door):
        return door
    return f"{source_words(group.source)}, {door}" if door else source_words(group.source)


def _counted(group: Together) -> str:
    words = {
        Kind.ORGANIZATION: lambda n: ngettext("{n} organization", "{n} organizations", n),
        Kind.PERSON: lambda n: ngettext("{n} person", "{n} people", n),
        Kind.SERVICE: lambda n: ngettext("{n} service", "{n} services", n),
        Kind.CALENDAR: lambda n: ngettext("{n} calendar", "{n} calendars", n),
        Kind.CONSUMPTION: lambda n: ngettext("{n} consumption", "{n} consumptions", n),
    }
    order = (Kind.SERVICE, Kind.ORGANIZATION, Kind.PERSON, Kind.CALENDAR, Kind.CONSUMPTION)
    return ", ".join(
        words[kind](n).format(n=Count(n, capped=kind in group.capped))
        for kind in order
        if (n := group.counts.get(kind, 0))
    )


def _rows(happened: tuple[Happened, ...]) -> tuple[ChangedRow, ...]:
    # Who did it has been decided already: numbers would be looked up once more.
    bare = [replace(row.entry, person_id=None, account_id=None) for row in happened]
    return tuple(
        ChangedRow(
            _kind(row.kind),
            Link(row.name or row.reference, _url(row)),
            row.reference if row.name else "",
            replace(entry, who=row.who or _("An operator, or somebody elsewhere")),
            row.note,
        )
        for row, entry in zip(happened, history_entries(bare), strict=True)
    )


def _kind(kind: Kind) -> str:
    return {
        Kind.ORGANIZATION: _("organization"),
        Kind.PERSON: _("person"),
        Kind.SERVICE: _("service"),
        Kind.CONSUMPTION: _("consumption"),
        Kind.CALENDAR: _("calendar"),
    }[kind]


def _url(row: Happened) -> str:
    if row.kind is Kind.SERVICE and row.is_there:
        return addresses.service(row.reference)
    if row.kind is Kind.ORGANIZATION and row.is_there:
        return addresses.organization(row.reference)
    return ""
