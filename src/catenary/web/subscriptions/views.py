"""Choosing what one is told, ending it, and the secret addresses of feeds."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catenary import clock
from catenary.apps.monitoring.choices import About, Channel
from catenary.apps.monitoring.operations.subscriptions import (
    CONDITIONS,
    Wish,
    end_subscriptions,
    issue_feed,
    revoke_feed,
    subscribe,
)
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
from catenary.web.our_services.strip import condition_mark
from catenary.web.pages.subscriptions import (
    FeedLine,
    SubscriptionForm,
    SubscriptionLine,
    SubscriptionsPage,
)
from catenary.web.pages.tokens import Choice
from catenary.web.reading import in_words
from catenary.web.words import condition_word

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
        return _refused(asking, form, _("There is no organization to look from yet."))
    quiet_from, quiet_until = _minutes(form, "quiet-from"), _minutes(form, "quiet-until")
    wish = Wish(
        about=form.get("about", ""),
        channel=form.get("channel", ""),
        service=form.get("service", "").strip()[:_LONGEST],
        address=form.get("address", "").strip()[: _LONGEST + 1],
        conditions=form.getlist("condition")[:20],
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        zone=timezone.get_current_timezone_name(),
    )
    try:
        made = subscribe(actor=asking.actor, viewpoint=asking.viewpoint, wish=wish, at=clock.now())
    except Refused as refused:
        return _refused(asking, form, *(in_words(refusal.sentence) for refusal in refused.refusals))
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
        sentences = (in_words(refusal.sentence) for refusal in refused.refusals)
        return _refused(asking, QueryDict(mutable=True), *sentences)
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


def _refused(asking: Asking, form: QueryDict, *problems: str) -> HttpResponse:
    page = _page(asking, form, problems=problems)
    return page_response(asking, "subscriptions.html", page, status=422)


def _page(
    asking: Asking,
    form: QueryDict,
    *,
    problems: tuple[str, ...] = (),
    secret_address: str = "",
) -> SubscriptionsPage:
    account_id = asking.request.user.pk or 0
    rows = standing_subscriptions(account_id=account_id)
    services = services_by_id(row.service_id for row in rows if row.service_id)
    houses = organizations_by_id({row.organization_id for row in rows})
    return SubscriptionsPage(
        organization=asking.viewpoint.name if asking.viewpoint else "",
        email=asking.actor.email,
        zone=timezone.get_current_timezone_name(),
        lines=tuple(
            _line(
                row,
                services[row.service_id].reference if row.service_id in services else "",
                houses[row.organization_id].name,
            )
            for row in rows
        ),
        feeds=tuple(
            FeedLine(feed.public_id, feed.organization_name, feed.created_at)
            for feed in feeds_of(account_id)
        ),
        form=_form(form),
        problems=problems,
        secret_address=secret_address,
        is_mail_set=bool(settings.MAIL.host),
    )


def _form(form: QueryDict) -> SubscriptionForm:
    about = form.get("about", About.CONSUMED)
    channel = form.get("channel", Channel.MAIL)
    conditions = form.getlist("condition") or ([] if form.get("about") else [*CONDITIONS])
    return SubscriptionForm(
        about=tuple(
            Choice(value, word, is_chosen=value == about) for value, word in _about_words().items()
        ),
        channels=(
            Choice(Channel.MAIL, _("e-mail"), is_chosen=channel != Channel.WEBHOOK),
            Choice(Channel.WEBHOOK, _("webhook"), is_chosen=channel == Channel.WEBHOOK),
        ),
        conditions=tuple(
            Choice(kind, _word(kind), is_chosen=kind in conditions) for kind in CONDITIONS
        ),
        service=form.get("service", ""),
        address=form.get("address", ""),
        quiet_from=form.get("quiet-from", ""),
        quiet_until=form.get("quiet-until", ""),
    )


def _about_words() -> dict[About, str]:
    return {
        About.CONSUMED: _("everything we use"),
        About.PROVIDED: _("everything we provide"),
        About.SERVICE: _("one service"),
    }


def _word(kind: str) -> str:
    return condition_word(condition_mark(kind).condition)


def _line(row: SubscriptionRow, service: str, organization: str) -> SubscriptionLine:
    quiet = ""
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = _("quiet from {begin} to {end} ({zone})").format(
            begin=_clock(row.quiet_from), end=_clock(row.quiet_until), zone=row.time_zone
        )
    is_webhook = row.channel == Channel.WEBHOOK
    return SubscriptionLine(
        public_id=row.public_id,
        about=service or _about_words()[About(row.about)],
        how=row.address if is_webhook else _("e-mail"),
        conditions=", ".join(_word(kind) for kind in CONDITIONS if kind in row.conditions),
        quiet=quiet,
        organization=organization,
        secret=secret_of(row.public_id) if is_webhook else "",
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _minutes(form: QueryDict, name: str) -> int | None:
    """Minutes after midnight; none for nothing. What is no time is none of a day's minutes."""
    said = form.get(name, "").strip()
    if not said:
        return None
    try:
        read = time.fromisoformat(said[:8])
    except ValueError:
        return -1
    return read.hour * 60 + read.minute
