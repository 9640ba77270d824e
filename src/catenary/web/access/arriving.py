"""The last step of every sign-in, whatever came before: the second factor, then the session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from catenary.apps.access.operations.sessions import begin_session
from catenary.apps.access.queries.second_factors import factor_kinds
from catenary.web.access.asked import asked_of
from catenary.web.access.devices import remember_device
from catenary.web.access.half import Half, forget_half, keep_half, proved
from catenary.web.returning import safe_address


def arrive(
    request: HttpRequest,
    account: Any,
    wanted: str,
    *,
    by: str,
    at: datetime,
    two_were_shown: bool = False,
) -> HttpResponse:
    """Somebody proved one thing; ``by`` says what (``password``, ``sign-on:company``). When there
    is a second to show, or must be, it is asked first; ``two_were_shown`` to the provider are
    enough where everybody who asks says so."""
    has_second = bool(factor_kinds(account.pk))
    asked = asked_of(account)
    if two_were_shown and asked.accepts_provider:
        return come_in(request, account, wanted, by=f"{by}, two factors", at=at)
    if has_second or asked.is_asked:
        half = Half(account.pk, by, wanted, must_set_up=not has_second, tries=0)
        keep_half(request, half, at)
        return HttpResponseRedirect(reverse("second-factor"))
    return come_in(request, account, wanted, by=by, at=at)


def come_in(
    request: HttpRequest, account: Any, wanted: str, *, by: str, at: datetime
) -> HttpResponse:
    """Sign somebody in who proved everything that is asked of them."""
    forget_half(request)
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    begin_session(session=request.session, how=by)
    proved(request, at)
    response = HttpResponseRedirect(safe_address(request, wanted))
    remember_device(response, account.email)
    return response
