"""A number for every request, one log line, and its part in the metrics.

No address, name or parameter is told, only the route: addresses hold what people look for.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from catenary.web.telling import metrics

Answer = Callable[[HttpRequest], HttpResponseBase]

HEADER = "X-Request-Id"
_FOREIGN = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Asked every few seconds by machines; their lines would bury the others.
_QUIET = frozenset({"healthz", "readyz", "metrics", "static"})


def tell_requests(get_response: Answer) -> Answer:
    """Stands outside everything else, so that refused requests are told too."""
    log = structlog.stdlib.get_logger("catenary.requests")

    def answer(request: HttpRequest) -> HttpResponseBase:
        number = _number(request)
        request.META["catenary.request_id"] = number
        structlog.contextvars.bind_contextvars(request_id=number)
        metrics.IN_FLIGHT.inc()
        begun = time.perf_counter()
        try:
            response = get_response(request)
        finally:
            metrics.IN_FLIGHT.dec()
        seconds = time.perf_counter() - begun
        route, method = route_of(request), request.method or ""
        method = method if method in _METHODS else "other"
        metrics.REQUESTS.labels(route, method, str(response.status_code)).inc()
        metrics.SECONDS.labels(route).observe(seconds)
        if route not in _QUIET or response.status_code >= 500:
            log.info(
                "request",
                route=route,
                method=method,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
            )
        structlog.contextvars.unbind_contextvars("request_id")
        response.headers[HEADER] = number
        return response

    return answer


def request_number(request: HttpRequest) -> str:
    """The number of a request, as its answer and its log lines carry it."""
    return str(request.META.get("catenary.request_id", ""))


def route_of(request: HttpRequest) -> str:
    """The name of the route; never anything somebody typed."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or "unnamed"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"


def _number(request: HttpRequest) -> str:
    # Only a proxy we were told of may name it; anybody else could make two requests one.
    said = request.headers.get(HEADER, "") if settings.BEHIND_TLS else ""
    return said if _FOREIGN.match(said) else secrets.token_hex(8)
