"""What could not be sent, and trying it again by hand: a page of operators alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catenary import clock
from catenary.apps.common.operations.outbox import try_again
from catenary.apps.common.queries.outbox import (
    DeadLetter,
    OutboxCount,
    dead_count,
    dead_letters,
    outbox_counts,
)
from catenary.apps.monitoring.queries.notices import receiver_of
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.pages import say
from catenary.web.pages.outbox import DeadLine, OutboxPage
from catenary.web.reading import figure, moment

_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def outbox(asking: Asking) -> HttpResponse:
    """What was given up, and what waits; to others than operators there is no such page."""
    if not asking.actor.is_operator:
        raise Http404
    if asking.request.method == "POST":
        said = asking.request.POST.getlist("letter")[:_SHOWN]
        ids = [int(each) for each in said if each.isascii() and each.isdigit() and len(each) < 18]
        tried = try_again(ids=ids, at=clock.now())
        told = ngettext("{n} is tried again.", "{n} are tried again.", tried)
        messages.success(asking.request, told.format(n=figure(tried)))
        return HttpResponseRedirect(reverse("outbox"))
    number = dead_count()
    told = ngettext(
        "{n} message could not be sent and was given up.",
        "{n} messages could not be sent and were given up.",
        number,
    )
    page = OutboxPage(
        answer=say(told, n=figure(number)) if number else say(_("Everything could be sent.")),
        waiting=tuple(_waiting(count) for count in outbox_counts() if count.waiting),
        dead=tuple(map(_line, dead_letters(limit=_SHOWN))),
    )
    return page_response(asking, "outbox.html", page)


def _waiting(count: OutboxCount) -> str:
    told = ngettext(
        "{n} waits: {kind}, the first due {when}",
        "{n} wait: {kind}, the first due {when}",
        count.waiting,
    )
    when = moment(count.oldest_due) if count.oldest_due is not None else ""
    return told.format(n=figure(count.waiting), kind=_kind(count.kind), when=when)


def _kind(kind: str) -> str:
    return {
        "notice": _("notice"),
        "conditions-changed": _("change of conditions"),
        "maintenance-planned": _("change of planned maintenance"),
    }.get(kind, kind)


def _line(letter: DeadLetter) -> DeadLine:
    row = receiver_of(letter.payload) if "subscriptions" in letter.payload else None
    receiver = _("nobody any more")
    if row is not None:
        receiver = row.address or row.email
    return DeadLine(
        letter.id,
        _kind(letter.kind),
        receiver,
        letter.trouble,
        letter.attempts,
        letter.dead_at,
    )
