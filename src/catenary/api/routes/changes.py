"""Many changes at once: all of them, or none."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from catenary.api.answers import digest_of_tag
from catenary.api.asking import WRITING, Asking, asking_of
from catenary.api.bodies import BULK, mapping, parse, read_bytes
from catenary.api.once import carried_out_once
from catenary.api.problems import Error, Trouble, pointer
from catenary.api.writing import (
    KINDS,
    Sent,
    Wish,
    as_kept,
    as_seen,
    carry_out,
    conflict,
    refusal,
    result_plain,
    try_document,
)
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.amending import Amendment, Conflicts

router = Router(tags=["changes"])

#: One change holds at most as many objects: a whole catalogue of that size is applied by files.
MAX_CHANGES = 20_000
#: So many documents may be tried at once without saving them.
MAX_TRIES = 20
_MAX_ERRORS = 200
_BODY = {
    "changes": "a list of changes",
    "note": "why, in a few words, for the history",
    "take_over": "true to change what another source manages, which then no longer does",
}
_CHANGE = {
    "kind": "organization, person, service or consumption",
    "reference": "key, e-mail address, reference, or consumer > service",
    "document": "what it shall say; null to remove it",
    "expected": 'its etag when it was last seen; "" when it must be new; absent for whatever',
}


@router.post("/changes", auth=WRITING, operation_id="makeChanges")
def make_changes(request: HttpRequest) -> HttpResponse:
    """Create, change and remove objects of every kind in one transaction: all or none.

    With an `Idempotency-Key` the same request can be sent again without being carried out twice:
    it gets the answer it got the first time.
    """
    asking = asking_of(request)
    body = read_bytes(request, limit=BULK)
    return carried_out_once(request, asking, body, lambda: _carry_out(asking, parse(body)))


def _carry_out(asking: Asking, value: Any) -> bytes:
    said = mapping(value, _BODY)
    note = said.get("note") or ""
    take_over = said.get("take_over") or False
    errors = []
    if not isinstance(note, str) or len(note) > 400 or "\0" in note:
        errors.append(Error("this is no note", "/note", code="invalid",
                            expected="a text of at most 400 characters"))  # fmt: skip
    if not isinstance(take_over, bool):
        errors.append(Error("this is neither", "/take_over", code="invalid",
                            expected="true or false"))  # fmt: skip
    wishes, wrong = read_wishes(asking, said.get("changes"))
    errors += wrong
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise Trouble("invalid", errors[0].detail + more, errors[:_MAX_ERRORS])
    bases = {wish.amendment.reference: wish.base for wish in wishes}
    wishes = as_kept(asking, wishes)
    try:
        done = carry_out(asking, wishes, take_over=take_over, note=note)
    except Refused as refused:
        raise refusal(refused, bases) from refused
    except Conflicts as conflicts:
        raise conflict(conflicts, asking) from conflicts
    told = [as_seen(wish.amendment, each) for wish, each in zip(wishes, done, strict=True)]
    return orjson.dumps({"results": [result_plain(each) for each in told]})


def read_wishes(
    asking: Asking, value: Any, most: int = MAX_CHANGES
) -> tuple[list[Wish], list[Error]]:
    """The changes in a body, or every place that is wrong."""
    expected = f"a list of 1 to {most:,} changes"
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        said = f"{len(value):,} stand here" if isinstance(value, list) else "this is no list"
        return [], [Error(said, "/changes", code="invalid", expected=expected)]
    wishes: list[Wish] = []
    errors: list[Error] = []
    for at, each in enumerate(value):
        wish, wrong = _wish(asking, each, pointer(["changes", at]))
        if wish is not None:
            wishes.append(wish)
        errors += wrong
        if len(errors) >= _MAX_ERRORS:
            break
    return wishes, errors


def read_tries(asking: Asking, value: Any) -> tuple[list[Sent], list[Error]]:
    """The documents of a body that only asks what would be found in them, and every place that
    is wrong."""
    said = mapping(value, {"changes": _BODY["changes"]})
    wishes, errors = read_wishes(asking, said.get("changes"), MAX_TRIES)
    amendments = [wish.amendment for wish in wishes]
    return [Sent(each.document, each.kept) for each in amendments if each.document], errors


def _wish(asking: Asking, value: Any, base: str) -> tuple[Wish | None, list[Error]]:
    try:
        said = mapping(value, _CHANGE, base)
    except Trouble as trouble:
        return None, list(trouble.errors)
    kind, reference, expected = said.get("kind"), said.get("reference"), said.get("expected")
    errors = []
    if kind not in KINDS:
        errors.append(_wrong(base, "kind", "this is no kind", f"one of {', '.join(KINDS)}"))
    if not isinstance(reference, str) or not 0 < len(reference) <= 420:
        errors.append(_wrong(base, "reference", "this is no reference", _CHANGE["reference"]))
    if expected is not None and (not isinstance(expected, str) or len(expected) > 100):
        errors.append(_wrong(base, "expected", "this is no ETag", _CHANGE["expected"]))
    if "document" not in said:
        errors.append(_wrong(base, "document", "there is no document", _CHANGE["document"]))
    if errors or not isinstance(kind, str) or not isinstance(reference, str):
        return None, errors
    if isinstance(expected, str):
        # As an answer has it in its header, or as it stands in a document.
        expected = digest_of_tag(expected) or expected.partition(".")[0]
    place = pointer(["document"], base)
    if said["document"] is None:
        return Wish(Amendment(kind, reference, None, expected), place), []
    sent, errors = try_document(asking, kind, reference, said["document"], place)
    if sent is None:
        return None, errors
    return Wish(Amendment(kind, reference, sent.document, expected, sent.kept), place), []


def _wrong(base: str, name: str, detail: str, expected: str) -> Error:
    return Error(detail, pointer([name], base), code="invalid", expected=expected)
