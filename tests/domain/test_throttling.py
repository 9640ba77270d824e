"""Waits after failed sign-ins: they grow, they end, and they are forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.throttling import OF_ACCOUNT, Failures, Patience, one_more, wait

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_first_failures_cost_nothing_and_then_the_wait_doubles_up_to_its_end() -> None:
    waits = [wait(OF_ACCOUNT, Failures(n, NOON), NOON) // SECOND for n in range(18)]

    assert waits == [0] * 6 + [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_a_wait_gets_shorter_while_one_waits() -> None:
    failures = Failures(8, NOON)

    assert wait(OF_ACCOUNT, failures, NOON + 3 * SECOND) == 5 * SECOND
    assert wait(OF_ACCOUNT, failures, NOON + 8 * SECOND) == timedelta()
    assert wait(OF_ACCOUNT, failures, NOON + timedelta(days=3)) == timedelta()


def test_a_clock_that_was_set_back_makes_no_wait_longer() -> None:
    assert wait(OF_ACCOUNT, Failures(8, NOON), NOON - timedelta(days=1)) == 8 * SECOND


def test_after_long_enough_everything_begins_anew() -> None:
    many = Failures(100, NOON)

    assert one_more(OF_ACCOUNT, many, NOON + OF_ACCOUNT.forgets - SECOND).count == 101
    assert one_more(OF_ACCOUNT, many, NOON + OF_ACCOUNT.forgets).count == 1
    assert one_more(OF_ACCOUNT, Failures(), NOON) == Failures(1, NOON)


@given(st.integers(0, 10**9), st.integers(-(10**6), 10**6))
def test_nobody_ever_waits_longer_than_the_longest(count: int, seconds: int) -> None:
    patience = Patience(3, SECOND, timedelta(minutes=5), timedelta(hours=1))

    waited = wait(patience, Failures(count, NOON), NOON + seconds * SECOND)

    assert timedelta() <= waited <= patience.longest
