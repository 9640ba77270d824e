"""What stands around every route of this door: what a request must be before a route sees it, and
problem details in place of every error page, whoever made it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from catenary.api.asking import say_allowance
from catenary.api.bodies import BULK, too_large
from catenary.api.problems import MEDIA_TYPE, Trouble, answer_to

Answer = Callable[[HttpRequest], HttpResponseBase]

PREFIX = "/api/"
#: What Django would parse by itself, files written to disk included.
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_CODES = {
    400: ("malformed", "the request cannot be read"),
    403: ("forged", ""),
    404: ("not-found", "there is nothing at this address"),
    405: ("method-not-allowed", ""),
    413: ("too-large", ""),
    503: ("unavailable", "the database does not answer"),
}


def api_answers(get_response: Answer) -> Answer:
    """Stands outside everything that may answer in another form."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        is_head = request.method == "HEAD"
        if is_head:
            # The same answer as to GET, without its body.
            request.method = "GET"
        try:
            check_request(request)
        except Trouble as trouble:
            response: HttpResponseBase = answer_to(trouble)
        else:
            response = get_response(request)
        if response.status_code >= 400 and not _is_problem(response):
            response = _as_problem(response)
        say_allowance(request, response)
        if is_head:
            request.method = "HEAD"
            if isinstance(response, HttpResponse):
                length = len(response.content)
                response.content = b""
                response.headers["Content-Length"] = str(length)
        return response

    return answer


def check_request(request: HttpRequest) -> None:
    """Raises `Trouble` for what no route takes: a zero character (PostgreSQL cannot compare text
    with it), a form, an impossible length, and an answer in a form we do not have."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit():
        raise Trouble("malformed", "the length of the body is not a number")
    if len(length) > 18 or int(length) > BULK:
        raise too_large(BULK)
    if length != "0" and request.content_type in _FORMS:
        raise Trouble("unsupported-media-type", "bodies are JSON", headers={"Accept":
                      "application/json"})  # fmt: skip
    if "\0" in request.path_info or any(
        "\0" in text for name, values in request.GET.lists() for text in (name, *values)
    ):
        raise Trouble("malformed", "a zero character in the address")
    accept = request.headers.get("Accept", "")
    if accept and not any(
        each.split(";")[0].strip().lower() in _GIVEN or each.strip().startswith("text/html")
        for each in accept.split(",")
    ):
        raise Trouble("not-acceptable", "answers are JSON")


_GIVEN = frozenset(
    {
        "",
        "*/*",
        "application/*",
        "application/json",
        "application/problem+json",
        "application/x-ndjson",
        "application/schema+json",
    }
)


def _is_problem(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)


def _as_problem(response: HttpResponseBase) -> HttpResponse:
    code, detail = _CODES.get(response.status_code, ("internal", ""))
    kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in
            response.headers}  # fmt: skip
    return answer_to(Trouble(code, detail, headers=kept))
