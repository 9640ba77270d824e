"""Who asks, what their token lets them do, and from where they look."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.utils import check_csrf

from catenary import clock
from catenary.api.asked import check_names
from catenary.api.problems import Trouble
from catenary.apps.access.operations.limits import take_request, take_stranger
from catenary.apps.access.operations.tokens import touch_token
from catenary.apps.access.queries.tokens import TokenHolder, token_holder
from catenary.apps.organizations.queries.asking import actor_looking
from catenary.domain.actors import EVERY_SCOPE, Actor, Origin, Scope, Viewpoint
from catenary.domain.addresses import client_address
from catenary.domain.limits import Allowance

_log = logging.getLogger("catenary.api")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Asking:
    """A request of somebody known. ``viewpoint`` is absent for somebody who belongs to no
    organization, and in an installation without any."""

    account_id: int
    actor: Actor
    viewpoint: Viewpoint | None


class Door:
    """Lets in whoever may do what a route is for: ``needs`` is the scope of their token."""

    def __init__(self, needs: Scope) -> None:
        self.needs = needs

    def __call__(self, request: HttpRequest) -> Asking:
        """Who asks; raises `Trouble` for everybody who may not, and `WrongNames`."""
        account_id, is_operator, scopes, version = _holder(request)
        if self.needs not in scopes:
            raise Trouble(
                "wrong-scope",
                f'this needs a token with the scope "{self.needs}"',
                headers={
                    "WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.needs}"'
                },
            )
        check_names(request)
        look_as = request.GET.get("as", "")
        actor, viewpoint = actor_looking(account_id, is_operator, "api", scopes, look_as, version)
        if look_as and viewpoint is None:
            raise Trouble(
                "not-found", f"there is no organization {look_as[:100]} that you may look as"
            )
        return Asking(account_id, actor, viewpoint)


#: Services and consumption are changed with ``write``; organizations, people and their roles
#: with ``admin``. Asking for the findings of a document not saved is reading.
READING, WRITING, MANAGING = Door(Scope.READ), Door(Scope.WRITE), Door(Scope.ADMIN)


def asking_of(request: HttpRequest) -> Asking:
    """Who asks, for a route behind a `Door`."""
    asking: Asking = request.auth  # type: ignore[attr-defined]
    return asking


def origin_of(request: HttpRequest, asking: Asking) -> Origin:
    """Where a wish about somebody's way in comes from: this door, the address and the program."""
    program = "".join(filter(str.isprintable, request.headers.get("user-agent", "")))[:120]
    return Origin("api", _address_of(request), program, asking.account_id)


def say_allowance(request: HttpRequest, response: HttpResponseBase) -> None:
    """Tell whoever asks with a token how much more they may ask for
    (draft-ietf-httpapi-ratelimit-headers)."""
    allowance: Allowance | None = getattr(request, "allowance", None)
    if allowance is not None:
        for name, value in _limit_headers(allowance).items():
            response.headers.setdefault(name, value)


def _holder(request: HttpRequest) -> tuple[int, bool, frozenset[Scope], int | None]:
    """Account, whether it is an operator's, and scopes: of a token, else of the browser's
    session, which may do whatever its person may, from pages of ours alone. Last the version of
    the catalogue, where it was read as well."""
    if "Authorization" in request.headers:
        holder = _token_holder(request, clock.now())
        return holder.account_id, holder.is_operator, holder.scopes, holder.version
    user: Any = request.user
    if not user.is_authenticated:
        raise _unknown("send a personal token as “Authorization: Bearer …”")
    if request.method not in _SAFE and check_csrf(request) is not None:
        raise Trouble(
            "forged",
            "a change made with the browser's session needs the header X-CSRFToken; "
            "programs use a personal token",
        )
    return user.pk, user.is_operator, EVERY_SCOPE, None


def _token_holder(request: HttpRequest, at: datetime) -> TokenHolder:
    kind, _, secret = request.headers["Authorization"].partition(" ")
    holder = token_holder(secret.strip(), at)
    if not isinstance(holder, TokenHolder) or kind.lower() != "bearer":
        address = _address_of(request)
        _log.info("a token of %s was not accepted: %s", address, holder)
        _spend(request, take_stranger(address=address, at=at))
        raise _unknown("the token is unknown, expired or revoked")
    _spend(request, take_request(token_id=holder.token_id, account_id=holder.account_id, at=at))
    touch_token(holder=holder, at=at)
    return holder


def _address_of(request: HttpRequest) -> str:
    return client_address(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        settings.TRUSTED_PROXIES,
    )


def _spend(request: HttpRequest, allowance: Allowance | None) -> None:
    if allowance is None:
        return
    request.allowance = allowance  # type: ignore[attr-defined]
    if not allowance.is_allowed:
        raise Trouble(
            "too-many-requests",
            f"at most {allowance.quota:,} requests in {allowance.window} seconds; "
            f"try again in {allowance.retry_after} seconds",
            headers={"Retry-After": str(allowance.retry_after)},
        )


def _limit_headers(allowance: Allowance) -> dict[str, str]:
    return {
        "RateLimit-Policy": f'"token";q={allowance.quota};w={allowance.window}',
        "RateLimit": f'"token";r={allowance.remaining};t={allowance.reset}',
    }


def _unknown(detail: str) -> Trouble:
    return Trouble("unauthenticated", detail, headers={"WWW-Authenticate": "Bearer"})
