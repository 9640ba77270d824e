"""What was known then: conditions at a moment, worked out from what had been recorded by then, or
by another moment, over the catalogue as it stood.

Kept intervals say what is known *today* of a moment; a late word has changed them since. What a
board said at the time is worked out anew from the observations, which are only ever added to: the
same question always gets the same answer (docs/algorithms/as-known-then.md).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.kept import (
    AMONG,
    UNHEARD_OF,
    Effective,
    asked_of,
    effective_of,
)
from catenary.apps.monitoring.queries.stored import asked_at
from catenary.apps.monitoring.queries.then import is_only_planned
from catenary.apps.monitoring.queries.words import WORD_COLUMNS, words_of_rows
from catenary.apps.portfolio.queries.past import Past, records_at
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.chain.compiled import compiled
from catenary.domain.condition.codes import OPERATIONAL, UNKNOWN
from catenary.domain.condition.engines import chosen
from catenary.domain.condition.explanation import Causes, explained
from catenary.domain.condition.own import Own, is_derived
from catenary.domain.condition.propagation import Conditions, propagate
from catenary.domain.condition.turns import NOTHING_KNOWN, Codes16, codes_at
from catenary.domain.estate import Bools, Estate, Ints
from catenary.domain.observations.history import folded, history_of
from catenary.domain.observations.spans import Spans, spans_of
from catenary.domain.observations.voices import voices

#: Of each source the words at its last instant: later than that it had said nothing yet.
_LAST = (
    f"SELECT {WORD_COLUMNS} FROM monitoring_observation o JOIN ("
    "SELECT service_id, source_id, MAX(at) AS at FROM monitoring_observation"
    " WHERE at <= %s AND recorded_at <= %s GROUP BY service_id, source_id) l"
    " ON o.service_id = l.service_id AND o.source_id = l.source_id AND o.at = l.at"
    " WHERE o.recorded_at <= %s"
)


#: The last answers, by database, moments, the last word and the number of what the engine kept.
_MOST_HELD = 2
_held: OrderedDict[tuple[str, datetime, datetime, int, int], KnownThen] = OrderedDict()
_lock = threading.Lock()
_BY_THEN = " AND o.at <= %s AND o.recorded_at <= %s"


@dataclass(frozen=True, eq=False)
class KnownThen:
    """The conditions at ``at`` of all services there were, by position in the estate of then, as
    they were known at ``known_at``."""

    at: datetime
    known_at: datetime
    records: Past
    own: Own
    conditions: Conditions
    codes: Codes16
    _spans: Spans
    _observations: Sequence[int]

    @property
    def estate(self) -> Estate:
        """The structure of then."""
        return self.records.estate()

    def visible(self, actor: Actor, viewpoint: Viewpoint) -> Bools:
        """What could be seen then and may be seen today."""
        return self.records.visible(self.estate, actor, viewpoint)

    def effective(self, numbers: Iterable[int]) -> dict[int, Effective]:
        """The conditions of services by number; those of which nothing was known are missing."""
        found = {}
        for number in numbers:
            place = self.estate.service_position(number)
            if place is not None and self.codes[place] != NOTHING_KNOWN:
                found[number] = effective_of(int(self.codes[place]))
        return found

    def causes(self, place: int, paths: int) -> tuple[Causes, Causes]:
        """Where the condition of a service, by position, and its being at risk came from."""
        # What nobody ever spoke of is a cause by itself, as where kept intervals are explained.
        derived = is_derived(self.own, self.conditions.chain)
        silent = np.flatnonzero((self.codes == NOTHING_KNOWN) & ~derived)
        unknown = np.full(len(silent), UNKNOWN, dtype=np.int8)
        well = np.full(len(silent), OPERATIONAL, dtype=np.int8)
        nobody = np.zeros(len(silent), dtype=np.bool_)
        own = self.own.with_at(silent, Own(unknown, unknown, well, nobody))
        found = explained(propagate(chosen(self.conditions.chain), own), place, paths)
        return self._planned(found.causes), self._planned(found.risks)

    def _planned(self, causes: Causes) -> Causes:
        told = tuple(
            replace(cause, planned=tuple(self.conditions.of(p).is_planned for p in cause.path))
            for cause in causes.told
        )
        return replace(causes, told=told)

    def own_since(self, numbers: Iterable[int]) -> dict[int, datetime]:
        """Since when the own conditions of services had stood, by number."""
        asked = sorted(set(numbers))
        if not asked:
            return {}
        which = AMONG[connection.vendor]
        statement = f"SELECT {WORD_COLUMNS} FROM monitoring_observation o WHERE {which}{_BY_THEN}"
        with connection.cursor() as cursor:
            moments = [asked_at(self.at), asked_at(self.known_at)]
            cursor.execute(statement, [asked_of(asked), *moments])
            words = words_of_rows(cursor.fetchall())
        found = history_of(words).at(micros(self.at))
        rows = zip(found.service.tolist(), found.start.tolist(), strict=True)
        return {number: moment(start) for number, start in rows}

    def own_planned(self, numbers: Iterable[int]) -> set[int]:
        """Of which services the own condition was maintenance, by number."""
        found = set()
        for number in numbers:
            place = self.estate.service_position(number)
            if place is None:
                continue
            own = self.own.at(np.array([place]))
            value = int(own.condition[0]), int(own.without_planned[0]), int(own.only_planned[0])
            if is_only_planned(value):
                found.add(number)
        return found

    def deciding(self, numbers: Iterable[int]) -> dict[int, list[int]]:
        """The observations that decided the own conditions of services, by number."""
        found = {}
        for number in numbers:
            place = self.estate.service_position(number)
            if place is not None:
                told = voices(self._spans, place, micros(self.at))
                found[number] = [self._observations[voice.word] for voice in told]
        return found


def known_then(*, at: datetime, known_at: datetime) -> KnownThen:
    """What had been recorded by ``known_at`` of the moment ``at``. The chain is that of the earlier
    of both: nobody had said otherwise. Nobody asks: what may be told is for the caller.

    Costs a look at every observation recorded by then, and at the catalogue of then when that is
    not held. Whoever asks turns pages and narrows what they see of the same moment: the last
    answers are held until anything is heard, or the engine keeps anything (which a word that was
    recorded by then and committed late is followed by).
    """
    records = records_at(min(at, known_at))
    heard, number = _heard()
    key = str(connection.settings_dict["NAME"]), at, known_at, heard, number
    with _lock:
        held = _held.get(key)
        if held is not None and held.records is records:
            _held.move_to_end(key)
            return held
    found = _worked_out(records, at, known_at)
    if number:
        with _lock:
            _held[key] = found
            while len(_held) > _MOST_HELD:
                _held.popitem(last=False)
    return found


def _heard() -> tuple[int, int]:
    """The last observation, and the number of what the engine kept; 0 for none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT MAX(id) FROM monitoring_observation),"
            " (SELECT number FROM monitoring_propagation WHERE id = 1)"
        )
        last, number = cursor.fetchone()
    return last or 0, number or 0


