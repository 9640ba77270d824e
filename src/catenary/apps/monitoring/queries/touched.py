"""Whom maintenance touches, over the whole chain; what is told of it is for whoever asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from django.db import connection

from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.estate import Estate, Ints
from catenary.domain.impact import impact_of

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
