"""The query parameters of a request: which its route takes, and everything that is wrong with those
that were sent, told together (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import ValidationError, ValidationErrorContext
from pydantic import ValidationError as Invalid

from catenary.api.parameters import UNFIT
from catenary.api.problems import Error, Trouble, answer_to
from catenary.domain.documents.words import did_you_mean

#: Taken by every route, and read before it is asked.
_EVERYWHERE = frozenset({"as"})
_UNKNOWN = "unknown-parameter"
#: So many are told at most; whoever sends more of them is not mistaken in a letter.
_MOST = 50
_PREFIX = "/api/v1"


class WrongNames(Exception):
    """There are parameters that the route does not take."""

    def __init__(self, errors: Sequence[Error]) -> None:
        super().__init__()
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class _Taken:
    names: frozenset[str]
    models: tuple[Any, ...]


#: What each route takes, by address and method.
_ROUTES: dict[tuple[str, str], _Taken] = {}


def know(router: Router) -> None:
    """Remember what the routes of a router take."""
    for path, view in router.path_operations.items():
        for operation in view.operations:
            models = [m for m in operation.models if m.__ninja_param_source__ in {"path", "query"}]
            names = [n for m in models if m.__ninja_param_source__ == "query"
                     for n in m.__ninja_flatten_map__]  # fmt: skip
            for method in operation.methods:
                taken = _Taken(_EVERYWHERE.union(names), tuple(models))
                _ROUTES[_address(f"{_PREFIX}{path}"), method] = taken


def check_names(request: HttpRequest) -> None:
    """Raises `WrongNames` for parameters that the route does not take: a limit with a letter
    missing would otherwise be no limit."""
    taken = _taken(request)
    if taken is None or taken.names.issuperset(request.GET):
        return
    unknown = [name for name in request.GET if name not in taken.names]
    raise WrongNames([_unknown(name, taken.names) for name in unknown[:_MOST]])


def takes_nothing_more(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """For addresses that are no routes: they refuse parameters in the same words."""

    @wraps(view)
    def asked(request: HttpRequest) -> HttpResponse:
        unknown = [name for name in request.GET if name not in _EVERYWHERE]
        if unknown:
            return answer_to(_trouble([_unknown(name, _EVERYWHERE) for name in unknown[:_MOST]]))
        return view(request)

    return asked


def trouble_with_names(request: HttpRequest, api: NinjaAPI, wrong: WrongNames) -> Trouble:
    """What is answered: the names that are wrong, and whatever else is wrong with the request."""
    return _trouble([*wrong.errors, *_values(request, api)])


def trouble_with_values(request: HttpRequest, api: NinjaAPI, error: ValidationError) -> Trouble:
    """What is answered to values that cannot be."""
    return _trouble([_error(request, api, each) for each in error.errors])


def _trouble(errors: Sequence[Error]) -> Trouble:
    is_unknown = any(error.code == _UNKNOWN for error in errors)
    told = "; ".join(f"{error.parameter}: {error.detail}" for error in errors[:3])
    more = f" (and {len(errors) - 3} more)" if len(errors) > 3 else ""
    return Trouble(_UNKNOWN if is_unknown else "invalid", told + more, errors)


def _unknown(name: str, known: Iterable[str]) -> Error:
    short = name[:100]
    if name == "as_of":
        # Silently giving today for a past day would be worse than nothing.
        return Error("this is only known as it is today", parameter=name, code="invalid")
    return Error(
        f'there is no parameter "{short}" here',
        parameter=short,
        code=_UNKNOWN,
        expected=f"some of {', '.join(sorted(known))}",
        remedy=did_you_mean(short, known) or "leave it out",
    )


def _values(request: HttpRequest, api: NinjaAPI) -> Iterator[Error]:
    """Everything that is wrong with the values of a request."""
    taken, match = _taken(request), request.resolver_match
    if taken is None or match is None:
        return
    for model in taken.models:
        try:
            model.resolve(request, api, match.kwargs)
        except Invalid as invalid:
            context = ValidationErrorContext(invalid, model)
            found = api.validation_error_from_error_contexts([context])
            yield from (_error(request, api, each) for each in found.errors)


def _taken(request: HttpRequest) -> _Taken | None:
    match = request.resolver_match
    return (
        None if match is None else _ROUTES.get((_address(f"/{match.route}"), str(request.method)))
    )


@cache
def _address(route: str) -> str:
    """The address of a route, however the parts that vary are written."""
    return _VARYING.sub(r"{\1}", route)


_VARYING = re.compile(r"[<{](?:\w+:)?(\w+)[>}]")


# ---------------------------------------------------------------------------- values in words

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
    "too_short": "there are too few",
    "too_long": "there are too many",
    "literal_error": "this is none of what there is",
    "enum": "this is none of what there is",
}


def _error(request: HttpRequest, api: NinjaAPI, wrong: Any) -> Error:
    kind, context = str(wrong["type"]), wrong.get("ctx", {})
    # First the place in the request, then the name; in a list also which of them.
    name = str(wrong["loc"][1])
    if kind == UNFIT:
        return Error(context["detail"], parameter=name, code="invalid",
                     expected=context["expected"])  # fmt: skip
    return Error(
        _DETAILS.get(kind, str(wrong["msg"])),
        parameter=name,
        code="invalid",
        expected=_expected(request, api, kind, context, name),
    )


def _expected(
    request: HttpRequest, api: NinjaAPI, kind: str, context: dict[str, Any], name: str
) -> str:
    """What a parameter should have been, as the description says."""
    if kind == "bool_parsing":
        return "true or false"
    if kind == "string_too_long":
        return f"at most {context['max_length']:,} characters"
    if kind in {"too_long", "too_short"}:
        schema = _schema_of(request, api, name)
        return f"{schema['minItems']} to {schema['maxItems']}"
    if kind in {"literal_error", "enum"}:
        return str(context["expected"])
    schema = _schema_of(request, api, name)
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    return "a whole number" if kind.startswith("int_") else ""


def _schema_of(request: HttpRequest, api: NinjaAPI, name: str) -> dict[str, Any]:
    """The schema of a parameter of the route that was asked for; empty where it has none."""
    match = request.resolver_match
    route = "" if match is None else _address(f"/{match.route}")
    return _schemas(api).get((route, str(request.method).lower(), name), {})


@cache
def _schemas(api: NinjaAPI) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The schemas of all parameters, by path, method and name."""
    return {
        (path, method, parameter["name"]): parameter["schema"]
        for path, methods in api.get_openapi_schema(path_prefix=f"{_PREFIX}/")["paths"].items()
        for method, said in methods.items()
        for parameter in said.get("parameters", ())
    }
