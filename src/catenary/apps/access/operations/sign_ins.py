"""Signing in with a password: who may try now, and what follows from success and failure.

A wait hangs on the account that is tried, wherever from, and on the address it is tried from. So
neither one machine that tries every account nor a thousand that try one get far. The owner is not
kept waiting by others in a browser that was signed in before: it has a wait of its own.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from catenary.apps.access.choices import Happening
from catenary.apps.access.models import Account, SignInThrottle
from catenary.apps.access.operations.recording import forget_old_events, record_access
from catenary.domain.actors import Origin
from catenary.domain.addresses import household, is_loopback
from catenary.domain.throttling import (
    OF_ACCOUNT,
    OF_ADDRESS,
    OF_EVERYBODY,
    OF_KNOWN_DEVICE,
    Failures,
    Patience,
    one_more,
    wait,
)

_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that may go on: the password may be looked at. It counts as failed until
    `sign_in_succeeded` takes that back."""

    email: str
    keys: tuple[str, ...]
    own_keys: tuple[str, ...]


class TooManyAttempts(Exception):
    """The password is not looked at. The same whether the account exists or not."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"too many attempts; wait {retry_after}")
        self.retry_after = retry_after


def admit_sign_in(*, email: str, known_device: str, origin: Origin, at: datetime) -> Attempt:
    """Let somebody try a password. ``known_device`` is the mark of a browser in which this very
    account was signed in before, or empty.

    Counted before the password is looked at, and one after the other, or a hundred attempts at
    one moment would all be the first. Raises `TooManyAttempts`.
    """
    patience = _counted_on(email, known_device, origin.address)
    with transaction.atomic():
        SignInThrottle.objects.bulk_create(
            [SignInThrottle(key=key) for key in patience], ignore_conflicts=True
        )
        rows = list(
            SignInThrottle.objects.select_for_update().filter(key__in=patience).order_by("key")
        )
        waits = {
            row.key: wait(patience[row.key], Failures(row.failures, row.last_at), at)
            for row in rows
        }
        longest = max(waits.values())
        if longest:
            _tell_once([row for row in rows if waits[row.key]], email, origin, at)
        else:
            for row in rows:
                more = one_more(patience[row.key], Failures(row.failures, row.last_at), at)
                row.failures, row.last_at = more.count, more.last_at
            SignInThrottle.objects.bulk_update(rows, ["failures", "last_at"])
    if longest:
        raise TooManyAttempts(longest)
    of_address = _key("address", household(origin.address))
    return Attempt(email, tuple(patience), tuple(key for key in patience if key != of_address))


def sign_in_failed(*, attempt: Attempt, origin: Origin, at: datetime) -> None:
    """Write down that the password was wrong, or the account is closed or nobody's."""
    record_access(
        Happening.SIGN_IN_FAILED, at=at, origin=origin, account_ids=[_account_of(attempt.email)]
    )


def sign_in_succeeded(*, attempt: Attempt, at: datetime) -> None:
    """Forget the failures of the account; of the address only this attempt, or somebody with one
    good account could go on guessing others for ever."""
    others = [key for key in attempt.keys if key not in attempt.own_keys]
    with transaction.atomic():
        SignInThrottle.objects.filter(key__in=attempt.own_keys).delete()
        SignInThrottle.objects.filter(key__in=others, failures__gt=0).update(
            failures=F("failures") - 1
        )
        SignInThrottle.objects.filter(last_at__lt=at - _FORGOTTEN).delete()
        forget_old_events(at=at)


def sign_out_noted(*, origin: Origin, at: datetime) -> None:
    """Write down that somebody signed out."""
    record_access(Happening.SIGNED_OUT, at=at, origin=origin, account_ids=[origin.account_id])


def forgive_failures(*, email: str) -> None:
    """Let the owner of an account try again at once, as after a new password."""
    SignInThrottle.objects.filter(key=_key("account", email)).delete()


def _counted_on(email: str, known_device: str, address: str) -> dict[str, Patience]:
    if known_device:
        return {_key("device", f"{known_device}\n{email}"): OF_KNOWN_DEVICE}
    of_address = OF_EVERYBODY if is_loopback(address) else OF_ADDRESS
    return {_key("account", email): OF_ACCOUNT, _key("address", household(address)): of_address}


def _tell_once(rows: list[SignInThrottle], email: str, origin: Origin, at: datetime) -> None:
    """One event for each wait, however often somebody knocks meanwhile: a flood of attempts must
    not become a flood of rows."""
    fresh = [row for row in rows if row.told_at is None or row.told_at < (row.last_at or at)]
    if fresh:
        record_access(
            Happening.SIGN_IN_DELAYED, at=at, origin=origin, account_ids=[_account_of(email)]
        )
        SignInThrottle.objects.filter(pk__in=[row.pk for row in fresh]).update(told_at=at)


def _account_of(email: str) -> int | None:
    # Asked for known and unknown addresses alike: both take the same time.
    return Account.objects.filter(email=email).values_list("pk", flat=True).first()


def _key(kind: str, what: str) -> str:
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, f"{kind}\n{what}".encode(), hashlib.sha256).hexdigest()
