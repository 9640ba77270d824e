"""Columns that behave the same on SQLite and PostgreSQL, the catalogue's version, requests that
must not be carried out twice, and what the world is still to hear of."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class PlainText(models.CharField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A short text compared by code point on every database.

    PostgreSQL would otherwise sort by the cluster's locale, and keyset paging and path ranges
    would answer differently from one installation to the next.
    """

    def db_parameters(self, connection: Any) -> Any:
        """As usual, with the collation that compares bytes."""
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else None
        return parameters


class CatalogueVersion(models.Model):
    """One row whose number grows with every change to organizations, services or relations.

    Writers update it first, so they take turns; readers compare it to know whether what they
    hold in memory is still current.
    """

    number = models.BigIntegerField(default=0)


class IdempotencyKey(models.Model):
    """A request that must not be carried out twice, and what it was answered.

    ``fingerprint`` is of the whole request; ``status`` and ``answer`` are absent while it is being
    carried out. Seen by: the account that sent it, as the same answer again. Managed by: nobody;
    it goes after a day. As of yesterday: not kept, because it says nothing about the catalogue.
    """

    account_id = models.BigIntegerField()
    key = PlainText(max_length=200)
    fingerprint = models.CharField(max_length=32)
    status = models.SmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    claimed_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account_id", "key"], name="common_idempotency_key"),
        ]


class OutboxRow(models.Model):
    """Something that is to be told or done outside the transaction that left it here, and is left
    exactly when that transaction is kept (docs/decisions/0068-what-is-told-leaves-by-an-outbox.md).

    ``kind`` says who carries it out and what ``payload`` (JSON) means. It is due at ``due_at``;
    whoever took it has it until ``taken_until``, after which another may. Then it is done, tried
    again later, or dead: given up until somebody tries it again by hand. ``trouble`` is why the
    last attempt failed.
    Seen by: operators. Managed by: whoever carries it out; operators try the dead again. As of
    yesterday: what is done stays for thirty days, and is then swept away.
    """

    kind = PlainText(max_length=40)
    payload = models.TextField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    taken_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["kind", "due_at"],
                condition=models.Q(done_at__isnull=True, dead_at__isnull=True),
                name="common_outbox_due",
            ),
            models.Index(
                fields=["dead_at"],
                condition=models.Q(dead_at__isnull=False),
                name="common_outbox_dead",
            ),
            models.Index(
                fields=["done_at"],
                condition=models.Q(done_at__isnull=False),
                name="common_outbox_done",
            ),
        ]
