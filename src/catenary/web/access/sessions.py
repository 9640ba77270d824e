"""Where one is signed in, and ending that."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from catenary import clock
from catenary.apps.access.operations.sessions import (
    SessionMissing,
    end_session,
    end_sessions_of,
    note_session,
)
from catenary.apps.access.queries.sessions import SessionRow, sessions_of
from catenary.domain.devices import browser_words
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.origins import origin_of
from catenary.web.pages.sessions import SessionLine, SessionsPage


def noting_sessions(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """After an answer to somebody signed in, note that their session is used: whatever way they
    came in, this is where it is written down. An answer that never looked who asks is left be."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        session = request.session
        if session.accessed and SESSION_KEY in session and request.user.is_authenticated:
            note_session(session=session, origin=origin_of(request), at=clock.now())
        return response

    return answer


@require_safe
@signed_in
def sessions(asking: Asking) -> HttpResponse:
    """Every browser one is signed in with."""
    request = asking.request
    rows = sessions_of(request.user.pk or 0, this_key=request.session.session_key, at=clock.now())
    page = SessionsPage(
        here=tuple(_line(row) for row in rows if row.is_this_one),
        elsewhere=tuple(_line(row) for row in rows if not row.is_this_one),
        end_url=reverse("end-session"),
    )
    return page_response(asking, "sessions.html", page)


@require_POST
@signed_in
def end(asking: Asking) -> HttpResponse:
    """Sign one other browser out, or all others."""
    request, account_id = asking.request, asking.request.user.pk or 0
    origin, at = origin_of(request), clock.now()
    if request.POST.get("which") == "others":
        ended = end_sessions_of(
            account_ids=[account_id],
            origin=origin,
            at=at,
            except_key=request.session.session_key or "",
        )
        said = ngettext("{n} other session was ended.", "{n} other sessions were ended.", ended)
        messages.success(request, said.format(n=ended))
        return HttpResponseRedirect(reverse("sessions"))
    try:
        end_session(
            account_id=account_id,
            handle=request.POST.get("which", "")[:20],
            origin=origin,
            at=at,
        )
    except SessionMissing:
        messages.info(request, _("There was no such session to end."))
    else:
        messages.success(request, _("The session was ended. That browser has to sign in again."))
    return HttpResponseRedirect(reverse("sessions"))


def _line(row: SessionRow) -> SessionLine:
    browser, system = browser_words(row.device)
    if browser and system:
        device = _("{browser} on {system}").format(browser=browser, system=system)
    else:
        device = browser or system or _("an unknown browser")
    return SessionLine(row.handle, device, row.address, row.started_at, row.seen_at)
