"""Which provider this installation trusts, and how its words are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: What `amr` (RFC 8176) says when more than one factor was shown. A single method (``otp``,
#: ``hwk``) is not enough: it may have been shown alone.
SEVERAL_FACTORS = "mfa"
#: What `acr` says then, where nothing else is configured: https://refeds.org/profile/mfa
SECOND_FACTOR_CONTEXTS = ("https://refeds.org/profile/mfa",)
#: Signatures made with a private key of the provider. Nothing that shares a secret (HS256) and
#: never ``none``: a token signed with what we know ourselves proves nothing.
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


@dataclass(frozen=True, slots=True)
class TrustedProvider:
    """One provider, and the names of the claims in which it says what we want to know.

    ``key`` stands in addresses and in history (``sign-on:<key>``) and never changes; ``name`` is
    on the button. ``takes_email_as_verified`` is for providers that verify every address and do
    not say so.
    """

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    email_claim: str = "email"
    verified_claim: str = "email_verified"
    name_claim: str = "name"
    groups_claim: str = "groups"
    takes_email_as_verified: bool = False
    signatures: tuple[str, ...] = SIGNATURES
    second_factor_contexts: tuple[str, ...] = SECOND_FACTOR_CONTEXTS

    @property
    def source(self) -> str:
        """The managing source of the roles it gives."""
        return f"sign-on:{self.key}"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a provider says of somebody, after everything about it was verified.

    ``email`` is lower case; ``is_verified`` says that the provider knows it is theirs. ``groups``
    is absent when the provider said nothing of groups: that takes nothing away from anybody.
    ``two_were_shown``: the provider asked for a second factor and got it.
    """

    subject: str
    email: str
    is_verified: bool
    name: str
    groups: tuple[str, ...] | None
    two_were_shown: bool = False


def vouched(provider: TrustedProvider, claims: dict[str, Any]) -> Vouched:
    """What verified claims say, read with the claim names of the provider."""
    email = claims.get(provider.email_claim)
    email = email.strip().lower() if isinstance(email, str) and email.isprintable() else ""
    # Some providers write the truth value as a text; only the word true is one.
    said = claims.get(provider.verified_claim)
    name = claims.get(provider.name_claim)
    name = " ".join(name.split())[:200] if isinstance(name, str) else ""
    return Vouched(
        subject=claims["sub"],
        email=email if "@" in email and len(email) <= 254 else "",
        is_verified=provider.takes_email_as_verified or said is True or said == "true",
        name=name if name.isprintable() else "",
        groups=_groups(claims.get(provider.groups_claim)),
    )


def _groups(said: Any) -> tuple[str, ...] | None:
    if isinstance(said, str):
        said = [said]
    if not isinstance(said, list):
        return None
    return tuple(group for group in said if isinstance(group, str))


def two_factors_shown(provider: TrustedProvider, proof: dict[str, Any]) -> bool:
    """True when the ID token says that more than one factor was shown at the provider. Only the
    token counts, which is signed and about this very sign-in; not what the provider says else."""
    methods = proof.get("amr")
    context = proof.get("acr")
    return (isinstance(methods, list) and SEVERAL_FACTORS in methods) or (
        isinstance(context, str) and context in provider.second_factor_contexts
    )
