"""What makes an ID token believable (OpenID Connect Core 1.0, 3.1.3.7).

The specification lets a client skip the signature of a token that came straight from the token
endpoint over TLS, and libraries do. We never skip it: a proxy, a wrong host name or a provider
with two faces would otherwise be enough to become anybody.
https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

import jwt

#: How far the clocks of the two machines may be apart, in seconds.
LEEWAY = 60
#: A token that was made longer ago belongs to another sign-in.
OLDEST = 600
MAX_SUBJECT = 191
MAX_TOKEN = 64 * 1024


class TokenRefused(Exception):
    """The token proves nothing. The message is for the log of the installation, never for a page:
    it names what was wrong and repeats nothing of the token but short values."""


def verify_id_token(
    token: object,
    *,
    keys: Mapping[str, Any],
    issuer: str,
    client_id: str,
    nonce: str,
    signatures: Sequence[str],
    at: datetime,
) -> dict[str, Any]:
    """The claims of a token that this issuer signed for this client, for this very sign-in.

    ``keys`` is the provider's key set as it was read from it. Raises `TokenRefused`.
    """
    if not isinstance(token, str) or len(token) > MAX_TOKEN:
        raise TokenRefused("there is no ID token")
    claims = _signed(token, keys, signatures)
    if claims.get("iss") != issuer:
        raise TokenRefused(f"the token is of the issuer {_short(claims.get('iss'))}")
    _check_audience(claims, client_id)
    _check_times(claims, at)
    said = claims.get("nonce")
    if not isinstance(said, str) or not nonce or not hmac.compare_digest(said, nonce):
        raise TokenRefused("the token was made for another sign-in (nonce)")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.isprintable():
        raise TokenRefused("the token is about nobody (sub)")
    if not 0 < len(subject) <= MAX_SUBJECT:
        raise TokenRefused("the token is about nobody (sub)")
    return claims


def _signed(token: str, keys: Mapping[str, Any], signatures: Sequence[str]) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenRefused(f"the token cannot be read ({error})") from error
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in signatures:
        raise TokenRefused(f"the token is signed with {_short(algorithm)}, which is not trusted")
    key = _key_for(header, algorithm, keys)
    # Every claim is checked below, by our own clock and our own words; here it is the signature.
    unchecked = {
        f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
    }
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=[algorithm],
            options=unchecked,  # type: ignore[arg-type]
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenRefused(f"the signature is wrong ({error})") from error
    return claims


def _key_for(header: Mapping[str, Any], algorithm: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The one key of the set that a token names, or, when it names none, the only one that fits.

    Only keys of the provider's set are ever used: a key in the token's own header is the
    attacker's.
    """
    found = []
    said = keys.get("keys")
    for each in said if isinstance(said, list) else []:
        if not isinstance(each, dict) or each.get("kty") not in _KEY_TYPES[algorithm[:2]]:
            continue
        if each.get("use", "sig") != "sig" or each.get("alg", algorithm) != algorithm:
            continue
        if "kid" not in header or each.get("kid") == header["kid"]:
            found.append(each)
    if len(found) != 1:
        raise TokenRefused(f"the provider has no key {_short(header.get('kid'))} for {algorithm}")
    try:
        return jwt.PyJWK(found[0], algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenRefused(f"the provider's key cannot be read ({error})") from error


_KEY_TYPES = {"RS": {"RSA"}, "PS": {"RSA"}, "ES": {"EC"}, "Ed": {"OKP"}}


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if client_id not in named:
        raise TokenRefused(f"the token is for {_short(audience)}")
    if (len(named) > 1 or party is not None) and party != client_id:
        raise TokenRefused(f"the token was given to {_short(party)}")


def _check_times(claims: Mapping[str, Any], at: datetime) -> None:
    now = at.timestamp()
    times = {name: claims.get(name) for name in ("exp", "iat", "nbf")}
    for name, said in times.items():
        absent = said is None and name == "nbf"
        # JSON as Python reads it has NaN, which is neither before nor after anything.
        is_when = isinstance(said, int | float) and not isinstance(said, bool) and isfinite(said)
        if not absent and not is_when:
            raise TokenRefused(f"the token does not say when ({name})")
    if now >= times["exp"] + LEEWAY:  # type: ignore[operator]
        raise TokenRefused("the token has expired: do the clocks of both machines agree?")
    if times["iat"] > now + LEEWAY or (times["nbf"] or 0) > now + LEEWAY:  # type: ignore[operator]
        raise TokenRefused("the token is of the future: do the clocks of both machines agree?")
    if times["iat"] < now - OLDEST - LEEWAY:  # type: ignore[operator]
        raise TokenRefused("the token was made long ago")


def _short(said: object) -> str:
    return repr(said)[:80]
