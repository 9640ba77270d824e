"""Feeds for calendar programs under secret addresses."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catenary import clock
from catenary.apps.calendars.operations.feeds import touch_feed
from catenary.apps.calendars.queries.feeds import Feed, feed_of
from catenary.apps.monitoring.queries.maintenance import maintenance_ahead, maintenance_past
from catenary.apps.organizations.queries import actor_of_account, viewpoint_of
from catenary.apps.portfolio.queries.calendars import calendar_view
from catenary.domain.actors import Actor, Scope, Viewpoint
from catenary.exchange.icalendar.maintenance import maintenance_feed
from catenary.exchange.icalendar.writing import openings_feed
from catenary.web.maintenance.words import title_of

#: So much of what is over stands in a feed.
_PAST = 500


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What a secret address leads to, for whoever knows it: as its owner sees it now."""
    found = feed_of(secret)
    if found is None:
        raise Http404
    actor = actor_of_account(
        found.account_id, found.is_operator, door="feed", scopes=frozenset({Scope.READ})
    )
    viewpoint = viewpoint_of(actor, found.organization)
    text = None if viewpoint is None else _text(found, actor, viewpoint)
    if text is None:
        raise Http404
    touch_feed(number=found.number, used_at=found.used_at, at=clock.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="catenary.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _text(found: Feed, actor: Actor, viewpoint: Viewpoint) -> bytes | None:
    at = clock.now()
    if not found.about:
        views = (
            *maintenance_ahead(actor=actor, viewpoint=viewpoint, at=at),
            *maintenance_past(actor=actor, viewpoint=viewpoint, at=at, limit=_PAST)[0],
        )
        name = _("Maintenance, {organization}").format(organization=viewpoint.name)
        return maintenance_feed(name, views, title_of, at)
    view = calendar_view(actor=actor, viewpoint=viewpoint, reference=found.about)
    if view is None or view.hours is None:
        return None
    return openings_feed(view.row.reference, view.row.name, view.hours, at)
