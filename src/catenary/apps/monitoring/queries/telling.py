"""What services are shown as at this moment, for those who are to be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.kept import (
    Effective,
    effective_of,
    intervals_of,
    standing_codes,
)
from catenary.apps.monitoring.queries.since import is_known, silent_since
from catenary.apps.monitoring.queries.status import shown
from catenary.domain.impact import DOWN, OPERATIONAL
from catenary.domain.notices import IMPAIRED, SILENT


@dataclass(frozen=True, slots=True)
class Standing:
    """What a service is told to be (`told_as`), since when (in microseconds), with its range.
    ``is_silent``: nothing is known of it any more."""

    kind: str
    since: int
    best: int = 0
    worst: int = 0
    is_silent: bool = False

    @property
    def said(self) -> str:
        """What is said of it: that nobody knows any more is another thing than a range."""
        return SILENT if self.is_silent else self.kind


def told_as(known: Effective) -> str:
    """A condition in one word of `SHOWN`, or `IMPAIRED`: that something may be down is no news
    where nobody knew anyhow, that it certainly does not work as it should is."""
    kind = shown(known)
    return IMPAIRED if kind == "unknown" and known.best else kind


def standing_now(
    at: datetime, services: Iterable[int] | None = None, *, with_silent: bool = True
) -> dict[int, Standing]:
    """What services are shown as at this moment, ``at``; without ``services`` all that are not
    operational. Those of which nothing was ever known are missing, and unless ``with_silent``
    those of which nothing is known any more."""
    # Without any asked for, the well ones need no look at when that began.
    asked = None if services is None else set(services)
    found: dict[int, Standing] = {}
    for batch in in_batches(sorted(troubled_now() if asked is None else asked), size=20_000):
        for number, intervals in intervals_of(batch, since=at).items():
            if not intervals:
                continue
            last = intervals[-1]
            known = last.effective
            if last.end is None:
                found[number] = Standing(
                    told_as(known), micros(last.start), known.best, known.worst
                )
    if not with_silent:
        return found
    for number, since in silent_since(None if asked is None else asked - found.keys()).items():
        if number not in found:
            found[number] = Standing("unknown", micros(since), OPERATIONAL, DOWN, is_silent=True)
    return found


def always_unknown(services: Iterable[int]) -> set[int]:
    """Which services that are unknown now were never anything else."""
    found: set[int] = set()
    for batch in in_batches(sorted(set(services)), size=20_000):
        for number, course in intervals_of(batch).items():
            if not any(map(is_known, course)):
                found.add(number)
    return found


def troubled_now() -> dict[int, str]:
    """What all services are told to be (`told_as`) that are not operational, by number."""
    services, codes = standing_codes()
    kinds = {code: told_as(effective_of(code)) for code in np.unique(codes).tolist()}
    pairs = zip(services.tolist(), codes.tolist(), strict=True)
    return {number: kinds[code] for number, code in pairs if kinds[code] != "operational"}
