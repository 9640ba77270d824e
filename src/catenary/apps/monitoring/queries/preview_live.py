"""Whom planned maintenance would hit besides, because of what stands now or is announced for then:
reserve that is lost already, or taken away by other maintenance at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catenary.apps.monitoring.queries.supposed_times import Assumption
from catenary.apps.monitoring.queries.what_if import Because, Change, what_if
from catenary.apps.portfolio.queries.service import ServiceLink
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.condition.codes import DOWN
from catenary.domain.maintenance.reading import MOST_SERVICES, Planned

#: So many services of each time are looked at.
_LISTED = 300
#: Times of one plan, and services of it.
_MOST = 20 * MOST_SERVICES


@dataclass(frozen=True, slots=True)
class Together:
    """A service that is hit only together with something else. ``because`` are the sources besides
    those worked on, none being what may not be seen; ``is_announced``: all of it is other
    maintenance, and not a fault of now."""

    link: ServiceLink
    because: tuple[ServiceLink | None, ...]
    is_announced: bool


def hit_together(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    planned: Planned,
    times: Sequence[tuple[datetime, datetime]],
    alone: set[str],
    besides: str,
) -> tuple[tuple[Together, ...], ...]:
    """For each time whom it would hit, as things are, besides those whom it hits ``alone`` (by
    reference). ``besides`` is the key of the maintenance it is the plan of."""
    condition = "maintenance" if planned.condition == DOWN else "degraded-maintenance"
    distinct = [time for at, time in enumerate(times) if all(time[0] >= e for _, e in times[:at])]
    if not distinct:
        return ()
    found, _missing = what_if(
        actor=actor,
        viewpoint=viewpoint,
        assumptions=[
            Assumption(reference, condition, start, end)
            for start, end in distinct
            for reference in planned.services
        ],
        limit=_LISTED,
        besides=besides,
        most=_MOST,
        as_known=True,
    )
    pieces = () if found is None else found.pieces
    told = []
    for start, end in times:
        hit: dict[str, Together] = {}
        for piece in pieces:
            if piece.start is not None and start <= piece.start < end:
                for change in piece.changes:
                    _add(hit, change, alone)
        told.append(tuple(hit.values()))
    return tuple(told)


def _add(hit: dict[str, Together], change: Change, alone: set[str]) -> None:
    is_worse = change.after.best > change.before.best or change.after.worst > change.before.worst
    others = [cause for cause in change.causes if not cause.is_supposed]
    if is_worse and others and change.link.reference not in alone:
        because = tuple(dict.fromkeys(_source(cause) for cause in others))
        is_announced = all(cause.is_announced for cause in others)
        hit.setdefault(change.link.reference, Together(change.link, because, is_announced))


def _source(cause: Because) -> ServiceLink | None:
    return cause.path[-1]
