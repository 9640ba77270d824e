"""Whom maintenance touches, over the whole chain; what is told of it is for whoever asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from django.db import connection

from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.actors import Viewpoint
from catenary.domain.estate import ELSEWHERE, Bools, Estate, Ints
from catenary.domain.impact import impact_of
from catenary.domain.maintenance.reading import Planned

#: So many answers are remembered, of so many services in all.
_MOST, _MOST_SERVICES = 4_096, 2_000_000
_lock = Lock()
_held: OrderedDict[tuple[object, ...], tuple[Ints, Ints]] = OrderedDict()
_remembered = 0


def touched_by(estate: Estate, services: Sequence[int], condition: int) -> tuple[Ints, Ints]:
    """The services that would be down or degraded while some are in a condition, those included,
    by position, and what they would be. Everything else is taken to work. Remembered for the
    version of the catalogue."""
    global _remembered
    name = str(connection.settings_dict["NAME"])
    key = (name, estate.version, tuple(sorted(services)), condition)
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            return _held[key]
    found = _touched(estate, services, condition)
    with _lock:
        if key not in _held:
            _held[key] = found
            _remembered += len(found[0])
        while len(_held) > _MOST or _remembered > _MOST_SERVICES:
            _remembered -= len(_held.popitem(last=False)[1][0])
    return found


def _touched(estate: Estate, services: Sequence[int], condition: int) -> tuple[Ints, Ints]:
    failing = estate.service_positions(services)
    everywhere = np.ones(estate.size, dtype=np.bool_)
    above = estate.steps_up(failing, None, everywhere) >= 0
    state = impact_of(TODAY.gates(estate, above), failing, condition).condition
    hit = np.flatnonzero(state)
    return hit, state[hit]


def touched_as_planned(estate: Estate, planned: Planned) -> tuple[Ints, Ints, Bools]:
    """Whom a plan touches, by position, what they would be, and which of them are worked on."""
    rows = services_by_reference(planned.services)
    numbers = [row.id for row in rows.values()]
    places, states = touched_by(estate, numbers, planned.condition)
    return places, states, np.isin(estate.service_ids[places], numbers)


def may_be_told(
    estate: Estate, viewpoint: Viewpoint, seen: Bools, places: Ints, worked_on: Bools
) -> Bools:
    """Of which services that a plan touches somebody may be told it.

    What services of others rest on is theirs to show: whoever plans would else learn it by
    planning (decision 0020). Of others' plans one hears through what one uses oneself.
    """
    here = estate.organization_position(viewpoint.organization_id)
    if here is None:
        return np.zeros(len(places), dtype=np.bool_)
    home = estate.organization_position(viewpoint.root_id)
    is_home = estate.provider_root[places] == home
    told: Bools = seen[places] & (worked_on | is_home)
    if viewpoint.root_id not in homes_of(estate, places, worked_on):
        told |= seen[places] & (estate.roles_seen_from(here)[places] != ELSEWHERE)
    return told


def homes_of(estate: Estate, places: Ints, worked_on: Bools) -> frozenset[int]:
    """The top organizations, by number, whose services a plan works on: as they are today, since
    a unit that moves below another one takes its maintenance along (decision 0093)."""
    roots = np.unique(estate.provider_root[places[worked_on]])
    return frozenset(estate.organization_ids[roots].tolist())
