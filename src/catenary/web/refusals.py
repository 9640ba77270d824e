"""Pages for what is missing or refused, in the frame of whoever asked.

What one may not see and what does not exist are one page: not a byte tells them apart. The pages
of 400, 500 and 503 stand without a frame: a bad host or a broken database must not break them too.
Each shows the number of its request, quietly: it finds the log lines that say more.
"""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import get_template

from catenary.apps.common.queries import does_not_answer
from catenary.web.asking import frame_of, stranger_frame, who_asked
from catenary.web.pages import Frame
from catenary.web.reading import figure
from catenary.web.telling.requests import request_number

#: When to come again to a database that does not answer, as inlets and the API say it.
_AGAIN_SECONDS = "5"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page that one may see."""
    return _page(request, "404.html", 404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page is there, and the wish is refused."""
    return _page(request, "403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that cannot be proven to come from a page of ours."""
    return _page(request, "403_csrf.html", 403)


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The address or the form cannot be read, or is larger than any form of ours."""
    most = ""
    if isinstance(exception, RequestDataTooBig):
        most = figure((settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1_000_000)
    return _frameless(request, "400.html", 400, most=most)


def only_a_button(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A page for the empty answer to whoever opens an address that only takes a button's wish:
    by reloading, or from the history of their browser."""
    if response.status_code != 405 or request.method != "GET":
        return response
    page = _frameless(request, "405.html", 405)
    page.headers["Allow"] = response.headers["Allow"]
    return page


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed on our side. The number finds the log lines that say what; the page needs
    neither session nor database. Where it is the database that does not answer, it is told so, and
    programs, proxies among them, when to come again."""
    if does_not_answer(sys.exc_info()[1]):
        page = _frameless(request, "503.html", 503)
        page.headers["Retry-After"] = _AGAIN_SECONDS
        return page
    return _frameless(request, "500.html", 500)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    context = {"frame": _frame(request), "request_number": request_number(request)}
    return render(request, template, context, status=status)


def _frameless(request: HttpRequest, template: str, status: int, **told: str) -> HttpResponse:
    text = get_template(template).render({"request_number": request_number(request), **told})
    return HttpResponse(text, status=status)


def _frame(request: HttpRequest) -> Frame:
    # What fails before the session is read has no user yet.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return stranger_frame(request)
    return frame_of(who_asked(request))
