"""Which services somebody means who types their names: of all they see, or of those alone that
they may plan maintenance for.

A name is looked up among the names in memory, which are in order; only what is none costs a
search, and that is cut off. So it costs the same whether a catalogue has a hundred services or
a hundred thousand.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catenary.apps.monitoring.policies import reports_over
from catenary.apps.portfolio.queries.catalogue import ServiceSummary, summaries
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.own_names import NamesInOrder, names_in_order
from catenary.apps.portfolio.queries.search import search_services
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.estate import STAGE_CODES, Bools, Estate
from catenary.domain.references import is_reference
from catenary.domain.text import sort_key

#: So many services are offered for one name, and of so many names at once.
OFFERED, NAMES = 10, 20
#: Two letters find too much, and nobody types a name as long as this.
_SHORTEST, _LONGEST = 2, 200
_SOUGHT = 1_000
_RETIRED = STAGE_CODES["retired"]


@dataclass(frozen=True, slots=True)
class Meant:
    """What somebody typed. ``reference`` is the service that it names, empty when it names none
    or several; then ``offered`` are those that may be meant. ``service`` is it as it is seen;
    none when it is not one that may be meant."""

    typed: str
    reference: str
    service: ServiceSummary | None = None
    offered: tuple[ServiceSummary, ...] = ()


def services_meant(
    actor: Actor,
    viewpoint: Viewpoint,
    typed: Sequence[str],
    *,
    offer: bool = True,
    is_for_planning: bool = True,
) -> list[Meant]:
    """The services that these texts name, by reference or by a name (the provider's, or that by
    which the viewpoint knows it), each in its place.

    A text that is no name of exactly one service names none, however few may be meant: nobody's
    service is planned for by a guess. Without ``offer`` what may be meant is not looked for. Only
    services that may be planned for are meant, unless it ``is_for_planning`` nothing.
    """
    estate = current_estate()
    here = estate.organization_position(viewpoint.organization_id)
    if here is None:
        return [Meant(text, text if is_reference(text) else "") for text in typed]
    may = _meant(estate, actor, viewpoint, is_for_planning=is_for_planning)
    names = names_in_order(estate, viewpoint)
    referred, known = _referred(estate, may, typed), _known(names, may, typed)
    places: list[list[int]] = []
    searched = 0
    for text in typed:
        if is_reference(text):
            places.append(referred.get(text, []))
            continue
        found = _called(names, may, known, text)
        if offer and len(found) != 1 and searched < NAMES:
            searched += 1
            found = _offered(names, may, found, _sought(estate, actor, viewpoint, text), text)
        places.append(found)
    every = sorted({place for found in places for place in found})
    rows = {
        row.id: row for row in summaries(estate, viewpoint, every, estate.roles_seen_from(here))
    }
    meant = []
    for text, found in zip(typed, places, strict=True):
        shown = [rows[n] for n in map(int, estate.service_ids[found]) if n in rows]
        if is_reference(text):
            meant.append(Meant(text, text, shown[0] if shown else None))
        elif len(shown) == 1 and _is_called(names, found[0], text):
            meant.append(Meant(text, shown[0].reference, shown[0]))
        else:
            meant.append(Meant(text, "", None, tuple(shown[:OFFERED])))
    return meant


def _meant(estate: Estate, actor: Actor, viewpoint: Viewpoint, *, is_for_planning: bool) -> Bools:
    """The services seen from the viewpoint, by place; on request for which the actor may plan."""
    seen = visible_services(estate, actor, viewpoint)
    may: Bools = seen & (estate.stage != _RETIRED)
    over = reports_over(actor) if is_for_planning else None
    if over is None:
        return may
    inside = np.zeros(len(estate.organization_ids), dtype=np.bool_)
    for number in over:
        top = estate.organization_position(number)
        if top is not None:
            inside[top : int(estate.organization_end[top])] = True
    may &= inside[estate.provider]
    return may


def _referred(estate: Estate, may: Bools, typed: Sequence[str]) -> dict[str, list[int]]:
    """The place of each reference that may be planned for."""
    rows = services_by_reference(text for text in typed if is_reference(text))
    numbers = np.array([row.id for row in rows.values()], dtype=np.int64)
    places, found = estate.places_of(numbers)
    return {
        reference: [int(place)]
        for reference, place, is_there in zip(rows, places, found, strict=True)
        if is_there and may[place]
    }


def _known(names: NamesInOrder, may: Bools, typed: Sequence[str]) -> dict[str, list[int]]:
    """The places of what the viewpoint knows by one of these names: all names are gone through
    once, however many were typed."""
    wanted = {sort_key(text).strip() for text in typed if not is_reference(text)}
    found: dict[str, list[int]] = {}
    for place, name in names.own.items() if wanted else ():
        if name in wanted and may[place]:
            found.setdefault(name, []).append(place)
    return found


def _called(names: NamesInOrder, may: Bools, known: dict[str, list[int]], text: str) -> list[int]:
    """The places of what is called exactly so, one more than are offered at most."""
    key, given = sort_key(text).strip(), names.estate.service_names
    if not key:
        return []
    begin, end = bisect_left(given, key), bisect_right(given, key)
    found = [begin + int(at) for at in np.flatnonzero(may[begin:end])[: OFFERED + 1]]
    return list(dict.fromkeys([*found, *known.get(key, ())]))[: OFFERED + 1]


def _is_called(names: NamesInOrder, place: int, text: str) -> bool:
    key = sort_key(text).strip()
    return key in (names.estate.service_names[place], names.own.get(place))


def _sought(estate: Estate, actor: Actor, viewpoint: Viewpoint, text: str) -> list[int]:
    """The places of what holds all the words; too short a text is looked for nowhere."""
    if not _SHORTEST <= len(text.strip()) <= _LONGEST:
        return []
    matches = search_services(actor=actor, viewpoint=viewpoint, text=text, cap=_SOUGHT)
    places, found = estate.places_of(np.array(matches.service_ids, dtype=np.int64))
    return [int(place) for place in places[found]]


def _offered(
    names: NamesInOrder, may: Bools, called: list[int], sought: list[int], text: str
) -> list[int]:
    """What may be meant: what is called so, then what begins so, then what holds the words."""
    key, given = sort_key(text).strip(), names.estate.service_names
    begun: list[int] = []
    if len(key) >= _SHORTEST:
        begin, end = bisect_left(given, key), bisect_left(given, key + "\U0010ffff")
        begun = [begin + int(at) for at in np.flatnonzero(may[begin:end])[:OFFERED]]
    rest = [place for place in sought if may[place]]
    rest.sort(key=lambda place: (key not in names.name(place), names.name(place)))
    return list(dict.fromkeys([*called, *begun, *rest]))[:OFFERED]
