"""Opening and closing accounts, and changing passwords."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from catenary.apps.access.choices import Happening
from catenary.apps.access.models import Account
from catenary.apps.access.operations.recording import record_access
from catenary.apps.access.operations.sessions import end_sessions_of
from catenary.apps.access.operations.sign_ins import forgive_failures
from catenary.domain.actors import Origin

_AT_THE_MACHINE = Origin("command-line")


class AccountMissing(Exception):
    """Nobody signs in with that address, or it is closed already."""


def create_account(
    *,
    email: str,
    password: str,
    is_operator: bool,
    at: datetime,
    origin: Origin = _AT_THE_MACHINE,
) -> int:
    """Open an account, or give an existing one a new password; its number.

    A new password ends every session, and whoever waits because of failures waits no longer.
    """
    # Once: making it takes half a second on purpose.
    encoded = make_password(password)
    account, is_new = Account.objects.update_or_create(
        email=email.lower(),
        defaults={"password": encoded, "is_active": True},
        create_defaults={
            "password": encoded,
            "is_active": True,
            "is_operator": is_operator,
            "created_at": at,
        },
    )
    if is_operator and not account.is_operator:
        Account.objects.filter(pk=account.pk).update(is_operator=True)
    end_sessions_of(account_ids=[account.pk], origin=origin, at=at)
    forgive_failures(email=account.email)
    record_access(
        Happening.ACCOUNT_OPENED if is_new else Happening.PASSWORD_CHANGED,
        at=at,
        origin=origin,
        account_ids=[account.pk],
        about="operator" if is_operator else "",
    )
    return int(account.pk)


def close_account(*, email: str, at: datetime, origin: Origin = _AT_THE_MACHINE) -> None:
    """Let nobody in with this account any more: no password, no session, no token. A new password
    opens it again. Raises `AccountMissing`."""
    with transaction.atomic():
        account = Account.objects.filter(email=email.lower(), is_active=True).first()
        if account is None:
            raise AccountMissing(email)
        Account.objects.filter(pk=account.pk).update(is_active=False)
        end_sessions_of(account_ids=[account.pk], origin=origin, at=at)
        record_access(Happening.ACCOUNT_CLOSED, at=at, origin=origin, account_ids=[account.pk])


def create_accounts(*, emails: Iterable[str], password: str, at: datetime) -> dict[str, int]:
    """Accounts that share one password, by e-mail address: opened, or given it when they had
    another. Whoever has it already stays signed in.

    One salt serves them all, since they share the secret anyway; so a hundred cost no more than
    one.
    """
    addresses = sorted({email.lower() for email in emails})
    known = {account.email: account for account in Account.objects.filter(email__in=addresses)}
    present = next(iter(known.values()), None)
    if present is not None and check_password(password, present.password):
        encoded = present.password
    else:
        encoded = make_password(password)
    Account.objects.bulk_create(
        Account(email=address, password=encoded, is_active=True, created_at=at)
        for address in addresses
        if address not in known
    )
    Account.objects.filter(email__in=addresses).exclude(password=encoded, is_active=True).update(
        password=encoded, is_active=True
    )
    return dict(Account.objects.filter(email__in=addresses).values_list("email", "pk"))


def keep_reading(
    *, account_id: int, language: str | None = None, time_zone: str | None = None
) -> None:
    """Keep how somebody reads pages; what is None stays. It concerns nobody else, so nothing is
    written down about it."""
    said = {"language": language, "time_zone": time_zone}
    changed = {name: value for name, value in said.items() if value is not None}
    Account.objects.filter(pk=account_id).update(**changed)
