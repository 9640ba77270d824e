"""Answering: JSON, ETags, sparse fields and pages of a list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest, HttpResponse

Plain = dict[str, Any]
_JSON = "application/json"
#: Says of which past moment an answer speaks.
AS_OF = "Catenary-As-Of"
#: Parts of every object that a sparse answer keeps.
_ALWAYS = ("reference",)


def json_answer(
    value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A value as JSON."""
    return HttpResponse(
        orjson.dumps(value), status=status, content_type=_JSON, headers=dict(headers or {})
    )


def object_answer(request: HttpRequest, plain: Plain, digest: str, as_of: str = "") -> HttpResponse:
    """One object with its ETag; 304 without a body when whoever asks has this very answer.
    ``as_of`` is the past moment it speaks of."""
    body = orjson.dumps(plain)
    # The digest is what writes are compared with. The rest tells apart answers about the same
    # document: other fields, or another role since the chain around it has changed.
    etag = f'"{digest}.{blake2b(body, digest_size=4).hexdigest()}"'
    headers = {"ETag": etag, **of_moment(as_of)}
    known = request.headers.get("If-None-Match", "")
    if known and etag in _tags(known):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type=_JSON, headers=headers)


def of_moment(as_of: str) -> dict[str, str]:
    """The header that says which past moment an answer speaks of; none for the present."""
    return {AS_OF: as_of} if as_of else {}


def digest_of_tag(tag: str) -> str | None:
    """The digest in an ETag of ours; none for any other text."""
    if len(tag) < 2 or tag[0] != '"' or tag[-1] != '"':
        return None
    return tag[1:-1].partition(".")[0]


def _tags(header: str) -> set[str]:
    # Comparison is weak for reading (RFC 9110, 13.1.2).
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def wanted_fields(said: str) -> frozenset[str] | None:
    """The fields that a text names, with commas between; none when all are wanted."""
    if not said:
        return None
    return frozenset(name.strip() for name in said.split(",") if name.strip()) | {*_ALWAYS}


def sparse(plain: Plain, fields: frozenset[str] | None) -> Plain:
    """Only the fields asked for."""
    if fields is None:
        return plain
    return {name: value for name, value in plain.items() if name in fields}


def page_answer(
    request: HttpRequest,
    items: Sequence[Plain],
    *,
    total: int,
    total_is_capped: bool,
    after: str | None,
    as_of: str = "",
) -> HttpResponse:
    """One page of a list; ``after`` leads to the next one. A link says the same to whoever
    follows links (RFC 8288). ``as_of`` is the past moment the page speaks of."""
    body = {"items": items, "total": total, "total_is_capped": total_is_capped, "next": after}
    if as_of:
        body["as_of"] = as_of
    return json_answer(body, headers={**of_moment(as_of), **link_to_next(request, after)})


def link_to_next(request: HttpRequest, after: str | None) -> dict[str, str]:
    """The header that leads to the next page of a list; none on the last."""
    if after is None:
        return {}
    query = [(n, value) for n, values in request.GET.lists() if n != "after" for value in values]
    address = f"{request.path}?{urlencode([*query, ('after', after)])}"
    return {"Link": f'<{address}>; rel="next"'}


def place_after(value: Any) -> str:
    """An opaque place in a list."""
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def place_of(after: str) -> Any:
    """What `place_after` made a place of; none for anything else."""
    try:
        padded = after + "=" * (-len(after) % 4)
        return orjson.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None
