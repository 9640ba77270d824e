"""Whatever breaks off, comes twice, floods or runs backward: nothing is lost, nothing doubled."""

from __future__ import annotations

import itertools
from datetime import timedelta
from unittest import mock

import numpy as np
import pytest
from django.db import transaction

from catenary.apps.monitoring.models import (
    EffectiveCondition,
    Observation,
    OwnCondition,
    PackedChange,
    Waiting,
)
from catenary.apps.monitoring.operations import engine as engine_module
from catenary.apps.monitoring.operations import keeping, remembering
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.rebuilding import rebuild_conditions
from catenary.apps.monitoring.queries.kept import Interval, effective_now, intervals_of
from catenary.apps.monitoring.queries.since import since_of
from catenary.apps.monitoring.queries.words import words_from
from catenary.apps.portfolio.models import Service
from tests.apps.monitoring.test_engine import END, STORY
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
from tests.apps.worlds import begin, everything, say

pytestmark = pytest.mark.django_db

GRID, PATIENTS, VAULT = "ironport/grid", "bluewater-apps/patients", "bluewater-ops/vault"


def everything_read() -> dict[int, list[Interval]]:
    """What readers see of all services."""
    return intervals_of(Service.objects.values_list("pk", flat=True))


def expected() -> tuple[list[str], dict[int, list[Interval]]]:
    """What the story leaves when nothing breaks off, in rows and to readers; nothing is kept."""
    with transaction.atomic():
        work(Engine(), END)
        found = kept(), everything_read()
        transaction.set_rollback(True)
    return found


def test_packing_and_spreading_that_break_off_anywhere_are_done_again() -> None:
    begin()
    for said in STORY:
        report(said, now=DAWN + 50 * MINUTE)
    rows, read = expected()
    with mock.patch.multiple(keeping, MOST_DIRECT=0, SPREAD_AT_ONCE=2):
        before = everything_read()
        for after in (False, True):
            with (
                breaks_off(engine_module, "keep", after),
                pytest.raises(Killed),
                transaction.atomic(),
            ):
                Engine().step(END)
            assert everything_read() == before
        Engine().step(END)
        assert PackedChange.objects.exists() and not EffectiveCondition.objects.exists()
        assert everything_read() == read

        chunks = 0
        while PackedChange.objects.exists():
            phases = [(keeping, "rewrite_by"), (keeping, "pending")]
            for (module, phase), after in itertools.product(phases, (False, True)):
                with (
                    breaks_off(module, phase, after),
                    pytest.raises(Killed),
                    transaction.atomic(),
                ):
                    keeping.spread()
                assert everything_read() == read
            keeping.spread()
            assert everything_read() == read
            chunks += 1

    assert chunks > 1
    assert kept() == rows


def test_pages_read_packed_and_spread_out_alike() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "operational", DAWN))
    work(engine)
    numbers = list(Service.objects.values_list("pk", flat=True))
    report(word(GRID, "down", DAWN + MINUTE), now=DAWN + MINUTE)
    with mock.patch.object(keeping, "MOST_DIRECT", 0):
        engine.step(DAWN + MINUTE)
    packed = effective_now(np.array(numbers)), since_of(numbers)
    assert PackedChange.objects.get().services == 5

    work(engine, DAWN + MINUTE)

    assert not PackedChange.objects.exists()
    assert (effective_now(np.array(numbers)), since_of(numbers)) == packed
    assert now_is(PATIENTS) == "down"


def test_what_follows_while_something_is_packed_is_packed_behind_it() -> None:
    begin()
    engine = Engine()
    with mock.patch.multiple(keeping, MOST_DIRECT=2, SPREAD_AT_ONCE=1):
        report(word(GRID, "down", DAWN))
        engine.step(DAWN)
        report(word(VAULT, "down", DAWN + MINUTE), word(GRID, "operational", DAWN + MINUTE))
        with mock.patch.object(engine_module, "spread", lambda: False):
            engine.step(DAWN + MINUTE)
        assert PackedChange.objects.count() == 2
        read = everything_read()

        while keeping.spread():
            assert everything_read() == read

    assert everything_read() == read
    assert now_is(PATIENTS) == "operational"
    assert now_is(PATIENTS, DAWN) == "down"


