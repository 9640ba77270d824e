"""Unfinished edits: what was typed is for whoever typed it, and for nobody else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from catenary.apps.history.choices import Kind
from catenary.apps.portfolio.models import Draft
from catenary.apps.portfolio.queries.editing import (
    Editable,
    editable_consumption,
    editable_service,
)
from catenary.apps.portfolio.queries.editing_house import editable_organization, editable_person
from catenary.domain.actors import Actor

#: After this long an unfinished edit is forgotten.
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An unfinished edit: of what, begun on which version of it, kept when."""

    kind: str
    reference: str
    title: str
    digest: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Typed:
    """What an unfinished edit says: as a document as far as it goes (none of one that an earlier
    version of this program kept), and as the form it was typed into (none of one that no form has
    seen yet)."""

    document: dict[str, Any] | None
    state: dict[str, Any] | None


def draft_of(
    *, actor: Actor, kind: str, reference: str, at: datetime
) -> tuple[DraftRow, Typed] | None:
    """What the actor typed about one object and has not saved; none when there is nothing."""
    if actor.account_id is None:
        return None
    row = Draft.objects.filter(
        account_id=actor.account_id, kind=kind, reference=reference, saved_at__gte=at - KEPT
    ).first()
    if row is None:
        return None
    typed = Typed(
        json.loads(row.document) if row.document else None,
        json.loads(row.state) if row.state else None,
    )
    return DraftRow(row.kind, row.reference, row.title, row.digest, row.saved_at), typed


def drafted_object(actor: Actor, kind: str, reference: str) -> Editable | None:
    """What a draft is about, for whoever may change it; none for everybody else."""
    if kind == Kind.SERVICE:
        return editable_service(actor, reference)
    if kind == Kind.ORGANIZATION:
        return editable_organization(actor, reference)
    if kind == Kind.PERSON:
        return editable_person(actor, reference)
    consumer, _arrow, service = reference.partition(" > ")
    return editable_consumption(actor, consumer, service)


@dataclass(frozen=True, slots=True)
class Drafting:
    """Somebody has begun to change something and not saved it: whose account, kept when."""

    account_id: int
    saved_at: datetime


def drafting(*, kind: str, reference: str, at: datetime, limit: int = 5) -> list[Drafting]:
    """Who is drafting a change of one object, the latest first; never what they typed. The caller
    has found out that the actor may change it too."""
    rows = Draft.objects.filter(kind=kind, reference=reference, saved_at__gte=at - KEPT)
    return [
        Drafting(*row)
        for row in rows.order_by("-saved_at", "-pk").values_list("account_id", "saved_at")[:limit]
    ]


def drafts_of(*, actor: Actor, at: datetime, limit: int = 20) -> list[DraftRow]:
    """The actor's unfinished edits, the latest first."""
    if actor.account_id is None:
        return []
    rows = Draft.objects.filter(account_id=actor.account_id, saved_at__gte=at - KEPT)
    return [
        DraftRow(*row)
        for row in rows.order_by("-saved_at", "-pk").values_list(
            "kind", "reference", "title", "digest", "saved_at"
        )[:limit]
    ]
