"""Appending to history. Nothing here, and nothing in the database, takes anything away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catenary.apps.common.operations import insert_rows, reserve_ids, update_rows
from catenary.apps.common.queries import catalogue_version, in_batches
from catenary.apps.history.choices import Action, Kind
from catenary.apps.history.models import Change, Revision
from catenary.domain.actors import Actor, ChangeSet


@dataclass(frozen=True, slots=True)
class NewRevision:
    """What one object says from now on; ``document`` is absent when it is removed."""

    kind: Kind
    object_id: int
    reference: str
    action: Action
    document: dict[str, Any] | None


def open_change(*, actor: Actor, at: datetime, source: str, note: str = "") -> ChangeSet:
    """Begin a change set: the entry that says who changed something, when and through what.

    Call it inside the transaction that makes the changes.
    """
    change = Change.objects.create(
        at=at,
        account_id=actor.account_id,
        person_id=actor.person_id,
        door=actor.door,
        source=source,
        note=note[:400],
        version=catalogue_version(),
    )
    return ChangeSet(id=change.pk, actor=actor, at=at, source=source)


def append_revisions(*, change: ChangeSet, revisions: Sequence[NewRevision]) -> None:
    """Append one revision per object and close the ones they replace, in bulk.

    When the machine's clock was set back, what is said now begins where the last word began: the
    periods of one object follow each other whatever the clock says.
    """
    current: dict[tuple[str, int], tuple[int, datetime]] = {}
    by_kind: dict[Kind, list[int]] = {}
    for revision in revisions:
        if revision.action is not Action.CREATED:
            by_kind.setdefault(revision.kind, []).append(revision.object_id)
    for kind, ids in by_kind.items():
        for batch in in_batches(ids):
            rows = Revision.objects.filter(kind=kind, object_id__in=batch, ends_at__isnull=True)
            for object_id, pk, since in rows.values_list("object_id", "pk", "starts_at"):
                current[kind, object_id] = (pk, max(change.at, since))
    update_rows(Revision, ["ends_at"], ((until, pk) for pk, until in current.values()))
    insert_rows(
        Revision,
        [
            "id",
            "change_id",
            "kind",
            "object_id",
            "reference",
            "action",
            "document",
            "before_id",
            "starts_at",
            "ends_at",
        ],
        (
            (
                pk,
                change.id,
                str(revision.kind),
                revision.object_id,
                revision.reference,
                str(revision.action),
                revision.document,
                *current.get((revision.kind, revision.object_id), (None, change.at)),
                None,
            )
            for pk, revision in zip(reserve_ids(Revision, len(revisions)), revisions, strict=True)
        ),
    )
