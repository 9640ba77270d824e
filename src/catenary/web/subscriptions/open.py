"""What is reached without signing in, by an address that is a secret or signed: a feed, and the
one click that ends subscriptions (RFC 8058)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from catenary import clock
from catenary.apps.access.operations.limits import take_visitor
from catenary.apps.monitoring.operations.subscriptions import end_subscriptions, is_same
from catenary.apps.monitoring.queries.consumed import recent_events
from catenary.apps.monitoring.queries.happened import NamedEvent
from catenary.apps.monitoring.queries.maintenance import maintenance_of_ours, maintenance_past
from catenary.apps.monitoring.queries.subscriptions import feed_by_public_id
from catenary.apps.organizations.queries import actor_of_account, viewpoint_of
from catenary.connectors.notices.addresses import unsubscribed
from catenary.domain.actors import Actor, Viewpoint
from catenary.exchange.atom.writing import CONTENT_TYPE, Entry, Feed, written
from catenary.web.asking import stranger_frame
from catenary.web.maintenance.words import title_of, when_words
from catenary.web.origins import network_address
from catenary.web.our_services.strip import condition_mark
from catenary.web.our_services.touched import touching_us
from catenary.web.our_services.views import event_line
from catenary.web.pages.subscriptions import UnsubscribePage
from catenary.web.words import condition_word

_BACK = timedelta(days=30)
_ENTRIES = 100
#: So much of what is ahead is looked at, the next first.
_AHEAD = 500
#: Among so many that are over, those that were called off are looked for.
_CALLED_OFF = 50
_PUBLIC = 12
#: What is compared when there is no such feed, so that this takes no less time.
_NOBODYS = "0" * 64


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What happened to what an organization consumes and provides, for a feed reader; a closed
    feed, a wrong address and one that never was are the same."""
    at = clock.now()
    wait = take_visitor(address=network_address(request), at=at)
    if wait:
        return _too_often(wait)
    row = feed_by_public_id(secret[:_PUBLIC]) if secret.isascii() and len(secret) < 100 else None
    is_right = is_same(row.digest if row is not None else _NOBODYS, secret[_PUBLIC:])
    if row is None or not is_right or not row.is_active:
        raise Http404
    actor = actor_of_account(row.account_id, row.is_operator, door="feed")
    viewpoint = viewpoint_of(actor, row.organization_key)
    if viewpoint is None:
        raise Http404
    with translation.override(row.language or "en"), timezone.override(row.time_zone or "UTC"):
        happened = recent_events(
            actor=actor,
            viewpoint=viewpoint,
            at=at,
            since=at - _BACK,
            limit=_ENTRIES,
            with_provided=True,
        )
        made = Feed(
            key=row.public_id,
            title=_("Services of {organization}").format(organization=viewpoint.name),
            author="Catenary",
            page=request.build_absolute_uri(reverse("our-services")),
            here=request.build_absolute_uri(),
            entries=_latest_first(map(_entry, happened), _announced(actor, viewpoint, at)),
            at=row.created_at,
            language=row.language or "en",
        )
    response = HttpResponse(written(made), content_type=CONTENT_TYPE)
    # The address is a secret: nobody on the way keeps what is behind it.
    response["Cache-Control"] = "private, max-age=60"
    return response


def _latest_first(*entries: Iterable[Entry]) -> list[Entry]:
    found = sorted(chain(*entries), key=lambda entry: entry.at, reverse=True)
    return found[:_ENTRIES]


def _announced(actor: Actor, viewpoint: Viewpoint, at: datetime) -> Iterator[Entry]:
    """Maintenance of what is consumed or provided: what is ahead or under way, and what was called
    off lately. An entry stays the same when it is changed; readers show it anew."""
    asked: dict[str, Any] = {"actor": actor, "viewpoint": viewpoint, "at": at}
    over, _more = maintenance_past(**asked, limit=_CALLED_OFF)
    views = chain(
        islice(maintenance_of_ours(**asked, with_provided=True), _AHEAD),
        (each for each in over if each.state == "cancelled" and each.changed_at >= at - _BACK),
    )
    for view, touched in touching_us(actor, viewpoint, views, with_provided=True):
        if view.state == "cancelled":
            title = _("Called off: {maintenance}").format(maintenance=title_of(view))
            lines = [each.name for each in touched]
        else:
            first = view.ahead[0]
            title = _("Maintenance: {when}").format(when=when_words(first.start, first.end))
            marks = {each.name: condition_mark(each.kind).condition for each in touched}
            lines = [title_of(view), view.text]
            lines += [f"{name}: {condition_word(mark)}" for name, mark in marks.items()]
        text = "\n".join(filter(None, lines))
        yield Entry(f"maintenance/{view.key}", title, text, view.changed_at)


def _entry(event: NamedEvent) -> Entry:
    line = event_line(event)
    lines = [f"{name}: {now}" for name, _was, now in event.changes]
    if event.runs:
        lines = [line.when, *(f"{run.name}: {run.now}" for run in event.runs)]
    return Entry(event.key, str(line.sentence), "\n".join(lines), event.at)


# Whoever clicks is a mail program, which brings no cookie and no token of ours: what it brings is
# an address that we signed for exactly this.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """End the subscriptions of a message with one click; looking at the page ends nothing, because
    programs look at every address in a message."""
    subscriptions = unsubscribed(signed)
    if not subscriptions:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        end_subscriptions(public_ids=subscriptions, at=clock.now())
    page = UnsubscribePage(reverse("unsubscribe", args=[signed]), is_done)
    return render(request, "unsubscribe.html", {"page": page, "frame": stranger_frame(request)})


def _too_often(seconds: int) -> HttpResponse:
    response = HttpResponse(_("Too often."), status=429, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(seconds)
    return response
