"""Unfinished edits of whoever asks: the same ones as in the forms, and nobody else's."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from catenary import clock
from catenary.api.answers import digest_of_tag, json_answer
from catenary.api.asking import WRITING, Asking, asking_of
from catenary.api.bodies import mapping, parse, read_bytes
from catenary.api.drafting import problems_in, read_draft, told_document
from catenary.api.problems import Error, Trouble, not_found
from catenary.api.writing import DRAFTED, look_at, missing_words
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.portfolio.operations.drafts import MOST, drop_draft, save_draft
from catenary.apps.portfolio.policies import may_begin
from catenary.apps.portfolio.queries.drafts import (
    DraftRow,
    draft_of,
    drafted_object,
    drafts_of,
)
from catenary.apps.portfolio.queries.editing import Editable
from catenary.domain.actors import Scope

router = Router(tags=["drafts"])
_ONE = "/drafts/{kind}"
#: So large may a draft be: a document takes kilobytes, and fifty of them are kept.
LARGEST = 1_000_000
BODY = {
    "document": "what it says so far",
    "etag": "of the object as its writer saw it; absent for as it is now",
}
_MANAGED = frozenset({"organization", "person"})

Kind = Annotated[str, Path(max_length=20, description=f"one of {', '.join(DRAFTED)}")]
Of = Annotated[
    str,
    Query(max_length=420, description="reference of what is changed; absent for something new"),
]


@router.get("/drafts", auth=WRITING, operation_id="listDrafts")
def list_drafts(request: HttpRequest) -> HttpResponse:
    """One's own unfinished edits, the latest first: all of them, at most 50. Those of
    organizations and people need a token with the scope `admin`, like their changes."""
    actor = asking_of(request).actor
    rows = drafts_of(actor=actor, at=clock.now(), limit=MOST)
    shown = [r for r in rows if r.kind not in _MANAGED or Scope.ADMIN in actor.scopes]
    return json_answer({"items": [_row(row) for row in shown]})


@router.get(_ONE, auth=WRITING, operation_id="readDraft")
def read_one(request: HttpRequest, kind: Kind, of: Of = "") -> HttpResponse:
    """One's own draft of an object, or of something new: the document as far as it goes, where it
    is not right yet, and the ETag of what it was begun on while that still holds."""
    asking = asking_of(request)
    editable = _object(asking, kind, of)
    return json_answer(_found(asking, kind, of, editable))


@router.put(_ONE, auth=WRITING, operation_id="keepDraft")
def keep_one(request: HttpRequest, kind: Kind, of: Of = "") -> HttpResponse:
    """Keep a draft in place of the one before, for thirty days: its writer goes on in the form, or
    a program saves it later by writing the object. It can be read like any document, but may still
    lack what every document needs, such as a name."""
    asking = asking_of(request)
    said = mapping(parse(read_bytes(request, limit=LARGEST)), BODY)
    editable = _object(asking, kind, of)
    seen = "" if editable is None else editable.seen
    etag = said.get("etag")
    if etag is not None and (not isinstance(etag, str) or len(etag) > 100):
        error = Error("this is no ETag", "/etag", code="invalid", expected=BODY["etag"])
        raise Trouble("invalid", "etag is no ETag", [error])
    if etag and (digest_of_tag(etag) or etag.partition(".")[0]) != _etag(asking, kind, editable):
        raise Trouble("changed-meanwhile", f"{of or 'it'} is not what you saw; nothing was kept")
    document = read_draft(asking, kind, editable, said.get("document"))
    try:
        save_draft(
            actor=asking.actor,
            kind=kind,
            reference=of,
            title=str(document.get("name") or (editable.name if editable else f"New {kind}")),
            digest=seen,
            document=document,
            state=None,
            at=clock.now(),
        )
    except CatalogueBusy as busy:
        raise _busy() from busy
    return json_answer(_found(asking, kind, of, editable))


@router.delete(_ONE, auth=WRITING, operation_id="dropDraft")
def drop_one(request: HttpRequest, kind: Kind, of: Of = "") -> HttpResponse:
    """Throw a draft of one's own away; also one of what one may not change any more."""
    asking = asking_of(request)
    _known(kind)
    is_reached = kind not in _MANAGED or Scope.ADMIN in asking.actor.scopes
    try:
        dropped = is_reached and drop_draft(actor=asking.actor, kind=kind, reference=of)
    except CatalogueBusy as busy:
        raise _busy() from busy
    if not dropped:
        raise _no_draft(kind, of)
    return json_answer({"kind": kind, "reference": of or None, "outcome": "dropped"})


def _object(asking: Asking, kind: str, of: str) -> Editable | None:
    """What a draft is about, none for something new; raises `Trouble` for what whoever asks may
    not change."""
    _known(kind)
    if not of:
        if may_begin(asking.actor, kind):
            return None
        raise Trouble("not-allowed", f"you may not create any {kind}")
    editable = drafted_object(asking.actor, kind, of)
    if editable is not None and not editable.is_gone:
        return editable
    if editable is None and look_at(asking, kind, of) is not None:
        raise Trouble("not-allowed", f"you may not change {of}")
    raise Trouble("not-found", missing_words(kind, of))


def _known(kind: str) -> None:
    if kind not in DRAFTED:
        raise not_found("kind", kind)


def _found(asking: Asking, kind: str, of: str, editable: Editable | None) -> dict[str, Any]:
    found = draft_of(actor=asking.actor, kind=kind, reference=of, at=clock.now())
    if found is None:
        raise _no_draft(kind, of)
    row, typed = found
    etag = _etag(asking, kind, editable)
    is_current = editable is None or row.digest == editable.seen
    told = {**_row(row), "etag": etag if is_current and etag else None, "is-current": is_current}
    kept = typed.document
    if kept is None:
        # Kept by a version of this program that knew forms alone; typing on mends it.
        return {**told, "document": None, "problems": []}
    problems = [error.plain() for error in problems_in(kind, editable, kept)]
    shown = told_document(asking, kind, editable, kept) if is_current else kept
    return {**told, "document": shown, "problems": problems}


def _etag(asking: Asking, kind: str, editable: Editable | None) -> str:
    """Of an object as whoever asks is shown it: the other would tell of what is hidden."""
    if editable is None:
        return ""
    if not editable.hidden:
        return editable.digest
    seen = look_at(asking, kind, editable.reference)
    return "" if seen is None else seen.digest


def _row(row: DraftRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "reference": row.reference or None,
        "title": row.title,
        "saved-at": row.saved_at.isoformat(),
    }


def _no_draft(kind: str, of: str) -> Trouble:
    return Trouble("not-found", f"you have no draft of {of or f'a new {kind}'}")


def _busy() -> Trouble:
    return Trouble(
        "busy",
        "another program is writing to the catalogue; nothing was changed",
        headers={"Retry-After": "5"},
    )
