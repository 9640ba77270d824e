"""Change sets and revisions. The database itself refuses to alter or delete them (migrations)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from catenary.apps.history.choices import Action, Kind


class Change(models.Model):
    """One act by one actor at one moment; everything it changed points to it.

    ``version`` is the catalogue's version that it made; absent in changes from before versions
    were written down.
    """

    at = models.DateTimeField(db_index=True)
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    door = models.CharField(max_length=40)
    source = models.CharField(max_length=200)
    note = models.CharField(max_length=400, blank=True)
    version = models.BigIntegerField(null=True)


class Revision(models.Model):
    """What one object said during ``[starts_at, ends_at)``.

    ``document`` is the canonical document as JSON text, absent when the object was removed or
    ended. Text, because the order of outcomes and processes carries meaning and ``jsonb`` would
    lose it.
    ``before`` is the revision it replaced. Only ``ends_at`` is ever written later, once.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="revisions")
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in Kind])
    object_id = models.BigIntegerField()
    reference = models.CharField(max_length=210)
    action = models.CharField(max_length=20, choices=[(action, action) for action in Action])
    document = models.TextField(null=True)
    before = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "object_id", "starts_at"], name="history_of_object"),
            # What changed is read newest first, over everything and within one change.
            models.Index(fields=["starts_at", "id"], name="history_by_moment"),
            models.Index(fields=["change", "kind", "id"], name="history_of_change"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "object_id"],
                condition=models.Q(ends_at__isnull=True),
                name="history_one_current_revision",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gte=models.F("starts_at")),
                name="history_ends_after_start",
            ),
        ]
