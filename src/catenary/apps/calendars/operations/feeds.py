"""Secret addresses of feeds: made, used and revoked."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from catenary.apps.calendars.models import FeedAddress
from catenary.apps.calendars.queries.feeds import digest_of
from catenary.domain.actors import Viewpoint
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import said

#: So many live addresses an account may have.
MOST = 50
#: When it was used last is not noted more often.
_NOTED = timedelta(hours=1)


def make_feed(*, account_id: int, viewpoint: Viewpoint, about: str, at: datetime) -> str:
    """A new secret for a feed, told this once. Raises `Refused` when there are too many."""
    live = FeedAddress.objects.filter(account_id=account_id, revoked_at__isnull=True)
    if live.count() >= MOST:
        sentence = said("you have too many feed addresses")
        raise Refused([Refusal("too-many", about, (), sentence, said("revoke one first"))])
    secret = secrets.token_urlsafe(32)
    FeedAddress.objects.create(
        digest=digest_of(secret),
        account_id=account_id,
        organization_id=viewpoint.organization_id,
        about=about,
        made_at=at,
    )
    return secret


def revoke_feed(*, account_id: int, number: int, at: datetime) -> bool:
    """End an address of the account; false when it has none of that number that lives."""
    live = FeedAddress.objects.filter(account_id=account_id, pk=number, revoked_at__isnull=True)
    return bool(live.update(revoked_at=at))


def touch_feed(*, number: int, used_at: datetime | None, at: datetime) -> None:
    """Note that an address was used, once an hour at most."""
    if used_at is None or at - used_at >= _NOTED:
        FeedAddress.objects.filter(pk=number).update(used_at=at)
