"""Asking a second factor of others: what a top organization, or the installation, has decided.

The same operation as on the page. There whoever decides has signed in a moment ago; here it takes
a token made to administer, and never the browser's session alone.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from catenary import clock
from catenary.api.answers import json_answer
from catenary.api.asking import MANAGING, Asking, asking_of, origin_of
from catenary.api.bodies import mapping, read_json
from catenary.api.parameters import Key
from catenary.api.problems import Error, Trouble, pointer
from catenary.apps.organizations.choices import AskedOf
from catenary.apps.organizations.operations.second_factors import (
    NotDecidedHere,
    OwnFactorMissing,
    ask_second_factor,
)
from catenary.apps.organizations.queries.second_factors import second_factor_decision

router = Router(tags=["second factor"])
_HERE = "/second-factor"
_OF = "/organizations/{key}/second-factor"
BODY = {
    "asked-of": "everybody or nobody; of the installation also operators",
    "accepts-provider": "content with what an OpenID provider vouches for; else false",
    "ends-sessions": "ends the sessions of those who have none; else false",
}
_OWN_FIRST = "set up a second factor of your own first, on your account page; nothing was changed"


@router.get(_OF, auth=MANAGING, operation_id="readSecondFactor")
def read_second_factor(request: HttpRequest, key: Key) -> HttpResponse:
    """Whether a top organization asks a second factor of everybody with a role in it, and how
    many of them have none yet; for its administrators."""
    return json_answer(_plain(asking_of(request), key))


@router.put(_OF, auth=MANAGING, operation_id="askSecondFactor")
def put_second_factor(request: HttpRequest, key: Key) -> HttpResponse:
    """Decide whether a second factor is asked. Whoever asks it has one: nobody shuts out the last
    who could take it back."""
    return _decided(request, key, (AskedOf.NOBODY, AskedOf.EVERYBODY))


@router.get(_HERE, auth=MANAGING, operation_id="readSecondFactorHere")
def read_second_factor_here(request: HttpRequest) -> HttpResponse:
    """Of whom the installation asks a second factor; for operators."""
    return json_answer(_plain(asking_of(request), ""))


@router.put(_HERE, auth=MANAGING, operation_id="askSecondFactorHere")
def put_second_factor_here(request: HttpRequest) -> HttpResponse:
    """Decide it for the whole installation."""
    return _decided(request, "", tuple(AskedOf))


def _decided(request: HttpRequest, key: str, known: tuple[AskedOf, ...]) -> HttpResponse:
    asking = asking_of(request)
    said = _said(mapping(read_json(request), BODY), known)
    _plain(asking, key)
    if "Authorization" not in request.headers:
        raise Trouble(
            "not-allowed",
            "how people sign in is decided with a personal token, or on the page",
        )
    try:
        done = ask_second_factor(
            actor=asking.actor,
            key=key,
            asked_of=AskedOf(said["asked-of"]),
            accepts_provider=said["accepts-provider"],
            ends_sessions=said["ends-sessions"],
            at=clock.now(),
            origin=origin_of(request, asking),
        )
    except NotDecidedHere:
        raise _nothing(key) from None
    except OwnFactorMissing:
        error = Error(_OWN_FIRST, code="own-factor-missing", reference=key, remedy=_OWN_FIRST)
        raise Trouble("refused", _OWN_FIRST, [error]) from None
    return json_answer(
        {**_plain(asking, key), "changed": done.changed, "sessions-ended": done.ended}
    )


def _plain(asking: Asking, key: str) -> dict[str, Any]:
    decision = second_factor_decision(actor=asking.actor, key=key)
    if decision is None:
        raise _nothing(key)
    told: dict[str, Any] = {
        "organization": decision.key or None,
        "asked-of": str(decision.asked_of),
        "accepts-provider": decision.accepts_provider,
        "people": decision.people,
        "without": decision.without,
    }
    if asking.actor.is_operator:
        told["asked-by-settings"] = sorted(settings.SECOND_FACTOR)
    return told


def _nothing(key: str) -> Trouble:
    what = f"no top organization {key}" if key else "nothing"
    return Trouble("not-found", f"there is {what} that you decide this for")


def _said(given: dict[str, Any], known: tuple[AskedOf, ...]) -> dict[str, Any]:
    said = {"accepts-provider": False, "ends-sessions": False, **given}
    errors = [
        Error("this is neither", pointer([name]), code="invalid", expected="true or false")
        for name in ("accepts-provider", "ends-sessions")
        if not isinstance(said[name], bool)
    ]
    if said.get("asked-of") not in known:
        expected = f"one of {', '.join(known)}"
        errors.append(
            Error("this is nobody one asks", pointer(["asked-of"]), code="invalid",
                  expected=expected)
        )  # fmt: skip
    if errors:
        raise Trouble("invalid", errors[0].detail, errors)
    return said
