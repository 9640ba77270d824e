"""Reading what is sent: one JSON value, of the right type, not too large and not too deep.

Bodies are read here and not by Django: its limit is that of forms, and it would parse the form
types, which no route of this door takes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from catenary.api.problems import Error, Trouble, pointer

MEGABYTE = 1_000_000
ONE, BULK = 10 * MEGABYTE, 50 * MEGABYTE
#: Documents need five levels; whoever sends more than these is not describing a service.
MAX_DEPTH = 40
#: And so many values in all: each takes many times its letters in memory, and time to look at.
MAX_VALUES = 3_000_000
_WITH_LENGTH = "send it whole, with a Content-Length, and not chunked"
JSON = frozenset({"application/json"})
MERGE_PATCH = frozenset({"application/merge-patch+json", "application/json"})


def read_bytes(request: HttpRequest, types: Collection[str] = JSON, limit: int = ONE) -> bytes:
    """The body, after looking at its type and length; raises `Trouble`."""
    _check_type(request, types)
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        # The server hands on what came of it when the line breaks, as if that were all.
        raise Trouble("malformed", f"the body came without its length; {_WITH_LENGTH}")
    said = request.META.get("CONTENT_LENGTH") or "0"
    # Compared as text first: a number of a thousand digits is not worth reading.
    if len(said) > 18 or int(said) > limit:
        raise too_large(limit)
    length = int(said)
    try:
        body: bytes = request.read(length)
    except (UnreadablePostError, OSError) as error:
        raise Trouble("malformed", "the body broke off before its end") from error
    if len(body) < length:
        raise Trouble("malformed", "the body broke off before its end")
    return body


def parse(body: bytes) -> Any:
    """The JSON value; raises `Trouble`."""
    if not body:
        raise Trouble("malformed", "there is no body; a JSON value was expected")
    if body.count(b",") > MAX_VALUES:
        raise Trouble("too-large", f"the body holds more than {MAX_VALUES:,} values")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Trouble(
            "malformed", f"the body is no JSON: {error.msg} (line {error.lineno}, "
            f"column {error.colno})"
        ) from None  # fmt: skip
    _check_depth(value)
    return value


def read_json(request: HttpRequest, types: Collection[str] = JSON, limit: int = ONE) -> Any:
    """The JSON value that was sent; raises `Trouble`."""
    return parse(read_bytes(request, types, limit))


def mapping(value: Any, known: Mapping[str, str], base: str = "") -> dict[str, Any]:
    """``value`` as a JSON object with no fields but ``known`` (name and meaning of each)."""
    if not isinstance(value, dict):
        error = Error("this is no object", pointer=base, code="invalid", expected=_fields(known))
        raise Trouble("invalid", "the body is not what was expected", [error])
    unknown = [
        Error(
            f'there is no field "{name[:100]}"',
            pointer=pointer([name[:100]], base),
            code="invalid",
            expected=_fields(known),
        )
        for name in value
        if name not in known
    ]
    if unknown:
        raise Trouble("invalid", "the body is not what was expected", unknown[:100])
    return value


def too_large(limit: int) -> Trouble:
    """The body is larger than this route takes."""
    return Trouble("too-large", f"the body is larger than {limit // MEGABYTE} MB")


def _fields(known: Mapping[str, str]) -> str:
    return "an object with " + ", ".join(f'"{name}" ({meaning})' for name, meaning in known.items())


def _check_type(request: HttpRequest, types: Collection[str]) -> None:
    said = (request.content_type or "").lower()
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if said not in types or charset not in {"utf-8", "utf8"}:
        wanted = " or ".join(sorted(types))
        raise Trouble(
            "unsupported-media-type",
            f"the body is {said[:100] or 'of no type'}; it must be {wanted} in UTF-8",
            headers={"Accept-Patch" if "application/merge-patch+json" in types else "Accept":
                     ", ".join(sorted(types))},
        )  # fmt: skip


def _check_depth(value: Any) -> None:
    level, held = 0, [value]
    while held:
        level += 1
        if level > MAX_DEPTH:
            raise Trouble("malformed", f"the body is nested deeper than {MAX_DEPTH} levels")
        below: list[Any] = []
        for each in held:
            if isinstance(each, dict):
                below += [v for v in each.values() if isinstance(v, (dict, list))]
            elif isinstance(each, list):
                below += [v for v in each if isinstance(v, (dict, list))]
        held = below
