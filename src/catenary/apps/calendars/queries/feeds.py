"""Whose feed stands behind a secret address, and which addresses an account has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from catenary.apps.calendars.models import FeedAddress


@dataclass(frozen=True, slots=True)
class Feed:
    """What a secret address leads to: as whom and from where to look, and at what."""

    number: int
    account_id: int
    is_operator: bool
    organization: str
    about: str
    made_at: datetime
    used_at: datetime | None


_COLUMNS = (
    "pk",
    "account_id",
    "account__is_operator",
    "organization__key",
    "about",
    "made_at",
    "used_at",
)


def digest_of(secret: str) -> str:
    """What is kept of a secret: it is long and random, so that a plain hash will do."""
    return sha256(secret.encode()).hexdigest()


def feed_of(secret: str) -> Feed | None:
    """The feed behind a secret; none when there is none, it was revoked, or its account closed."""
    if len(secret) > 100:
        return None
    live = FeedAddress.objects.filter(
        digest=digest_of(secret), revoked_at__isnull=True, account__is_active=True
    )
    row = live.values_list(*_COLUMNS).first()
    return None if row is None else Feed(*row)


def feeds_of(account_id: int, about: str) -> tuple[Feed, ...]:
    """The live addresses of an account for one feed, the newest first."""
    live = FeedAddress.objects.filter(account_id=account_id, about=about, revoked_at__isnull=True)
    return tuple(Feed(*row) for row in live.order_by("-pk").values_list(*_COLUMNS))
