"""Which identities of a provider belong to which accounts.

The table is allauth's ``SocialAccount``: provider, subject, account. Seen by: operators, on the
command line. Managed by: signing in, and an operator who unlinks. As of yesterday: not kept; who
came in and how is told by the record of sign-ins.
"""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount

from catenary.apps.access.models import Account


def linked_account(provider: str, subject: str) -> int | None:
    """The account that this subject of a provider signs in to; None when it never did."""
    rows = SocialAccount.objects.filter(provider=provider, uid=subject)
    number: int | None = rows.values_list("user_id", flat=True).first()
    return number


def linked_subject(provider: str, account_id: int) -> str:
    """The subject that signs in to an account; empty when none does."""
    rows = SocialAccount.objects.filter(provider=provider, user_id=account_id)
    return rows.values_list("uid", flat=True).first() or ""


def account_of_address(email: str) -> int | None:
    """The account with this address, open or closed; None when there is none."""
    number: int | None = Account.objects.filter(email=email).values_list("pk", flat=True).first()
    return number


def account_is_open(account_id: int) -> bool:
    """True when somebody may sign in to the account."""
    return Account.objects.filter(pk=account_id, is_active=True).exists()


def is_operator_account(account_id: int) -> bool:
    """True when the account runs the installation."""
    return Account.objects.filter(pk=account_id, is_operator=True).exists()


def account_signing_in(account_id: int) -> Any:
    """The account as Django's sign-in wants it; None when it is closed or gone."""
    return Account.objects.filter(pk=account_id, is_active=True).first()
