"""Reading accounts."""

from __future__ import annotations

from django.conf import settings

from catenary.apps.access.models import Account


def any_operator() -> bool:
    """True when somebody already runs this installation."""
    return Account.objects.filter(is_operator=True, is_active=True).exists()


def has_ever_signed_in() -> bool:
    """True when anybody has signed in since this installation began."""
    return Account.objects.filter(last_login__isnull=False).exists()


def account_names(ids: set[int]) -> dict[int, str]:
    """The addresses of accounts, for the history of what operators did."""
    return dict(Account.objects.filter(pk__in=ids).values_list("pk", "email"))


def account_of_email(email: str) -> int | None:
    """The number of the account that signs in with this address; none when nobody does."""
    if not email.isprintable():
        return None  # PostgreSQL would not even take a NUL
    return Account.objects.filter(email=email.lower()).values_list("pk", flat=True).first()


def open_accounts() -> frozenset[int]:
    """The accounts that somebody may sign in to."""
    return frozenset(Account.objects.filter(is_active=True).values_list("pk", flat=True))


def reading_zone(account_id: int | None) -> str:
    """The time zone in which somebody reads: the one kept with their account, else that of the
    installation."""
    rows = Account.objects.filter(pk=account_id or 0).values_list("time_zone", flat=True)
    return rows.first() or settings.TIME_ZONE
