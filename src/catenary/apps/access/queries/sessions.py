"""Where an account is signed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from catenary.apps.access.models import Account, Session
from catenary.apps.common.queries import in_batches


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session as its owner sees it. ``handle`` names it; the key itself would let in whoever
    reads it, and stands on no page."""

    handle: str
    address: str
    device: str
    started_at: datetime | None
    seen_at: datetime | None
    is_this_one: bool


def sessions_of(account_id: int, *, this_key: str | None, at: datetime) -> list[SessionRow]:
    """The sessions of an account that have not run out, the last used first."""
    rows = Session.objects.filter(account_id=account_id, expire_date__gt=at).order_by(
        "-seen_at", "session_key"
    )
    return [
        SessionRow(
            handle=handle_of(row.session_key),
            address=row.address,
            device=row.device,
            started_at=row.started_at,
            seen_at=row.seen_at,
            is_this_one=row.session_key == this_key,
        )
        for row in rows
    ]


def handle_of(session_key: str) -> str:
    """A name for a session from which its key cannot be had."""
    return hashlib.sha256(b"session handle " + session_key.encode()).hexdigest()[:20]


def standing_sessions(keys: Iterable[str], *, at: datetime) -> dict[str, tuple[int, bool]]:
    """Which of these sessions still let somebody in: the account of each, and whether it is an
    operator's. Those that ended, ran out, or whose account was switched off are missing."""
    found: dict[str, int] = {}
    for batch in in_batches(keys):
        rows = Session.objects.filter(session_key__in=batch, expire_date__gt=at)
        found.update(
            (key, account)
            for key, account in rows.values_list("session_key", "account_id")
            if account is not None
        )
    accounts: dict[int, bool] = {}
    for numbers in in_batches(set(found.values())):
        active = Account.objects.filter(pk__in=numbers, is_active=True)
        accounts.update(active.values_list("pk", "is_operator"))
    return {
        key: (account, accounts[account]) for key, account in found.items() if account in accounts
    }
