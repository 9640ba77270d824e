"""What follows from words: own and effective conditions, kept as intervals."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catenary.apps.common.models import OutboxRow
from catenary.apps.monitoring.models import (
    EffectiveCondition,
    Observation,
    OwnCondition,
    Propagation,
    Waiting,
)
from catenary.apps.monitoring.operations import engine as engine_module
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.live import live_now
from catenary.apps.monitoring.operations.marking import CHANGED
from catenary.apps.monitoring.queries.kept import standing_codes
from catenary.apps.monitoring.queries.stored import standing_own
from catenary.apps.portfolio.models import Service
from catenary.domain.condition.turns import fields_of
from catenary.domain.documents.shapes import Stage
from tests.apps.monitoring.worlds import DAWN, MINUTE, Killed, kept, now_is, report, word, work
from tests.apps.worlds import begin, define
from tests.domain.estates import service

pytestmark = pytest.mark.django_db

GRID, POWER = "ironport/grid", "ironport/power"
DATABASE, PATIENTS, BILLING = (
    "bluewater-ops/database",
    "bluewater-apps/patients",
    "bluewater-apps/billing",
)


def standing() -> dict[int, object]:
    """What is kept of everybody of whom anything is known."""
    services, codes = standing_codes()
    return dict(zip(services.tolist(), map(fields_of, codes.tolist()), strict=True))


def test_a_word_climbs_to_everybody_who_relies_on_the_service() -> None:
    begin()

    report(word(GRID, "down", DAWN))
    work()

    assert [now_is(each) for each in (GRID, POWER, DATABASE, PATIENTS, BILLING)] == ["down"] * 5
    assert now_is("bluewater-ops/vault") == "possibly down"
    assert not Waiting.objects.exists()
    row = EffectiveCondition.objects.get(service__reference=PATIENTS, ends_at=None)
    assert (row.starts_at, row.derived) == (DAWN, True)


def test_nothing_known_is_never_shown_as_fine() -> None:
    begin()

    work()

    assert now_is(PATIENTS) == "possibly down"
    assert not EffectiveCondition.objects.filter(service__reference=GRID).exists()


def test_what_ends_leaves_an_interval() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "down", DAWN))
    work(engine)

    report(word(GRID, "operational", DAWN + MINUTE), now=DAWN + MINUTE)
    work(engine, DAWN + MINUTE)

    assert now_is(PATIENTS) == "operational"
    assert now_is(PATIENTS, DAWN) == "down"
    down = EffectiveCondition.objects.get(service__reference=PATIENTS, best=2)
    assert (down.starts_at, down.ends_at) == (DAWN, DAWN + MINUTE)


def test_a_word_that_outlives_its_lifetime_says_unknown_without_another_word() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "operational", DAWN, source="probe", valid_for="5 min"))
    work(engine)
    assert now_is(PATIENTS) == "operational"

    work(engine, DAWN + 4 * MINUTE)
    assert now_is(PATIENTS) == "operational"
    work(engine, DAWN + 7 * MINUTE)

    assert now_is(PATIENTS) == "possibly down"
    assert now_is(PATIENTS, DAWN + 5 * MINUTE - timedelta(microseconds=1)) == "operational"
    assert now_is(PATIENTS, DAWN + 5 * MINUTE) == "possibly down"


def test_a_word_whose_time_has_not_come_waits_for_it() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "operational", DAWN), word(GRID, "down", DAWN + 2 * MINUTE))
    work(engine)
    assert now_is(PATIENTS) == "operational"
    alarm = Waiting.objects.get()
    assert (alarm.due_at, alarm.observation_id) == (DAWN + 2 * MINUTE, None)

    work(engine, DAWN + 3 * MINUTE)

    assert now_is(PATIENTS) == "down"
    assert now_is(PATIENTS, DAWN + MINUTE) == "operational"


def test_a_planned_loss_is_maintenance_and_hides_nobody_elses_fault() -> None:
    begin()
    report(word(DATABASE, "down", planned=True), word(GRID, "operational"))
    work()
    assert now_is(PATIENTS) == "maintenance"

    report(word(GRID, "down", DAWN + MINUTE, planned=False), now=DAWN + MINUTE)
    work(now=DAWN + MINUTE)

    assert now_is(PATIENTS) == "down"


def test_a_change_of_the_catalogue_flows_into_the_running_engine() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "down"))
    work(engine)
    assert now_is(BILLING) == "down"

    define(
        services=[
            service(BILLING, name="Billing"),
            service("bluewater-apps/new", DATABASE, name="New"),
        ],
        at=DAWN + MINUTE,
    )
    work(engine, DAWN + 2 * MINUTE)

    assert now_is(BILLING) == "possibly down"
    assert now_is("bluewater-apps/new") == "down"
    ended = EffectiveCondition.objects.get(service__reference=BILLING, best=2)
    assert ended.ends_at == DAWN + MINUTE
    assert now_is(PATIENTS) == "down"


def test_what_nobody_monitors_is_operational_when_its_owner_says_so_and_marked() -> None:
    begin()
    engine = Engine()
    vault = "bluewater-ops/vault"
    work(engine)
    assert now_is(vault) == "possibly down"

    define(services=[service(vault, name="Vault", assume_operational=True)], at=DAWN + MINUTE)
    work(engine, DAWN + MINUTE)

    assert now_is(vault) == "operational"
    row = EffectiveCondition.objects.get(service__reference=vault, ends_at=None)
    assert (row.assumed, row.derived, row.starts_at) == (True, False, DAWN + MINUTE)

    report(word(vault, "down", DAWN + MINUTE), now=DAWN + MINUTE)
    work(engine, DAWN + MINUTE)

    row = EffectiveCondition.objects.get(service__reference=vault, ends_at=None)
    assert (now_is(vault), row.assumed) == ("down", False)
    assert standing() == live_now(standing_own()).everybody()


def test_a_chain_that_is_renewed_is_the_one_that_would_be_read_whole() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "degraded"), word("bluewater-ops/vault", "down"))
    work(engine)
    new = "bluewater-apps/new"
    changes = [
        [service(new, DATABASE, "bluewater-ops/vault", name="A new one, first by name")],
        [service(BILLING, new, name="Billing")],
        [service(DATABASE, "ironport/power", BILLING, name="Database")],
        [service(new, name="New", stage=Stage.RETIRED), service(BILLING, name="Billing")],
    ]
    for number, services in enumerate(changes, start=1):
        define(services=services, at=DAWN + number * MINUTE)

        work(engine, DAWN + number * MINUTE)

        assert standing() == live_now(standing_own()).everybody()


def test_a_word_about_a_service_that_was_removed_stops_nobody() -> None:
    begin()
    engine = Engine()
    work(engine)
    report(word("bluewater-ops/vault", "down"), word(GRID, "down"))
    from tests.apps.worlds import everything, say

    wanted = everything()
    del wanted.services["bluewater-ops/vault"]
    say(wanted, at=DAWN, prune=True)

    work(engine, DAWN + MINUTE)

    assert now_is(GRID) == "down"
    assert not EffectiveCondition.objects.filter(
        service__reference="bluewater-ops/vault", ends_at=None
    ).exists()
    assert not Waiting.objects.exists()


STORY = [
    word(GRID, "operational", DAWN, source="probe", valid_for="90 min"),
    word(POWER, "degraded", DAWN + 10 * MINUTE),
    word(GRID, "down", DAWN + 20 * MINUTE, source="probe"),
    word(DATABASE, "down", DAWN + 25 * MINUTE, planned=True),
    word(POWER, "operational", DAWN + 30 * MINUTE),
    word(GRID, "operational", DAWN + 40 * MINUTE, source="probe", valid_for="10 min"),
    word(DATABASE, "operational", DAWN + 45 * MINUTE),
]
END = DAWN + 2 * 60 * MINUTE


def replayed(order: list[int], engines: int, pieces: int) -> list[str]:
    """The history that the story leaves when its words come in this order, in pieces, and the
    engine is another one now and then."""
    begin()
    running = [Engine() for _ in range(engines)]
    said = [STORY[place] for place in order]
    for number, start in enumerate(range(0, len(said), pieces)):
        report(*said[start : start + pieces], now=END - MINUTE)
        engine = running[number % engines]
        engine.forget()
        work(engine, END - MINUTE)
    work(running[0], END)
    return kept()


def in_order() -> list[str]:
    begin()
    engine = Engine()
    for said in STORY:
        at = DAWN + MINUTE * 50
        report(said, now=at)
    work(engine, END)
    return kept()


class TestOrder(TestCase):
    """Whatever comes late, twice or in another order ends in the same history."""

    expected: list[str] = []

    @settings(max_examples=15)
    @given(
        order=st.permutations(range(len(STORY))),
        again=st.lists(st.integers(0, len(STORY) - 1), max_size=3),
        engines=st.integers(1, 2),
        pieces=st.integers(1, 3),
    )
    def test_every_order_ends_in_the_same_history(
        self, order: list[int], again: list[int], engines: int, pieces: int
    ) -> None:
        if not TestOrder.expected:
            with transaction.atomic():
                TestOrder.expected = in_order()
                transaction.set_rollback(True)

        found = replayed([*order, *again], engines, pieces)

        assert found == TestOrder.expected
        assert Observation.objects.count() == len(STORY)


def test_a_step_that_breaks_off_anywhere_keeps_nothing_and_is_done_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin()
    for said in STORY:
        report(said, now=DAWN + 50 * MINUTE)
    with transaction.atomic():
        work(Engine(), END)
        expected = kept()
        transaction.set_rollback(True)
    before = kept()
    phases = ["rewrite_own", "rewrite", "own_changes_from", "standing_own_of", "count_up"]

    for phase, after in itertools.product(phases, (False, True)):
        engine = Engine()
        real = getattr(engine_module, phase)

        def broken(*said: object, real: object = real, after: bool = after, **more: object) -> None:
            if after:
                real(*said, **more)  # type: ignore[operator]
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(engine_module, phase, broken)
            with pytest.raises(Killed), transaction.atomic():
                engine.step(END)
        assert kept() == before, phase
        assert Waiting.objects.count() == len(STORY)

    work(engine, END)

    assert kept() == expected


def test_what_was_observed_can_be_neither_altered_nor_removed() -> None:
    begin()
    report(word(GRID, "down"))

    for statement in (
        "UPDATE monitoring_observation SET text = 'never said'",
        "DELETE FROM monitoring_observation",
    ):
        with pytest.raises(DatabaseError, match="stays|never edited"), transaction.atomic():
            connection.cursor().execute(statement)
    assert Observation.objects.get().text == ""


def test_readers_learn_that_something_was_kept() -> None:
    begin()
    engine = Engine()
    work(engine)
    before = Propagation.objects.first()
    report(word(GRID, "down"))

    work(engine)

    after = Propagation.objects.get()
    assert after.number > (before.number if before else 0)
    assert not OwnCondition.objects.filter(ends_at__lt=DAWN).exists()


def test_each_step_leaves_one_mark_for_whoever_tells_of_changes() -> None:
    begin()
    engine = Engine()
    work(engine)
    OutboxRow.objects.all().delete()

    report(word(GRID, "down", DAWN))
    work(engine)
    work(engine, DAWN + MINUTE)

    (mark,) = OutboxRow.objects.all()
    hit = Service.objects.filter(
        reference__in=[GRID, POWER, DATABASE, PATIENTS, BILLING]
    ).values_list("pk", flat=True)
    assert (mark.kind, json.loads(mark.payload)) == (CHANGED, {"services": sorted(hit)})
    assert mark.due_at > mark.created_at
