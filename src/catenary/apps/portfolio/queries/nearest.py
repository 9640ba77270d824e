"""What somebody probably meant by a reference that leads nowhere: only what they may see."""

from __future__ import annotations

import numpy as np

from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.words import Words, nearest

#: So many are named at most.
_MOST = 3


def nearest_services(
    *, actor: Actor, viewpoint: Viewpoint | None, reference: str
) -> tuple[str, ...]:
    """References near to one that leads nowhere: spelt almost so, else with the same key at other
    organizations, else with a key spelt almost so. Without a viewpoint, of everything: for an
    operator. It reads every name there is, which is for a mistake of a person and not for a door
    that is asked often."""
    estate = current_estate()
    seen = np.ones(estate.size, dtype=np.bool_)
    if viewpoint is not None or not actor.is_operator:
        seen = np.zeros(estate.size, dtype=np.bool_)
        if viewpoint is not None:
            seen = visible_services(estate, actor, viewpoint)
    rows = services_by_id(estate.service_ids[np.flatnonzero(seen)].tolist())
    references = sorted(row.reference for row in rows.values())
    near = nearest(reference, references)
    if near:
        return (near,)
    by_key: dict[str, list[str]] = {}
    for each in references:
        by_key.setdefault(each.partition("/")[2], []).append(each)
    key = reference.partition("/")[2] or reference
    return tuple(by_key.get(key if key in by_key else Words(by_key).nearest(key), ())[:_MOST])
