"""The live conditions of everybody in memory, and their courses when own conditions change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import Mark, last_mark, revised_since
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.stored import NOTHING_KNOWN, OwnRow
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.chain.compiled import Chain, compiled
from catenary.domain.chain.packing import (
    BEST,
    ONLY_PLANNED_BEST,
    ONLY_PLANNED_WORST,
    WITHOUT_PLANNED,
    WORST,
)
from catenary.domain.chain.renewal import GONE, renewed
from catenary.domain.condition.codes import DOWN, NOTHING, OPERATIONAL
from catenary.domain.condition.engines import fastest
from catenary.domain.condition.own import Own, nothing_reported, reported
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import (
    Conditions,
    Engine,
    propagate,
    propagate_change,
)
from catenary.domain.condition.risk import AT_WORST, value
from catenary.domain.estate import Estate, Ints

#: For more services than this the compiled engine is worth its half second and 200 MB.
_MANY = 20_000
#: After so many revisions the chain is read whole.
_FEW = 200
_SILENT = (NOTHING, NOTHING, NOTHING)

#: An own condition: as reported, without what is planned, with that alone.
OwnValue = tuple[int, int, int]
#: An effective condition as it is kept (`queries.stored.EFFECTIVE`); none where nothing is known.
Effective = tuple[Any, ...] | None


@dataclass
class Live:
    """One version of the chain, and what holds over it now. ``own`` is by position; ``mark`` is
    how far history went before the chain was read."""

    mark: Mark | None
    estate: Estate
    engine: Engine
    own: Own
    conditions: Conditions

    def effective(self, positions: Ints) -> list[Effective]:
        """The effective conditions of some services."""
        return _effective(self.conditions, self.own, positions)

    def everybody(self) -> dict[int, tuple[Any, ...]]:
        """The effective conditions of all services of which anything is known, by number."""
        found = self.effective(np.arange(self.estate.size))
        numbers = self.estate.service_ids.tolist()
        return {
            number: each for number, each in zip(numbers, found, strict=True) if each is not None
        }

    def _say(self, said: Mapping[int, OwnValue]) -> Ints:
        """Give services, by position, new own conditions; who changed."""
        positions = np.array(list(said), dtype=np.int64)
        values = np.array(list(said.values()), dtype=np.int8).reshape(len(said), 3)
        self.own.condition[positions] = values[:, 0]
        self.own.without_planned[positions] = values[:, 1]
        self.own.only_planned[positions] = values[:, 2]
        return propagate_change(self.engine, self.conditions, positions, self.own.at(positions))

    def follow(
        self, since: int, rows: Sequence[OwnRow], before: Mapping[int, OwnValue], now: int
    ) -> dict[int, list[tuple[int, Effective]]]:
        """Go back to just before an instant and come forward again along own conditions: the
        courses of effective conditions since then, by service, of all that may have changed.

        ``rows`` are all own conditions that begin or end since then, and those that stand of
        whoever is to be looked at anew; ``before`` is what stood just before of all of these.
        """
        place = self._places({row.service_id for row in rows} | before.keys())
        events = _events(rows, since, now, place)
        touched = {position for said in events.values() for position in said} | set(place.values())
        back = {
            position: before.get(number, _SILENT)
            for number, position in place.items()
            if position in touched
        }
        near = set(self._say(back).tolist()) | set(back) if back else set()
        then, then_own = self.conditions.copy(), _copied(self.own)
        courses: dict[int, list[tuple[int, Effective]]] = {}
        for instant in sorted(events):
            said = events[instant]
            changed = np.union1d(self._say(said), np.array(list(said), dtype=np.int64))
            for position, each in zip(changed.tolist(), self.effective(changed), strict=True):
                courses.setdefault(position, []).append((instant, each))
        positions = np.array(sorted(near | courses.keys()), dtype=np.int64)
        numbers = self.estate.service_ids[positions].tolist()
        begins = _effective(then, then_own, positions)
        return {
            number: [(since, first), *courses.get(position, [])]
            for number, position, first in zip(numbers, positions.tolist(), begins, strict=True)
        }

    def _places(self, numbers: Iterable[int]) -> dict[int, int]:
        """Positions by number; services that are not in the catalogue are missing."""
        positions = self.estate.service_positions(sorted(set(numbers)))
        found = self.estate.service_ids[positions].tolist()
        return dict(zip(found, positions.tolist(), strict=True))


def live_now(said: Iterable[tuple[int, OwnValue]], before: Live | None = None) -> Live:
    """The chain as it stands, with these own conditions, computed whole. What did not change since
    ``before`` is not read again."""
    mark = last_mark()
    estate = current_estate()
    chain = None if before is None else _renewed(before, estate)
    if chain is None:
        chain = compiled(TODAY.gates(estate, np.ones(estate.size, dtype=np.bool_)))
    own = _copied(nothing_reported(estate.size, estate.assumed))
    by_number = dict(said)
    positions = estate.service_positions(by_number)
    numbers = estate.service_ids[positions].tolist()
    if numbers:
        values = np.array([by_number[number] for number in numbers], dtype=np.int8)
        own.condition[positions] = values[:, 0]
        own.without_planned[positions] = values[:, 1]
        own.only_planned[positions] = values[:, 2]
    engine = fastest(chain) if estate.size > _MANY else PlainEngine(chain)
    conditions = propagate(engine, own)
    if estate.size > _MANY:
        # The first change compiles for seconds: not while others wait for the database.
        loss = reported(np.array([DOWN], dtype=np.int8), np.array([True]))
        propagate_change(engine, conditions.copy(), np.array([0]), loss)
    return Live(mark, estate, engine, own, conditions)


def _renewed(before: Live, estate: Estate) -> Chain | None:
    """The chain with what was revised since; none when that is too much to follow."""
    revised = None if before.mark is None else revised_since(before.mark, _FEW)
    if revised is None or not estate.size:
        return None
    old = before.estate
    moved = _moved(old, estate)
    touched = np.zeros(estate.size, dtype=np.bool_)
    touched[estate.service_positions(revised.get(Kind.SERVICE, ()))] = True
    relied = moved[old.reliants_of(np.flatnonzero(moved == GONE))]
    touched[relied[relied != GONE]] = True
    is_new = np.ones(estate.size, dtype=np.bool_)
    is_new[moved[moved != GONE]] = False
    touched |= is_new
    try:
        gates = TODAY.gates(estate, touched)
        return renewed(before.engine.chain, moved, np.flatnonzero(touched), gates)
    except ValueError:
        return None


def _moved(old: Estate, new: Estate) -> Ints:
    """The new position of every service by its old one; `GONE` for those removed."""
    order = np.argsort(new.service_ids, kind="stable")
    places = np.searchsorted(new.service_ids, old.service_ids, sorter=order)
    places[places == new.size] = 0
    found = order[places]
    return np.where(new.service_ids[found] == old.service_ids, found, GONE)


def _events(
    rows: Sequence[OwnRow], since: int, now: int, place: Mapping[int, int]
) -> dict[int, dict[int, OwnValue]]:
    """What is said from which instant on, by instant and position; ends first, so that what begins
    at the same instant counts."""
    events: dict[int, dict[int, OwnValue]] = {}
    for row in rows:
        position = place.get(row.service_id)
        if position is not None and row.end is not None and since <= micros(row.end) <= now:
            events.setdefault(micros(row.end), {})[position] = _SILENT
    for row in rows:
        position = place.get(row.service_id)
        if position is not None and since <= micros(row.start) <= now:
            events.setdefault(micros(row.start), {})[position] = row.own
    return events


def _copied(own: Own) -> Own:
    return Own(*(getattr(own, name).copy() for name in own.__dataclass_fields__))


def _effective(conditions: Conditions, own: Own, positions: Ints) -> list[Effective]:
    if not len(positions):
        return []
    ranks = conditions.chain.ranks_of(positions)
    packed, next_loss = conditions.packed[ranks], conditions.next_loss[ranks]
    best, worst = value(packed, BEST), value(packed, WORST)
    planned = (
        (worst > OPERATIONAL)
        & (value(packed, WITHOUT_PLANNED) == OPERATIONAL)
        & (value(packed, ONLY_PLANNED_BEST) == best)
        & (value(packed, ONLY_PLANNED_WORST) == worst)
    )
    silent = own.condition[positions] == NOTHING
    grounded = conditions.chain.is_grounded[ranks]
    columns = (
        best,
        worst,
        planned,
        next_loss % AT_WORST,
        next_loss // AT_WORST,
        silent & grounded,
        silent & ~grounded & own.is_assumed[positions],
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [None if row == NOTHING_KNOWN else row for row in rows]
