"""What stands around deliveries: what nobody signs in for needs no sessions, languages or forms.

A monitor may deliver hundreds of times a second; what pages need around them would cost as much as
recording what was sent.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

Answer = Callable[[HttpRequest], HttpResponseBase]

PREFIX = "/in/"
#: Nobody should look at these answers in a browser; whoever does is shown text and nothing else.
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def inlets_first(get_response: Answer) -> Answer:
    """Stands below what every answer carries, and above everything that is about pages."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return get_response(request)
        request.resolver_match = match
        try:
            # As every page, under the names of this installation alone.
            request.get_host()
            response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        except Exception as error:
            response = response_for_exception(request, error)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return answer
