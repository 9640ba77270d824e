"""Whom maintenance touches, over the whole chain; what is told of it is for whoever asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import numpy as np
from django.db import connection

from catenary.apps.monitoring.queries.plans import (
    announced_after,
    plans_by_id,
    services_named,
)
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.estate import Estate, Ints
from catenary.domain.impact import impact_of
from catenary.domain.maintenance.reading import Planned

_MOST = 512
_lock = Lock()
_held: OrderedDict[tuple[object, ...], tuple[Ints, Ints]] = OrderedDict()


def touched_by(estate: Estate, services: Sequence[int], condition: int) -> tuple[Ints, Ints]:
    """The services that would be down or degraded while some are in a condition, those included,
    by position, and what they would be. Everything else is taken to work. Remembered for the
    version of the catalogue."""
    name = str(connection.settings_dict["NAME"])
    key = (name, estate.version, tuple(sorted(services)), condition)
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            return _held[key]
    found = _touched(estate, services, condition)
    with _lock:
        _held[key] = found
        while len(_held) > _MOST:
            _held.popitem(last=False)
    return found


def _touched(estate: Estate, services: Sequence[int], condition: int) -> tuple[Ints, Ints]:
    failing = estate.service_positions(services)
    everywhere = np.ones(estate.size, dtype=np.bool_)
    above = estate.steps_up(failing, None, everywhere) >= 0
    state = impact_of(TODAY.gates(estate, above), failing, condition).condition
    hit = np.flatnonzero(state)
    return hit, state[hit]


@dataclass(frozen=True, slots=True)
class Announcement:
    """One version of a plan as it was announced, for whoever tells others of it: ``number`` grows
    with every announcement, ``services`` are the numbers of all that it touches, worked on or
    standing on that. ``planned`` is none when it was cancelled."""

    number: int
    key: str
    version: int
    planned: Planned | None
    note: str
    recorded_at: datetime
    services: tuple[int, ...]


def announcements_after(number: int, limit: int = 100) -> tuple[Announcement, ...]:
    """What was announced, changed or cancelled after a number, in order. Nobody asks: who may be
    told of a service is for whoever tells (`queries.maintenance` says what to whom)."""
    found = announced_after(number, limit)
    plans = plans_by_id(each.maintenance_id for each in found)
    rows = services_named(plans.values())
    estate = current_estate()
    told = []
    for each in found:
        plan = plans[each.maintenance_id]
        said = each.version.planned or plan.last
        worked_on = [rows[reference].id for reference in said.services if reference in rows]
        touched, _states = touched_by(estate, worked_on, said.condition)
        told.append(
            Announcement(
                each.number,
                plan.key,
                each.version.number,
                each.version.planned,
                each.version.note,
                each.version.recorded_at,
                tuple(estate.service_ids[touched].tolist()),
            )
        )
    return tuple(told)
