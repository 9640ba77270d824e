"""Tables of who is told of conditions, and where everybody may look."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from catenary.apps.common.models import PlainText
from catenary.apps.monitoring.choices import About, Channel
from catenary.apps.monitoring.models.maintenance import Maintenance

_Rules = list[models.BaseConstraint]


def _once(name: str, *fields: str) -> _Rules:
    """No two rows have the same in these."""
    return [models.UniqueConstraint(fields=fields, name=f"monitoring_{name}")]


class Subscription(models.Model):
    """Somebody wants to hear when conditions change of one service, of all that an organization
    consumes or of all it provides, looking from that organization.

    With ``with_shared`` what an organization consumes is also what only organizations above it
    consume, for everybody below. ``channel`` is e-mail to the account or a webhook at ``address``.
    ``conditions`` are words parted by spaces; that it is none of these any more is told, too. From
    ``quiet_from`` to ``quiet_until`` (minutes after midnight in ``time_zone``) nothing is sent. It
    is never changed: another one takes its place.
    Seen by and managed by: its owner alone. As of yesterday: rows stay, with ``ended_at``. What
    its owner may not see when it is sent is not sent.
    """

    public_id = PlainText(max_length=16, unique=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    about = PlainText(max_length=20, choices=[(about, about) for about in About])
    service = models.ForeignKey(
        "portfolio.Service", on_delete=models.PROTECT, related_name="+", null=True
    )
    with_shared = models.BooleanField(db_default=True)
    channel = PlainText(max_length=20, choices=[(channel, channel) for channel in Channel])
    address = models.TextField(blank=True)
    conditions = models.CharField(max_length=60)
    quiet_from = models.SmallIntegerField(null=True)
    quiet_until = models.SmallIntegerField(null=True)
    time_zone = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "created_at"], name="monitoring_subscribed"),
        ]
        constraints: ClassVar[_Rules] = [
            models.CheckConstraint(
                condition=Q(about="service", service__isnull=False)
                | ~Q(about="service") & Q(service__isnull=True),
                name="monitoring_subscribed_to_one",
            ),
        ]


class Told(models.Model):
    """What a subscriber was last told of a service; without a row, nothing. ``tellings`` counts
    how often lately, so that one that comes and goes is told of less and less often.

    Seen by: nobody. Managed by: whoever tells. As of yesterday: not kept; it is about what is to
    be told next.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="told")
    service = models.ForeignKey("portfolio.Service", on_delete=models.CASCADE, related_name="+")
    condition = PlainText(max_length=20)
    told_at = models.DateTimeField()
    tellings = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar[_Rules] = _once("told_once", "subscription", "service")


class Delivery(models.Model):
    """What became of a subscription's messages: when one was delivered last, since when they fail
    (empty while they do not), and why the last one did (`domain.deliveries`). Without a row none
    was ever sent.

    Seen by: the owner of the subscription. Managed by: whoever sends. As of yesterday: not kept;
    it is about what goes on now.
    """

    subscription = models.OneToOneField(Subscription, on_delete=models.CASCADE, related_name="+")
    delivered_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    trouble = PlainText(max_length=40, blank=True)


class ToldMaintenance(models.Model):
    """Which version of maintenance a subscriber was told last; without a row, none, or that it was
    called off. Seen by: nobody. Managed by: whoever tells. As of yesterday: not kept; it is about
    what is to be told next."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    maintenance = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="+")
    version = models.IntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[_Rules] = _once(
            "maintenance_told_once", "subscription", "maintenance"
        )


class FeedAddress(models.Model):
    """A secret address at which a feed reader, which cannot sign in, finds what happened to what
    an organization consumes, as far as its owner may see it at that moment. Only the SHA-256 of
    the secret is kept.

    Seen by and managed by: its owner alone. As of yesterday: rows stay, with ``revoked_at``.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    public_id = PlainText(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "created_at"], name="monitoring_feeds_of"),
        ]


class PublicPage(models.Model):
    """How a provider shows itself to everybody: whether at all, and which services under which
    names (JSON: service number and name, in order). Rows are added and never changed; the last
    one counts.

    Seen by: everybody, while ``is_shown``; earlier ones by the provider's administrators and
    operators. Managed by: they. As of yesterday: the last row up to then.
    """

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    is_shown = models.BooleanField()
    services = models.TextField()
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "at"], name="monitoring_shown_by"),
        ]
