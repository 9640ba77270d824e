"""Looking once: a page, a port, a certificate, a name.

Everything goes out as `connectors.fetching` lets it: never into networks that the operator did not
list, whatever a name leads to. Nothing an answer holds is told, nor any address inside.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509

from catenary.connectors.fetching import (
    FetchFailed,
    FetchRefused,
    Resolve,
    Wish,
    addresses_of,
    connection_to,
    fetch,
    resolved,
)
from catenary.connectors.probe.reading import Check, host_and_port

_MOST_BYTES = 500_000
_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen: a condition, with words where it is not well. ``unknown``: we may not look
    there, or could not for reasons of our own."""

    condition: str
    text: str = ""


_WELL = Seen("operational")


def look(check: Check, at: datetime, resolve: Resolve = resolved) -> Seen:
    """Look once; never raises for what the other side does."""
    begun = time.monotonic()
    try:
        seen = _LOOKS[check.way](check, at, resolve)
    except FetchRefused as refused:
        return Seen("unknown", f"not looked at: {refused}")
    except FetchFailed as failed:
        return Seen(check.failing, str(failed))
    except ssl.SSLCertVerificationError as error:
        return Seen(check.failing, f"the certificate is not good: {error.verify_message}"[:300])
    except (OSError, ValueError) as error:
        return Seen(check.failing, f"it did not answer as it should ({type(error).__name__})")
    if seen is _WELL and check.slower_than and time.monotonic() - begun > check.slower_than:
        return Seen("degraded", f"it took longer than {check.slower_than:g} s")
    return seen


def _http(check: Check, at: datetime, resolve: Resolve) -> Seen:
    wish = Wish(
        check.target,
        headers={"User-Agent": "Catenary-probe"},
        most_bytes=_MOST_BYTES,
        seconds=check.timeout,
        redirects=_REDIRECTS,
        is_plain_allowed=True,
    )
    answer = fetch(wish, resolve=resolve)
    if not any(low <= answer.status <= high for low, high in check.statuses):
        return Seen(check.failing, f"it answers {answer.status}")
    if check.contains and check.contains.encode() not in answer.body:
        return Seen(check.failing, "its answer lacks the text that should be in it")
    return _WELL


def _tcp(check: Check, at: datetime, resolve: Resolve) -> Seen:
    host, port = _place(check, 0)
    with connection_to(host, port, seconds=check.timeout, resolve=resolve):
        return _WELL


def _tls(check: Check, at: datetime, resolve: Resolve) -> Seen:
    host, port = _place(check, 443)
    with connection_to(host, port, seconds=check.timeout, resolve=resolve) as connected:
        connected.settimeout(check.timeout)
        with ssl.create_default_context().wrap_socket(connected, server_hostname=host) as speaking:
            shown = speaking.getpeercert(binary_form=True) or b""
    ends = x509.load_der_x509_certificate(shown).not_valid_after_utc
    if (ends - at).total_seconds() < check.expires_within:
        return Seen("degraded", f"its certificate ends on {ends:%Y-%m-%d}")
    return _WELL


def _dns(check: Check, at: datetime, resolve: Resolve) -> Seen:
    found = addresses_of(check.target, seconds=check.timeout, resolve=resolve)
    if not found:
        return Seen(check.failing, "the name has no address")
    if check.address:
        wanted = ip_address(check.address)
        if wanted not in {ip_address(each.partition("%")[0]) for each in found}:
            return Seen(check.failing, "the name leads elsewhere")
    return _WELL


def _place(check: Check, port: int) -> tuple[str, int]:
    found = host_and_port(check.target, port)
    if found is None:
        raise FetchRefused("address-unreadable", "the host or port cannot be read")
    return found


_LOOKS: dict[str, Callable[[Check, datetime, Resolve], Seen]] = {
    "http": _http,
    "tcp": _tcp,
    "tls": _tls,
    "dns": _dns,
}
