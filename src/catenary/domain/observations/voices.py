"""By whose word a service's own condition is what it is, and since when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catenary.domain.condition.codes import UNKNOWN
from catenary.domain.observations.spans import Spans
from catenary.domain.observations.words import Plan


@dataclass(frozen=True, slots=True)
class Voice:
    """One source that says so: ``since`` is when it began to say this condition without a break,
    ``word`` the row of its latest word."""

    source: int
    condition: int
    since: int
    plan: Plan
    share: int
    word: int


def voices(spans: Spans, service: int, moment: int) -> tuple[Voice, ...]:
    """The sources whose word decides a service's own condition at a moment, the oldest of these
    words first; empty when nothing is said. Earlier words of the same source make no difference to
    the order: who asks about a moment need not know them."""
    of_it = spans.chosen(spans.service == service)
    stands = np.flatnonzero((of_it.start <= moment) & (moment < of_it.end))
    if not len(stands):
        return ()
    said = of_it.condition[stands]
    known = said[said != UNKNOWN]
    deciding = stands[said == (known.max() if len(known) else UNKNOWN)]
    found = [
        Voice(
            source=int(of_it.source[row]),
            condition=int(of_it.condition[row]),
            since=_since(of_it, row),
            plan=Plan(int(of_it.plan[row])),
            share=int(of_it.share[row]),
            word=int(of_it.word[row]),
        )
        for row in deciding.tolist()
    ]
    begins = {int(of_it.word[row]): int(of_it.start[row]) for row in deciding.tolist()}
    return tuple(sorted(found, key=lambda voice: (begins[voice.word], voice.source)))


def _since(spans: Spans, row: int) -> int:
    """When the source of a span began to say the same: a monitor repeats itself every minute."""
    while (
        row > 0
        and spans.source[row - 1] == spans.source[row]
        and spans.end[row - 1] == spans.start[row]
        and spans.condition[row - 1] == spans.condition[row]
    ):
        row -= 1
    return int(spans.start[row])
