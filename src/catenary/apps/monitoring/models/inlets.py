"""Tables of the addresses at which monitors report, and of what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from catenary.apps.common.models import PlainText

_Rules = list[models.BaseConstraint]


class Inlet(models.Model):
    """Where something outside reports to: an address with a secret, which speaks for an
    organization of what is provided there and below.

    ``public_id`` stands in the address. Of a secret that is shown only the SHA-256 is kept
    (``digest``); one that signs must be known to check a signature, so it is ``sealed`` with the
    installation's secret. ``settings`` is JSON text, as the kind reads it (`connectors`).
    Seen and managed by: who may report of all that the organization provides. As of yesterday:
    rows stay after they are closed, and `InletVersion` says what was set when.
    """

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    key = PlainText(max_length=60)
    public_id = PlainText(max_length=24, unique=True)
    kind = PlainText(max_length=20)
    proof = PlainText(max_length=10)
    digest = models.CharField(max_length=64)
    sealed = models.TextField(blank=True)
    settings = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[_Rules] = [
            models.UniqueConstraint(
                fields=["organization", "key"],
                condition=Q(closed_at__isnull=True),
                name="monitoring_one_inlet_open",
            ),
        ]


class InletVersion(models.Model):
    """What was set for an inlet from ``starts_at`` on, and by whom; rows are only added. Seen by
    and managed with its inlet. As of yesterday: the last one that had begun."""

    inlet = models.ForeignKey(Inlet, on_delete=models.CASCADE, related_name="versions")
    settings = models.TextField()
    starts_at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)


class InletAccount(models.Model):
    """How much came through an inlet; apart from it, so that counting never waits for reading.
    ``told_to_wait`` counts deliveries that were answered 429 or 503, nothing of which was recorded.

    Seen by: who sees the inlet. Managed by: hearing. As of yesterday: not kept; what was recorded
    says when it was.
    """

    inlet = models.OneToOneField(
        Inlet, on_delete=models.CASCADE, related_name="account", primary_key=True
    )
    heard_at = models.DateTimeField(null=True)
    taken = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    passed_over = models.BigIntegerField(default=0)
    corrected = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    told_to_wait = models.BigIntegerField(db_default=0)
    told_to_wait_at = models.DateTimeField(null=True)


class RefusedItem(models.Model):
    """One of the latest things an inlet could not take: what it began with and why, JSON text.

    What is refused for the same reasons, of the same ``service``, is one row (``digest``; none in
    rows of before): so many ``times``, from ``since`` on, for the last time at ``at``.

    Seen by: who sees the inlet. Managed by: hearing, which keeps a few of each inlet. As of
    yesterday: not kept; it is there to be mended.
    """

    inlet = models.ForeignKey(Inlet, on_delete=models.CASCADE, related_name="refusals")
    at = models.DateTimeField()
    reasons = models.TextField()
    excerpt = models.TextField(blank=True)
    service = models.TextField(blank=True, db_default="")
    since = models.DateTimeField(null=True)
    times = models.BigIntegerField(db_default=1)
    digest = models.CharField(max_length=32, null=True)

    class Meta:
        constraints: ClassVar[_Rules] = [
            models.UniqueConstraint(
                fields=["inlet", "digest"], name="monitoring_one_refusal_of_a_kind"
            )
        ]
