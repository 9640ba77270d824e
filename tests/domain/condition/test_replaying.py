"""What services end as in a stretch of time, also where nothing is said in it."""

from __future__ import annotations

import numpy as np

from catenary.domain.condition.replaying import Events, Segment, Segments, in_the_end, replayed
from catenary.domain.impact import gates

ALONE = gates(1, [], [])
NOTHING_SAID = Events(
    np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty((0, 3), dtype=np.int64)
)


def test_where_nothing_is_said_the_chain_alone_decides_from_its_last_change_on() -> None:
    yes = np.ones(1, dtype=np.bool_)
    segments = Segments(1, [10, 20], lambda start: Segment(start, ALONE, yes, yes & (start > 10)))
    asked = np.array([0])

    ended = in_the_end(segments, {}, NOTHING_SAID, asked)
    whole, _ = replayed(segments, {}, NOTHING_SAID, asked)

    assert ended.instant.tolist() == [20]
    assert ended.code[-1] == whole.code[-1]
    assert ended.code[-1] != whole.code[0]
