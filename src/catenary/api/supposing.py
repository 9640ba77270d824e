"""What if services were in conditions that a program supposes: its question read, and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from catenary.api.answers import json_answer
from catenary.api.asking import asking_of
from catenary.api.bodies import mapping
from catenary.api.problems import Error, Trouble, pointer
from catenary.apps.monitoring.queries.supposed_times import Assumption
from catenary.apps.monitoring.queries.supposed_world import SUPPOSABLE
from catenary.apps.monitoring.queries.what_if import (
    BASES,
    MOST_SUPPOSED,
    what_if,
)
from catenary.apps.monitoring.queries.what_if_plain import what_if_as_plain
from catenary.domain.moments import read_moment

#: The fields of one supposition, and of the question.
SUPPOSITION = {
    "service": "the reference of the service",
    "condition": " or ".join(SUPPOSABLE),
    "from": "when it begins: an ISO time; without it, it was always so",
    "until": "when it ends: an ISO time; without it, it stays so",
}
QUESTION = {
    "suppositions": "services in supposed conditions",
    "basis": "live: from what holds; fine: as if nothing were wrong anywhere",
}


def answer_what_if(
    request: HttpRequest, said: dict[str, Any], limit: int, at: datetime | None
) -> HttpResponse:
    """The answer to a question with suppositions; raises `Trouble`."""
    known = mapping(said, QUESTION)
    assumptions = _assumptions(known.get("suppositions"))
    basis = known.get("basis") or BASES[0]
    if basis not in BASES:
        raise _trouble("basis is not known", ["basis"], "this is neither", " or ".join(BASES))
    asking = asking_of(request)
    found, missing = None, tuple(one.reference for one in assumptions)
    if asking.viewpoint is not None:
        try:
            found, missing = what_if(
                actor=asking.actor,
                viewpoint=asking.viewpoint,
                assumptions=assumptions,
                basis=basis,
                at=at,
                limit=limit,
            )
        except ValueError as wrong:
            raise _trouble("this cannot be supposed", ["suppositions"], str(wrong), "") from wrong
    if found is None:
        errors = [
            Error(f"there is no service {name[:300]} that you may see", parameter="service")
            for name in missing
        ]
        raise Trouble("not-found", errors[0].detail if errors else "", errors)
    return json_answer(what_if_as_plain(found))


def _assumptions(value: Any) -> list[Assumption]:
    expected = f"a list of 1 to {MOST_SUPPOSED} suppositions"
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_SUPPOSED:
        told = f"{len(value):,} stand here" if isinstance(value, list) else "this is no list"
        raise _trouble("suppositions is not what was expected", ["suppositions"], told, expected)
    return [_assumption(each, place) for place, each in enumerate(value)]


def _assumption(value: Any, place: int) -> Assumption:
    base: list[str | int] = ["suppositions", place]
    said = mapping(value, SUPPOSITION, pointer(base))
    reference, condition = said.get("service"), said.get("condition")
    if not isinstance(reference, str) or not reference:
        raise _trouble(
            "a service is missing", [*base, "service"], "no service is named", "a reference"
        )
    if not isinstance(condition, str) or condition not in SUPPOSABLE:
        raise _trouble(
            "condition is not known",
            [*base, "condition"],
            "this is no condition",
            SUPPOSITION["condition"],
        )
    moments = {}
    for name in ("from", "until"):
        text = said.get(name)
        moments[name] = read_moment(text) if isinstance(text, str) else None
        if text is not None and moments[name] is None:
            raise _trouble("a time is none", [*base, name], "this is no time", SUPPOSITION[name])
    return Assumption(reference[:300], condition, moments["from"], moments["until"])


def _trouble(title: str, path: list[str | int], said: str, expected: str) -> Trouble:
    return Trouble(
        "invalid", title, [Error(said, pointer(path), code="invalid", expected=expected)]
    )
