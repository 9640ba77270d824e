"""When maintenance hurts least: the numbers of docs/algorithms/maintenance.md, and their sums."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.condition.codes import DEGRADED, DOWN
from catenary.domain.intervals import HOUR, MINUTE, instant
from catenary.domain.maintenance.timing import Hit, best_first, harm
from catenary.domain.service_hours import ALWAYS, WeeklyHours, elapsed

CLINIC = WeeklyHours("Europe/London", (((8 * 60, 18 * 60),),) * 5 + ((), ()))
HITS = (Hit(ALWAYS, 3, DOWN), Hit(CLINIC, 2, DEGRADED))
TUESDAY, SUNDAY = "2026-11-24", "2026-11-29"


def starts(*texts: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Instants; London keeps UTC in winter."""
    return np.array(
        [instant(datetime.fromisoformat(text).replace(tzinfo=UTC)) for text in texts],
        dtype=np.int64,
    )


def test_the_page_is_right(root: Path) -> None:
    page = (root / "docs" / "algorithms" / "maintenance.md").read_text(encoding="utf-8")
    said = re.findall(r"^\| (Tuesday|Sunday) (\d\d:\d\d) \|.*\| (\d+) h \|$", page, re.MULTILINE)
    days = {"Tuesday": TUESDAY, "Sunday": SUNDAY}

    found = harm(HITS, starts(*(f"{days[day]}T{time}" for day, time, _ in said)), 2 * HOUR)

    assert len(said) == 3
    assert (found // HOUR).tolist() == [int(hours) for *_, hours in said]
    assert best_first(found).tolist() == [2, 1, 0]


def test_who_says_no_hours_is_open_always_and_without_consumers_all_weigh_alike() -> None:
    at = starts(f"{TUESDAY}T10:00", f"{SUNDAY}T02:00")

    assert (harm([Hit(None, 1, DOWN)], at, HOUR) // HOUR).tolist() == [2, 2]
    assert (harm([Hit(CLINIC, 0, DOWN)], at, HOUR) // HOUR).tolist() == [2, 0]
    both = [Hit(CLINIC, 0, DOWN), Hit(ALWAYS, 1, DEGRADED)]
    assert (harm(both, at, HOUR) // HOUR).tolist() == [1, 1]
    assert harm([], at, HOUR).tolist() == [0, 0]


@pytest.mark.parametrize("duration", [HOUR, 50 * HOUR])
def test_equally_good_starts_come_in_order(duration: int) -> None:
    at = starts(*(f"{SUNDAY}T{hour:02d}:00" for hour in range(5)))

    assert best_first(harm([Hit(ALWAYS, 1, DOWN)], at, duration)).tolist() == [0, 1, 2, 3, 4]


@given(
    st.lists(st.integers(0, 60 * 24 * 60), min_size=1, max_size=5),
    st.integers(1, 5_000),
    st.lists(
        st.builds(
            Hit,
            st.sampled_from([None, ALWAYS, CLINIC]),
            st.integers(1, 9),
            st.sampled_from([DEGRADED, DOWN]),
        ),
        max_size=4,
    ),
)
def test_it_is_the_sum_over_services_of_weight_and_open_time(
    minutes: list[int], length: int, hits: list[Hit]
) -> None:
    first = int(starts("2026-03-01T00:00")[0])
    at = np.array([first + minute * MINUTE for minute in minutes], dtype=np.int64)

    found = harm(hits, at, length * MINUTE)

    assert found.tolist() == [
        sum(
            hit.weight * elapsed(hit.hours or ALWAYS, start, start + length * MINUTE)
            for hit in hits
        )
        for start in at.tolist()
    ]
