"""The provider people sign in through, and who needs a second factor: read from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from catenary.connectors.openid.trust import (
    SECOND_FACTOR_CONTEXTS,
    SIGNATURES,
    TrustedProvider,
)
from catenary.domain.references import is_key
from catenary.exchange.importers.report import ImportRefused
from catenary.exchange.sign_on.groups import GroupRule, read_group_rules

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def trusted_provider(environment: Mapping[str, str]) -> TrustedProvider | None:
    """The provider named in the environment; None when there is none.

    Raises ``ImproperlyConfigured`` when what is there is not enough, or would not be safe.
    """
    issuer = environment.get("CATENARY_OIDC_ISSUER", "").strip()
    if not issuer:
        return None
    _check_address(issuer)
    missing = [
        name
        for name in ("CATENARY_OIDC_CLIENT_ID", "CATENARY_OIDC_CLIENT_SECRET")
        if not environment.get(name)
    ]
    if missing:
        raise ImproperlyConfigured(f"CATENARY_OIDC_ISSUER needs {' and '.join(missing)} beside it")
    key = environment.get("CATENARY_OIDC_KEY", "company")
    if not _KEY.match(key):
        raise ImproperlyConfigured("CATENARY_OIDC_KEY is of lower-case letters, digits and -")

    def said(name: str, default: str) -> str:
        return environment.get(name, "").strip() or default

    signatures = tuple(
        said("CATENARY_OIDC_SIGNATURES", " ".join(SIGNATURES)).replace(",", " ").split()
    )
    if not set(signatures) <= set(SIGNATURES):
        raise ImproperlyConfigured(f"CATENARY_OIDC_SIGNATURES are some of {', '.join(SIGNATURES)}")
    scopes = said("CATENARY_OIDC_SCOPES", "openid profile email").replace(",", " ").split()
    return TrustedProvider(
        key=key,
        name=said("CATENARY_OIDC_NAME", urlsplit(issuer).hostname or issuer),
        issuer=issuer,
        client_id=environment["CATENARY_OIDC_CLIENT_ID"],
        client_secret=environment["CATENARY_OIDC_CLIENT_SECRET"],
        scopes=tuple(dict.fromkeys(["openid", *scopes])),
        email_claim=said("CATENARY_OIDC_EMAIL_CLAIM", "email"),
        verified_claim=said("CATENARY_OIDC_EMAIL_VERIFIED_CLAIM", "email_verified"),
        name_claim=said("CATENARY_OIDC_NAME_CLAIM", "name"),
        groups_claim=said("CATENARY_OIDC_GROUPS_CLAIM", "groups"),
        takes_email_as_verified=environment.get("CATENARY_OIDC_EMAIL_IS_VERIFIED", "") == "1",
        signatures=signatures,
        second_factor_contexts=tuple(
            said("CATENARY_OIDC_SECOND_FACTOR_ACR", " ".join(SECOND_FACTOR_CONTEXTS)).split()
        ),
    )


def group_rules(environment: Mapping[str, str]) -> tuple[GroupRule, ...] | None:
    """What the groups of the provider mean; None when it is not asked for groups."""
    name = environment.get("CATENARY_OIDC_GROUPS", "")
    if not name:
        return None
    try:
        return read_group_rules(Path(name))
    except ImportRefused as refused:
        raise ImproperlyConfigured(f"CATENARY_OIDC_GROUPS: {refused}") from refused


def second_factor(environment: Mapping[str, str]) -> frozenset[str]:
    """Of whom a second factor is required; nobody when nothing is said."""
    said = environment.get("CATENARY_SECOND_FACTOR", "").replace(",", " ").split()
    if not all(map(is_key, said)):
        raise ImproperlyConfigured(
            "CATENARY_SECOND_FACTOR is everybody, operators, or keys of organizations"
        )
    return frozenset(said)


def _check_address(issuer: str) -> None:
    try:
        parts = urlsplit(issuer)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise ImproperlyConfigured(
            "CATENARY_OIDC_ISSUER is the provider's address, https://id.example.org"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ImproperlyConfigured(
            "CATENARY_OIDC_ISSUER begins with https://: over plain http anybody on the way could"
            " vouch for anybody"
        )
