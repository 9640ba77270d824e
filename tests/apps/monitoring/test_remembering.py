"""What the engine remembers of what was said makes no difference to what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catenary.apps.common.operations import waiting_turn
from catenary.apps.monitoring.models import Waiting
from catenary.apps.monitoring.operations import engine as engine_module
from catenary.apps.monitoring.operations import remembering
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.rebuilding import rebuild_conditions
from catenary.apps.monitoring.operations.remembering import Remembered
from catenary.apps.monitoring.queries.words import words_from
from catenary.apps.portfolio.models import Service
from tests.apps.monitoring.worlds import (
    DAWN,
    MINUTE,
    Killed,
    breaks_off,
    kept,
    now_is,
    report,
    word,
    work,
)
from tests.apps.worlds import begin

GRID, POWER = "ironport/grid", "ironport/power"
END = DAWN + 60 * MINUTE

WORDS = st.builds(
    word,
    st.sampled_from([GRID, POWER]),
    st.sampled_from(["operational", "degraded", "down", "unknown", "cleared"]),
    st.integers(0, 40).map(lambda minutes: DAWN + minutes * MINUTE),
    source=st.sampled_from(["one", "two", "three"]),
    sequence=st.integers(1, 3),
    planned=st.booleans(),
)


@contextmanager
def little_room(most: int, slack: int) -> Iterator[None]:
    """Hardly anything is remembered, and nothing for longer than it has to be."""
    with mock.patch.multiple(
        remembering, MOST_REMEMBERED=most, _EACH=0, _SLACK=slack * MINUTE, _FEW=0
    ):
        yield


@contextmanager
def little_steps(most: int) -> Iterator[None]:
    """More is due than a step takes."""
    with mock.patch.object(engine_module, "MOST_AT_ONCE", most):
        yield


class TestRemembering(TestCase):
    """Whatever is said in whatever order and pieces."""

    @settings(max_examples=15)
    @given(
        pieces=st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=8),
        most=st.sampled_from([4, 12, 1_000]),
        slack=st.sampled_from([0, 10]),
    )
    def test_it_ends_in_the_history_that_is_made_without(
        self, pieces: list[list[dict[str, Any]]], most: int, slack: int
    ) -> None:
        begin()
        engine = Engine()

        with little_room(most, slack):
            for number, piece in enumerate(pieces):
                report(*piece, now=END + number * MINUTE)
                work(engine, END + number * MINUTE)
                assert len(engine._remembered) <= most

        before = kept()
        found = rebuild_conditions(at=END + len(pieces) * MINUTE, keeps=True)
        assert (found.own, found.effective, kept()) == (0, 0, before)


@pytest.mark.django_db
def test_what_no_longer_decides_is_not_remembered() -> None:
    begin()
    engine = Engine()

    with little_room(1_000, 0):
        for number in range(40):
            at = DAWN + number * timedelta(seconds=1)
            report(word(GRID, ("down", "operational")[number % 2], at, source="probe"), now=at)
            work(engine, at)
            assert len(engine._remembered) <= 4

    assert now_is(GRID) == "operational"


@pytest.mark.django_db
def test_a_word_older_than_what_is_remembered_is_followed_all_the_same() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "down", DAWN, source="a"), word(GRID, "operational", DAWN, source="b"))
    work(engine)
    later = DAWN + 30 * MINUTE
    report(word(GRID, "operational", later, source="a"), now=later)
    engine.forget()
    work(engine, later)

    report(word(GRID, "down", DAWN + MINUTE, source="b"), now=later)
    work(engine, later)
    report(word(GRID, "operational", DAWN + 2 * MINUTE, source="b"), now=later)
    work(engine, later)

    assert now_is(GRID) == "operational"
    assert now_is(GRID, DAWN + 2 * MINUTE) == "down"
    found = rebuild_conditions(at=later, keeps=False)
    assert (found.own, found.effective) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("phase", ["rewrite_own", "count_up", "mark_changed"])
@pytest.mark.parametrize("after", [False, True])
def test_a_step_that_breaks_off_leaves_nothing_remembered(phase: str, after: bool) -> None:
    begin()
    engine = Engine()
    report(word(GRID, "down", DAWN, source="a"))
    work(engine)
    assert len(engine._remembered) == 1
    report(word(GRID, "operational", DAWN + MINUTE, source="a"), now=DAWN + MINUTE)

    with (
        breaks_off(engine_module, phase, after),
        pytest.raises(Killed),
        transaction.atomic(),
    ):
        engine.step(DAWN + MINUTE)

    assert len(engine._remembered) == 0
    assert Waiting.objects.count() == 1
    work(engine, DAWN + MINUTE)
    assert (now_is(GRID), now_is(GRID, DAWN)) == ("operational", "down")


@pytest.mark.django_db
def test_words_that_still_wait_are_not_remembered() -> None:
    begin()
    grid = Service.objects.get(reference=GRID).pk
    report(word(GRID, "down", DAWN, source="a"), word(GRID, "down", DAWN, source="b"))
    first = Waiting.objects.order_by("pk").first()
    assert first is not None
    first.delete()
    remembered = Remembered()

    assert len(remembered.words({grid: DAWN}, [(grid, first.observation_id or 0)])) == 1
    second = Waiting.objects.get()
    second.delete()
    assert len(remembered.words({grid: DAWN}, [(grid, second.observation_id or 0)])) == 2
    assert len(remembered) == 2


@pytest.mark.django_db
def test_words_are_read_before_anybody_has_to_wait_and_of_some_services_at_once() -> None:
    begin()
    services = sorted(Service.objects.values_list("reference", flat=True))
    report(*(word(each, "down", source=f"alert {n}") for each in services for n in range(8)))
    work()
    report(*(word(each, "down", source="one more") for each in services))
    events: list[object] = []

    def read(since: dict[int, datetime], **more: Any) -> Any:
        events.append(len(since))
        return words_from(since, **more)

    def turn(**more: Any) -> Any:
        events.append("turn")
        return waiting_turn(**more)

    with (
        mock.patch.multiple(remembering, _READ_AT_ONCE=8, _READ_FIRST=2, words_from=read),
        mock.patch.object(engine_module, "waiting_turn", turn),
    ):
        engine, left = Engine(), [Waiting.objects.count()]
        while left[-1]:
            engine.step(DAWN)
            left.append(Waiting.objects.count())

    steps = (len(services) + 1) // 2
    assert left == [*range(len(services), 0, -2), 0]
    assert [each for each in events if each] == [2, "turn"] * (len(services) // 2) + [1, "turn"] * (
        len(services) % 2
    )
    assert len(left) == steps + 1


@pytest.mark.django_db
def test_who_waits_longest_is_read_however_many_are_quieter() -> None:
    begin()
    hit = [GRID, POWER, "bluewater-ops/vault"]
    report(*(word(each, "operational", source="before") for each in hit))
    work()
    report(*(word(GRID, "down", source=f"alert {n}") for n in range(4)))
    report(*(word(each, "down") for each in hit[1:]))

    with mock.patch.multiple(remembering, _READ_AT_ONCE=1, _READ_FIRST=2), little_steps(5):
        Engine().step(DAWN)

    # The first of the quiet, and as much as there was room for of who waits longest.
    left = sorted(Waiting.objects.values_list("service__reference", flat=True))
    assert left in ([GRID, POWER], ["bluewater-ops/vault", GRID])
