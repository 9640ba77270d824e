"""What somebody shows beside their password: authenticator app, passkeys, recovery codes.

The table is allauth's ``Authenticator``. Seen by: its account. Managed by: its account, and an
operator who resets it. As of yesterday: not kept; the record of sign-ins tells what was added,
used and taken away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from allauth.mfa.models import Authenticator

from catenary.apps.common.queries import in_batches


class Factor(StrEnum):
    """What can be shown."""

    APP = "app"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery-code"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """One thing somebody can show. ``last_used_at`` is None when it never was."""

    id: int
    kind: Factor
    name: str
    created_at: datetime
    last_used_at: datetime | None


_KINDS = {
    Authenticator.Type.TOTP: Factor.APP,
    Authenticator.Type.WEBAUTHN: Factor.PASSKEY,
}


def second_factors_of(account_id: int) -> tuple[SecondFactor, ...]:
    """What somebody set up, the oldest first; recovery codes do not count as one."""
    rows = Authenticator.objects.filter(user_id=account_id, type__in=_KINDS).order_by("pk")
    return tuple(
        SecondFactor(
            row.pk,
            _KINDS[Authenticator.Type(row.type)],
            str(row.data.get("name", "")),
            row.created_at,
            row.last_used_at,
        )
        for row in rows
    )


def factor_kinds(account_id: int) -> frozenset[Factor]:
    """Which kinds somebody set up: empty when a password is enough for them."""
    rows = Authenticator.objects.filter(user_id=account_id, type__in=_KINDS)
    types = rows.values_list("type", flat=True)
    return frozenset(_KINDS[Authenticator.Type(said)] for said in types)


def recovery_codes_left(account_id: int) -> int:
    """How many recovery codes somebody has not used yet."""
    row = Authenticator.objects.filter(
        user_id=account_id, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    return len(row.data.get("hashes", ())) if row else 0


def accounts_with_second_factor(account_ids: Iterable[int]) -> frozenset[int]:
    """Those of the accounts that set something up."""
    found: set[int] = set()
    for batch in in_batches(account_ids):
        rows = Authenticator.objects.filter(user_id__in=batch, type__in=_KINDS)
        found.update(rows.values_list("user_id", flat=True))
    return frozenset(found)
