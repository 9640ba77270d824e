"""There and back: state, PKCE and the exchange of the code are allauth's; what makes the answer
believable is ours (`catenary.connectors.openid`).

allauth would take an ID token from the token endpoint without looking at its signature, sends no
nonce, and believes the userinfo answer whoever it is about. None of its own views is wired.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from requests import RequestException, Session

from catenary.connectors.openid.provider import (
    ProviderSilent,
    keys_of,
    more_about,
    said_of_itself,
    session,
)
from catenary.connectors.openid.tokens import TokenRefused, verify_id_token
from catenary.connectors.openid.trust import (
    TrustedProvider,
    Vouched,
    two_factors_shown,
    vouched,
)


class CameBackWrong(Exception):
    """Nobody is vouched for. ``why`` is for the log; ``was_cancelled`` when they chose so."""

    def __init__(self, why: str, *, was_cancelled: bool = False) -> None:
        super().__init__(why)
        self.was_cancelled = was_cancelled


@dataclass(frozen=True, slots=True)
class CameBack:
    """Somebody came back vouched for, and where they had wanted to go."""

    vouched: Vouched
    wanted: str


class Speaking(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """How allauth speaks to providers (``SOCIALACCOUNT_ADAPTER``): as we do."""

    def get_requests_session(self) -> Session:
        """Patience that ends, and no following."""
        return session()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: whoever comes in is let in by `organizations.operations.signing_on` alone."""
        return False


class _Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    def __init__(self, request: HttpRequest, provider: _Provider) -> None:
        super().__init__(request, provider.trusted.key)
        self._provider = provider

    @property
    def openid_config(self) -> dict[str, Any]:
        return self._provider.configuration

    def get_provider(self) -> _Provider:
        return self._provider

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("sign-on-back", args=[self.provider_id]))


class _Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """allauth's provider, with our configuration and our addresses."""

    def __init__(self, request: HttpRequest, trusted: TrustedProvider) -> None:
        self.trusted = trusted
        self.configuration = said_of_itself(trusted)
        app = SocialApp(
            provider=OpenIDConnectProvider.id,
            provider_id=trusted.key,
            name=trusted.name,
            client_id=trusted.client_id,
            secret=trusted.client_secret,
            settings={
                "server_url": trusted.issuer,
                "oauth_pkce_enabled": True,
                "scope": list(trusted.scopes),
            },
        )
        super().__init__(request, app=app)

    def get_oauth2_adapter(self, request: HttpRequest) -> _Adapter:
        return _Adapter(request, self)


def set_out(request: HttpRequest, trusted: TrustedProvider, wanted: str) -> HttpResponse:
    """Send somebody to the provider. Raises `CameBackWrong` when it does not answer."""
    try:
        provider = _Provider(request, trusted)
    except ProviderSilent as silent:
        raise CameBackWrong(str(silent)) from silent
    kept = secrets.token_urlsafe(32)
    response: HttpResponse = provider.redirect(
        request,
        process="login",
        next_url=wanted,
        data={"nonce": kept},
        auth_params={"nonce": _nonce(kept)},
    )
    return response


def come_back(request: HttpRequest, trusted: TrustedProvider, at: datetime) -> CameBack:
    """Whom the provider vouches for, with everything about it verified.

    Each journey ends once: the state goes before anything else is looked at. Raises
    `CameBackWrong`.
    """
    asked = request.GET
    try:
        provider = _Provider(request, trusted)
        state = provider.unstash_redirect_state(request, asked.get("state", "")[:200])
        if asked.get("iss", trusted.issuer) != trusted.issuer:
            # RFC 9207: the answer of another provider must not be taken for this one's.
            raise CameBackWrong("the answer is of another issuer")
        if "code" not in asked:
            said = asked.get("error", "")[:100]
            raise CameBackWrong(f"it said {said!r}", was_cancelled=said == "access_denied")
        answer = _exchange(request, provider, asked["code"][:4000], state)
        claims = verify_id_token(
            answer.get("id_token"),
            keys=keys_of(provider.configuration),
            issuer=trusted.issuer,
            client_id=trusted.client_id,
            nonce=_nonce(str(state["data"]["nonce"])),
            signatures=trusted.signatures,
            at=at,
        )
        about = more_about(provider.configuration, str(answer["access_token"]), claims)
    except PermissionDenied as denied:
        raise CameBackWrong("the state is unknown, was used before or is too old") from denied
    except (ProviderSilent, TokenRefused) as refused:
        raise CameBackWrong(str(refused)) from refused
    shown = two_factors_shown(trusted, claims)
    who = replace(vouched(trusted, about), two_were_shown=shown)
    return CameBack(who, state.get("next") or "")


def _exchange(
    request: HttpRequest, provider: _Provider, code: str, state: dict[str, Any]
) -> dict[str, Any]:
    client = provider.get_oauth2_adapter(request).get_client(request, provider.app)
    try:
        answer = client.get_access_token(code, pkce_code_verifier=state.get("pkce_code_verifier"))
    except (OAuth2Error, RequestException, OSError, ValueError, KeyError) as error:
        raise CameBackWrong(f"the code was not exchanged: {str(error)[:300]}") from error
    if not isinstance(answer, dict):
        raise CameBackWrong("the code was not exchanged")
    return answer


def _nonce(kept: str) -> str:
    # What goes over the wire is the hash of what the session keeps, as the standard suggests
    # (OpenID Connect Core 1.0, 15.5.2).
    return hashlib.sha256(kept.encode()).hexdigest()
