"""Where a request about somebody's way in comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from catenary.domain.actors import Origin
from catenary.domain.addresses import client_address


def origin_of(request: HttpRequest) -> Origin:
    """Door, network address, device, and whose account asks, when that is known."""
    user = getattr(request, "user", None)
    return Origin(
        door="web",
        address=network_address(request),
        device="".join(filter(str.isprintable, request.headers.get("user-agent", "")))[:120],
        account_id=user.pk if user is not None and user.is_authenticated else None,
    )


def network_address(request: HttpRequest) -> str:
    """The network address alone, for answers that must not look who asks."""
    return client_address(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        settings.TRUSTED_PROXIES,
    )
