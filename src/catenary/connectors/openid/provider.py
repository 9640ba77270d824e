"""Asking the provider: what it says of itself, its keys, and whom it vouches for.

Its keys are asked for at each sign-in: a key that was withdrawn a minute ago must not open
anything. What it says of itself is kept for a minute, so that strangers who begin to sign in and
never end do not make us knock at its door each time.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from catenary.connectors.openid.trust import TrustedProvider

SECONDS_TO_ANSWER = 10
LARGEST_ANSWER = 1024 * 1024
SECONDS_KEPT = 60
_said: dict[str, tuple[float, dict[str, Any]]] = {}
_PLACES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderSilent(Exception):
    """The provider does not answer, or not what the standard says. For the log, not for a page."""


def session() -> requests.Session:
    """How we speak to it: with patience that ends, and never to where an answer sends us, for
    what we send along would go there too."""
    speaking = requests.Session()
    speaking.max_redirects = 0
    speaking.request = functools.partial(  # type: ignore[method-assign]
        speaking.request, timeout=SECONDS_TO_ANSWER
    )
    return speaking


def said_of_itself(provider: TrustedProvider) -> dict[str, Any]:
    """Its configuration (OpenID Connect Discovery 1.0, 4), not older than a minute. Raises
    `ProviderSilent`, also when it speaks in the name of another issuer or would have us send
    secrets over plain http."""
    now = time.monotonic()
    since, said = _said.get(provider.issuer, (-SECONDS_KEPT, {}))
    if now - since >= SECONDS_KEPT:
        said = _configuration(provider)
        _said[provider.issuer] = (now, said)
    return said


def _configuration(provider: TrustedProvider) -> dict[str, Any]:
    address = provider.issuer.removesuffix("/") + "/.well-known/openid-configuration"
    said = _json(address)
    if said.get("issuer") != provider.issuer:
        raise ProviderSilent(f"{address} is of the issuer {str(said.get('issuer'))[:200]!r}")
    for name in _PLACES:
        _check_place(name, said.get(name), provider)
    if "userinfo_endpoint" in said:
        _check_place("userinfo_endpoint", said["userinfo_endpoint"], provider)
    return said


def keys_of(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Its public keys as they are at this moment. Raises `ProviderSilent`."""
    return _json(configuration["jwks_uri"])


def more_about(
    configuration: Mapping[str, Any], access_token: str, claims: Mapping[str, Any]
) -> dict[str, Any]:
    """What it says of the person beside the verified claims of the ID token; those win.

    An answer about another subject is refused (OpenID Connect Core 1.0, 5.3.2). Raises
    `ProviderSilent`.
    """
    if "userinfo_endpoint" not in configuration:
        return dict(claims)
    said = _json(
        configuration["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"}
    )
    if said.get("sub") != claims["sub"]:
        raise ProviderSilent("its answer about the person is about another subject")
    return {**said, **claims}


def _json(address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    try:
        with session() as speaking, speaking.get(address, headers=headers, stream=True) as answer:
            answer.raise_for_status()
            body = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
            if len(body) > LARGEST_ANSWER:
                raise ProviderSilent(f"{address} answers more than {LARGEST_ANSWER} bytes")
            said = json.loads(body)
    except (requests.RequestException, OSError, ValueError, RecursionError) as error:
        raise ProviderSilent(f"{address}: {str(error)[:300]}") from error
    if not isinstance(said, dict):
        raise ProviderSilent(f"{address} does not answer with a JSON object")
    return said


def _check_place(name: str, place: object, provider: TrustedProvider) -> None:
    scheme = urlsplit(place).scheme if isinstance(place, str) else ""
    # The operator chose the issuer; on loopback (checked with the settings) it may be plain http.
    if scheme != "https" and scheme != urlsplit(provider.issuer).scheme:
        raise ProviderSilent(f"its {name} is {str(place)[:200]!r}")
