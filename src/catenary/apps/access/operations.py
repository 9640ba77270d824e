"""Opening accounts and changing passwords."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password

from catenary.apps.access.models import Account


def create_account(*, email: str, password: str, is_operator: bool, at: datetime) -> int:
    """Open an account, or give an existing one a new password; its number."""
    account, _ = Account.objects.update_or_create(
        email=email.lower(),
        defaults={"password": make_password(password), "is_active": True},
        create_defaults={
            "password": make_password(password),
            "is_active": True,
            "is_operator": is_operator,
            "created_at": at,
        },
    )
    if is_operator and not account.is_operator:
        Account.objects.filter(pk=account.pk).update(is_operator=True)
    return int(account.pk)
