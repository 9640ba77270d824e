"""Opening accounts for people a provider vouches for, and tying them to their identity there."""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.db import transaction

from catenary.apps.access.choices import Happening
from catenary.apps.access.models import Account
from catenary.apps.access.operations.recording import record_access
from catenary.domain.actors import Origin


def open_account(*, email: str, at: datetime) -> int:
    """An account without a password: somebody comes in through a provider, or not at all."""
    account = Account.objects.create(email=email, password=make_password(None), created_at=at)
    return int(account.pk)


def link_account(
    *, account_id: int, provider: str, subject: str, at: datetime, origin: Origin
) -> None:
    """From now on this subject of the provider signs in to the account. Nothing else of what the
    provider says is kept."""
    SocialAccount.objects.create(user_id=account_id, provider=provider, uid=subject, extra_data={})
    record_access(
        Happening.IDENTITY_LINKED, at=at, origin=origin, account_ids=[account_id], about=provider
    )


def unlink_account(*, account_id: int, at: datetime, origin: Origin) -> int:
    """Forget every identity that signs in to the account; how many there were. The next sign-in
    with the verified address links anew."""
    with transaction.atomic():
        deleted, _ = SocialAccount.objects.filter(user_id=account_id).delete()
        if deleted:
            record_access(
                Happening.IDENTITY_UNLINKED, at=at, origin=origin, account_ids=[account_id]
            )
    return int(deleted)
