"""Who asks, what their token lets them do, and from where they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja.utils import check_csrf

from catenary.api.problems import Trouble
from catenary.apps.organizations.queries import (
    actor_of_account,
    home_viewpoint,
    viewpoint_of,
)
from catenary.domain.actors import Actor, Viewpoint

#: What a token may be given. Reading includes asking for the findings of a document not saved.
READ, WRITE = "read", "write"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Asking:
    """A request of somebody known. ``viewpoint`` is absent for somebody who belongs to no
    organization, and in an installation without any."""

    account_id: int
    actor: Actor
    viewpoint: Viewpoint | None
    scopes: frozenset[str]


class Door:
    """Lets in whoever may do what a route is for: ``needs`` names the scope."""

    def __init__(self, needs: str) -> None:
        self.needs = needs

    def __call__(self, request: HttpRequest) -> Asking:
        """Who asks; raises `Trouble` for everybody who may not."""
        account_id, is_operator, scopes = _holder(request)
        if self.needs not in scopes:
            raise Trouble(
                "wrong-scope",
                f'this needs a token with the scope "{self.needs}"',
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", '
                         f'scope="{self.needs}"'},
            )  # fmt: skip
        actor = actor_of_account(account_id, is_operator, door="api")
        return Asking(account_id, actor, _viewpoint(request, actor), scopes)


READING, WRITING = Door(READ), Door(WRITE)


def asking_of(request: HttpRequest) -> Asking:
    """Who asks, for a route behind a `Door`."""
    asking: Asking = request.auth  # type: ignore[attr-defined]
    return asking


def _holder(request: HttpRequest) -> tuple[int, bool, frozenset[str]]:
    """Account, whether it is an operator's, and scopes: of a token, else of the browser's
    session, which may do whatever its person may, from pages of ours alone."""
    if "Authorization" in request.headers:
        return _token_holder(request.headers["Authorization"])
    user: Any = request.user
    if not user.is_authenticated:
        raise _unknown("send a personal token as “Authorization: Bearer …”")
    if request.method not in _SAFE and check_csrf(request) is not None:
        raise Trouble(
            "forged",
            "a change made with the browser's session needs the header X-CSRFToken; "
            "programs use a personal token",
        )
    return user.pk, user.is_operator, frozenset({READ, WRITE})


def _token_holder(said: str) -> tuple[int, bool, frozenset[str]]:
    # Personal tokens are on their way (`apps.access`); until then none is known.
    raise _unknown("the token is unknown, expired or revoked")


def _unknown(detail: str) -> Trouble:
    return Trouble("unauthenticated", detail, headers={"WWW-Authenticate": "Bearer"})


def _viewpoint(request: HttpRequest, actor: Actor) -> Viewpoint | None:
    key = request.GET.get("as", "")
    if not key:
        return home_viewpoint(actor)
    viewpoint = viewpoint_of(actor, key)
    if viewpoint is None:
        raise Trouble("not-found", f"there is no organization {key[:100]} that you may look as")
    return viewpoint
