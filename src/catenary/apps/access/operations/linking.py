"""Opening accounts for people a provider vouches for, and tying them to their identity there."""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password

from catenary.apps.access.models import Account


def open_account(*, email: str, at: datetime) -> int:
    """An account without a password: somebody comes in through a provider, or not at all."""
    account = Account.objects.create(email=email, password=make_password(None), created_at=at)
    return int(account.pk)


def link_account(*, account_id: int, provider: str, subject: str) -> None:
    """From now on this subject of the provider signs in to the account. Nothing else of what the
    provider says is kept."""
    SocialAccount.objects.create(user_id=account_id, provider=provider, uid=subject, extra_data={})


def unlink_account(*, email: str) -> int:
    """Forget every identity that signs in to the account of this address; how many there were.
    The next sign-in with the verified address links anew."""
    deleted, _ = SocialAccount.objects.filter(user__email=email.lower()).delete()
    return int(deleted)
