"""The reference page of the API: the description made readable, on the server, without a script.

Pages that come with API frameworks load their scripts from elsewhere or need the browser to run
what our policy forbids.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_safe

from catenary.api.asked import takes_nothing_more
from catenary.api.problems import KINDS, Kind

_ORDER = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a route."""

    name: str
    place: str
    meaning: str
    limits: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One status a route may answer with."""

    status: str
    meaning: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: str
    body_types: str
    example: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The routes about one thing."""

    id: str
    title: str
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class ReferencePage:
    """The whole page."""

    introduction: tuple[str, ...]
    sections: tuple[Section, ...]
    problems: tuple[Kind, ...]


@require_safe
@takes_nothing_more
def reference_page(request: HttpRequest) -> HttpResponse:
    """Every route with what it takes and answers, and every kind of problem explained."""
    return render(request, "api/reference.html", {"page": _page()})


@cache
def _page() -> ReferencePage:
    from catenary.api.description import description

    said = description()
    by_tag: dict[str, list[Route]] = {}
    for path, methods in said["paths"].items():
        for method in sorted(methods, key=_ORDER.index):
            operation = methods[method]
            by_tag.setdefault(operation["tags"][0], []).append(_route(path, method, operation))
    return ReferencePage(
        introduction=tuple(
            _marked(text) for text in said["info"]["description"].replace("\n", " ").split("  ")
        ),
        sections=tuple(
            Section(tag.replace(" ", "-"), tag[0].upper() + tag[1:], tuple(routes))
            for tag, routes in by_tag.items()
        ),
        problems=tuple(KINDS.values()),
    )


def _marked(text: str) -> str:
    """A text of the description as HTML: what stands in it between backticks is code."""
    pieces = (
        (format_html("<code>{}</code>" if at % 2 else "{}", piece),)
        for at, piece in enumerate(text.split("`"))
    )
    return format_html_join("", "{}", pieces)


def _route(path: str, method: str, operation: dict[str, Any]) -> Route:
    bodies: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    first: dict[str, Any] = next(iter(bodies.values()), {})
    body = first.get("example")
    done = operation["responses"].get("200") or operation["responses"]["202"]
    content = done["content"]
    return Route(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=_marked(operation.get("description", "")),
        parameters=tuple(_parameter(each) for each in operation["parameters"]),
        body="" if body is None else _shown(body),
        body_types=" or ".join(bodies),
        example=_shown(next(iter(content.values()))["example"]),
        answers=tuple(_answer(status) for status in operation["responses"]),
    )


def _parameter(said: dict[str, Any]) -> Parameter:
    schema = said["schema"]
    limits = []
    if "default" in schema and schema["default"] not in ("", None):
        limits.append(f"default {json.dumps(schema['default'])}")
    if "minimum" in schema:
        limits.append(f"{schema['minimum']} to {schema.get('maximum', '…')}")
    if "maxLength" in schema:
        limits.append(f"at most {schema['maxLength']:,} characters")
    return Parameter(
        said["name"],
        said["in"],
        _marked(said.get("description", "")),
        ", ".join(limits),
        said["required"],
    )


def _answer(status: str) -> Answer:
    codes = tuple(kind.code for kind in KINDS.values() if str(kind.status) == status)
    return Answer(status, HTTPStatus(int(status)).phrase, codes)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)
