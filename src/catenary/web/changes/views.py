"""What changed between two moments, and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catenary.apps.history.choices import Kind
from catenary.apps.portfolio.queries.changes import (
    Changes,
    Happened,
    Narrowed,
    changes_between,
)
from catenary.domain.moments import read_moment
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.pages import Link, say
from catenary.web.pages.changes import ChangedRow, ChangesPage
from catenary.web.service.history import history_entries

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
    found = Changes(())
    if asking.viewpoint is not None and not problem:
        found = changes_between(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            narrowed=Narrowed(moments[0], moments[1], *asked.values()),
            after=given.get("after", "")[:200],
        )
    query = {"from": since, "to": until, **asked, "after": found.after or ""}
    kept = urlencode({name: text for name, text in query.items() if text})
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
        rows=_rows(found),
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


def _rows(found: Changes) -> tuple[ChangedRow, ...]:
    # Who did it has been decided already: numbers would be looked up once more.
    bare = [replace(row.entry, person_id=None, account_id=None) for row in found.rows]
    return tuple(
        ChangedRow(
            _kind(row.kind),
            Link(row.name or row.reference, _url(row)),
            row.reference if row.name else "",
            replace(entry, who=row.who or _("An operator, or somebody elsewhere")),
            row.note,
        )
        for row, entry in zip(found.rows, history_entries(bare), strict=True)
    )


def _kind(kind: Kind) -> str:
    return {
        Kind.ORGANIZATION: _("organization"),
        Kind.PERSON: _("person"),
        Kind.SERVICE: _("service"),
        Kind.CONSUMPTION: _("consumption"),
    }[kind]


def _url(row: Happened) -> str:
    if row.kind is Kind.SERVICE and row.is_there:
        return addresses.service(row.reference)
    if row.kind is Kind.ORGANIZATION and row.is_there:
        return addresses.organization(row.reference)
    return ""