def _worked_out(records: Past, at: datetime, known_at: datetime) -> KnownThen:
    estate = records.estate()
    words, observations = _words(estate, at, known_at)
    spans = spans_of(words)
    history = folded(spans).at(micros(at))
    own = history.own(micros(at), estate.size, estate.assumed)
    everybody = np.ones(estate.size, dtype=np.bool_)
    engine = chosen(compiled(records.gates(estate, everybody)))
    conditions = propagate(engine, own)
    codes = codes_at(conditions, own, np.arange(estate.size))
    return KnownThen(at, known_at, records, own, conditions, codes, spans, observations)


def _words(estate: Estate, at: datetime, known_at: datetime) -> tuple[Any, list[int]]:
    """Words of services by their position, and the numbers of the observations."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [asked_at(at), asked_at(known_at), asked_at(known_at)])
        rows = cursor.fetchall()
    order = np.argsort(estate.service_ids)
    ids = estate.service_ids[order]
    numbers: Ints = np.array([row[0] for row in rows], dtype=np.int64)
    found = np.minimum(np.searchsorted(ids, numbers), max(len(ids) - 1, 0))
    places = order[found] if len(ids) else found
    is_there = ids[found] == numbers if len(ids) else np.zeros(len(rows), dtype=np.bool_)
    kept = [
        (place, *row[1:])
        for row, place, there in zip(rows, places.tolist(), is_there.tolist(), strict=True)
        if there
    ]
    return words_of_rows(kept), [row[-1] for row in kept]


def condition_known(known: KnownThen, number: int) -> Effective:
    """The condition of one service, by number, as it was known."""
    return known.effective([number]).get(number, UNHEARD_OF)
