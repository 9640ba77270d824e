"""All the services from which the condition of one comes, without the ways there: for a picture."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.apps.monitoring.queries.explaining import (
    UNHEARD_OF,
    causes_of,
    effective_now,
)
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_id, services_by_reference
from catenary.apps.portfolio.queries.own_names import known_names
from catenary.domain.actors import Actor, Viewpoint

#: So many are told apart.
_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Sources:
    """``named`` are those one may see, the nearest first, by reference with the names
    by which one knows them;
    ``has_unseen``: there are others, however many. ``is_whole``: none were left out."""

    named: dict[str, str]
    has_unseen: bool = False
    is_whole: bool = True


def sources_of_condition(*, actor: Actor, viewpoint: Viewpoint, reference: str) -> Sources:
    """Where the condition of a service comes from now; nowhere where it works, or is not seen."""
    row = services_by_reference([reference]).get(reference)
    estate = current_estate()
    place = estate.service_position(row.id) if row is not None else None
    if row is None or place is None:
        return Sources({})
    seen = visible_services(estate, actor, viewpoint)
    known = effective_now(estate.service_ids[[place]]).get(row.id, UNHEARD_OF)
    if not seen[place] or known.is_plainly_well:
        return Sources({})
    causes, _risks = causes_of(estate, place, _MOST, None)
    places = list(dict.fromkeys(cause.source for cause in causes.told))
    numbers = [int(estate.service_ids[each]) for each in places if seen[each]]
    rows = services_by_id(numbers)
    names = known_names(viewpoint, sorted(rows))
    return Sources(
        named={
            rows[each].reference: names.get(each) or rows[each].name
            for each in numbers
            if each in rows
        },
        has_unseen=len(places) > len(numbers),
        is_whole=causes.is_complete and not causes.more,
    )