def test_a_clock_that_goes_back_and_comes_forward_leaves_the_same_history() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "down", DAWN), now=DAWN)
    work(engine)
    back = DAWN - 30 * MINUTE
    report(word(GRID, "degraded", back), word(VAULT, "operational", back), now=back)

    work(engine, back)
    assert now_is(PATIENTS) == "degraded"
    work(engine, END)

    assert now_is(PATIENTS) == "down"
    assert now_is(PATIENTS, DAWN - MINUTE) == "degraded"
    before = kept()
    for table in (OwnCondition, EffectiveCondition, Waiting):
        table.objects.all().delete()
    Waiting.objects.bulk_create(
        Waiting(service_id=one.service_id, observation=one, since=one.at, due_at=DAWN)
        for one in Observation.objects.all()
    )
    work(Engine(), END)
    assert kept() == before


def test_a_flood_from_one_source_leaves_others_their_turn() -> None:
    begin()
    flood = [
        word(GRID, ("down", "operational")[number % 2], DAWN, source="flood", sequence=number)
        for number in range(60)
    ]
    report(*flood)
    report(word(VAULT, "down", DAWN, source="calm"))

    with mock.patch.object(engine_module, "MOST_AT_ONCE", 10):
        Engine().step(DAWN)

        assert now_is(VAULT) == "down"
        assert Waiting.objects.count() == 51
        work(Engine(), DAWN)
    assert now_is(GRID) == "operational"


