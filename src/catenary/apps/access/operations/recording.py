"""Writing down what happened at the doors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from catenary.apps.access.choices import Happening
from catenary.apps.access.models import AccessEvent
from catenary.domain.actors import Origin


def record_access(
    kind: Happening,
    *,
    at: datetime,
    origin: Origin,
    account_ids: Iterable[int | None],
    about: str = "",
    organization_id: int | None = None,
) -> None:
    """One event for each account. ``about`` is a few words: the token, how somebody signed in.
    ``organization_id`` when it is about an organization: its administrators read it then."""
    AccessEvent.objects.bulk_create(
        AccessEvent(
            at=at,
            kind=kind,
            account_id=account_id,
            by_account_id=None if origin.account_id == account_id else origin.account_id,
            organization_id=organization_id,
            door=origin.door[:40],
            address=origin.address[:45],
            device=origin.device[:120],
            about=about[:160],
        )
        for account_id in account_ids
    )


def forget_old_events(*, at: datetime, most: int = 500) -> int:
    """Remove events older than this installation keeps them, at most so many at a time; how many
    there were."""
    until = at - timedelta(days=settings.ACCESS_EVENTS_DAYS)
    old = AccessEvent.objects.filter(at__lt=until).order_by("at", "pk").values_list("pk", flat=True)
    ids = list(old[:most])
    # The database has a word in this too: what is younger than thirty days stays.
    AccessEvent.objects.filter(pk__in=ids).delete()
    return len(ids)
