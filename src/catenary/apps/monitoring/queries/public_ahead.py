"""Maintenance ahead as everybody may know it: when, and which of the services shown publicly.

What is worked on, why, and what stands between is told to nobody here: times and public names are
all there is (decision 0070).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import MaintenanceService
from catenary.apps.monitoring.queries.agenda import plans_ahead, reliances
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.plans import (
    Plan,
    plans_by_id,
    services_named,
)
from catenary.apps.monitoring.queries.touched import touched_by
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.lookup import ServiceRow
from catenary.domain.condition.codes import CODE_NAMES
from catenary.domain.estate import Bools, Estate
from catenary.domain.maintenance.reading import Planned
from catenary.domain.maintenance.windows import Occurrence, occurrences

#: So far ahead it is told, so many times of it at most, and of so many plans that touch what is
#: shown; of those that might and do not, so many are looked at.
_AHEAD = timedelta(days=60)
_TIMES, _PLANS, _CANCELLED, _LOOKED_AT = 1_000, 500, 100, 2_000
_TOGETHER = 100


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
    ``is_whole``: every plan that works on something below what is shown was looked at."""

    times: tuple[PublicMaintenance, ...] = ()
    total: int = 0
    is_whole: bool = True


def public_maintenance(names: Mapping[int, str], at: datetime) -> PublicAhead:
    """What is planned of services that are shown to everybody (by number, with their public names),
    or was and is called off, within the next two months, the next first."""
    if not names:
        return PublicAhead()
    estate = current_estate()
    hits = _Hits(names, estate)
    below = hits.below()
    ahead = plans_ahead(estate, below, at)
    found: list[PublicMaintenance] = []
    told = looked_at = 0
    for batch in in_batches(ahead[:_LOOKED_AT], _TOGETHER):
        for plan in _read(hits, batch):
            looked_at += 1
            times = list(_times(hits, plan, at))
            told += bool(times)
            found += times
            if told == _PLANS:
                break
        if told == _PLANS:
            break
    for plan in _read(hits, _cancelled(estate, below, at - _AHEAD)):
        found += _times(hits, plan, at)
    return PublicAhead(
        times=tuple(sorted(found, key=lambda one: (one.start, one.end, one.key))[:_TIMES]),
        total=sum(not one.is_called_off for one in found),
        is_whole=looked_at == len(ahead),
    )


def _read(hits: _Hits, numbers: list[int]) -> list[Plan]:
    """Plans in this order, with what they name."""
    plans = plans_by_id(numbers)
    hits.know(services_named(plans.values()))
    return [plans[number] for number in numbers]


def _cancelled(estate: Estate, below: Bools, since: datetime) -> list[int]:
    """The plans that were cancelled since a moment and worked on one of these services, the last
    first."""
    rows = MaintenanceService.objects.filter(maintenance__cancelled_at__gt=since)
    pairs = list(
        rows.order_by("-maintenance__cancelled_at", "-maintenance").values_list(
            "maintenance_id", "service_id"
        )
    )
    places, is_there = estate.places_of(np.array([pair[1] for pair in pairs], dtype=np.int64))
    is_below = is_there & below[places] if estate.size else is_there
    found = (pair[0] for pair, is_ours in zip(pairs, is_below.tolist(), strict=True) if is_ours)
    return list(dict.fromkeys(found))[:_CANCELLED]


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

    def __init__(self, names: Mapping[int, str], estate: Estate) -> None:
        self._names, self._estate = names, estate
        self._shown = np.zeros(estate.size, dtype=np.bool_)
        self._shown[estate.service_positions(names)] = True
        self._rows: dict[str, ServiceRow] = {}
        self._known: dict[tuple[tuple[str, ...], int], tuple[tuple[str, str], ...]] = {}

    def know(self, rows: Mapping[str, ServiceRow]) -> None:
        """Take services that plans name."""
        self._rows.update(rows)

    def below(self) -> Bools:
        """What is shown and everything that it relies on."""
        return reliances(self._estate, self._shown)

    def of(self, planned: Planned) -> tuple[tuple[str, str], ...]:
        """Their public names, and what each will be."""
        key = (tuple(planned.services), planned.condition)
        if key not in self._known:
            self._known[key] = tuple(sorted(self._found(planned)))
        return self._known[key]

    def _found(self, planned: Planned) -> Iterator[tuple[str, str]]:
        worked_on = [self._rows[each].id for each in planned.services if each in self._rows]
        places, states = touched_by(self._estate, worked_on, planned.condition)
        is_shown = self._shown[places]
        numbers = self._estate.service_ids[places[is_shown]].tolist()
        for number, state in zip(numbers, states[is_shown].tolist(), strict=True):
            yield self._names[number], CODE_NAMES[state]
