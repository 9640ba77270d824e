"""What services are shown as at this moment, for those who are to be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.kept import effective_of, intervals_of, standing_codes
from catenary.apps.monitoring.queries.status import shown


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
