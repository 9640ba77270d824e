"""Whose turn it is when more waits than one step can take: a storm costs as much as it says, and
holds up nobody who says little. What is counted is words that are read and steps, never time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
import pytest

from catenary.apps.monitoring.models import Waiting
from catenary.apps.monitoring.operations import engine as engine_module
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.queries import waiting
from catenary.apps.monitoring.queries import words as words_module
from catenary.apps.monitoring.queries.waiting import due_by, quiet_first
from catenary.apps.monitoring.queries.words import words_of_rows
from catenary.apps.portfolio.models import Service
from catenary.domain.observations.words import Words
from tests.apps.monitoring.worlds import DAWN, now_is, report, word, work
from tests.apps.worlds import begin

GRID, VAULT, PATIENTS = "ironport/grid", "bluewater-ops/vault", "bluewater-apps/patients"


@contextmanager
def steps_of(most: int, quiet: int = 1) -> Iterator[None]:
    """Steps that take so many marks at most, so many quiet services before anybody else."""
    with (
        mock.patch.object(engine_module, "MOST_AT_ONCE", most),
        mock.patch.object(waiting, "QUIET_FIRST", quiet),
    ):
        yield


def storm(services: list[str], words: int) -> None:
    """Alerts about services in turns, each of them a voice of its own."""
    report(
        *(
            word(services[number % len(services)], "down", DAWN, source=f"alert {number}")
            for number in range(words)
        )
    )


def waits_for(reference: str) -> int:
    return Waiting.objects.filter(service__reference=reference).count()


@pytest.mark.django_db
@pytest.mark.parametrize("voices", [20, 80])
def test_a_storm_costs_as_much_as_it_says_however_many_voices_a_service_has(voices: int) -> None:
    begin()
    services = sorted(Service.objects.values_list("reference", flat=True))
    storm(services, voices * len(services))
    read: list[int] = []

    def counted(rows: Sequence[tuple[Any, ...]]) -> Words:
        read.append(len(rows))
        return words_of_rows(rows)

    engine = Engine()
    with steps_of(40), mock.patch.object(words_module, "words_of_rows", counted):
        work(engine)
        assert not Waiting.objects.exists()
        assert all(now_is(each) == "down" for each in services)
        # Each word once.
        assert sum(read) == voices * len(services)
        # And what is said later costs what is said then.
        report(*(word(each, "down", DAWN, source="one more") for each in services))
        work(engine)
    assert sum(read) == (voices + 1) * len(services)


@pytest.mark.django_db
def test_a_word_about_a_quiet_service_does_not_wait_for_a_storm_of_voices() -> None:
    begin()
    storm([GRID, PATIENTS], 60)
    report(word(VAULT, "down", DAWN, source="alert of its own"))

    with steps_of(10):
        Engine().step(DAWN)

    assert (now_is(VAULT), waits_for(VAULT)) == ("down", 0)
    assert Waiting.objects.count() == 51


@pytest.mark.django_db
def test_what_is_never_quiet_has_its_turn_all_the_same() -> None:
    """However much is said of others that is less."""
    begin()
    engine = Engine()
    storm([GRID], 30)
    services = Service.objects.exclude(reference=GRID).values_list("reference", flat=True)
    left = [waits_for(GRID)]

    with steps_of(10):
        for number in range(4):
            report(*(word(each, "down", DAWN, source=f"voice {number}") for each in services))
            engine.step(DAWN)
            left.append(waits_for(GRID))

    assert left[0] > left[1] > left[2] > left[3]


@pytest.mark.django_db
def test_who_is_quiet_is_looked_for_among_the_newest_alone() -> None:
    begin()
    report(word(VAULT, "down", DAWN, source="quiet, but long ago"))
    storm([GRID, PATIENTS], 30)

    with steps_of(20, quiet=0), mock.patch.object(waiting, "LOOKED_AT", 12):
        found = [each.service_id for each in due_by(DAWN, 20)]

    # One that looks quiet, then who waits longest, then the next of them as far as there is room.
    assert len(found) == 20
    assert found[15] == Service.objects.get(reference=VAULT).pk
    assert [found.count(each) for each in dict.fromkeys(found)] == [15, 1, 4]


def test_the_fewest_words_of_those_who_say_the_least_come_first() -> None:
    # The mark, whom it is about, and who said it.
    told = [
        # Two sources flood services 10 to 18, one word about each.
        *((number, 10 + number, 1) for number in range(5)),
        *((5 + number, 15 + number, 2) for number in range(4)),
        # Five voices, each with a word of its own, about the same.
        *((9 + number, 30, 100 + number) for number in range(5)),
        # Two of others, the last of all.
        (14, 50, 200),
        (15, 40, 201),
    ]
    mark, service, source = np.array(told, dtype=np.int64).T

    found = quiet_first(mark, service, source)

    # The first words of the floods are as good as others; after that both floods in turns.
    assert found == [10, 15, 50, 40, 11, 16, 12, 17, 13, 18, 14, 30]
    shuffled = np.random.default_rng(3).permutation(len(told))
    assert quiet_first(mark[shuffled], service[shuffled], source[shuffled]) == found
