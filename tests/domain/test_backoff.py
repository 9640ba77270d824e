"""Waiting before trying again: twice as long each time, spread, bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.backoff import FIRST, LONGEST, MOST_ATTEMPTS, longest_wait, wait_after
from catenary.domain.intervals import DAY


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_wait_lies_in_the_second_half_of_its_bound(attempts: int, chance: float) -> None:
    whole = min(LONGEST, FIRST * 2 ** min(attempts - 1, 60))

    assert whole // 2 <= wait_after(attempts, chance) <= whole


def test_all_attempts_together_take_more_than_a_day_and_less_than_three() -> None:
    waits = [wait_after(attempt, 0.5) for attempt in range(1, MOST_ATTEMPTS)]

    assert waits[0] < waits[1] < waits[2]
    assert 0.5 * DAY < sum(waits) < 3 * DAY


@pytest.mark.parametrize(("attempts", "chance"), [(0, 0.5), (1, 1.0), (1, -0.1)])
def test_what_is_no_attempt_or_chance_is_refused(attempts: int, chance: float) -> None:
    with pytest.raises(ValueError, match="attempt"):
        wait_after(attempts, chance)


def test_the_last_attempt_comes_no_later_than_is_said() -> None:
    for attempts in range(MOST_ATTEMPTS + 1):
        waits = [wait_after(each, 0.999999) for each in range(attempts + 1, MOST_ATTEMPTS)]

        assert sum(waits) <= longest_wait(attempts) <= sum(waits) * 1.01

    assert longest_wait(MOST_ATTEMPTS - 1) == longest_wait(MOST_ATTEMPTS) == 0
