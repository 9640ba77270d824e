"""What happened at the doors: who came in, who did not, what was given and taken back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from catenary.apps.access.choices import Happening


class AccessEvent(models.Model):
    """One sign-in, failure, token or session, at one moment. Added to, never edited; removed only
    when it is older than the installation keeps such things (the database refuses the rest).

    Accounts are named by number, so that what happened outlives them: ``account_id`` is whose way
    in it is about, none for an address nobody has; ``by_account_id`` who did it, when it was
    somebody else; ``organization_id`` is there when it is about the ways into an organization.
    What was typed as an address is not kept: people type passwords there.
    Seen by: operators; administrators of an organization for it, for those below, and for the
    people who belong there. Managed by: nobody. As of yesterday: it is itself the record; read up
    to a moment.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=24, choices=[(kind, kind) for kind in Happening])
    account_id = models.BigIntegerField(null=True)
    by_account_id = models.BigIntegerField(null=True)
    organization_id = models.BigIntegerField(null=True)
    door = models.CharField(max_length=40)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=120, blank=True)
    about = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at", "id"], name="access_events_in_order"),
            models.Index(fields=["account_id", "at", "id"], name="access_events_of_account"),
            models.Index(fields=["organization_id", "at", "id"], name="access_events_of_house"),
        ]
