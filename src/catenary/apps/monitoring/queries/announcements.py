"""Planned maintenance as a notice tells it at the moment it is sent: what its reader may no longer
see is not in it, and what is worked on is named only to those who see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.plans import Plan, plans_by_id
from catenary.apps.monitoring.queries.touched import homes_of, may_be_told, touched_as_planned
from catenary.apps.organizations.queries import organizations_by_id
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.apps.portfolio.queries.own_names import known_names
from catenary.domain.actors import Viewpoint
from catenary.domain.condition.codes import CODE_NAMES
from catenary.domain.estate import Bools
from catenary.domain.intervals import DAY
from catenary.domain.maintenance.reading import Planned
from catenary.domain.maintenance.windows import occurrences

#: So many times are told, and so far ahead.
TIMES = 5
_AHEAD = 400 * DAY


@dataclass(frozen=True, slots=True)
class PlannedService:
    """A service in its reader's words, and what it will be meanwhile."""

    reference: str
    name: str
    provider: str
    condition: str


@dataclass(frozen=True, slots=True)
class MaintenanceTold:
    """What became of maintenance: ``became`` is announced, changed or called-off. ``title`` is
    empty where what is worked on may not be told; ``note`` says why it changed, to those of the
    house. ``is_more``: more times follow. ``services`` are those the reader follows."""

    key: str
    became: str
    title: str
    text: str
    note: str
    times: tuple[tuple[datetime, datetime], ...]
    is_more: bool
    services: tuple[PlannedService, ...]


def maintenance_told(
    *, viewpoint: Viewpoint, seen: Bools, payload: Any, created_at: datetime
) -> MaintenanceTold | None:
    """What a notice says of maintenance; none when nothing of it may be told any more. ``seen``
    are the services that its reader may see, by position."""
    plan = plans_by_id([payload["maintenance"]]).get(payload["maintenance"])
    if plan is None:
        return None
    planned = plan.versions[payload["version"] - 1].planned
    if planned is None:
        return None
    estate = current_estate()
    places, states, worked_on = touched_as_planned(estate, planned)
    allowed = may_be_told(estate, viewpoint, seen, places, worked_on)
    numbers = estate.service_ids[places[allowed]].tolist()
    conditions = dict(zip(numbers, states[allowed].tolist(), strict=True))
    services = _services(viewpoint, conditions, payload["services"])
    if not services:
        return None
    knows = bool((allowed & worked_on).any())
    is_home = homes_of(estate, places, worked_on) == {viewpoint.root_id}
    found = occurrences(planned.window, micros(created_at), micros(created_at) + _AHEAD)
    return MaintenanceTold(
        key=plan.key,
        became=payload["became"],
        title=planned.title if knows else "",
        text=planned.text if knows else "",
        note=_note(plan, payload, planned) if is_home and knows else "",
        times=tuple((moment(each.start), moment(each.end)) for each in found[:TIMES]),
        is_more=len(found) > TIMES,
        services=services,
    )


def _note(plan: Plan, payload: Any, planned: Planned) -> str:
    """Why: of a version that was called off, what the next one says."""
    number = int(payload["version"])
    if payload["became"] == "called-off":
        return next((v.note for v in plan.versions[number:] if v.planned is not planned), "")
    return plan.versions[number - 1].note


def _services(
    viewpoint: Viewpoint, conditions: dict[int, int], wanted: list[int]
) -> tuple[PlannedService, ...]:
    numbers = [number for number in wanted if number in conditions]
    rows = services_by_id(numbers)
    providers = organizations_by_id({row.provider_id for row in rows.values()})
    names = known_names(viewpoint, numbers)
    found = [
        PlannedService(
            row.reference,
            names.get(number) or row.name,
            providers[row.provider_id].name,
            CODE_NAMES[conditions[number]],
        )
        for number, row in rows.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.reference)))
