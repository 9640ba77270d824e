"""The live conditions of everybody in memory, and their turns when own conditions change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import Mark, last_mark, revised_since
from catenary.apps.history.queries.timelines import last_change_at
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.sections import EVER
from catenary.apps.monitoring.queries.stored import OwnRow
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.chain.compiled import Chain, Codes, compiled
from catenary.domain.chain.renewal import GONE, renewed
from catenary.domain.chain.rows import distinct
from catenary.domain.condition.codes import DOWN
from catenary.domain.condition.engines import chosen
from catenary.domain.condition.own import Own, nothing_reported, reported
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import (
    Conditions,
    Engine,
    propagate,
    propagate_change,
)
from catenary.domain.condition.replaying import EACH_INSTANT, SILENT, OwnValue
from catenary.domain.condition.turns import (
    NO_TURNS,
    NOTHING_KNOWN,
    Codes16,
    Trail,
    Turns,
    codes_at,
    fields_of,
    turns_of,
)
from catenary.domain.estate import Estate, Ints

#: After so many revisions the chain is read whole.
_FEW = 200
#: So many turns are followed at once, and besides so many times the chain.
MOST_TURNS, _TIMES = 250_000, 3


@dataclass
class Live:
    """One version of the chain, and what holds over it now. ``own`` is by position; ``mark`` is
    how far history went before the chain was read, ``cut`` the instant of the last change of the
    catalogue: since then the chain stands."""

    mark: Mark | None
    cut: int
    estate: Estate
    engine: Engine
    own: Own
    conditions: Conditions

    def __post_init__(self) -> None:
        """The codes of everybody (`domain.condition.turns`), by position."""
        self.codes: Codes16 = codes_at(self.conditions, self.own, np.arange(self.estate.size))

    def hasten(self) -> None:
        """Compute with a faster engine as soon as there is one: the conditions stay."""
        if isinstance(self.engine, PlainEngine):
            self.engine = chosen(self.engine.chain)

    def everybody(self) -> dict[int, tuple[Any, ...]]:
        """The effective conditions of all services of which anything is known, by number."""
        known = np.flatnonzero(self.codes != NOTHING_KNOWN)
        numbers = self.estate.service_ids[known].tolist()
        codes = self.codes[known].tolist()
        return {number: fields_of(code) for number, code in zip(numbers, codes, strict=True)}

    def say(self, said: Mapping[int, OwnValue], services: Iterable[int]) -> None:
        """Give services, by number, the own conditions that stand now; silence to those that have
        none."""
        place = self._places(services)
        if place:
            self._say({at: said.get(number, SILENT) for number, at in place.items()})

    def _say(self, said: Mapping[int, OwnValue]) -> Ints:
        """Give services, by position, new own conditions; who changed."""
        positions = np.array(list(said), dtype=np.int64)
        values = np.array(list(said.values()), dtype=np.int8).reshape(len(said), 3)
        self.own.condition[positions] = values[:, 0]
        self.own.without_planned[positions] = values[:, 1]
        self.own.only_planned[positions] = values[:, 2]
        changed = propagate_change(self.engine, self.conditions, positions, self.own.at(positions))
        # Whether a condition is derived hangs on what is said of the service itself.
        changed = distinct(np.concatenate((changed, positions)))
        self.codes[changed] = codes_at(self.conditions, self.own, changed)
        return changed

    def follow(
        self, since: int, rows: Sequence[OwnRow], before: Mapping[int, OwnValue], now: int
    ) -> Trail:
        """Go back to just before an instant and come forward again along own conditions: the
        turns of effective conditions since then of all that may have changed. Where these are too
        many for one step, it goes to what stands now at once.

        ``rows`` are all own conditions that begin or end since then, and those that stand of
        whoever is to be looked at anew; ``before`` is what stood just before of all of these.
        """
        place = self._places({row.service_id for row in rows} | before.keys())
        events = _events(rows, since, now, place)
        back = {position: before.get(number, SILENT) for number, position in place.items()}
        if not back:
            return Trail(NO_TURNS)
        changed = [self._say(back)]
        then = self.codes.copy()
        parts: list[tuple[Ints, int, Codes16]] = []
        left = MOST_TURNS + _TIMES * self.estate.size
        instants = sorted(events)
        for done, instant in enumerate(instants):
            if left < 0:
                rest = [events[each] for each in instants[done:]]
                changed.append(self._say({at: own for said in rest for at, own in said.items()}))
                everybody, last = distinct(np.concatenate(changed)), instants[-1]
                return Trail(self._turns([(everybody, last, self.codes[everybody])]), last)
            positions = self._say(events[instant])
            left -= EACH_INSTANT + len(positions)
            changed.append(positions)
            parts.append((positions, instant, self.codes[positions]))
        everybody = distinct(np.concatenate(changed))
        return Trail(self._turns([(everybody, since, then[everybody]), *parts]))

    def _turns(self, parts: Sequence[tuple[Ints, int, Codes16]]) -> Turns:
        """Positions, an instant, and what they are from then on."""
        return turns_of(
            self.estate.service_ids[np.concatenate([part[0] for part in parts])],
            np.concatenate([np.full(len(part[0]), part[1]) for part in parts]),
            np.concatenate([part[2] for part in parts]),
        )

    def _places(self, numbers: Iterable[int]) -> dict[int, int]:
        """Positions by number; services that are not in the catalogue are missing."""
        positions = self.estate.service_positions(sorted(set(numbers)))
        found = self.estate.service_ids[positions].tolist()
        return dict(zip(found, positions.tolist(), strict=True))


def live_now(said: tuple[Ints, Codes], before: Live | None = None) -> Live:
    """The chain as it stands, with these own conditions (`queries.stored.standing_own`), computed
    whole. What did not change since ``before`` is not read again."""
    mark = last_mark()
    estate = current_estate(with_gates=True)
    chain = None if before is None else _renewed(before, estate)
    if chain is None:
        chain = compiled(TODAY.gates(estate, np.ones(estate.size, dtype=np.bool_)))
    own = _copied(nothing_reported(estate.size, estate.assumed))
    places, is_there = estate.places_of(said[0])
    places, values = places[is_there], said[1][is_there]
    own.condition[places] = values[:, 0]
    own.without_planned[places] = values[:, 1]
    own.only_planned[places] = values[:, 2]
    engine = chosen(chain)
    conditions = propagate(engine, own)
    if not isinstance(engine, PlainEngine):
        # The first change compiles for seconds: not while others wait for the database.
        loss = reported(np.array([DOWN], dtype=np.int8), np.array([True]))
        propagate_change(engine, conditions.copy(), np.array([0]), loss)
    last = last_change_at()
    cut = EVER if last is None else micros(last)
    return Live(mark, cut, estate, engine, own, conditions)


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
            events.setdefault(micros(row.end), {})[position] = SILENT
    for row in rows:
        position = place.get(row.service_id)
        if position is not None and since <= micros(row.start) <= now:
            events.setdefault(micros(row.start), {})[position] = row.own
    return events


def _copied(own: Own) -> Own:
    return Own(*(getattr(own, name).copy() for name in own.__dataclass_fields__))
