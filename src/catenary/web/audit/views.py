"""The audit for operators and administrators."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catenary.apps.reporting.queries import AuditClosed, Place, Subject, audit
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.audit.sentences import audit_line
from catenary.web.pages.audit import AuditPage
from catenary.web.pages.tokens import Choice

_PLACE = re.compile(r"(\d{1,18})?-(\d{1,18})?", re.ASCII)


@require_safe
@signed_in
def audit_page(asking: Asking) -> HttpResponse:
    """A page of it, narrowed to a subject, a person, a period; for everybody else not there."""
    given = asking.request.GET
    subject = given.get("what", "")
    person = given.get("person", "").strip().lower()[:254]
    since, until = _day(given.get("from", "")), _day(given.get("to", ""))
    try:
        found = audit(
            actor=asking.actor,
            subject=Subject(subject) if subject in set(Subject) else None,
            person=person,
            since=since,
            # The last day is meant with all its hours.
            until=until + timedelta(days=1) if until else None,
            after=_place(given.get("after", "")),
        )
    except AuditClosed:
        raise Http404 from None
    is_odd = any(given.get(name) and not day for name, day in (("from", since), ("to", until)))
    page = AuditPage(
        lines=tuple(audit_line(entry) for entry in found.entries),
        subjects=tuple(
            Choice(value, word, is_chosen=value == subject)
            for value, word in (
                ("", _("Everything")),
                (Subject.WAYS_IN, _("Ways in: sign-ins, sessions, tokens")),
                (Subject.CHANGES, _("Changes and roles")),
            )
        ),
        person=person,
        since=since.date().isoformat() if since else "",
        until=until.date().isoformat() if until else "",
        problem=_("A day is written 2026-03-01; the period was left out.") if is_odd else "",
        is_everything=asking.actor.is_operator,
        is_narrowed=bool(subject or person or since or until),
        url=reverse("audit"),
        older_url=_older(given, found.following),
    )
    return page_response(asking, "audit.html", page)


def _day(said: str) -> datetime | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", said, re.ASCII):
        return None
    try:
        day = datetime.fromisoformat(said).replace(tzinfo=UTC)
    except ValueError:
        return None
    # The day after the last one of the calendar does not exist.
    return day if 1900 <= day.year <= 9000 else None


def _place(said: str) -> Place:
    found = _PLACE.fullmatch(said)
    if not found:
        return Place()
    return Place(*(int(number) if number else None for number in found.groups()))


def _older(given: QueryDict, place: Place | None) -> str:
    if place is None:
        return ""
    kept = {name: given[name] for name in ("what", "person", "from", "to") if given.get(name)}
    kept["after"] = f"{place.event or ''}-{place.change or ''}"
    return f"{reverse('audit')}?{urlencode(kept)}"
