"""What could not be sent, by address; trying it again and discarding it: a page of operators
alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catenary import clock
from catenary.apps.common.queries.outbox import OutboxCount, outbox_counts
from catenary.apps.monitoring.operations.given_up import discard_given_up, try_given_up_again
from catenary.apps.monitoring.queries.given_up import NOBODY, GivenUp, given_up
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.origins import origin_of
from catenary.web.pages import say
from catenary.web.pages.outbox import Discarding, GivenUpLine, OutboxPage
from catenary.web.reading import figure, moment

_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def outbox(asking: Asking) -> HttpResponse:
    """What was given up, and what waits; to others than operators there is no such page."""
    if not asking.actor.is_operator:
        raise Http404
    if asking.request.method == "POST":
        return _act(asking)
    return _shown(asking, given_up())


def _act(asking: Asking) -> HttpResponse:
    given, at = asking.request.POST, clock.now()
    address = given.get("address", "")
    addresses = None if given.get("of") == "all" else (address,)
    match given.get("do", ""):
        case "try":
            tried = try_given_up_again(addresses=addresses, at=at)
            pattern = ngettext("{n} is tried again.", "{n} are tried again.", tried)
            told = pattern.format(n=figure(tried))
        case "ask":
            found = given_up()
            meant = [each for each in found if addresses is None or each.address == address]
            if meant:
                return _shown(asking, found, discarding=_asked(meant, addresses, at))
            told = _("There is nothing to discard.")
        case "discard":
            gone = discard_given_up(
                addresses=addresses,
                until=_moment(given.get("until", "")),
                at=at,
                origin=origin_of(asking.request),
            )
            pattern = ngettext("{n} message was discarded.", "{n} messages were discarded.", gone)
            told = pattern.format(n=figure(gone))
        case _:
            raise Http404
    messages.success(asking.request, told)
    return HttpResponseRedirect(reverse("outbox"))


def _shown(
    asking: Asking, found: Sequence[GivenUp], *, discarding: Discarding | None = None
) -> HttpResponse:
    number = sum(each.messages for each in found)
    told = ngettext(
        "{n} message could not be sent and was given up.",
        "{n} messages could not be sent and were given up.",
        number,
    )
    hidden = len(found) - _SHOWN
    more = ngettext(
        "{n} more address, with fewer messages.", "{n} more addresses, with fewer messages.", hidden
    )
    page = OutboxPage(
        answer=say(told, n=figure(number)) if number else say(_("Everything could be sent.")),
        waiting=tuple(_waiting(count) for count in outbox_counts() if count.waiting),
        lines=tuple(map(_line, found[:_SHOWN])),
        more=more.format(n=figure(hidden)) if hidden > 0 else "",
        discarding=discarding,
    )
    return page_response(asking, "outbox.html", page)


def _asked(meant: Sequence[GivenUp], addresses: Sequence[str] | None, at: datetime) -> Discarding:
    number = sum(each.messages for each in meant)
    pattern = ngettext(
        "Discard {n} message to {receiver}? It is gone for good, and nobody is told.",
        "Discard {n} messages to {receiver}? They are gone for good, and nobody is told.",
        number,
    )
    receiver = _receiver(meant[0].address) if addresses is not None else _("all addresses")
    button = ngettext("Discard {n} message", "Discard {n} messages", number)
    return Discarding(
        question=pattern.format(n=figure(number), receiver=receiver),
        button=button.format(n=figure(number)),
        address=meant[0].address if addresses is not None else "",
        until=at.isoformat(),
    )


def _moment(text: str) -> datetime:
    """Until when what was given up is meant: what somebody saw when they were asked."""
    try:
        until = datetime.fromisoformat(text[:40])
    except ValueError:
        raise Http404 from None
    if until.tzinfo is None:
        raise Http404
    return until


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


def _receiver(address: str) -> str:
    return _("nobody any more") if address == NOBODY else _kind(address)


def _line(each: GivenUp) -> GivenUpLine:
    if each.messages == 1:
        told = _("1 message, given up {when}").format(when=moment(each.last_at))
    else:
        told = ngettext(
            "{n} message, the first given up {since}, the last {when}",
            "{n} messages, the first given up {since}, the last {when}",
            each.messages,
        ).format(n=figure(each.messages), since=moment(each.since), when=moment(each.last_at))
    return GivenUpLine(
        address=each.address,
        receiver=_receiver(each.address),
        told=told,
        trouble=each.trouble,
        note=""
        if each.is_wanted or each.address == NOBODY
        else _("nobody is subscribed there any more"),
    )
