"""What happened at the doors, for those who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from catenary.apps.access.choices import Happening
from catenary.apps.access.models import AccessEvent


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One event. ``account_id`` is whose way in, ``by_account_id`` who did it if another did."""

    id: int
    at: datetime
    kind: Happening
    account_id: int | None
    by_account_id: int | None
    door: str
    address: str
    device: str
    about: str


def access_entries(
    *,
    accounts: Any | None,
    organizations: Any | None = None,
    account_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> list[AccessEntry]:
    """Events, the latest first: about ``accounts`` or ``organizations`` (selections;
    without accounts all, those about nobody too), about or by one account, of a period, before the
    event with that number."""
    rows = AccessEvent.objects.all()
    if accounts is not None:
        rows = rows.filter(Q(account_id__in=accounts) | Q(organization_id__in=organizations))
    if account_id is not None:
        rows = rows.filter(Q(account_id=account_id) | Q(by_account_id=account_id))
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [
        AccessEntry(
            id=row.pk,
            at=row.at,
            kind=Happening(row.kind),
            account_id=row.account_id,
            by_account_id=row.by_account_id,
            door=row.door,
            address=row.address,
            device=row.device,
            about=row.about,
        )
        for row in rows.order_by("-pk")[:limit]
    ]
