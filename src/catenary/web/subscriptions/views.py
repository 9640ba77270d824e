"""Choosing what one is told, ending it, and the secret addresses of feeds."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from catenary import clock
from catenary.apps.monitoring.choices import About, Channel
from catenary.apps.monitoring.operations.subscriptions import (
    CONDITIONS,
    end_subscriptions,
    issue_feed,
    revoke_feed,
    subscribe,
)
from catenary.apps.monitoring.queries.deliveries import Delivered, deliveries_of
from catenary.apps.monitoring.queries.subscriptions import (
    SubscriptionRow,
    feeds_of,
    standing_subscriptions,
)
from catenary.apps.organizations.queries import organizations_by_id
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.connectors.webhooks.sending import secret_of
from catenary.domain.refusals import Refused
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.pages.subscriptions import (
    FeedLine,
    SubscriptionLine,
    SubscriptionsPage,
)
from catenary.web.reading import figure, in_words, moment
from catenary.web.subscriptions.form import (
    OWN,
    Problems,
    about_words,
    form_of,
    problems_of,
    wish_of,
    word,
)
from catenary.web.subscriptions.naming import put_chosen, put_reference, service_field

_LONGEST = 1_000


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def subscriptions(asking: Asking) -> HttpResponse:
    """What one is told; subscribe to more."""
    request = asking.request
    if request.method != "POST":
        service = request.GET.get("service", "")[:_LONGEST]
        form = QueryDict(mutable=True)
        form["about"] = About.SERVICE if service else About.CONSUMED
        form["service"], form["channel"] = service, Channel.MAIL
        form.setlist("condition", [*CONDITIONS])
        return page_response(asking, "subscriptions.html", _page(asking, form))
    form = request.POST.copy()
    if asking.viewpoint is None:
        told = _("There is no organization to look from yet.")
        return _refused(asking, form, {"": (told,)})
    if "choose" in form:
        put_chosen(form)
        return page_response(asking, "subscriptions.html", _page(asking, form))
    if "find" in form:
        form["about"] = About.SERVICE
        return page_response(asking, "subscriptions.html", _page(asking, form))
    unclear = put_reference(asking, form)
    if unclear:
        return _refused(asking, form, {"service": (unclear,)})
    try:
        made = subscribe(
            actor=asking.actor, viewpoint=asking.viewpoint, wish=wish_of(form), at=clock.now()
        )
    except Refused as refused:
        return _refused(asking, form, problems_of(refused.refusals))
    said = _("You will be told.") if made.is_new else _("You are told of that already.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("subscriptions"))


@require_POST
@signed_in
def end(asking: Asking) -> HttpResponse:
    """End one of one's subscriptions."""
    request = asking.request
    ended = end_subscriptions(
        public_ids=[request.POST.get("subscription", "")[:16]],
        at=clock.now(),
        account_id=request.user.pk or 0,
    )
    said = _("You will not be told any more.") if ended else _("There was nothing to end.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("subscriptions"))


@require_POST
@signed_in
def new_feed(asking: Asking) -> HttpResponse:
    """Make a feed for the viewpoint; its address stands on the answer and nowhere else."""
    if asking.viewpoint is None:
        return HttpResponseRedirect(reverse("subscriptions"))
    try:
        issued = issue_feed(actor=asking.actor, viewpoint=asking.viewpoint, at=clock.now())
    except Refused as refused:
        return _refused(asking, QueryDict(mutable=True), problems_of(refused.refusals))
    address = asking.request.build_absolute_uri(reverse("status-feed", args=[issued.secret]))
    page = _page(asking, QueryDict(mutable=True), secret_address=address)
    return page_response(asking, "subscriptions.html", page)


@require_POST
@signed_in
def end_feed(asking: Asking) -> HttpResponse:
    """Close one of one's feeds."""
    request = asking.request
    closed = revoke_feed(
        account_id=request.user.pk or 0,
        public_id=request.POST.get("feed", "")[:16],
        at=clock.now(),
    )
    said = _("The feed was closed.") if closed else _("There was nothing to end.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("subscriptions"))


def _refused(asking: Asking, form: QueryDict, problems: Problems) -> HttpResponse:
    page = _page(asking, form, problems=problems)
    return page_response(asking, "subscriptions.html", page, status=422)


def _page(
    asking: Asking,
    form: QueryDict,
    *,
    problems: Problems | None = None,
    secret_address: str = "",
) -> SubscriptionsPage:
    account_id = asking.request.user.pk or 0
    rows = standing_subscriptions(account_id=account_id)
    services = services_by_id(row.service_id for row in rows if row.service_id)
    houses = organizations_by_id({row.organization_id for row in rows})
    deliveries = deliveries_of([row.id for row in rows])
    return SubscriptionsPage(
        organization=asking.viewpoint.name if asking.viewpoint else "",
        email=asking.actor.email,
        lines=tuple(
            _line(
                row,
                services[row.service_id].reference if row.service_id in services else "",
                houses[row.organization_id].name,
                deliveries[row.id],
            )
            for row in rows
        ),
        feeds=tuple(
            FeedLine(feed.public_id, feed.organization_name, feed.created_at)
            for feed in feeds_of(account_id)
        ),
        form=form_of(
            form,
            is_inside=_is_inside(asking),
            service=service_field(asking, form.get("service", "")),
        ),
        problems=problems or {},
        secret_address=secret_address,
        is_mail_set=bool(settings.MAIL.host),
    )


def _line(
    row: SubscriptionRow, service: str, organization: str, delivered: Delivered
) -> SubscriptionLine:
    quiet = ""
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = _("quiet from {begin} to {end} ({zone})").format(
            begin=_clock(row.quiet_from), end=_clock(row.quiet_until), zone=row.time_zone
        )
    is_webhook = row.channel == Channel.WEBHOOK
    return SubscriptionLine(
        public_id=row.public_id,
        about=service or about_words()[row.about if row.with_shared else OWN],
        how=row.address if is_webhook else _("e-mail"),
        conditions=", ".join(word(kind) for kind in CONDITIONS if kind in row.conditions),
        quiet=quiet,
        organization=organization,
        secret=secret_of(row.public_id) if is_webhook else "",
        delivered=_delivered(delivered),
        troubles=tuple(_troubles(delivered)),
    )


def _is_inside(asking: Asking) -> bool:
    viewpoint = asking.viewpoint
    return viewpoint is not None and viewpoint.organization_id != viewpoint.root_id


def _delivered(delivered: Delivered) -> str:
    told = []
    if delivered.delivered_at is not None:
        told.append(_("last delivered {when}").format(when=moment(delivered.delivered_at)))
    if delivered.waiting and delivered.tried_until is None:
        pattern = ngettext("{n} message waits", "{n} messages wait", delivered.waiting)
        told.append(pattern.format(n=figure(delivered.waiting)))
    return " · ".join(told)


def _troubles(delivered: Delivered) -> Iterator[str]:
    """What is not delivered, why, and what becomes of it."""
    if delivered.failing_since is not None and delivered.why is not None:
        pattern = _("Nothing is delivered since {when}: {why}.")
        yield pattern.format(when=moment(delivered.failing_since), why=in_words(delivered.why))
    if delivered.tried_until is not None:
        pattern = ngettext(
            "{n} message waits and is tried again, until {when} at the latest.",
            "{n} messages wait and are tried again, until {when} at the latest.",
            delivered.waiting,
        )
        yield pattern.format(n=figure(delivered.waiting), when=moment(delivered.tried_until))
    if delivered.given_up:
        pattern = ngettext(
            "{n} message was given up: an operator may have it tried again.",
            "{n} messages were given up: an operator may have them tried again.",
            delivered.given_up,
        )
        yield pattern.format(n=figure(delivered.given_up))


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
