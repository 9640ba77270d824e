"""What happened: the instants at which conditions changed."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.condition.days import KINDS, Span
from catenary.domain.condition.events import (
    CLOSE,
    FEWEST,
    Change,
    Event,
    Flurry,
    Run,
    events,
    gathered,
)
from catenary.domain.intervals import MINUTE

START = 1_000 * MINUTE


def test_what_changes_at_one_instant_is_one_event() -> None:
    courses = {
        1: [Span(0, 10, "operational"), Span(10, 20, "down"), Span(20, None, "operational")],
        2: [Span(0, 10, "operational"), Span(10, None, "degraded")],
    }

    assert events(courses, 0) == (
        Event(20, (Change(1, "down", "operational"),)),
        Event(10, (Change(1, "operational", "down"), Change(2, "operational", "degraded"))),
    )
    assert events(courses, 11) == (Event(20, (Change(1, "down", "operational"),)),)


def test_beginning_to_look_is_no_event_but_falling_silent_is() -> None:
    courses = {
        1: [Span(5, 10, "operational"), Span(15, 20, "operational")],
        2: [Span(3, 4, "down")],
    }

    assert events(courses, 0) == (
        Event(20, (Change(1, "operational", "unknown"),)),
        Event(15, (Change(1, "unknown", "operational"),)),
        Event(10, (Change(1, "operational", "unknown"),)),
        Event(4, (Change(2, "down", "unknown"),)),
        Event(3, (Change(2, "", "down"),)),
    )


def flapping(start: int, turns: int, apart: int = MINUTE) -> list[Event]:
    """Service 1 goes down and comes back in turns."""
    return [
        Event(start + turn * apart, (Change(1, *(("operational", "down")[:: 1 - turn % 2 * 2])),))
        for turn in range(turns)
    ]


def test_what_changes_again_and_again_is_told_once() -> None:
    assert gathered(flapping(START, 40), 0) == (
        Flurry(
            START + 39 * MINUTE,
            START,
            (Run(1, START, START + 39 * MINUTE, 40, "operational", "down", "operational"),),
        ),
    )


def test_few_changes_and_changes_far_apart_are_told_one_by_one() -> None:
    few = flapping(START, FEWEST - 1)
    far = flapping(START, 10, CLOSE + 1)

    assert gathered(few, 0) == tuple(reversed(few))
    assert gathered(far, 0) == tuple(reversed(far))
    assert len(gathered(flapping(START, FEWEST, CLOSE), 0)) == 1


def test_services_that_flap_together_are_one_line_and_others_stay_by_themselves() -> None:
    both = [
        Event(each.at, (*each.changes, Change(2, each.changes[0].was, each.changes[0].now)))
        for each in flapping(START, 6)
    ]
    both[2] = Event(both[2].at, (*both[2].changes, Change(3, "operational", "degraded")))

    flurry, single = gathered(both, 0)

    assert isinstance(flurry, Flurry)
    assert [(run.service, run.count) for run in flurry.runs] == [(1, 6), (2, 6)]
    assert single == Event(START + 2 * MINUTE, (Change(3, "operational", "degraded"),))


def test_what_may_have_begun_before_is_counted_at_least_and_keeps_its_place() -> None:
    (flurry,) = gathered(flapping(START, 8), START - CLOSE + 1)
    (later,) = gathered(flapping(START + 2 * MINUTE, 6), START + 2 * MINUTE)

    assert isinstance(flurry, Flurry) and isinstance(later, Flurry)
    assert flurry.began is None and later.began is None
    assert (flurry.at, later.at) == (START + 7 * MINUTE,) * 2


def test_while_it_goes_on_it_is_known_by_when_it_began() -> None:
    told = [gathered(flapping(START, turns), 0)[0] for turns in range(FEWEST, 30)]

    assert {each.began for each in told if isinstance(each, Flurry)} == {START}


@st.composite
def happenings(draw: st.DrawFn) -> list[Event]:
    """What may happen to a few services: gaps around what counts as close."""
    found: dict[int, list[Change]] = {}
    for service in range(draw(st.integers(1, 3))):
        at, was = START, ""
        for gap in draw(st.lists(st.sampled_from([1, 2, 14, 15, 16, 40]), max_size=12)):
            at += gap * MINUTE
            now = draw(st.sampled_from([kind for kind in KINDS if kind != was]))
            found.setdefault(at, []).append(Change(service, was, now))
            was = now
    return [Event(at, tuple(found[at])) for at in sorted(found, reverse=True)]


@given(happenings(), st.integers(0, 60))
def test_gathering_loses_nothing(happened: list[Event], minutes: int) -> None:
    told = gathered(happened, START - minutes * MINUTE)

    counts: Counter[int] = Counter()
    for each in told:
        if isinstance(each, Event):
            counts.update(change.service for change in each.changes)
        else:
            for run in each.runs:
                counts[run.service] += run.count
    assert counts == Counter(change.service for event in happened for change in event.changes)
    assert [each.at for each in told] == sorted((each.at for each in told), reverse=True)
    begun = [each.began for each in told if isinstance(each, Flurry)]
    assert len(begun) == len(set(begun))


@given(happenings())
def test_a_run_tells_the_first_the_worst_and_the_last(happened: list[Event]) -> None:
    for flurry in gathered(happened, 0):
        if isinstance(flurry, Event):
            assert flurry.changes
            continue
        assert flurry.at == max(run.last for run in flurry.runs)
        for run in flurry.runs:
            within = [
                change
                for event in reversed(happened)
                for change in event.changes
                if change.service == run.service and run.first <= event.at <= run.last
            ]
            assert len(within) == run.count >= FEWEST
            assert (run.was, run.now) == (within[0].was, within[-1].now)
            assert run.worst == next(kind for kind in KINDS if kind in {c.now for c in within})


@given(happenings())
def test_the_plain_events_are_those_that_were_there(happened: list[Event]) -> None:
    were = {(event.at, change) for event in happened for change in event.changes}

    for each in gathered(happened, 0):
        if isinstance(each, Event):
            assert {(each.at, change) for change in each.changes} <= were
