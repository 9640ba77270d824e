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
    Interval,
    effective_of,
    intervals_of,
    standing_codes,
)
from catenary.apps.monitoring.queries.status import shown
from catenary.domain.notices import IMPAIRED


@dataclass(frozen=True, slots=True)
class Standing:
    """What a service is told to be (`told_as`), since when (in microseconds), with its range."""

    kind: str
    since: int
    best: int = 0
    worst: int = 0


def told_as(known: Effective) -> str:
    """A condition in one word of `SHOWN`, or `IMPAIRED`: that something may be down is no news
    where nobody knew anyhow, that it certainly does not work as it should is."""
    kind = shown(known)
    return IMPAIRED if kind == "unknown" and known.best else kind


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
            known = last.effective
            if last.end is None:
                found[number] = Standing(
                    told_as(known), micros(last.start), known.best, known.worst
                )
    return found


def always_unknown(services: Iterable[int]) -> set[int]:
    """Which services that are unknown now were unknown ever since nothing was known of them."""
    found: set[int] = set()
    for batch in in_batches(sorted(set(services)), size=20_000):
        courses = intervals_of(batch)
        found |= {number for number, course in courses.items() if _is_always_unknown(course)}
    return found


def _is_always_unknown(course: list[Interval]) -> bool:
    began: datetime | None = None
    for one in reversed(course):
        if began is not None and one.end != began:
            return True
        if told_as(one.effective) != "unknown":
            return False
        began = one.start
    return True


def troubled_now() -> dict[int, str]:
    """What all services are told to be (`told_as`) that are not operational, by number."""
    services, codes = standing_codes()
    kinds = {code: told_as(effective_of(code)) for code in np.unique(codes).tolist()}
    pairs = zip(services.tolist(), codes.tolist(), strict=True)
    return {number: kinds[code] for number, code in pairs if kinds[code] != "operational"}
