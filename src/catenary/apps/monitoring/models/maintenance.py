"""Tables of maintenance, announced and changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from catenary.apps.common.models import PlainText

_Rules = list[models.BaseConstraint]


def _once(name: str, *fields: str) -> _Rules:
    """No two rows have the same in these."""
    return [models.UniqueConstraint(fields=fields, name=f"monitoring_{name}")]


class Maintenance(models.Model):
    """Planned windows of some services, found by ``key``, which tells nothing. What is planned
    stands in the last version; ``services`` and ``title`` are of that one, too.

    What is due is said of its services by ``operations.schedule``: ``said_until`` is up to when
    it was, ``due_at`` when there is something to say next (none: nothing more comes).
    Seen by: whoever may see one of its services or a service that it hits. Managed by: who may
    report conditions of all its services. As of yesterday: the versions recorded by then.
    """

    key = PlainText(max_length=20, unique=True)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    version = models.IntegerField(default=1)
    cancelled_at = models.DateTimeField(null=True)
    said_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, db_index=True)


class MaintenanceVersion(models.Model):
    """What was planned from ``recorded_at`` on; the database refuses to alter or delete it.

    ``document`` is JSON text (`domain.maintenance.reading`), empty when it was cancelled then.
    ``note`` says why it was changed. A new row is what notices announce.
    Seen by: members of its top organization who see the maintenance; others see what follows.
    Managed by: nobody; another version replaces it. As of yesterday: what was recorded by then.
    """

    maintenance = models.ForeignKey(Maintenance, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    document = models.TextField(blank=True)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar[_Rules] = _once("maintenance_version", "maintenance", "number")


class MaintenanceService(models.Model):
    """A service that maintenance works on, by its last version. Seen by: whoever sees both.
    Managed by: the operations of maintenance. As of yesterday: the versions."""

    maintenance = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="services")
    service = models.ForeignKey("portfolio.Service", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[_Rules] = _once("maintained_once", "maintenance", "service")
