"""The four kinds of objects as they stand in answers, and what every kind's routes share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from catenary.api.answers import (
    Plain,
    json_answer,
    object_answer,
    of_moment,
    sparse,
    wanted_fields,
)
from catenary.api.asking import Asking, asking_of
from catenary.api.bodies import JSON, MERGE_PATCH, mapping, read_json
from catenary.api.problems import Error, Trouble, not_found, pointer
from catenary.api.writing import ADDED, look_at, patch_one, read_document, write_one
from catenary.apps.portfolio.queries.seen import Seen
from catenary.domain.documents import calendars, fields

#: So many objects a batch may ask for.
MAX_BATCH = 1_000
#: What each kind has, in the order of its documents.
FIELDS = {
    kind: (
        ADDED[kind][0],
        *(name for name in form.fields if name != "reference"),
        *(name for name in ADDED[kind][1:] if name not in form.fields),
    )
    for kind, form in (
        ("organization", fields.ORGANIZATION),
        ("person", fields.PERSON),
        ("calendar", calendars.CALENDAR),
        ("service", fields.SERVICE),
        ("consumption", fields.CONSUMPTION),
    )
}
_BATCH = {"references": "a list of references", "fields": "a list of the fields wanted"}


def object_plain(kind: str, seen: Seen) -> Plain:
    """An object as it stands in answers: its plain document, with what it is called and its
    ETag; a service also with its role from the viewpoint."""
    plain: Plain = {"reference": seen.reference, **seen.plain}
    if kind == "service":
        if seen.role:
            plain["role"] = seen.role
        if seen.known_as:
            plain["known-as"] = seen.known_as
    plain["etag"] = seen.digest
    return plain


def get_one(request: HttpRequest, kind: str, reference: str, fields: str) -> HttpResponse:
    """One object, or 304 when whoever asks has it; ``fields`` names those asked for."""
    chosen = wanted_fields(fields)
    seen = look_at(asking_of(request), kind, reference)
    if seen is None:
        raise not_found(kind, reference)
    return object_answer(request, sparse(object_plain(kind, seen), chosen), seen.digest)


def put_one(request: HttpRequest, kind: str, reference: str, take_over: bool) -> HttpResponse:
    """Create or replace one object."""
    asking = asking_of(request)
    sent = read_document(asking, kind, reference, read_json(request, JSON))
    return write_one(request, asking, kind, reference, sent, take_over=take_over)


def patch(request: HttpRequest, kind: str, reference: str, take_over: bool) -> HttpResponse:
    """Change parts of one object by a JSON merge patch."""
    change = read_json(request, MERGE_PATCH)
    if not isinstance(change, dict):
        error = Error("this is no object", pointer="", code="invalid", expected="an object")
        raise Trouble("invalid", "a merge patch of a document is an object", [error])
    asking = asking_of(request)
    return patch_one(
        request, asking, kind, reference, lambda plain: merged(plain, change), take_over=take_over
    )


def delete_one(request: HttpRequest, kind: str, reference: str, take_over: bool) -> HttpResponse:
    """Remove one object that nothing needs any more."""
    return write_one(request, asking_of(request), kind, reference, None, take_over=take_over)


def merged(target: Any, change: Any) -> Any:
    """A JSON merge patch carried out (RFC 7396). The order of what stays is kept; the depth of
    ``change`` was looked at when it was read."""
    if not isinstance(change, dict):
        return change
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def batch(
    request: HttpRequest,
    kind: str,
    read: Callable[[Asking, Sequence[str]], Iterable[Seen]],
    as_of: str = "",
) -> HttpResponse:
    """The objects with the references in the body, in their order, and which are missing.
    ``as_of`` is the past moment that is read."""
    said = mapping(read_json(request), _BATCH)
    references = texts(said.get("references"), "references", MAX_BATCH)
    chosen: frozenset[str] | None = None
    if said.get("fields") is not None:
        names = texts(said["fields"], "fields", 100)
        _check_fields(kind, names)
        chosen = frozenset(names) | {"reference"}
    found = {seen.reference: seen for seen in read(asking_of(request), references)}
    once = list(dict.fromkeys(references))
    return json_answer(
        {
            "items": [sparse(object_plain(kind, found[r]), chosen) for r in once if r in found],
            "missing": [reference for reference in once if reference not in found],
            **({"as_of": as_of} if as_of else {}),
        },
        headers=of_moment(as_of),
    )


def _check_fields(kind: str, names: Sequence[str]) -> None:
    """A typing error would otherwise look like an empty field."""
    expected = f"one of {', '.join(FIELDS[kind])}"
    unknown = [
        Error(f'there is no field "{name[:100]}"', pointer(["fields", at]), code="invalid",
              expected=expected)
        for at, name in enumerate(names)
        if name not in FIELDS[kind]
    ]  # fmt: skip
    if unknown:
        raise Trouble("invalid", unknown[0].detail, unknown)


def texts(value: Any, name: str, most: int) -> list[str]:
    """The value of the field ``name`` as a list of at most ``most`` texts; raises `Trouble`."""
    expected = f"a list of at most {most:,} texts"
    if not isinstance(value, list):
        error = Error("this is no list", pointer=f"/{name}", code="invalid", expected=expected)
        raise Trouble("invalid", f"{name} is no list", [error])
    if len(value) > most:
        error = Error(
            f"{len(value):,} stand here", pointer=f"/{name}", code="invalid", expected=expected
        )
        raise Trouble("invalid", f"{name} has too many entries", [error])
    wrong = [
        Error("this is no text", pointer=pointer([name, at]), code="invalid", expected="a text")
        for at, each in enumerate(value)
        if not isinstance(each, str)
    ]
    if wrong:
        raise Trouble("invalid", f"{name} holds what is no text", wrong[:100])
    return value