def test_a_storm_of_alerts_is_followed_at_once_and_leaves_no_more_than_it_said() -> None:
    begin()
    storm = [
        word(
            GRID,
            ("down", "operational")[number // 100 % 2],
            DAWN + number * timedelta(seconds=1),
            source="monitor",
            text=str(number),
        )
        for number in range(1_000)
    ]
    engine = Engine()
    report(*storm, now=END)

    steps = 0
    while Waiting.objects.exists():
        engine.step(END)
        steps += 1

    assert (steps, Observation.objects.count()) == (1, 1_000)
    assert OwnCondition.objects.count() == 10
    assert EffectiveCondition.objects.filter(service__reference=PATIENTS).count() == 10
    assert now_is(PATIENTS) == "operational"


def test_what_waits_for_one_service_is_taken_together() -> None:
    """Of a service whose turn it is, all that was ever said may be read: once."""
    begin()
    hit = [GRID, VAULT, PATIENTS]
    storm = [
        word(hit[number % 3], "down", DAWN, source=f"alert {number}", text=str(number))
        for number in range(96)
    ]
    report(*storm, now=DAWN)

    with (
        mock.patch.object(engine_module, "MOST_AT_ONCE", 16),
        mock.patch.object(remembering, "words_from", wraps=words_from) as read,
    ):
        work(Engine(), DAWN)

    assert not Waiting.objects.exists()
    # Each step takes all of one service, or what it has room for of one.
    services = [len(call.args[0]) for call in read.call_args_list if call.args[0]]
    assert services == [1, 1, 1]
    assert all(now_is(each) == "down" for each in hit)


def test_what_is_kept_is_what_is_made_again_and_whatever_was_spoiled_is_mended() -> None:
    begin()
    for said in STORY:
        report(said, now=DAWN + 50 * MINUTE)
    work(Engine(), END)
    right = kept()

    assert rebuild_conditions(at=END, keeps=False).own == 0
    EffectiveCondition.objects.filter(best=2).update(best=1)
    OwnCondition.objects.get(service__reference=GRID, condition=2).delete()
    spoiled = kept()
    found = rebuild_conditions(at=END, keeps=False)
    assert (found.own, found.effective > 0, kept()) == (1, True, spoiled)

    mended = rebuild_conditions(at=END, keeps=True)

    assert kept() == right
    assert mended.before != mended.after
    again = rebuild_conditions(at=END, keeps=True)
    assert (again.own, again.effective, again.before) == (0, 0, again.after)


def test_conditions_that_somebody_wrote_without_any_word_are_counted_and_taken_away() -> None:
    """As the benchmark of the engine fills its tables: nothing was ever said of what stands."""
    begin()
    numbers = dict(Service.objects.values_list("reference", "pk"))
    well = {"condition": 0, "without_planned": 0, "only_planned": 0}
    for reference in (GRID, VAULT):
        OwnCondition.objects.create(service_id=numbers[reference], starts_at=DAWN, **well)
    at = DAWN + MINUTE
    report(word(GRID, "down", at), now=at)
    work(Engine(), at)

    found = rebuild_conditions(at=at, keeps=False)
    assert (found.own, found.unfounded) == (2, 2)
    assert found.before != found.after
    rebuild_conditions(at=at, keeps=True)

    assert not OwnCondition.objects.filter(service__reference=VAULT).exists()
    assert now_is(VAULT) == "possibly down"
    assert OwnCondition.objects.get(service__reference=GRID).starts_at == at
    again = rebuild_conditions(at=at, keeps=False)
    assert (again.own, again.effective, again.unfounded) == (0, 0, 0)
    assert again.before == again.after


def test_a_service_that_is_removed_in_the_middle_of_a_storm_stops_and_loses_nothing() -> None:
    begin()
    engine = Engine()

    def storm(first: int) -> list[dict[str, object]]:
        """Two hundred words, every other of them of the service that goes."""
        return [
            word(
                (GRID, VAULT)[number % 2],
                ("down", "operational", "degraded")[number // 2 % 3],
                DAWN + number * timedelta(seconds=1),
                source="monitor",
            )
            for number in range(first, first + 200)
        ]

    report(*storm(0), now=DAWN + 4 * MINUTE)
    with mock.patch.object(engine_module, "MOST_AT_ONCE", 32):
        engine.step(DAWN + 4 * MINUTE)
        engine.step(DAWN + 4 * MINUTE)
        assert Waiting.objects.count() == 200 - 2 * 32
        wanted = everything()
        del wanted.services[VAULT]
        say(wanted, at=DAWN + 4 * MINUTE, prune=True)
        later = report(*storm(200), now=DAWN + 8 * MINUTE)
        work(engine, DAWN + 8 * MINUTE)

    assert {refused.service for refused in later.refused} == {VAULT}
    assert (len(later.refused), Observation.objects.count()) == (100, 300)
    assert not Waiting.objects.exists()
    gone = EffectiveCondition.objects.filter(service__reference=VAULT)
    assert gone.count() > 1
    assert not gone.filter(ends_at=None).exists()
    before = kept()
    found = rebuild_conditions(at=DAWN + 8 * MINUTE, keeps=True)
    assert (found.own, found.effective, kept()) == (0, 0, before)


@pytest.mark.parametrize(
    ("most", "taken", "seconds", "then"),
    [
        (1_024, 1_024, 2.0, 512),
        (1_024, 1_024, 0.5, 1_024),
        (1_024, 1_024, 0.1, 2_048),
        (8_192, 8_192, 0.1, 8_192),
        (256, 256, 9.0, 256),
        # Few that took long say nothing of many, nor do few that took no time.
        (1_024, 3, 2.0, 1_024),
        (1_024, 3, 0.1, 1_024),
    ],
)
def test_as_many_marks_are_taken_as_a_turn_has_time_for(
    most: int, taken: int, seconds: float, then: int
) -> None:
    assert engine_module._taken_next(most, taken, seconds) == then
