"""The API put together: its routes, and one answer for each way a request can fail."""

from __future__ import annotations

import logging
import re
import secrets
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from catenary.api.problems import Error, Trouble, answer_to
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
from catenary.apps.common.queries import CATALOGUE_BUSY, database_trouble

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


@api.exception_handler(Trouble)
def _trouble(request: HttpRequest, trouble: Any) -> HttpResponse:
    return answer_to(trouble)


#: What is said of a parameter that is not what it should be, by what Pydantic calls it.
_DETAILS = {
    "int_parsing": "this is no whole number",
    "int_type": "this is no whole number",
    "int_from_float": "this is no whole number",
    "int_parsing_size": "this number is too large",
    "greater_than_equal": "this number is too small",
    "less_than_equal": "this number is too large",
    "bool_parsing": "this is neither true nor false",
    "string_too_long": "this text is too long",
    "missing": "this is missing",
}


def _expected(request: HttpRequest, error: Any) -> str:
    """What a parameter should have been, as the description says."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == "bool_parsing":
        return "true or false"
    if kind == "string_too_long":
        return f"at most {context['max_length']:,} characters"
    schema = _schema_of(request, str(error["loc"][-1]))
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    return "a whole number" if kind.startswith("int_") else ""


def _schema_of(request: HttpRequest, name: str) -> dict[str, Any]:
    """The schema of a parameter of the route that was asked for; empty where it has none."""
    match = request.resolver_match
    route = "" if match is None else _CONVERTED.sub(r"{\1}", f"/{match.route}")
    return _schemas().get((route, str(request.method).lower(), name), {})


#: A part of a path as Django writes it.
_CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")


@cache
def _schemas() -> dict[tuple[str, str, str], dict[str, Any]]:
    """The schemas of all parameters, by path, method and name."""
    return {
        (path, method, parameter["name"]): parameter["schema"]
        for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
        for method, said in methods.items()
        for parameter in said.get("parameters", ())
    }


@api.exception_handler(ValidationError)
def _wrong_parameters(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [
        Error(
            _DETAILS.get(str(each["type"]), str(each["msg"])),
            parameter=str(each["loc"][-1]),
            code="invalid",
            expected=_expected(request, each),
        )
        for each in error.errors
    ]
    names = ", ".join(each.parameter for each in errors)
    return answer_to(Trouble("invalid", f"{names}: {errors[0].detail}", errors))


@api.exception_handler(Http404)
def _nothing_there(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_to(Trouble("not-found", "there is nothing at this address"))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_to(Trouble("malformed", str(error)))


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    """Nothing of an error is told, but a number that leads to it in the log."""
    said = database_trouble(error)
    if said == CATALOGUE_BUSY:
        return answer_to(Trouble("busy", "another program is writing; nothing was changed",
                                 headers={"Retry-After": "5"}))  # fmt: skip
    number = str(getattr(request, "request_id", "") or secrets.token_hex(8))
    _log.error("request %s to %s failed", number, request.path, exc_info=error)
    code = "internal" if said is None else "unavailable"
    return answer_to(Trouble(code, more={"request_id": number}))
