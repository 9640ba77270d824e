"""Sessions of browsers, kept so that one can find one's own."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """One browser's session; ``account_id`` is there once somebody has signed in with it.

    The columns repeat what the session itself holds (`operations.sessions`), so that they can be
    looked for. Seen and managed by: its owner. As of yesterday: not at all; that it began and
    ended stands in `AccessEvent`.
    """

    account_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=120, blank=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account_id", "seen_at"], name="access_sessions_of_account"),
        ]
