"""Opening accounts and changing passwords."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password

from catenary.apps.access.models import Account


def create_account(*, email: str, password: str, is_operator: bool, at: datetime) -> int:
    """Open an account, or give an existing one a new password; its number."""
    # Once: making it takes half a second on purpose.
    encoded = make_password(password)
    account, _ = Account.objects.update_or_create(
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
    return int(account.pk)


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
