"""Maintenance ahead as everybody may know it: when, and which of the services shown publicly.

What is worked on, why, and what stands between is told to nobody here: times and public names are
all there is (decision 0070).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from catenary.apps.monitoring.models import Maintenance
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.plans import Plan, maintenance_ids, plans_by_id
from catenary.apps.monitoring.queries.touched import touched_as_planned
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.domain.condition.codes import CODE_NAMES
from catenary.domain.estate import Estate
from catenary.domain.maintenance.reading import Planned
from catenary.domain.maintenance.windows import Occurrence, occurrences

#: So far ahead it is told, so many times of it, and of so many plans.
_AHEAD = timedelta(days=60)
_TIMES, _PLANS, _CANCELLED = 30, 500, 100


@dataclass(frozen=True, slots=True)
class PublicMaintenance:
    """One time. ``key`` stays the same when it is moved; ``said_at`` is when it was planned so, or
    called off. ``services`` are public names with what each will be."""

    key: str
    start: datetime
    end: datetime
    said_at: datetime
    is_called_off: bool
    services: tuple[tuple[str, str], ...]


def public_maintenance(names: Mapping[int, str], at: datetime) -> tuple[PublicMaintenance, ...]:
    """What is planned of services that are shown to everybody (by number, with their public names),
    or was and is called off, within the next two months, the next first."""
    if not names:
        return ()
    numbers = [
        *maintenance_ids(is_ahead=True, limit=_PLANS),
        *Maintenance.objects.filter(cancelled_at__gt=at - _AHEAD)
        .order_by("-cancelled_at", "-pk")
        .values_list("pk", flat=True)[:_CANCELLED],
    ]
    estate = current_estate()
    found = [
        one for plan in plans_by_id(numbers).values() for one in _times(estate, plan, names, at)
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.key))[:_TIMES])


def _times(
    estate: Estate, plan: Plan, names: Mapping[int, str], at: datetime
) -> Iterator[PublicMaintenance]:
    """The times of one plan, each as the last version that knew it said."""
    known: dict[datetime, tuple[Occurrence, Planned, datetime]] = {}
    gone: dict[datetime, datetime] = {}
    for version in plan.versions:
        found: Iterable[Occurrence] = ()
        if version.planned is not None:
            found = occurrences(version.planned.window, micros(at), micros(at + _AHEAD))
        standing = {each.at: each for each in found}
        gone.update(
            {key: version.recorded_at for key in known.keys() - standing.keys() - gone.keys()}
        )
        for key, each in standing.items():
            gone.pop(key, None)
            assert version.planned is not None
            before = known.get(key)
            if before is None or (before[0], before[1].services) != (
                each,
                version.planned.services,
            ):
                known[key] = each, version.planned, version.recorded_at
    for key, (each, planned, said_at) in known.items():
        services = _services(estate, planned, names)
        # What runs and was ended early is no maintenance ahead that was called off.
        if services and not (key in gone and each.start <= micros(at)):
            yield PublicMaintenance(
                f"{plan.key}/{key.isoformat()}",
                moment(each.start),
                moment(each.end),
                gone.get(key, said_at),
                key in gone,
                services,
            )


def _services(
    estate: Estate, planned: Planned, names: Mapping[int, str]
) -> tuple[tuple[str, str], ...]:
    places, states, _worked_on = touched_as_planned(estate, planned)
    numbers = estate.service_ids[places].tolist()
    return tuple(
        sorted(
            (names[number], CODE_NAMES[state])
            for number, state in zip(numbers, states.tolist(), strict=True)
            if number in names
        )
    )
