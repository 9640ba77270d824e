"""One's own second factors: adding, seeing and taking them away."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catenary import clock
from catenary.apps.access.operations.passkeys import PasskeyRefused, begin_registering, register
from catenary.apps.access.operations.second_factors import (
    add_app,
    remove_factor,
    renew_recovery_codes,
)
from catenary.apps.access.queries.second_factors import (
    Factor,
    recovery_codes_left,
    second_factors_of,
)
from catenary.web.access.asked import asked_of, second_factor_is_required, why
from catenary.web.access.half import is_fresh
from catenary.web.access.second_factor.challenge import (
    as_json,
    forget_secret,
    fresh_app,
    kept_secret,
    no_passkey,
    origin,
    wrong_digits,
)
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.origins import origin_of
from catenary.web.pages.second_factor import FactorLine, NewFactorPage, SecondFactorsPage

_STATE = "passkey-made"


@require_safe
@signed_in
def second_factors(asking: Asking) -> HttpResponse:
    """What one set up."""
    return page_response(asking, "second_factors.html", _page(asking))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def app(asking: Asking) -> HttpResponse:
    """Add an authenticator app, in place of an earlier one."""
    request, at = asking.request, clock.now()
    if not is_fresh(request, at):
        return _sign_in_again(request)
    problem = ""
    if request.method == "POST":
        secret = kept_secret(request, _email(asking))
        code = request.POST.get("code", "").strip()[:20]
        here = origin_of(request)
        if secret and add_app(
            account_id=_own(request), secret=secret, code=code, at=at, origin=here
        ):
            forget_secret(request)
            return _added(asking, _("The authenticator app was added."))
        problem = wrong_digits()
    page = NewFactorPage(app=fresh_app(request, _email(asking)), problem=problem)
    return page_response(asking, "second_factor_new.html", page, status=422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def passkey(asking: Asking) -> HttpResponse:
    """Add a passkey: a security key, a telephone, or the device itself."""
    request, at = asking.request, clock.now()
    if not is_fresh(request, at):
        return _sign_in_again(request)
    problem, name = "", " ".join(request.POST.get("name", "").split())[:60]
    if request.method == "POST":
        try:
            register(
                account_id=_own(request),
                name=name or _("Passkey"),
                state=request.session.pop(_STATE, None),
                answer=as_json(request.POST.get("passkey", "")),
                origin=origin(request),
                at=at,
                asked_from=origin_of(request),
            )
            return _added(asking, _("The passkey was added."))
        except PasskeyRefused:
            problem = no_passkey()
    begun = begin_registering(
        account_id=_own(request), email=_email(asking), origin=origin(request)
    )
    request.session[_STATE] = begun.state
    page = NewFactorPage(passkey=json.dumps(begun.options), name=name, problem=problem)
    return page_response(asking, "second_factor_new.html", page, status=422 if problem else 200)


@require_POST
@signed_in
def codes(asking: Asking) -> HttpResponse:
    """Make recovery codes, in place of the earlier ones; they stand on this answer only."""
    request, at = asking.request, clock.now()
    if not is_fresh(request, at):
        return _sign_in_again(request)
    if not second_factors_of(_own(request)):
        return HttpResponseRedirect(reverse("second-factors"))
    made = renew_recovery_codes(account_id=_own(request), at=at, origin=origin_of(request))
    return page_response(asking, "second_factors.html", _page(asking, codes=made))


@require_POST
@signed_in
def remove(asking: Asking) -> HttpResponse:
    """Take one away; the last one only where none is required."""
    request, at = asking.request, clock.now()
    if not is_fresh(request, at):
        return _sign_in_again(request)
    number = request.POST.get("factor", "")
    known = {str(each.id): each for each in second_factors_of(_own(request))}
    if number in known and len(known) == 1 and second_factor_is_required(request.user):
        messages.info(request, _("Here a second factor is required: add another one first."))
    elif number in known:
        remove_factor(
            account_id=_own(request),
            factor_id=known[number].id,
            at=at,
            origin=origin_of(request),
        )
        messages.success(request, _("It was taken away, and is not taken from now on."))
    return HttpResponseRedirect(reverse("second-factors"))


def _added(asking: Asking, sentence: str) -> HttpResponse:
    """With the first factor come the recovery codes: without them a lost telephone locks out."""
    request = asking.request
    messages.success(request, sentence)
    if recovery_codes_left(_own(request)):
        return HttpResponseRedirect(reverse("second-factors"))
    made = renew_recovery_codes(account_id=_own(request), at=clock.now(), origin=origin_of(request))
    return page_response(asking, "second_factors.html", _page(asking, codes=made))


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    messages.info(
        request,
        _("You signed in a while ago. Sign out and in again, then change how you sign in."),
    )
    return HttpResponseRedirect(reverse("second-factors"))


def _page(asking: Asking, codes: tuple[str, ...] = ()) -> SecondFactorsPage:
    request = asking.request
    words = {Factor.APP: _("authenticator app"), Factor.PASSKEY: _("passkey")}
    factors = second_factors_of(_own(request))
    asked = asked_of(request.user)
    return SecondFactorsPage(
        factors=tuple(
            FactorLine(each.id, words[each.kind], each.name, each.created_at, each.last_used_at)
            for each in factors
        ),
        codes_left=recovery_codes_left(_own(request)),
        codes=codes,
        required=why(asked) if asked.is_asked else "",
        is_fresh=is_fresh(request, clock.now()),
        has_app=any(each.kind is Factor.APP for each in factors),
    )


def _own(request: HttpRequest) -> int:
    return request.user.pk or 0


def _email(asking: Asking) -> str:
    return asking.actor.email or asking.name
