"""The last step of every sign-in, whatever came before: the second factor, then the session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from catenary.apps.access.operations.sessions import begin_session
from catenary.web.access.devices import remember_device
from catenary.web.returning import safe_address


def arrive(
    request: HttpRequest, account: Any, wanted: str, *, by: str, at: datetime
) -> HttpResponse:
    """Sign somebody in who proved who they are; ``by`` says how (``password``,
    ``sign-on:company``)."""
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    begin_session(session=request.session, how=by)
    response = HttpResponseRedirect(safe_address(request, wanted))
    remember_device(response, account.email)
    return response
