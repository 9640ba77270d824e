"""Where to go after a form: back to the page somebody came from, and only ever to one of ours."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

_LONGEST = 1000


def safe_address(request: HttpRequest, wanted: str) -> str:
    """``wanted`` when it is an address of this site, else home."""
    wanted = wanted[:_LONGEST]
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else reverse("home")
