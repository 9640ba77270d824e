"""What somebody probably meant by a reference that leads nowhere: only what they may see."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.words import Words

#: So many are named at most.
_MOST = 3


def nearest_services(
    *, actor: Actor, viewpoint: Viewpoint | None, reference: str
) -> tuple[str, ...]:
    """References near to one that leads nowhere; see `nearest_to_each`."""
    found = nearest_to_each(actor=actor, viewpoint=viewpoint, references=[reference])
    return found[reference]


def nearest_to_each(
    *, actor: Actor, viewpoint: Viewpoint | None, references: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """References near to some that lead nowhere: spelt almost so, else with the same key at other
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
    known = sorted(row.reference for row in rows.values())
    by_key: dict[str, list[str]] = {}
    for each in known:
        by_key.setdefault(each.partition("/")[2], []).append(each)
    words, keys = Words(known), Words(by_key)

    def near(reference: str) -> tuple[str, ...]:
        found = words.nearest(reference)
        if found:
            return (found,)
        key = reference.partition("/")[2] or reference
        return tuple(by_key.get(key if key in by_key else keys.nearest(key), ())[:_MOST])

    return {reference: near(reference) for reference in references}
