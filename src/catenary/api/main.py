"""The API put together: its routes, and one answer for each way a request can fail."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from catenary.api.asked import WrongNames, know, trouble_with_names, trouble_with_values
from catenary.api.problems import Trouble, answer_to
from catenary.api.routes import (
    audit,
    calendars,
    chains,
    changed,
    checks,
    comparing,
    conditions,
    consumption,
    drafts,
    export,
    inlets,
    maintenance,
    me,
    organizations,
    people,
    searching,
    second_factor,
    services,
    subscriptions,
    workshop,
)
from catenary.apps.common.queries import does_not_answer, is_busy

_log = logging.getLogger("catenary.api")

api = NinjaAPI(
    title="Catenary",
    version="1",
    urls_namespace="api-v1",
    # Both are ours: ninja's page loads its scripts from elsewhere.
    openapi_url=None,
    docs_url=None,
)
for module in (
    organizations,
    people,
    calendars,
    services,
    comparing,
    workshop,
    consumption,
    drafts,
    second_factor,
    chains,
    searching,
    conditions,
    maintenance,
    inlets,
    subscriptions,
    changed,
    checks,
    export,
    audit,
    me,
):
    api.add_router("", module.router)
    know(module.router)


@api.exception_handler(Trouble)
def _trouble(request: HttpRequest, trouble: Any) -> HttpResponse:
    return answer_to(trouble)


@api.exception_handler(WrongNames)
def _wrong_names(request: HttpRequest, wrong: Any) -> HttpResponse:
    return answer_to(trouble_with_names(request, api, wrong))


@api.exception_handler(ValidationError)
def _wrong_values(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_to(trouble_with_values(request, api, error))


@api.exception_handler(Http404)
def _nothing_there(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_to(Trouble("not-found", "there is nothing at this address"))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_to(Trouble("malformed", str(error)))


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    """Nothing of an error is told, but a number that leads to it in the log. What a database that
    answers refuses is our mistake like any other: to come again would change nothing."""
    if is_busy(error):
        return answer_to(Trouble("busy", "another program is writing; nothing was changed",
                                 headers={"Retry-After": "5"}))  # fmt: skip
    number = str(request.META.get("catenary.request_id") or secrets.token_hex(8))
    _log.error("request %s to %s failed", number, request.path, exc_info=error)
    if does_not_answer(error):
        return answer_to(Trouble("unavailable", "the database does not answer",
                                 more={"request_id": number},
                                 headers={"Retry-After": "5"}))  # fmt: skip
    return answer_to(Trouble("internal", more={"request_id": number}))
