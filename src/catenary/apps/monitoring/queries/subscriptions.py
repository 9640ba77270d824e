"""Who wants to hear of changes, and which feeds there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catenary.apps.monitoring.choices import Channel
from catenary.apps.monitoring.models import FeedAddress, Subscription
from catenary.apps.monitoring.queries.deliveries import Delivered, delivered_as_plain
from catenary.apps.organizations.queries import actor_of_account, viewpoint_of
from catenary.domain.actors import Actor, Viewpoint


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A subscription, with whose it is and how they read. ``address`` is that of a webhook."""

    id: int
    public_id: str
    account_id: int
    is_active: bool
    is_operator: bool
    email: str
    language: str
    account_zone: str
    organization_id: int
    organization_key: str
    about: str
    service_id: int | None
    with_shared: bool
    channel: str
    address: str
    conditions: frozenset[str]
    quiet_from: int | None
    quiet_until: int | None
    time_zone: str
    created_at: datetime

    @property
    def receiver(self) -> tuple[int, str, str]:
        """Who gets one message for one event, however many subscriptions they have."""
        return (self.account_id, self.channel, self.address)


_COLUMNS = (
    "id",
    "public_id",
    "account_id",
    "account__is_active",
    "account__is_operator",
    "account__email",
    "account__language",
    "account__time_zone",
    "organization_id",
    "organization__key",
    "about",
    "service_id",
    "with_shared",
    "channel",
    "address",
    "conditions",
    "quiet_from",
    "quiet_until",
    "time_zone",
    "created_at",
)


def standing_subscriptions(
    *, account_id: int | None = None, ids: Iterable[int] | None = None
) -> list[SubscriptionRow]:
    """Subscriptions that have not ended, in the order in which they were made: of an account, or
    those with these numbers, or all of people who may still sign in."""
    rows = Subscription.objects.filter(ended_at__isnull=True).order_by("pk")
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    elif ids is not None:
        rows = rows.filter(pk__in=list(ids)[:1_000], account__is_active=True)
    else:
        rows = rows.filter(account__is_active=True)
    return [_row(row) for row in rows.values_list(*_COLUMNS)]


def _row(row: tuple[Any, ...]) -> SubscriptionRow:
    facts = dict(zip(_COLUMNS, row, strict=True))
    values: list[Any] = [
        frozenset(value.split()) if name == "conditions" else value for name, value in facts.items()
    ]
    return SubscriptionRow(*values)


def reader_of(row: SubscriptionRow) -> tuple[Actor, Viewpoint | None]:
    """Who reads what a subscription brings, as they are now, and from where they look; none where
    they may no longer look from."""
    actor = actor_of_account(row.account_id, row.is_operator, door="notices")
    return actor, viewpoint_of(actor, row.organization_key)


def subscription_as_plain(
    row: SubscriptionRow, service: str, delivered: Delivered
) -> dict[str, Any]:
    """A subscription for programs; ``service`` is the reference of the one it is about."""
    quiet = None
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = {
            "from": f"{row.quiet_from // 60:02d}:{row.quiet_from % 60:02d}",
            "until": f"{row.quiet_until // 60:02d}:{row.quiet_until % 60:02d}",
            "zone": row.time_zone,
        }
    return {
        "name": row.public_id,
        "organization": row.organization_key,
        "about": row.about,
        "service": service or None,
        "with-shared": row.with_shared,
        "channel": row.channel,
        "address": row.address or None,
        "conditions": sorted(row.conditions),
        "quiet": quiet,
        "created-at": row.created_at.isoformat(),
        "delivery": delivered_as_plain(delivered),
    }


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed that is not revoked, with whose it is; ``digest`` is of its secret."""

    public_id: str
    account_id: int
    is_active: bool
    is_operator: bool
    organization_key: str
    organization_name: str
    digest: str
    created_at: datetime
    language: str
    time_zone: str


_FEED = (
    "public_id",
    "account_id",
    "account__is_active",
    "account__is_operator",
    "organization__key",
    "organization__name",
    "digest",
    "created_at",
    "account__language",
    "account__time_zone",
)


def feeds_of(account_id: int) -> list[FeedRow]:
    """The feeds of an account that are not revoked, the newest first."""
    rows = FeedAddress.objects.filter(account_id=account_id, revoked_at__isnull=True)
    return [FeedRow(*row) for row in rows.order_by("-created_at", "-pk").values_list(*_FEED)]


def feed_by_public_id(public_id: str) -> FeedRow | None:
    """A feed that is not revoked, by the part of its address that is no secret."""
    rows = FeedAddress.objects.filter(public_id=public_id, revoked_at__isnull=True)
    row = rows.values_list(*_FEED).first()
    return None if row is None else FeedRow(*row)


def subscribers_by_mail() -> int:
    """How many subscriptions by e-mail stand."""
    return Subscription.objects.filter(ended_at__isnull=True, channel=Channel.MAIL).count()
