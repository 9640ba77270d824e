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
from catenary.apps.monitoring.queries.plans import (
    Plan,
    maintenance_ids,
    plans_by_id,
    services_named,
)
from catenary.apps.monitoring.queries.touched import touched_by
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.lookup import ServiceRow
from catenary.domain.condition.codes import CODE_NAMES
from catenary.domain.maintenance.reading import Planned
from catenary.domain.maintenance.windows import Occurrence, occurrences

#: So far ahead it is told, so many times of it at most, and of so many plans.
_AHEAD = timedelta(days=60)
_TIMES, _PLANS, _CANCELLED = 1_000, 500, 100


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


@dataclass(frozen=True, slots=True)
class PublicAhead:
    """The next times, and how many there are in all of those that are not called off.
    ``is_whole``: every plan was looked at."""

    times: tuple[PublicMaintenance, ...] = ()
    total: int = 0
    is_whole: bool = True


def public_maintenance(names: Mapping[int, str], at: datetime) -> PublicAhead:
    """What is planned of services that are shown to everybody (by number, with their public names),
    or was and is called off, within the next two months, the next first."""
    if not names:
        return PublicAhead()
    planned = maintenance_ids(is_ahead=True, limit=_PLANS)
    numbers = [
        *planned,
        *Maintenance.objects.filter(cancelled_at__gt=at - _AHEAD)
        .order_by("-cancelled_at", "-pk")
        .values_list("pk", flat=True)[:_CANCELLED],
    ]
    plans = plans_by_id(numbers).values()
    hits = _Hits(names, services_named(plans))
    found = [one for plan in plans for one in _times(hits, plan, at)]
    return PublicAhead(
        times=tuple(sorted(found, key=lambda one: (one.start, one.end, one.key))[:_TIMES]),
        total=sum(not one.is_called_off for one in found),
        is_whole=len(planned) < _PLANS,
    )


def _times(hits: _Hits, plan: Plan, at: datetime) -> Iterator[PublicMaintenance]:
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
        services = hits.of(planned)
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


class _Hits:
    """Which of the services that are shown publicly plans hit: asked once for all times."""

    def __init__(self, names: Mapping[int, str], rows: Mapping[str, ServiceRow]) -> None:
        """``rows`` are the services that any of the plans names."""
        self._names, self._rows, self._estate = names, rows, current_estate()
        self._known: dict[tuple[tuple[str, ...], int], tuple[tuple[str, str], ...]] = {}

    def of(self, planned: Planned) -> tuple[tuple[str, str], ...]:
        """Their public names, and what each will be."""
        key = (tuple(planned.services), planned.condition)
        if key not in self._known:
            self._known[key] = tuple(sorted(self._found(planned)))
        return self._known[key]

    def _found(self, planned: Planned) -> Iterator[tuple[str, str]]:
        worked_on = [self._rows[each].id for each in planned.services if each in self._rows]
        places, states = touched_by(self._estate, worked_on, planned.condition)
        numbers = self._estate.service_ids[places].tolist()
        for number, state in zip(numbers, states.tolist(), strict=True):
            if number in self._names:
                yield self._names[number], CODE_NAMES[state]
