"""Which plans work on what and when each takes place next, held in memory for those ahead.

A list of maintenance ahead asks here first which plans of the whole installation work on something
below what it is about, in the order in which they take place: however many plans others have, none
of them is read, and none of them stands in for one's own. A version of a plan is written once and
stays, so that only those recorded since are ever read; that none was costs one small query.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import orjson
from django.db import connection

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import Maintenance, MaintenanceVersion
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.plans import DamagedPlan, services_of
from catenary.domain.estate import Bools, Estate, Ints
from catenary.domain.intervals import DAY
from catenary.domain.maintenance.reading import read_planned
from catenary.domain.maintenance.windows import Window, next_occurrence

_NEVER = int(np.iinfo(np.int64).max)
#: A version as far as it says which it is: its number, its plan's number and key, and when it
#: was recorded.
_Version = tuple[int, int, str, datetime]
_VERSION = ("pk", "maintenance_id", "maintenance__key", "recorded_at")
_lock = threading.Lock()
_held: dict[str, _Agenda] = {}


def reliances(estate: Estate, services: Bools) -> Bools:
    """These services and everything that they rely on, however far below."""
    everywhere = np.ones(estate.size, dtype=np.bool_)
    below: Bools = estate.steps_down(np.flatnonzero(services), None, everywhere) >= 0
    return below


def plans_ahead(
    estate: Estate, below: Bools, at: datetime, until: datetime | None = None
) -> list[int]:
    """Numbers of the plans that run at a moment or come and work on one of these services: those
    that take place next first, those that begin at one time in the order of their numbers. With
    ``until`` only those whose next time begins before."""
    listed = _current(micros(at))
    found = _working_on(estate, below, listed)
    found = found[listed.starts[found] < (_NEVER if until is None else micros(until))]
    return _in_order(listed, found)


def plans_within(estate: Estate, below: Bools, start: datetime, end: datetime) -> list[int]:
    """Numbers of the plans ahead that work on one of these services and may take place within
    ``[start, end)``, now or in time to come, in that order: those left out do not."""
    listed = _current(None, micros(start))
    found = _working_on(estate, below, listed)
    # Of what was before that was looked up, only what comes next is known.
    may_be = (listed.starts[found] < micros(end)) | (listed.sinces[found] > micros(start))
    return _in_order(listed, found[may_be])


def _working_on(estate: Estate, below: Bools, listed: _Listed) -> Ints:
    """The rows of the plans that work on one of these services."""
    if not estate.size:
        return listed.rows[:0]
    places, is_there = estate.places_of(listed.services)
    return np.unique(listed.rows[below[places] & is_there])


def _in_order(listed: _Listed, found: Ints) -> list[int]:
    order = np.lexsort((listed.numbers[found], listed.starts[found]))
    numbers: list[int] = listed.numbers[found[order]].tolist()
    return numbers


@dataclass(frozen=True, slots=True)
class _Listed:
    """Plans by row with when each takes place next (`_NEVER`: not any more), looked up at which
    instant, and what they work on: so many services, each with the row of its plan."""

    numbers: Ints
    starts: Ints
    sinces: Ints
    rows: Ints
    services: Ints


@dataclass(slots=True)
class _Entry:
    """One plan: what it works on, and the time that runs or comes next of all instants from
    ``since`` until ``end``."""

    services: list[int]
    window: Window
    start: int = _NEVER
    end: int = _NEVER
    since: int = _NEVER

    def look(self, now: int) -> None:
        """Find the time that runs or comes next."""
        if self.since <= now < self.end:
            return
        found = next_occurrence(self.window, now)
        self.since = now
        self.start, self.end = (found.start, found.end) if found else (_NEVER, _NEVER)


@dataclass(slots=True)
class _Agenda:
    """``last`` is the version read last, the key of its plan, and when it was recorded: where
    that is no longer so, it is another database. What is ``listed`` holds of every instant from
    ``since`` until ``due``."""

    last: _Version | None
    entries: dict[int, _Entry] = field(default_factory=dict)
    listed: _Listed | None = None
    since: int = 0
    due: int = 0


def _current(now: int | None, first: int = 0) -> _Listed:
    """What is ahead at an instant, as of the last committed version of any plan; without an
    instant at whichever was asked for last, the ``first`` time at that one."""
    name = str(connection.settings_dict["NAME"])
    with _lock:
        held = _held.get(name)
        # Long before what was asked last, plans may be ahead that were forgotten as over.
        is_early = held is not None and now is not None and now < held.since - DAY
        fresh = None if held is None or is_early else _recorded_since(held.last)
        if held is None or fresh is None:
            held = _Agenda(
                MaintenanceVersion.objects.order_by("-pk").values_list(*_VERSION).first()
            )
            ahead = Maintenance.objects.filter(due_at__isnull=False, cancelled_at__isnull=True)
            _take(held, ahead.values_list("pk", flat=True))
            _held[name] = held
        elif fresh:
            held.last = fresh[-1]
            _take(held, (number for _, number, _, _ in fresh))
        asked = now if now is not None else held.since or first
        if held.listed is None or not held.since <= asked < held.due:
            _list(held, asked)
        assert held.listed is not None
        return held.listed


def _recorded_since(last: _Version | None) -> list[_Version] | None:
    """The versions after one, in order; none where that one is not there."""
    rows = MaintenanceVersion.objects.order_by("pk").values_list(*_VERSION)
    if last is None:
        return list(rows)
    found = list(rows.filter(pk__gte=last[0]))
    return found[1:] if found and found[0] == last else None


def _take(held: _Agenda, numbers: Iterable[int]) -> None:
    """Read plans as they are now."""
    held.listed = None
    for batch in in_batches(sorted(set(numbers))):
        services = services_of(batch)
        rows = MaintenanceVersion.objects.filter(maintenance_id__in=batch).order_by("number")
        documents = dict(rows.values_list("maintenance_id", "document"))
        for number, document in documents.items():
            held.entries.pop(number, None)
            if not document:
                continue
            planned, wrong = read_planned(orjson.loads(document))
            if planned is None:
                raise DamagedPlan(f"maintenance {number}: {wrong[0].sentence}")
            held.entries[number] = _Entry(services.get(number, []), planned.window)


def _list(held: _Agenda, now: int) -> None:
    for entry in held.entries.values():
        entry.look(now)
    # What is over for good is forgotten, but not at once: not everybody asks about the same now.
    for number in [n for n, e in held.entries.items() if e.end == _NEVER and e.since < now - DAY]:
        del held.entries[number]
    entries = held.entries
    counts = [len(entry.services) for entry in entries.values()]
    held.since = max((entry.since for entry in entries.values()), default=now)
    held.due = min((entry.end for entry in entries.values()), default=_NEVER)
    held.listed = _Listed(
        np.array(list(entries), dtype=np.int64),
        np.array([entry.start for entry in entries.values()], dtype=np.int64),
        np.array([entry.since for entry in entries.values()], dtype=np.int64),
        np.repeat(np.arange(len(entries)), np.array(counts, dtype=np.int64)),
        np.array([each for entry in entries.values() for each in entry.services], dtype=np.int64),
    )
