"""Browsers that are known: those in which an account was signed in before.

A cookie that says so, signed by this installation, keeps the owner of an account from waiting
because of what others tried (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
It lets nobody in.
"""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

_COOKIE = "catenary_device"
_YEAR = 365 * 24 * 3600


def known_device(request: HttpRequest, email: str) -> str:
    """The mark of this browser when the account with this address was signed in here before,
    else empty. Told from the cookie alone: whether the account exists plays no part."""
    try:
        mark, _, owner = _signer().unsign(request.COOKIES.get(_COOKIE, "")).partition(":")
    except BadSignature:
        return ""
    return mark if owner == _owner(email) else ""


def remember_device(response: HttpResponse, email: str) -> None:
    """Know this browser again when this account signs in next time."""
    mark = secrets.token_urlsafe(12)
    response.set_cookie(
        _COOKIE,
        _signer().sign(f"{mark}:{_owner(email)}"),
        max_age=_YEAR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def _signer() -> Signer:
    return Signer(salt="catenary.known-device")


def _owner(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:32]
