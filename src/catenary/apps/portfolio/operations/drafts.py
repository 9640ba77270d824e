"""Keeping what somebody has typed until they save it, or thirty days."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import OperationalError, transaction

from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.common.queries import is_busy
from catenary.apps.portfolio.models import Draft
from catenary.apps.portfolio.queries.drafts import KEPT
from catenary.domain.actors import Actor

#: So many unfinished edits of one person are kept; the oldest go first.
MOST = 50


def save_draft(
    *,
    actor: Actor,
    kind: str,
    reference: str,
    title: str,
    digest: str,
    document: dict[str, Any],
    state: dict[str, Any] | None,
    at: datetime,
) -> None:
    """Keep what the actor has typed about one object, in place of what they typed before: as a
    ``document`` as far as it goes, and as the ``state`` of the form when it came from one.

    Expired drafts of everybody go on the way. Raises `CatalogueBusy` when the database is held.
    Somebody without an account, such as a program, keeps none.
    """
    if actor.account_id is None:
        return
    try:
        with transaction.atomic():
            Draft.objects.filter(saved_at__lt=at - KEPT).delete()
            Draft.objects.update_or_create(
                account_id=actor.account_id,
                kind=kind,
                reference=reference,
                defaults={
                    "title": title[:200],
                    "digest": digest,
                    "state": "" if state is None else _as_text(state),
                    "document": _as_text(document),
                    "saved_at": at,
                },
            )
            own = Draft.objects.filter(account_id=actor.account_id).order_by("-saved_at", "-pk")
            beyond = list(own.values_list("pk", flat=True)[MOST : MOST + 10])
            if beyond:
                Draft.objects.filter(pk__in=beyond).delete()
    except OperationalError as error:
        if is_busy(error):
            raise CatalogueBusy from error
        raise


def _as_text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def drop_draft(*, actor: Actor, kind: str, reference: str) -> bool:
    """Forget what the actor typed about one object; False when there was nothing."""
    if actor.account_id is None:
        return False
    drafts = Draft.objects.filter(account_id=actor.account_id, kind=kind, reference=reference)
    try:
        return bool(drafts.delete()[0])
    except OperationalError as error:
        if is_busy(error):
            raise CatalogueBusy from error
        raise
