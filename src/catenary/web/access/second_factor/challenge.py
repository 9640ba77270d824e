"""Asked after the password: the digits of the app, a passkey, or a recovery code."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catenary import clock
from catenary.apps.access.operations.passkeys import (
    PasskeyRefused,
    begin_proving,
    begin_registering,
    prove,
    register,
)
from catenary.apps.access.operations.second_factors import (
    add_app,
    check_code,
    new_secret,
    renew_recovery_codes,
    second_factor_failed,
)
from catenary.apps.access.operations.sign_ins import (
    TooManyAttempts,
    admit_sign_in,
    sign_in_succeeded,
)
from catenary.apps.access.queries.linking import account_signing_in
from catenary.apps.access.queries.second_factors import Factor, factor_kinds
from catenary.domain.actors import Origin
from catenary.web.access.arriving import come_in
from catenary.web.access.asked import asked_of, why
from catenary.web.access.attempts import saying_when, wait_sentence
from catenary.web.access.half import Half, half_of, one_more_try
from catenary.web.access.second_factor.picture import address_for_app, square
from catenary.web.asking import stranger_frame
from catenary.web.origins import origin_of
from catenary.web.pages.second_factor import AppSetUp, ChallengePage
from catenary.web.telling.requests import request_number

_STATE = "passkey-asked"
_MADE = "passkey-made-at-sign-in"
_SECRET = "app-secret"
LONGEST_ANSWER = 20_000


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest) -> HttpResponse:
    """Ask for the second thing, and take it."""
    at = clock.now()
    half = half_of(request, at)
    account = account_signing_in(half.account_id) if half else None
    if half is None or account is None:
        return HttpResponseRedirect(reverse("sign-in"))
    if request.method != "POST":
        return _page(request, account, half)
    if half.must_set_up and not factor_kinds(account.pk):
        return _set_up(request, account, half)
    try:
        shown = _tried(request, account.pk)
    except TooManyAttempts as refused:
        page = _page(request, account, half, problem=wait_sentence(refused), status=429)
        return saying_when(page, refused)
    if shown is not None:
        return come_in(request, account, half.wanted, by=f"{half.by}, {shown.value}", at=at)
    if not one_more_try(request):
        return HttpResponseRedirect(reverse("sign-in"))
    wrong = _("That was not it, or it was used before. Nobody was signed in.")
    return _page(request, account, half, problem=wrong)


def _tried(request: HttpRequest, account_id: int) -> Factor | None:
    """What was shown; None when it was wrong. Raises `TooManyAttempts`: whoever has the password
    may try it again and again, so wrong digits are counted apart from wrong passwords."""
    at, origin_ = clock.now(), origin_of(request)
    attempt = admit_sign_in(
        email=f"second-factor:{account_id}", known_device="", origin=origin_, at=at
    )
    shown = _shown(request, account_id)
    if shown is None:
        second_factor_failed(account_id=account_id, origin=origin_, at=at)
    else:
        sign_in_succeeded(attempt=attempt, at=at)
    return shown


def _shown(request: HttpRequest, account_id: int) -> Factor | None:
    at = clock.now()
    answer = request.POST.get("passkey", "")
    if not answer:
        return check_code(account_id=account_id, code=request.POST.get("code", ""), at=at)
    try:
        prove(
            account_id=account_id,
            state=request.session.pop(_STATE, None),
            answer=as_json(answer),
            origin=origin(request),
            at=at,
        )
    except PasskeyRefused:
        return None
    return Factor.PASSKEY


def _set_up(request: HttpRequest, account: Any, half: Half) -> HttpResponse:
    """Take the first second factor of somebody who must have one: a passkey, or an app."""
    at = clock.now()
    here = replace(origin_of(request), account_id=account.pk)
    with_passkey = "passkey" in request.POST
    added = _added_passkey if with_passkey else _added_app
    if not added(request, account, at, here):
        return _page(
            request, account, half, problem=no_passkey() if with_passkey else wrong_digits()
        )
    forget_secret(request)
    request.session.pop(_MADE, None)
    renew_recovery_codes(account_id=account.pk, at=at, origin=here)
    # Where they find their recovery codes: making them anew is how one gets to see them.
    return come_in(request, account, reverse("second-factors"), by=half.by, at=at)


def _added_app(request: HttpRequest, account: Any, at: datetime, here: Origin) -> bool:
    secret = kept_secret(request, account.email)
    code = request.POST.get("code", "").strip()[:20]
    return bool(secret) and add_app(
        account_id=account.pk, secret=secret, code=code, at=at, origin=here
    )


def _added_passkey(request: HttpRequest, account: Any, at: datetime, here: Origin) -> bool:
    # The question was asked of one account: another may have come in half since.
    asked, state = request.session.pop(_MADE, None) or (None, None)
    if asked != account.pk:
        return False
    try:
        register(
            account_id=account.pk,
            name=_("Passkey"),
            state=state,
            answer=as_json(request.POST["passkey"]),
            origin=origin(request),
            at=at,
            asked_from=here,
        )
    except PasskeyRefused:
        return False
    return True


def _page(
    request: HttpRequest, account: Any, half: Half, *, problem: str = "", status: int = 422
) -> HttpResponse:
    kinds = factor_kinds(account.pk)
    passkey = ""
    if Factor.PASSKEY in kinds:
        begun = begin_proving(account_id=account.pk, origin=origin(request))
        request.session[_STATE] = begun.state
        passkey = json.dumps(begun.options)
    app, reason, new_passkey = None, "", ""
    if half.must_set_up and not kinds:
        app, reason = fresh_app(request, account.email), why(asked_of(account))
        made = begin_registering(account_id=account.pk, email=account.email, origin=origin(request))
        request.session[_MADE] = [account.pk, made.state]
        new_passkey = json.dumps(made.options)
    page = ChallengePage(Factor.APP in kinds, passkey, app, new_passkey, problem, reason)
    context = {"page": page, "frame": stranger_frame(request)}
    if status == 429:
        context["request_number"] = request_number(request)
    return render(request, "second_factor.html", context, status=status if problem else 200)


def fresh_app(request: HttpRequest, email: str) -> AppSetUp:
    """A secret for an app that is not there yet, the same until it is.

    It belongs to one account: somebody could leave a browser half signed in as themselves, and the
    next person must not scan a secret that they know.
    """
    secret = kept_secret(request, email)
    if not secret:
        secret = new_secret()
        request.session[_SECRET] = [email, secret]
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return AppSetUp(square(address_for_app(email, secret)), groups)


def kept_secret(request: HttpRequest, email: str) -> str:
    """The secret that was shown to this account; empty when none was."""
    kept = request.session.get(_SECRET)
    return str(kept[1]) if isinstance(kept, list) and kept[0] == email else ""


def forget_secret(request: HttpRequest) -> None:
    """It was taken, or is not wanted."""
    request.session.pop(_SECRET, None)


def wrong_digits() -> str:
    """What is said when the app shows something else."""
    return _(
        "Those are not the digits of this moment. Is the telephone's clock right? Nothing was "
        "changed."
    )


def no_passkey() -> str:
    """What is said when the browser did not make one."""
    return _("The browser did not make a passkey. Nothing was changed.")


def origin(request: HttpRequest) -> str:
    """The address of ours that a passkey is bound to."""
    return f"{request.scheme}://{request.get_host()}"


def as_json(text: str) -> Any:
    """What a browser answered; None when it is no JSON, or more than any browser says."""
    if len(text) > LONGEST_ANSWER:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
