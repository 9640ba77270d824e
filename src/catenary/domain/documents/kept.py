"""Service documents as history keeps them, built without asking again whether they are right.

What history keeps was read, and found without mistakes, when it was written, and is canonical.
Reading a hundred thousand services by the forms of `plain` takes twelve seconds, building them
here two. Both give equal documents.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from catenary.domain.documents.fields import SERVICE
from catenary.domain.documents.hours import ALWAYS, read_hours
from catenary.domain.documents.shapes import (
    Burden,
    BusinessProcess,
    Capacity,
    Channel,
    CoCreation,
    Continuity,
    DependencyGroupDocument,
    Measure,
    OutcomeDocument,
    ServiceDocument,
    ServiceHours,
    Stage,
    Supporter,
    UtilityKind,
    UtilityRequirement,
    Warranty,
)
from catenary.domain.findings import Problem
from catenary.domain.quantities import parse_amount, parse_duration, parse_percentage

_ONE = Decimal(1)
_STAGES = {stage.value: stage for stage in Stage}
_UTILITY_KINDS = {kind.value: kind for kind in UtilityKind}
_NO_BURDEN = Burden()
_NO_CO_CREATION = CoCreation()
_NO_WARRANTY = Warranty()
_FIELDS = frozenset(SERVICE.fields)


def kept_service(reference: str, plain: dict[str, Any]) -> ServiceDocument:
    """The service whose canonical plain form was kept.

    Raises ValueError, ArithmeticError, LookupError, TypeError or AttributeError for most of
    what `service_to_plain` would not have written; whoever catches that asks `read_service`
    what is wrong with it.
    """
    if not plain.keys() <= _FIELDS:
        raise ValueError("a field that services do not have")
    get = plain.get
    published: str | list[str] = get("published-to", ())
    outcomes, channels, utility = get("outcomes"), get("channels"), get("utility")
    costs, risks, both, warranty = get("costs"), get("risks"), get("co-creation"), get("warranty")
    return ServiceDocument(
        reference,
        plain["name"],
        get("provider") or reference[: reference.index("/")],
        get("description", ""),
        get("owner", ""),
        _STAGES[plain["stage"]],
        tuple(get("tags", ())),
        get("restricted", False),
        ("*",) if isinstance(published, str) else tuple(published),
        _outcomes(outcomes) if outcomes else (),
        _burden(costs) if costs else _NO_BURDEN,
        _burden(risks) if risks else _NO_BURDEN,
        _co_creation(both) if both else _NO_CO_CREATION,
        _processes(get("supports-processes", ())),
        tuple([_channel(said) for said in channels]) if channels else (),
        tuple([_utility(key, said) for key, said in utility.items()]) if utility else (),
        _warranty(warranty) if warranty else _NO_WARRANTY,
        _hours(plain["service-hours"]) if "service-hours" in plain else None,
        kept_groups(plain),
        get("assume-operational", False),
    )


class OutcomeSaid(NamedTuple):
    """What an outcome says in words, and who said and who wants it: for telling hundreds."""

    key: str
    statement: str
    said_by: str
    wanted_by: str


def kept_outcomes(outcomes: dict[str, dict[str, Any]] | None) -> tuple[OutcomeSaid, ...]:
    """The outcomes of a service by what is kept of them, at a hundredth of the cost of all it
    says. Raises as `kept_service` does."""
    if not outcomes:
        return ()
    return tuple(
        [
            OutcomeSaid(key, said["statement"], said.get("said-by", ""), said.get("wanted-by", ""))
            for key, said in outcomes.items()
        ]
    )


def kept_hours(said: str | dict[str, Any]) -> ServiceHours:
    """The service hours by what is kept of them; raises as `kept_service` does."""
    return _hours(said)


def kept_groups(plain: dict[str, Any]) -> tuple[DependencyGroupDocument, ...]:
    """What a service relies on by its kept plain form; raises as `kept_service` does."""
    return tuple([_group(said, False) for said in plain.get("relies-on", ())])


def _texts(said: str | list[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _outcomes(said: dict[str, dict[str, Any]]) -> tuple[OutcomeDocument, ...]:
    return tuple([_outcome(key, each) for key, each in said.items()])


def _outcome(key: str, said: dict[str, Any]) -> OutcomeDocument:
    measure = said.get("measure")
    return OutcomeDocument(
        key,
        said["statement"],
        said.get("said-by", ""),
        said.get("wanted-by", ""),
        None if measure is None else _measure(measure),
    )


def _measure(said: dict[str, Any]) -> Measure:
    baseline, target = said.get("baseline"), said.get("target")
    return Measure(
        said["name"],
        said.get("unit", ""),
        None if baseline is None else Decimal(baseline),
        None if target is None else Decimal(target),
        said["better"],
    )


def _burden(said: dict[str, Any]) -> Burden:
    return Burden(tuple(said.get("removed", ())), tuple(said.get("imposed", ())))


def _co_creation(said: dict[str, Any]) -> CoCreation:
    return CoCreation(**{name.replace("-", "_"): _texts(texts) for name, texts in said.items()})


def _processes(said: list[str] | dict[str, list[str]]) -> tuple[BusinessProcess, ...]:
    if isinstance(said, dict):
        return tuple(BusinessProcess(name, tuple(steps)) for name, steps in said.items())
    return tuple([BusinessProcess(name) for name in said])


def _channel(said: str | dict[str, Any]) -> Channel:
    if isinstance(said, str):
        return Channel(said)
    return Channel(said["name"], tuple(said["features"]))


def _utility(key: str, said: dict[str, str]) -> UtilityRequirement:
    # The kind is written first.
    kind = next(iter(said))
    return UtilityRequirement(key, _UTILITY_KINDS[kind], said[kind], said.get("channel", ""))


def _warranty(said: dict[str, Any]) -> Warranty:
    get = said.get
    availability, continuity = get("availability"), get("continuity")
    return Warranty(
        None if availability is None else parse_percentage(availability),
        tuple([_capacity(text) for text in _texts(get("capacity", ()))]),
        None if continuity is None else _continuity(continuity),
        _texts(get("security", ())),
        _texts(get("performance", ())),
    )


@lru_cache(4_096)
def _capacity(text: str) -> Capacity:
    return Capacity(*parse_amount(text))


def _continuity(said: dict[str, str]) -> Continuity:
    time, point = said.get("recovery-time"), said.get("recovery-point")
    return Continuity(
        None if time is None else parse_duration(time),
        None if point is None else parse_duration(point),
    )


def _hours(said: str | dict[str, Any]) -> ServiceHours:
    if isinstance(said, str):
        return ServiceHours() if said == ALWAYS else ServiceHours(calendar=said)
    return _week(json.dumps(said))


@lru_cache(4_096)
def _week(said: str) -> ServiceHours:
    problems: list[Problem] = []
    hours = read_hours(json.loads(said), (), problems)
    if problems:
        raise ValueError(problems[0].sentence)
    return hours


def _group(said: str | dict[str, Any], soft: bool) -> DependencyGroupDocument:
    if isinstance(said, str):
        return DependencyGroupDocument((Supporter(said),), _ONE, _ONE, soft)
    if "soft" in said:
        return _group(said["soft"], True)
    weights: dict[str, Any]
    if "any" in said:
        minimum, members = _ONE, tuple([Supporter(name) for name in said["any"]])
    elif "at-least" in said:
        minimum = Decimal(said["at-least"])
        members = tuple([Supporter(name) for name in said["of"]])
    else:
        minimum, weights = Decimal(said["minimum"]), said["of"]
        members = tuple([Supporter(name, Decimal(weight)) for name, weight in weights.items()])
    full = said.get("full")
    return DependencyGroupDocument(
        members, minimum, minimum if full is None else Decimal(full), soft
    )
