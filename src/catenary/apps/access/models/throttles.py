"""Who failed to sign in how often, so that they wait."""

from __future__ import annotations

from django.db import models


class SignInThrottle(models.Model):
    """Failures in a row for one account, address or browser. ``key`` is a keyed hash of which: the
    table tells nobody who was tried, and an address nobody has looks like any other.

    Seen by: nobody. Managed by: signing in, and a new password from an operator. As of yesterday:
    not at all, it is a state of today; what happened stands in `AccessEvent`.
    """

    key = models.CharField(max_length=64, unique=True)
    failures = models.IntegerField(default=0)
    last_at = models.DateTimeField(null=True, db_index=True)
    told_at = models.DateTimeField(null=True)
