"""The board: everything a viewpoint provides or takes, with its condition, the worst first.

The conditions of everybody are held in memory like the estate, and read anew when the engine has
kept something since. What one may see is a mask over them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from catenary.apps.monitoring.models import EffectiveCondition
from catenary.apps.monitoring.queries.explaining import UNHEARD_OF, Effective, effective_now
from catenary.apps.monitoring.queries.status import SHOWN, condition_as_plain, shown
from catenary.apps.monitoring.queries.stored import propagation
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_id
from catenary.apps.portfolio.queries.catalogue import known_names
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.estate import ELSEWHERE, ROLE_NAMES, STAGE_CODES, Estate, Ints

_UNKNOWN = SHOWN.index("unknown")
_RETIRED = STAGE_CODES["retired"]
_lock = threading.Lock()
_held: dict[str, tuple[tuple[int, int], Ints]] = {}


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One service with its condition; ``role`` as seen from the viewpoint."""

    reference: str
    name: str
    known_as: str
    provider: OrganizationRow
    role: str
    effective: Effective


@dataclass(frozen=True, slots=True)
class Board:
    """One page; ``after`` leads to the next one. ``counts`` are of all that may be seen, by what
    they are shown as, and ``total`` of those asked for."""

    rows: tuple[BoardRow, ...]
    counts: dict[str, int]
    total: int
    after: tuple[int, str, int] | None


def board(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    only: Sequence[str] = (),
    after: tuple[int, str, int] | None = None,
    limit: int = 50,
) -> Board:
    """Services inside the viewpoint and those it relies on directly or consumes, the worst first
    and then by name; with ``only``, those shown as one of these."""
    estate = current_estate()
    organization = estate.organization_position(viewpoint.organization_id)
    if organization is None:
        return Board((), dict.fromkeys(SHOWN, 0), 0, None)
    roles = estate.roles_seen_from(organization)
    seen = visible_services(estate, actor, viewpoint)
    places = np.flatnonzero(seen & (roles != ELSEWHERE) & (estate.stage != _RETIRED))
    kinds = kinds_now(estate)[places]
    counted = np.bincount(kinds, minlength=len(SHOWN)).tolist()
    if only:
        wanted = np.isin(kinds, [SHOWN.index(each) for each in only])
        places, kinds = places[wanted], kinds[wanted]
    # Services stand in order of name.
    order = np.argsort(kinds, kind="stable")
    places, kinds = places[order], kinds[order]
    start = 0 if after is None else _start(estate, places, kinds, after)
    page = places[start : start + limit]
    last = None
    if start + limit < len(places) and len(page):
        place = int(page[-1])
        kind = int(kinds[start + len(page) - 1])
        last = (kind, estate.service_names[place], int(estate.service_ids[place]))
    return Board(
        _rows(estate, viewpoint, page, roles),
        dict(zip(SHOWN, counted, strict=True)),
        len(places),
        last,
    )


def _start(estate: Estate, places: Ints, kinds: Ints, after: tuple[int, str, int]) -> int:
    """Where the first one stands that comes after a place, which may be gone meanwhile."""
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        place = int(places[middle])
        key = (int(kinds[middle]), estate.service_names[place], int(estate.service_ids[place]))
        if key <= after:
            low = middle + 1
        else:
            high = middle
    return low


def _rows(estate: Estate, viewpoint: Viewpoint, page: Ints, roles: Ints) -> tuple[BoardRow, ...]:
    numbers = estate.service_ids[page]
    rows = services_by_id(numbers.tolist())
    providers = organizations_by_id({row.provider_id for row in rows.values()})
    effective = effective_now(numbers)
    names = known_names(viewpoint, numbers.tolist())
    return tuple(
        BoardRow(
            rows[number].reference,
            rows[number].name,
            names.get(number, ""),
            providers[rows[number].provider_id],
            ROLE_NAMES[roles[place]],
            effective.get(number, UNHEARD_OF),
        )
        for number, place in zip(numbers.tolist(), page.tolist(), strict=True)
        if number in rows
    )


def kinds_now(estate: Estate) -> Ints:
    """What every service of the estate is shown as: its place in `SHOWN`."""
    name = str(connection.settings_dict["NAME"])
    wanted = (estate.version, propagation()[0])
    held = _held.get(name)
    if held is not None and held[0] == wanted:
        return held[1]
    with _lock:
        held = _held.get(name)
        if held is None or held[0] != wanted:
            held = _held[name] = (wanted, _loaded(estate))
        return held[1]


def _loaded(estate: Estate) -> Ints:
    kinds = np.full(estate.size, _UNKNOWN, dtype=np.int64)
    rows = EffectiveCondition.objects.filter(ends_at__isnull=True)
    found: dict[int, int] = {}
    for number, best, worst, planned in rows.values_list(
        "service_id", "best", "worst", "planned"
    ).iterator(chunk_size=5_000):
        known = Effective(best, worst, planned, 0, 0, False, False)
        found[number] = SHOWN.index(shown(known))
    positions = estate.service_positions(found)
    kinds[positions] = [found[number] for number in estate.service_ids[positions].tolist()]
    return kinds


def board_row_as_plain(row: BoardRow) -> dict[str, Any]:
    """One service of the board for programs."""
    return {
        "reference": row.reference,
        "name": row.name,
        "known-as": row.known_as or None,
        "provider": row.provider.key,
        "role": row.role,
        **condition_as_plain(row.effective),
    }
