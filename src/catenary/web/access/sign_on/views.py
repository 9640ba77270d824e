"""The two addresses of single sign-on."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catenary import clock
from catenary.apps.access.queries.linking import account_signing_in
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.organizations.choices import NotKnown
from catenary.apps.organizations.operations.signing_on import NotLetIn, SigningOn, sign_on
from catenary.connectors.openid.trust import TrustedProvider, Vouched
from catenary.exchange.sign_on.groups import GroupRule, given_by
from catenary.web.access.arriving import arrive
from catenary.web.access.sign_on.journey import CameBackWrong, come_back, set_out
from catenary.web.asking import stranger_frame
from catenary.web.language import language_choices
from catenary.web.origins import origin_of
from catenary.web.pages import SignInPage, SignOnChoice
from catenary.web.returning import safe_address

log = logging.getLogger(__name__)


def sign_on_choices(wanted: str) -> tuple[SignOnChoice, ...]:
    """The buttons beside the password form."""
    trusted: TrustedProvider | None = settings.SIGN_ON
    return () if trusted is None else (SignOnChoice(trusted.key, trusted.name, wanted),)


@never_cache
@require_safe
def leave(request: HttpRequest, provider: str) -> HttpResponse:
    """Send somebody to the provider. A link and not a form: browsers hold a form, and whatever it
    is redirected to, to ``form-action``, and where the provider sends people on is its affair."""
    trusted = _trusted(provider)
    wanted = safe_address(request, request.GET.get("next", "")[:1000])
    try:
        return set_out(request, trusted, wanted)
    except CameBackWrong as wrong:
        return _refused(request, trusted, wrong)


@never_cache
@require_safe
def back(request: HttpRequest, provider: str) -> HttpResponse:
    """Take what the provider says; sign somebody in, or say why not."""
    trusted = _trusted(provider)
    at = clock.now()
    try:
        came = come_back(request, trusted, at)
    except CameBackWrong as wrong:
        return _refused(request, trusted, wrong)
    who = _signing_on(trusted, came.vouched, settings.SIGN_ON_GROUPS)
    try:
        account = account_signing_in(sign_on(who=who, at=at, origin=origin_of(request)))
    except NotLetIn as refused:
        log.warning("sign-on through %s: refused, %s", trusted.key, refused.why.value)
        return _page(request, _sentence(refused.why, trusted.name), 403)
    except CatalogueBusy:
        busy = _("Your roles could not be written down just now. Try again in a minute.")
        return _page(request, busy, 503)
    return arrive(
        request,
        account,
        came.wanted,
        by=who.source,
        at=at,
        two_were_shown=came.vouched.two_were_shown,
    )


def _trusted(key: str) -> TrustedProvider:
    trusted: TrustedProvider | None = settings.SIGN_ON
    if trusted is None or trusted.key != key:
        raise Http404
    return trusted


def _signing_on(
    trusted: TrustedProvider, said: Vouched, rules: tuple[GroupRule, ...] | None
) -> SigningOn:
    silent = rules is None or said.groups is None
    return SigningOn(
        provider=trusted.key,
        subject=said.subject,
        email=said.email,
        is_verified=said.is_verified,
        name=said.name,
        roles=None if silent else given_by(rules or (), said.groups or ()),
    )


def _refused(request: HttpRequest, trusted: TrustedProvider, wrong: CameBackWrong) -> HttpResponse:
    if wrong.was_cancelled:
        return _page(request, _("You chose not to sign in. Nobody was signed in."), 200)
    # The log has the reason; the page would tell it to whoever tries.
    log.warning("sign-on through %s: %s", trusted.key, wrong)
    sentence = _(
        "{name} could not vouch for you, so nobody was signed in. Start again from here; if it "
        "happens again, tell whoever runs Catenary: the reason is in its log."
    )
    return _page(request, sentence.format(name=trusted.name), 403)


def _sentence(why: NotKnown, name: str) -> str:
    return {
        NotKnown.UNVERIFIED: _(
            "{name} does not say that your e-mail address is verified, so nobody was signed in. "
            "Verify it there, or ask whoever runs {name}."
        ),
        NotKnown.NOBODY_HERE: _(
            "{name} knows you, but there is nobody with your address here. Ask an administrator "
            "of your organization to add you."
        ),
        NotKnown.ANOTHER_IDENTITY: _(
            "Your address belongs to another identity of {name} here, so nobody was signed in. "
            "Ask whoever runs Catenary to unlink it."
        ),
        NotKnown.CLOSED: _("Your account here is closed. Ask whoever runs Catenary."),
    }[why].format(name=name)


def _page(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    page = SignInPage(
        problem=sentence, providers=sign_on_choices(""), languages=language_choices(request)
    )
    context = {"page": page, "frame": stranger_frame(request)}
    return render(request, "sign_in.html", context, status=status)
