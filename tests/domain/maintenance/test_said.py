"""What a schedule says makes what was said what is planned, however often and late it looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.domain.condition.codes import DEGRADED, DOWN, NOTHING
from catenary.domain.intervals import HOUR, instant
from catenary.domain.maintenance.rules import read_rule
from catenary.domain.maintenance.said import (
    Span,
    Step,
    Version,
    announced_at,
    next_edge,
    planned_spans,
    planned_steps,
    words_to_say,
)
from catenary.domain.maintenance.windows import Window, next_occurrence

NIGHT = datetime.fromisoformat("2026-11-29T02:00")
TWO = instant(NIGHT.replace(tzinfo=UTC))
WINDOW = Window("UTC", NIGHT, 2 * HOUR)
LONG_BEFORE = TWO - 48 * HOUR


def plan(recorded: int, window: Window | None, condition: int = DOWN, *services: int) -> Version:
    """A version of a plan about service 1, unless others are named."""
    return Version(recorded, frozenset(services or (1,)), condition, window)


def steps(*versions: Version, until: int) -> list[Step]:
    """What is planned of service 1."""
    return planned_steps(planned_spans(versions, LONG_BEFORE, until + 1), 1, until)


def longer(hours: int) -> Window:
    """The same night, but so long."""
    return Window("UTC", NIGHT, hours * HOUR)


def test_it_begins_and_ends() -> None:
    one = plan(LONG_BEFORE, WINDOW)

    assert steps(one, until=TWO - 1) == []
    assert steps(one, until=TWO) == [(TWO, DOWN)]
    assert steps(one, until=TWO + 5 * HOUR) == [(TWO, DOWN), (TWO + 2 * HOUR, NOTHING)]


def test_who_enters_it_late_is_believed_once() -> None:
    one = plan(TWO + HOUR, WINDOW)

    assert steps(one, until=TWO + HOUR) == [(TWO, DOWN)]


def test_ended_early_extended_and_cancelled_count_from_when_they_are_said() -> None:
    first = plan(LONG_BEFORE, WINDOW)
    early = plan(TWO + HOUR, longer(1))
    extended = plan(TWO + HOUR, longer(3), DEGRADED)
    too_late = plan(TWO + 2 * HOUR + 5, longer(3))
    end = TWO + 9 * HOUR

    assert steps(first, early, until=end) == [(TWO, DOWN), (TWO + HOUR, NOTHING)]
    assert steps(first, extended, until=end) == [
        (TWO, DOWN),
        (TWO + HOUR, DEGRADED),
        (TWO + 3 * HOUR, NOTHING),
    ]
    # Between the end that was announced and the later word nothing was planned.
    assert steps(first, too_late, until=end) == [
        (TWO, DOWN),
        (TWO + 2 * HOUR, NOTHING),
        (TWO + 2 * HOUR + 5, DOWN),
        (TWO + 3 * HOUR, NOTHING),
    ]
    assert steps(first, plan(TWO + 7, None), until=end) == [(TWO, DOWN), (TWO + 7, NOTHING)]
    assert steps(first, plan(TWO - 7, None), until=end) == []


def test_a_service_that_is_taken_out_is_in_maintenance_no_longer() -> None:
    versions = plan(LONG_BEFORE, WINDOW, DOWN, 1, 2), plan(TWO + HOUR, WINDOW, DOWN, 2)

    assert steps(*versions, until=TWO + 9 * HOUR) == [(TWO, DOWN), (TWO + HOUR, NOTHING)]


def test_an_occurrence_is_announced_by_the_first_that_covers_it_since() -> None:
    occurrence = next_occurrence(longer(3), LONG_BEFORE)
    assert occurrence is not None
    first, second, third = plan(10, WINDOW), plan(20, longer(3)), plan(30, longer(4))

    assert announced_at([first, second, third], occurrence) == 20
    assert announced_at([second, first, third], occurrence) == 30
    assert announced_at([second, plan(40, None)], occurrence) is None


def test_the_next_edge_is_looked_for_only_as_long_as_something_comes() -> None:
    daily = Window("UTC", NIGHT, 2 * HOUR, read_rule("FREQ=DAILY;COUNT=2"))

    edges, at = [], LONG_BEFORE
    while (edge := next_edge(daily, at)) is not None:
        edges.append(edge - TWO)
        at = edge

    assert edges == [0, 2 * HOUR, 24 * HOUR, 26 * HOUR]
    assert next_edge(None, LONG_BEFORE) is None


step_lists = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from([NOTHING, DEGRADED, DOWN])), max_size=12
)


def course(spoken: list[Step]) -> list[int]:
    """What holds at every instant from 0 to 40; of two at one instant the later counts."""
    words = dict(spoken)
    held, found = NOTHING, []
    for at in range(41):
        held = words.get(at, held)
        found.append(held)
    return found


@settings(max_examples=300)
@given(step_lists, step_lists)
def test_afterwards_what_was_said_is_what_is_planned(
    planned: list[Step], spoken: list[Step]
) -> None:
    planned = sorted(dict(planned).items())

    missing = words_to_say(planned, spoken)

    assert course([*spoken, *missing]) == course(planned)
    assert words_to_say(planned, [*spoken, *missing]) == []


spans = st.builds(
    Span,
    st.integers(0, 20),
    st.integers(21, 40),
    st.sampled_from([DEGRADED, DOWN]),
    st.frozensets(st.integers(1, 2), min_size=1),
)


@given(st.lists(spans, max_size=6), st.integers(0, 45))
def test_of_plans_that_overlap_the_worst_counts(plans: list[Span], until: int) -> None:
    found = course(planned_steps(plans, 1, until))

    for at in range(min(until, 40) + 1):
        standing = [s.condition for s in plans if 1 in s.services and s.start <= at < s.end]
        assert found[at] == max(standing, default=NOTHING)


@given(st.lists(st.integers(0, 60), max_size=8))
def test_looking_in_any_rhythm_says_the_same(looks: list[int]) -> None:
    daily = Window("UTC", NIGHT, 5 * HOUR, read_rule("FREQ=DAILY"))
    changed = Window("UTC", NIGHT + timedelta(hours=1), 2 * HOUR, read_rule("FREQ=DAILY"))
    versions = [plan(LONG_BEFORE, daily), plan(TWO + 25 * HOUR, changed)]
    spoken: list[Step] = []

    for hours in [*sorted(looks), 61]:
        now = TWO + hours * HOUR
        known = [v for v in versions if v.recorded <= now]
        spoken += words_to_say(steps(*known, until=now), spoken)

    assert spoken == steps(*versions, until=TWO + 61 * HOUR)
