"""What services are shown as at this moment, for those who are to be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.queries.explaining import causes_of_several
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.kept import effective_of, intervals_of, standing_codes
from catenary.apps.monitoring.queries.status import shown
from catenary.domain.condition.codes import CODE_NAMES
from catenary.domain.estate import Estate

#: So many services are explained one by one; by then most of what is hit has its cause.
_EXPLAINED = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """What a service is shown as, since when (in microseconds)."""

    kind: str
    since: int


def standing_now(at: datetime, services: Iterable[int] | None = None) -> dict[int, Standing]:
    """What services are shown as at this moment, ``at``; without ``services`` all that are not
    operational. Those of which nothing is known are missing."""
    # Without any asked for, the well ones need no look at when that began.
    services = troubled_now() if services is None else services
    found: dict[int, Standing] = {}
    for batch in in_batches(sorted(set(services)), size=20_000):
        for number, intervals in intervals_of(batch, since=at).items():
            if not intervals:
                continue
            last = intervals[-1]
            kind = shown(last.effective)
            if last.end is None:
                found[number] = Standing(kind, micros(last.start))
    return found


def troubled_now() -> dict[int, str]:
    """What all services are shown as that are not operational, by number."""
    services, codes = standing_codes()
    kinds = {code: shown(effective_of(code)) for code in np.unique(codes).tolist()}
    pairs = zip(services.tolist(), codes.tolist(), strict=True)
    return {number: kinds[code] for number, code in pairs if kinds[code] != "operational"}


@dataclass(frozen=True, slots=True)
class SharedCause:
    """Where the conditions of others come from: a path of services, by number, from one of them to
    the source, and which of those asked about stand on that."""

    path: tuple[int, ...]
    condition: str
    hit: frozenset[int]


def shared_causes(estate: Estate, services: Iterable[int]) -> list[SharedCause]:
    """Where the conditions of services come from, those that hit most first.

    Not each is explained: what stands above a source that was found counts as hit by it. So one
    failure is one cause however many it hits; after some twenty explanations the rest stays open.
    """
    positions = estate.service_positions(services)
    everybody = np.ones(estate.size, dtype=np.bool_)
    is_open = np.zeros(estate.size, dtype=np.bool_)
    is_open[positions] = True
    found: dict[int, SharedCause] = {}
    for _ in range(_EXPLAINED):
        left = positions[is_open[positions]]
        if not len(left):
            break
        place = int(left[0])
        is_open[place] = False
        causes, _risks = causes_of_several(estate, [place], paths=20)[0]
        for cause in causes.told:
            source = int(estate.service_ids[cause.source])
            if source in found:
                continue
            above = estate.steps_up(np.array([cause.source]), None, everybody) >= 0
            hit = positions[above[positions]]
            is_open[hit] = False
            numbers = frozenset(estate.service_ids[hit].tolist())
            path = tuple(estate.service_ids[np.array(cause.path)].tolist())
            found[source] = SharedCause(path, CODE_NAMES[cause.condition], numbers)
    return sorted(found.values(), key=lambda cause: (-len(cause.hit), cause.path))
