"""Setting up, checking and taking away what somebody shows beside their password.

The arithmetic of the six digits is allauth's. Which step was used last is kept with the secret,
not in a cache: the same digits are refused in every process and after a restart.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from catenary.apps.access.choices import Happening
from catenary.apps.access.operations.recording import record_access
from catenary.apps.access.queries.second_factors import Factor
from catenary.domain.actors import Origin

PERIOD = 30
#: A telephone's clock may be one step behind or ahead.
STEPS_APART = 1
RECOVERY_CODES = 10
#: Without what looks alike on paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A fresh secret for an authenticator app, in base 32 as the app wants it."""
    return str(generate_totp_secret())


def add_app(*, account_id: int, secret: str, code: str, at: datetime, origin: Origin) -> bool:
    """Add an authenticator app that has this secret, in place of an earlier one. False, and
    nothing changed, when ``code`` is not what such an app shows at this moment."""
    step = _step(secret, code, at, after=0)
    if step is None:
        return False
    with transaction.atomic():
        _rows(account_id, Authenticator.Type.TOTP).delete()
        Authenticator.objects.create(
            user_id=account_id,
            type=Authenticator.Type.TOTP,
            data={"secret": seal(secret), "last_step": step},
            created_at=at,
        )
        _record(Happening.FACTOR_ADDED, account_id, "app", at=at, origin=origin)
    return True


def check_code(*, account_id: int, code: str, at: datetime) -> Factor | None:
    """Take the digits of the app, or a recovery code: each works once. None when it is neither."""
    code = "".join(code.lower().split()).replace("-", "")[:100]
    if not code.isascii():
        return None
    with transaction.atomic():
        if code.isdigit():
            return Factor.APP if _take_digits(account_id, code, at) else None
        return Factor.RECOVERY_CODE if _take_recovery_code(account_id, code, at) else None


def second_factor_failed(*, account_id: int, origin: Origin, at: datetime) -> None:
    """Write down that somebody had the first thing and not the second."""
    _record(Happening.SIGN_IN_FAILED, account_id, "second factor", at=at, origin=origin)


def renew_recovery_codes(*, account_id: int, at: datetime, origin: Origin) -> tuple[str, ...]:
    """Fresh recovery codes in place of the earlier ones; they are kept hashed, so this is the
    only time they can be shown."""
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    salt = secrets.token_hex(16)
    with transaction.atomic():
        _rows(account_id, Authenticator.Type.RECOVERY_CODES).delete()
        Authenticator.objects.create(
            user_id=account_id,
            type=Authenticator.Type.RECOVERY_CODES,
            data={"salt": salt, "hashes": [_hashed(salt, code) for code in codes]},
            created_at=at,
        )
        _record(Happening.RECOVERY_CODES_MADE, account_id, "", at=at, origin=origin)
    return tuple("-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in codes)


def remove_factor(*, account_id: int, factor_id: int, at: datetime, origin: Origin) -> bool:
    """Take one away; with the last one the recovery codes go too. False when there is none."""
    with transaction.atomic():
        rows = Authenticator.objects.filter(user_id=account_id)
        own = rows.exclude(type=Authenticator.Type.RECOVERY_CODES)
        kind = own.filter(pk=factor_id).values_list("type", flat=True).first()
        if kind is None:
            return False
        own.filter(pk=factor_id).delete()
        if not own.exists():
            rows.delete()
        about = "app" if kind == Authenticator.Type.TOTP else "passkey"
        _record(Happening.FACTOR_REMOVED, account_id, about, at=at, origin=origin)
        return True


def reset_factors(*, account_id: int, at: datetime, origin: Origin) -> int:
    """Take everything away, for somebody who lost it all; how much there was."""
    with transaction.atomic():
        deleted, _ = Authenticator.objects.filter(user_id=account_id).delete()
        if deleted:
            _record(Happening.FACTOR_REMOVED, account_id, "all", at=at, origin=origin)
    return int(deleted)


def seal(text: str) -> str:
    """Encrypted with a key of the installation's secret: a copy of the database alone is not
    enough to make the digits."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """What was sealed; None when the installation's secret is another one now."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box() -> MultiFernet:
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hmac.digest(key.encode(), b"second-factor", "sha256")))
            for key in keys
        ]
    )


def _record(kind: Happening, account_id: int, about: str, *, at: datetime, origin: Origin) -> None:
    record_access(kind, at=at, origin=origin, account_ids=[account_id], about=about)


def _rows(account_id: int, kind: Authenticator.Type) -> QuerySet[Authenticator]:
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=account_id, type=kind)
    return rows


def _locked(account_id: int, kind: Authenticator.Type) -> Authenticator | None:
    # Two requests with the same digits take turns; on SQLite every writing transaction does.
    rows = Authenticator.objects.select_for_update()
    return rows.filter(user_id=account_id, type=kind).first()


def _take_digits(account_id: int, code: str, at: datetime) -> bool:
    row = _locked(account_id, Authenticator.Type.TOTP)
    secret = unseal(row.data["secret"]) if row else None
    if row is None or secret is None:
        return False
    step = _step(secret, code, at, after=int(row.data.get("last_step", 0)))
    if step is None:
        return False
    row.data["last_step"] = step
    row.last_used_at = at
    row.save(update_fields=["data", "last_used_at"])
    return True


def _step(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    now = int(at.timestamp()) // PERIOD
    found = None
    for step in range(now - STEPS_APART, now + STEPS_APART + 1):
        shown = format_hotp_value(hotp_value(secret, step))
        if hmac.compare_digest(shown.encode(), code.encode()) and step > after:
            found = step
    return found


def _take_recovery_code(account_id: int, code: str, at: datetime) -> bool:
    row = _locked(account_id, Authenticator.Type.RECOVERY_CODES)
    if row is None:
        return False
    hashed = _hashed(row.data["salt"], code)
    if hashed not in row.data["hashes"]:
        return False
    row.data["hashes"] = [each for each in row.data["hashes"] if each != hashed]
    row.last_used_at = at
    row.save(update_fields=["data", "last_used_at"])
    return True


def _hashed(salt: str, code: str) -> str:
    # Eighty random bits need no slow hash: nobody tries them all.
    return hashlib.sha256(f"{salt}:{code}".encode()).hexdigest()
