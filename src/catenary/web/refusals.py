"""Pages for what is missing or refused, in the frame of whoever asked.

What one may not see and what does not exist are one page: not a byte tells them apart. The pages
of 400 and 500 are Django's own way of rendering ours, without a frame: a bad host or a broken
database must not break them too.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from catenary.web.asking import asking_of, frame_of, stranger_frame
from catenary.web.pages import Frame
from catenary.web.telling.requests import request_number


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page that one may see."""
    return render(request, "404.html", {"frame": _frame(request)}, status=404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page is there, and the wish is refused."""
    return render(request, "403.html", {"frame": _frame(request)}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that cannot be proven to come from a page of ours."""
    return render(request, "403_csrf.html", {"frame": _frame(request)}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed on our side. The number finds the log lines that say what; the page needs
    neither session nor database."""
    text = get_template("500.html").render({"request_number": request_number(request)})
    return HttpResponse(text, status=500)


def _frame(request: HttpRequest) -> Frame:
    # What fails before the session is read has no user yet.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return stranger_frame(request)
    return frame_of(asking_of(request))
