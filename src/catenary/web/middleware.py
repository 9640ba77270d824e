"""What every request must be before a view sees it, and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

from catenary.web.refusals import only_a_button

Answer = Callable[[HttpRequest], HttpResponseBase]

_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)


def answer_headers(get_response: Answer) -> Answer:
    """Say of every answer, errors and static files too, that no other site may use it; and of
    everything but static files, which say themselves how long they last, that nobody may keep
    it: neither a shared cache nor the browser's back button after signing out."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie"])
        return response

    return answer


def content_policy(get_response: Answer) -> Answer:
    """Say what a page may load and where it may be shown: the policy of the settings, worded by
    django-csp once. Its own middleware words it anew for every answer, for views that change it;
    none of ours does, and an answer by reference took a tenth of its time for it."""
    policy = build_policy()

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault(HEADER, policy)
        return response

    return answer


def readable_requests(get_response: Answer) -> Answer:
    """Refuse what no browser sends: a zero character anywhere (PostgreSQL cannot compare text
    with it), and a body larger than any form of ours (a file in it would be written to disk
    before anybody asked whether it is wanted). Both are answered with 400. The doors for programs
    have limits of their own, and take no forms."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(("/api/", "/in/")):
            return get_response(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        if not length.isascii() or not length.isdigit():
            raise BadRequest("the length of the body is not a number")
        # Compared as text first: a number of a thousand digits is not worth reading.
        if len(length) > 18 or int(length) > limit:
            raise RequestDataTooBig(f"a body of more than {limit} bytes")
        if "\0" in request.path_info or any("\0" in text for text in _texts(request)):
            raise BadRequest("a zero character in the request")
        return only_a_button(request, get_response(request))

    return answer


def _texts(request: HttpRequest) -> Iterable[str]:
    # A quoted cookie may spell any character as three octal digits.
    yield from request.COOKIES.values()
    given = [request.GET]
    if request.method == "POST":
        given.append(request.POST)
    for query in given:
        for name, values in query.lists():
            yield name
            yield from values
