"""Every answer that is not what was asked for, in one form (RFC 9457).

A problem says what kind it is, what happened in this case, and, where something in the request is
to blame, every place in it with what was expected or how to mend it.
https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.http import HttpResponse

from catenary.domain.findings import FieldPath
from catenary.domain.findings import Problem as Mistake
from catenary.domain.refusals import Refusal, Refused

MEDIA_TYPE = "application/problem+json"
#: Where each kind is explained, on this very installation.
EXPLAINED = "/api/v1/docs#problem-"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its code, status, title, and what it means for a reader of the docs."""

    code: str
    status: int
    title: str
    meaning: str


_KINDS = (
    Kind(
        "malformed",
        400,
        "The request cannot be read",
        "The body is no JSON, is nested too deep or was cut off, or the request holds what "
        "no text may hold. Nothing was changed.",
    ),
    Kind(
        "unknown-parameter",
        400,
        "There is no such parameter",
        "Every parameter that the address does not take is named, with the one that was probably "
        "meant, and with it every value that cannot be. Nothing was read or changed.",
    ),
    Kind(
        "unauthenticated",
        401,
        "Nobody is signed in",
        "Send a personal token as `Authorization: Bearer …`. The token may be wrong, "
        "expired or revoked: which of them is not told.",
    ),
    Kind(
        "wrong-scope",
        403,
        "The token may not do this",
        "The token is valid, but was not given the scope that this needs.",
    ),
    Kind(
        "not-allowed",
        403,
        "You may not do this",
        "Your roles do not allow it. Each error says whom to ask.",
    ),
    Kind(
        "forged",
        403,
        "The request may come from another site",
        "A change made with the browser's session needs the CSRF token of a page of ours; "
        "programs use a personal token instead.",
    ),
    Kind(
        "not-found",
        404,
        "There is no such thing that you may see",
        "It does not exist, or you may not see it: which of the two is not told.",
    ),
    Kind(
        "method-not-allowed",
        405,
        "This address does not know that method",
        "The `Allow` header says which methods it knows.",
    ),
    Kind(
        "not-acceptable",
        406,
        "There is no answer in the form you accept",
        "Answers are JSON; the export is NDJSON.",
    ),
    Kind(
        "refused",
        409,
        "The change was refused",
        "Something stands against it, such as what still needs the object, or another "
        "source that manages it. Each error says what, and the remedy. Nothing was changed.",
    ),
    Kind(
        "in-progress",
        409,
        "The same request is being carried out",
        "Another request with this Idempotency-Key has not been answered yet. Try again in "
        "a moment.",
    ),
    Kind(
        "busy",
        409,
        "Another program is writing to the catalogue",
        "The change did not get its turn in time. Nothing was changed; try again.",
    ),
    Kind(
        "changed-meanwhile",
        412,
        "Somebody changed it meanwhile",
        "What you saw is no longer what it says. The answer holds the current ETag; read it "
        "again, merge, and send that ETag.",
    ),
    Kind(
        "too-large",
        413,
        "The body is too large",
        "One document may have 10 MB, a bulk change 50 MB.",
    ),
    Kind(
        "unsupported-media-type",
        415,
        "The body has another type than expected",
        "Bodies are `application/json`; a PATCH may be `application/merge-patch+json`.",
    ),
    Kind(
        "invalid",
        422,
        "The request is not valid",
        "Every place that is wrong is listed, with what was expected.",
    ),
    Kind(
        "key-reused",
        422,
        "This Idempotency-Key belongs to another request",
        "A key may be sent again only with the same request. Choose a new one.",
    ),
    Kind(
        "too-many-requests",
        429,
        "Too many requests",
        "The `Retry-After` header says when to try again.",
    ),
    Kind(
        "internal",
        500,
        "Something broke on our side",
        "The `request_id` leads whoever runs this installation to the cause in the log.",
    ),
    Kind(
        "overloaded",
        503,
        "Too many are doing this at once",
        "Long answers are given to a few at a time. The `Retry-After` header says when to try "
        "again.",
    ),
    Kind(
        "unavailable",
        503,
        "The database does not answer",
        "Try again in a moment.",
    ),
)
KINDS = {kind.code: kind for kind in _KINDS}


@dataclass(frozen=True, slots=True)
class Error:
    """One place in the request that is to blame. ``pointer`` is a JSON pointer into the body
    (RFC 6901), ``parameter`` the name of a query parameter or header; at most one is given."""

    detail: str
    pointer: str | None = None
    parameter: str = ""
    code: str = ""
    reference: str = ""
    expected: str = ""
    remedy: str = ""

    def plain(self) -> dict[str, str]:
        """Without what is absent."""
        said = {
            "code": self.code,
            "reference": self.reference,
            "parameter": self.parameter,
            "detail": self.detail,
            "expected": self.expected,
            "remedy": self.remedy,
        }
        found = {name: value for name, value in said.items() if value}
        if self.pointer is not None:
            found["pointer"] = self.pointer
        return found


@dataclass(slots=True)
class Trouble(Exception):
    """Raised anywhere in this door; answered as a problem detail."""

    code: str
    detail: str = ""
    errors: Sequence[Error] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def answer_to(trouble: Trouble) -> HttpResponse:
    """The problem detail as a response."""
    kind = KINDS[trouble.code]
    body: dict[str, Any] = {
        "type": EXPLAINED + kind.code,
        "title": kind.title,
        "status": kind.status,
        "code": kind.code,
        "detail": trouble.detail or f"{kind.title}.",
    }
    if trouble.errors:
        body["errors"] = [error.plain() for error in trouble.errors]
    body.update(trouble.more)
    return HttpResponse(
        orjson.dumps(body),
        status=kind.status,
        content_type=MEDIA_TYPE,
        headers=dict(trouble.headers),
    )


def pointer(path: Iterable[str | int], base: str = "") -> str:
    """A JSON pointer (RFC 6901) below ``base``."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return base + "".join(f"/{step}" for step in steps)


def not_found(what: str, reference: str) -> Trouble:
    """The same words whether it does not exist or may not be seen."""
    return Trouble("not-found", f"there is no {what} {reference} that you may see")


def mistakes(found: Sequence[Mistake], base: str = "", strip: int = 0) -> list[Error]:
    """What the reading of documents complained about, as places in the body. ``strip`` is how
    many steps of each path lead to the document itself."""
    return [
        Error(
            mistake.sentence,
            pointer=pointer(mistake.path[strip:], base),
            code="invalid",
            expected=mistake.expected,
        )
        for mistake in found
    ]


def reasons(refusals: Sequence[Refusal], bases: Mapping[str, str]) -> list[Error]:
    """Refusals as places in the body; ``bases`` says where each reference's document stands."""
    return [
        Error(
            refusal.sentence,
            pointer=_place(refusal.path, refusal.reference, bases),
            code=refusal.code,
            reference=refusal.reference,
            remedy=refusal.remedy,
        )
        for refusal in refusals
    ]


def _place(path: FieldPath, reference: str, bases: Mapping[str, str]) -> str | None:
    base = bases.get(reference)
    return None if base is None else pointer(path[2:], base)


def refused_trouble(refused: Refused) -> Trouble:
    """What a rule of the domain refused, each refusal where it stands in the body."""
    return Trouble("invalid", str(refused), errors_of(refused.refusals))


def errors_of(refusals: Sequence[Refusal]) -> list[Error]:
    """Refusals, or what is only doubtful, each where it stands in the body."""
    return [
        Error(
            str(each.sentence),
            pointer([part for part in each.path if part != ""]),
            code=each.code,
            remedy=str(each.remedy),
        )
        for each in refusals
    ]
