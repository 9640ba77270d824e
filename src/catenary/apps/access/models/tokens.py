"""Personal tokens: what a program of somebody's shows instead of their password."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from catenary.apps.access.models.accounts import Account
from catenary.apps.common.models import PlainText


class Token(models.Model):
    """One token of one account; the secret itself is nowhere, only its SHA-256.

    ``public_id`` stands in the secret, finds the row and names the token to people. ``scopes``
    are words parted by spaces (`domain.actors.Scope`).
    Seen by: its owner; its issuing and revoking also by who may read the audit page.
    Managed by: its owner, and operators of the installation. As of yesterday: rows stay after
    they are revoked or expire, with the moment; `AccessEvent` tells the same in order.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    public_id = PlainText(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    scopes = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "created_at"], name="access_tokens_of_account"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="access_token_lasts",
            ),
        ]
