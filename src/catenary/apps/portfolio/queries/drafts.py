"""Unfinished edits: what was typed is for whoever typed it, and for nobody else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from catenary.apps.portfolio.models import Draft
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


def draft_of(
    *, actor: Actor, kind: str, reference: str, at: datetime
) -> tuple[DraftRow, dict[str, Any]] | None:
    """What the actor typed about one object and has not saved; none when there is nothing."""
    if actor.account_id is None:
        return None
    row = Draft.objects.filter(
        account_id=actor.account_id, kind=kind, reference=reference, saved_at__gte=at - KEPT
    ).first()
    if row is None:
        return None
    state = json.loads(row.state)
    return DraftRow(row.kind, row.reference, row.title, row.digest, row.saved_at), state


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
