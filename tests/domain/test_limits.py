"""Buckets that refill evenly: what is let through, what is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.limits import SECOND, Allowance, Rate, spend, tighter

TEN_A_MINUTE = Rate(quota=10, window=60)
NOW = 1_000 * SECOND


def after(times: int, now: int = NOW) -> tuple[int, Allowance]:
    """The bucket after so many requests at one moment."""
    full_at, told = 0, None
    for _ in range(times):
        full_at, told = spend(TEN_A_MINUTE, full_at, now)
    assert told is not None
    return full_at, told


def test_the_whole_quota_may_come_at_once_and_no_more() -> None:
    told = [after(n)[1] for n in range(1, 12)]

    assert [t.is_allowed for t in told] == [True] * 10 + [False]
    assert [t.remaining for t in told] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    assert [t.reset for t in told] == [6, 12, 18, 24, 30, 36, 42, 48, 54, 60, 60]
    assert told[-1].retry_after == 6


def test_who_waits_as_long_as_told_is_let_in() -> None:
    full_at, told = after(11)

    _, early = spend(TEN_A_MINUTE, full_at, NOW + told.retry_after * SECOND - 1)
    _, then = spend(TEN_A_MINUTE, full_at, NOW + told.retry_after * SECOND)

    assert not early.is_allowed
    assert then.is_allowed


def test_a_refused_request_takes_nothing() -> None:
    assert after(11)[0] == after(10)[0] == after(50)[0]


def test_a_clock_that_was_set_back_keeps_nobody_waiting_longer_than_a_window() -> None:
    full_at, _ = after(10, NOW + 86_400 * SECOND)

    _, told = spend(TEN_A_MINUTE, full_at, NOW)

    assert told.retry_after <= TEN_A_MINUTE.window


def test_a_cost_above_the_quota_is_the_whole_quota() -> None:
    full_at, told = spend(TEN_A_MINUTE, 0, NOW, cost=1_000)

    assert told.is_allowed
    assert told.remaining == 0
    assert not spend(TEN_A_MINUTE, full_at, NOW)[1].is_allowed


@given(
    quota=st.integers(1, 50),
    gaps=st.lists(st.integers(0, 5 * SECOND), min_size=1, max_size=200),
)
def test_no_window_lets_through_more_than_twice_the_quota(quota: int, gaps: list[int]) -> None:
    # A full bucket at the start of the window, and what flows in meanwhile.
    rate, full_at, now, let_in = Rate(quota, 10), 0, NOW, []
    for gap in gaps:
        now += gap
        full_at, told = spend(rate, full_at, now)
        if told.is_allowed:
            let_in.append(now)

    for start in let_in:
        assert sum(start <= at < start + 10 * SECOND for at in let_in) <= 2 * quota


def test_of_two_limits_the_one_that_refuses_first_is_told() -> None:
    roomy = Allowance(True, quota=100, window=60, remaining=50, reset=1)
    tight = Allowance(True, quota=10, window=60, remaining=1, reset=1)
    over = Allowance(False, quota=1000, window=60, remaining=0, reset=1, retry_after=1)

    assert tighter(roomy, tight) is tighter(tight, roomy) is tight
    assert tighter(over, tight) is tighter(tight, over) is over
