"""Inlets: the addresses at which monitors report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from catenary import clock
from catenary.api.answers import json_answer, link_to_next, place_after, place_of
from catenary.api.asking import MANAGING, READING, Asking, asking_of
from catenary.api.bodies import mapping, parse, read_bytes
from catenary.api.parameters import Limit, Organization, after_in
from catenary.api.problems import Error, Trouble, errors_of, not_found, refused_trouble
from catenary.api.schemas_of_inlets import ACT, NEW
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.monitoring.operations.inlets import (
    InletMissing,
    OpenedInlet,
    close_inlet,
    renew_inlet,
    take_back_last_words,
)
from catenary.apps.monitoring.queries.inlet_words import last_words_as_plain, last_words_of_inlet
from catenary.apps.monitoring.queries.inlets import inlet_as_plain, inlet_view, inlets_of
from catenary.connectors.opening import changed, opened
from catenary.domain.actors import Origin
from catenary.domain.refusals import Refusal, Refused

router = Router(tags=["inlets"])
_ONE = "/inlets/{organization}/{name}"

House = Annotated[str, Query(description="key of the organization")]
Name = Annotated[str, Path(description="what the inlet is called there")]
After = Annotated[
    str, after_in(lambda said: isinstance(place := place_of(said), int) and 0 <= place < 10**9)
]


@router.get("/inlets", auth=READING, operation_id="readInlets")
def read_inlets(request: HttpRequest, organization: House) -> HttpResponse:
    """The inlets of an organization and how much came through them, closed ones last."""
    found = inlets_of(asking_of(request).actor, organization)
    if found is None:
        raise not_found("organization with inlets", organization)
    return json_answer({"items": [inlet_as_plain(view) for view in found]})


@router.post("/inlets", auth=MANAGING, operation_id="openInlet")
def open_one(request: HttpRequest) -> HttpResponse:
    """Open an inlet. The secret stands in this answer and nowhere else, and beside it what is
    doubtful about the settings that were taken."""
    asking = asking_of(request)
    body = mapping(parse(read_bytes(request)), NEW)
    house, name = _text(body, "organization"), _text(body, "name")
    try:
        made = opened(
            actor=asking.actor,
            at=clock.now(),
            organization=house,
            key=name,
            kind=_text(body, "kind"),
            proof=_text(body, "proof", "secret"),
            settings=body.get("settings", {}),
            origin=_origin(asking),
        )
    except InletMissing:
        raise not_found("organization whose inlets you manage", house) from None
    except Refused as refused:
        raise refused_trouble(refused) from None
    return json_answer({**_told(made), "warnings": _warnings(made.doubts)})


@router.get(_ONE, auth=READING, operation_id="readInlet")
def read_one(request: HttpRequest, organization: Organization, name: Name) -> HttpResponse:
    """One inlet, with the latest that it refused and why."""
    found = inlet_view(asking_of(request).actor, organization, name)
    if found is None:
        raise not_found("inlet", f"{organization}/{name}")
    return json_answer(inlet_as_plain(found))


@router.get(f"{_ONE}/last-words", auth=READING, operation_id="readLastWords")
def read_last_words(
    request: HttpRequest,
    organization: Organization,
    name: Name,
    after: After = "",
    limit: Limit = 20,
) -> HttpResponse:
    """What a closed inlet said last and nobody has taken back, the worst first; nothing of one that
    is open."""
    first = place_of(after) if after else 0
    found = last_words_of_inlet(
        asking_of(request).actor, organization, name, clock.now(), first=first, most=limit
    )
    if found is None:
        raise not_found("inlet", f"{organization}/{name}")
    rest = place_after(first + limit) if first + limit < found.total else None
    body = {**last_words_as_plain(found), "next": rest}
    return json_answer(body, headers=link_to_next(request, rest))


@router.post(_ONE, auth=MANAGING, operation_id="actOnInlet")
def act(request: HttpRequest, organization: Organization, name: Name) -> HttpResponse:
    """Set an inlet anew, give it another secret, close it at once and for good, or take back what
    a closed one said last. New settings are answered with what is doubtful about them."""
    asking = asking_of(request)
    body = mapping(parse(read_bytes(request)), ACT)
    do = _text(body, "do")
    which: dict[str, Any] = {
        "actor": asking.actor,
        "at": clock.now(),
        "organization": organization,
        "key": name,
        "origin": _origin(asking),
    }
    more: dict[str, Any] = {}
    try:
        if do == "renew":
            return json_answer(_told(renew_inlet(**which)))
        if do == "close":
            take_back = _flag(body, "take-back")
            services = close_inlet(**which, take_back=take_back)
            more = {"taken-back": services} if take_back else {}
        elif do == "take-back":
            more = {"taken-back": take_back_last_words(**which)}
        elif do == "change":
            found = inlet_view(asking.actor, organization, name)
            if found is None or found.closed_at is not None:
                raise InletMissing(name)
            doubts = changed(**which, kind=found.kind, settings=body.get("settings", {}))
            more = {"warnings": _warnings(doubts)}
        else:
            error = Error("this cannot be done", "/do", code="invalid", expected=ACT["do"])
            raise Trouble("invalid", "do is not what was expected", [error])
    except InletMissing:
        raise not_found("inlet", f"{organization}/{name}") from None
    except Refused as refused:
        raise refused_trouble(refused) from None
    except CatalogueBusy as busy:
        detail = "another program is writing; some of it may have been done: send it again"
        raise Trouble("busy", detail, headers={"Retry-After": "5"}) from busy
    found = inlet_view(asking.actor, organization, name)
    plain = {} if found is None else inlet_as_plain(found)
    return json_answer({**plain, **more})


def _told(made: OpenedInlet) -> dict[str, str]:
    return {"name": made.key, "address": made.address, "secret": made.secret}


def _warnings(doubts: Sequence[Refusal]) -> list[dict[str, str]]:
    return [each.plain() for each in errors_of(doubts)]


def _origin(asking: Asking) -> Origin:
    return Origin("api", account_id=asking.account_id)


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        error = Error("this is neither", f"/{name}", code="invalid", expected="true or false")
        raise Trouble("invalid", f"{name} is not what was expected", [error])
    return value


def _text(body: dict[str, Any], name: str, default: str = "") -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > 200 or "\0" in value:
        error = Error("this is no text", f"/{name}", code="invalid", expected=NEW.get(name, "text"))
        raise Trouble("invalid", f"{name} is not what was expected", [error])
    return value
