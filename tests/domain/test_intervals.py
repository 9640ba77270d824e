"""Sets of intervals against plain sets of instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.intervals import (
    EMPTY,
    Intervals,
    clipped,
    instant,
    intervals,
    moment,
    where_at_least,
    without,
)

few = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), max_size=6)


def instants(these: Intervals) -> set[int]:
    """Every instant of a set."""
    return {at for start, end in these for at in range(start, end)}


def assert_shortest(these: Intervals) -> None:
    """Sorted, nothing empty, nothing that touches."""
    bounds = [bound for pair in these for bound in pair]
    assert bounds == sorted(set(bounds))


@given(few)
def test_joining_keeps_every_instant_and_no_other(pairs: list[tuple[int, int]]) -> None:
    found = intervals(pairs)

    assert_shortest(found)
    assert instants(found) == {at for start, end in pairs for at in range(start, end)}
    assert found.length == len(instants(found))
    assert intervals(list(found)) == found


@given(st.lists(few.map(intervals), max_size=4), st.integers(1, 4))
def test_an_instant_is_kept_when_enough_sets_hold_it(parts: list[Intervals], minimum: int) -> None:
    found = where_at_least(parts, minimum)

    assert_shortest(found)
    sets = [instants(part) for part in parts]
    assert instants(found) == {
        at for at in range(-20, 20) if sum(at in these for these in sets) >= minimum
    }


@given(few.map(intervals), few.map(intervals), st.integers(-25, 25), st.integers(-25, 25))
def test_taking_away_and_clipping_are_those_of_sets(
    these: Intervals, taken: Intervals, start: int, end: int
) -> None:
    left, cut = without(these, taken), clipped(these, start, end)

    assert_shortest(left)
    assert_shortest(cut)
    assert instants(left) == instants(these) - instants(taken)
    assert instants(cut) == instants(these) & set(range(start, end))


def test_cutting_and_joining_gives_back_the_whole() -> None:
    whole = intervals([(0, 10), (20, 30)])

    halves = [clipped(whole, 0, 25), clipped(whole, 25, 30)]

    assert where_at_least(halves, 1) == whole
    assert where_at_least(halves, 2) == EMPTY


def test_a_set_is_compared_with_sets_only() -> None:
    assert intervals([(0, 1)]) != intervals([(0, 2)])
    assert intervals([(0, 1)]) != [(0, 1)]


def test_a_moment_and_its_instant_are_the_same() -> None:
    noon = datetime(2026, 11, 22, 12, 0, 0, 1, tzinfo=UTC)

    assert moment(instant(noon)) == noon
    assert instant(noon.astimezone(timezone(timedelta(hours=5, minutes=45)))) == instant(noon)
    assert instant(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1
    with pytest.raises(ValueError, match="without its offset"):
        instant(datetime(2026, 11, 22))  # noqa: DTZ001


def test_at_least_none_is_no_question() -> None:
    with pytest.raises(ValueError, match="at least one"):
        where_at_least([EMPTY], 0)
