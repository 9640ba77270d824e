"""Words and changes of the catalogue in any order: each is followed over the chain of its time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catenary.apps.monitoring.models import (
    Belated,
    EffectiveCondition,
    Followed,
    PackedChange,
)
from catenary.apps.monitoring.operations import catching_up, keeping, late, live
from catenary.apps.monitoring.operations import engine as engine_module
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.queries.explaining import UNHEARD_OF
from catenary.apps.monitoring.queries.kept import conditions_at, intervals_of
from catenary.apps.portfolio.models import Service
from catenary.domain.documents.shapes import ServiceDocument, Stage
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
from tests.apps.worlds import SERVICES, START, begin, define, everything, say
from tests.domain.condition import plainly
from tests.domain.estates import group, service

pytestmark = pytest.mark.django_db

GRID, POWER, DATABASE = "ironport/grid", "ironport/power", "bluewater-ops/database"
PATIENTS, BILLING = "bluewater-apps/patients", "bluewater-apps/billing"
VAULT, NEW = "bluewater-ops/vault", "bluewater-apps/new"
END, SECOND = DAWN + 60 * MINUTE, timedelta(seconds=1)


def test_a_late_word_is_followed_over_the_chain_as_it_stood_then() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "operational", DAWN))
    work(engine)
    define(
        services=[service(PATIENTS, VAULT, name="Patients"), service(BILLING, GRID, name="B")],
        at=DAWN + 10 * MINUTE,
    )
    work(engine, DAWN + 11 * MINUTE)

    report(
        word(POWER, "down", DAWN + 5 * MINUTE),
        word(POWER, "operational", DAWN + 15 * MINUTE),
        now=DAWN + 20 * MINUTE,
    )
    work(engine, DAWN + 20 * MINUTE)

    assert now_is(PATIENTS, DAWN + 4 * MINUTE) == "operational"
    assert now_is(PATIENTS, DAWN + 6 * MINUTE) == "down"
    assert now_is(PATIENTS, DAWN + 12 * MINUTE) == "possibly down"
    assert now_is(BILLING, DAWN + 6 * MINUTE) == "down"
    assert now_is(BILLING, DAWN + 12 * MINUTE) == "operational"
    assert now_is(DATABASE, DAWN + 12 * MINUTE) == "down"
    assert now_is(DATABASE) == "operational"


def test_a_change_that_becomes_known_late_counts_from_when_it_was_made() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "down", DAWN), word(VAULT, "operational", DAWN))
    work(engine)
    report(word(GRID, "degraded", DAWN + 10 * MINUTE), now=DAWN + 10 * MINUTE)
    work(engine, DAWN + 10 * MINUTE)

    define(services=[service(PATIENTS, VAULT, name="Patients")], at=DAWN + 5 * MINUTE)
    work(engine, DAWN + 11 * MINUTE)

    assert now_is(PATIENTS, DAWN + 4 * MINUTE) == "down"
    assert now_is(PATIENTS, DAWN + 6 * MINUTE) == "operational"
    assert now_is(BILLING, DAWN + 6 * MINUTE) == "down"
    assert EffectiveCondition.objects.filter(service__reference=PATIENTS).count() == 2


def test_services_described_together_are_known_as_far_back_as_anything_is_said() -> None:
    begin()
    report(
        word(GRID, "down", START - 60 * MINUTE),
        word(GRID, "operational", START - 30 * MINUTE),
    )

    work(Engine())

    assert now_is(PATIENTS, START - 45 * MINUTE) == "down"
    assert now_is(PATIENTS) == "operational"


@pytest.mark.parametrize("is_edited_later", [False, True])
@pytest.mark.parametrize("is_late", [False, True])
def test_what_a_new_service_relies_on_suffered_before_it_came_is_not_its_own(
    is_late: bool, is_edited_later: bool
) -> None:
    begin()
    engine = Engine()
    said = [
        word(GRID, "down", START - 60 * MINUTE),
        word(GRID, "operational", START - 30 * MINUTE),
        word(GRID, "down", DAWN + 5 * MINUTE),
    ]
    if not is_late:
        report(*said, now=DAWN + 6 * MINUTE)
        work(engine, DAWN + 6 * MINUTE)

    define(services=[service(NEW, GRID, name="New")], at=DAWN + 10 * MINUTE)
    work(engine, DAWN + 11 * MINUTE)
    if is_edited_later:
        define(services=[service(NEW, GRID, POWER, name="New")], at=DAWN + 12 * MINUTE)
    report(*said, word(NEW, "degraded", DAWN - MINUTE), now=DAWN + 20 * MINUTE)
    work(engine, DAWN + 20 * MINUTE)

    # Somebody may know of it itself from before.
    assert now_is(NEW, START - 45 * MINUTE) == "possibly down"
    assert now_is(NEW, DAWN + 9 * MINUTE) == "degraded"
    assert now_is(NEW, DAWN + 10 * MINUTE) == "down"
    assert now_is(PATIENTS, START - 45 * MINUTE) == "down"
    before = kept()
    Followed.objects.all().delete()
    work(Engine(), DAWN + 20 * MINUTE)
    assert kept() == before


def test_what_is_gone_has_a_past_that_late_words_still_reach() -> None:
    begin()
    engine = Engine()
    report(word(VAULT, "operational", DAWN))
    work(engine)
    wanted = everything()
    del wanted.services[VAULT]
    say(wanted, at=DAWN + 10 * MINUTE, prune=True)
    work(engine, DAWN + 10 * MINUTE)

    # Nobody may report of it any more; what was said before is still followed.
    with mock.patch.object(engine_module, "MOST_AT_ONCE", 1):
        engine.forget()
        work(engine, DAWN + 11 * MINUTE)

    row = EffectiveCondition.objects.get(service__reference=VAULT)
    assert (row.starts_at, row.ends_at) == (DAWN, DAWN + 10 * MINUTE)


def test_an_edit_of_words_alone_moves_no_condition() -> None:
    begin()
    engine = Engine()
    report(word(GRID, "down", DAWN))
    work(engine)
    before = kept()

    define(services=[replace(SERVICES[0], name="Patient care")], at=DAWN + MINUTE)

    assert work(engine, DAWN + 2 * MINUTE) == 0
    assert kept() == before


@dataclass(frozen=True)
class Edit:
    """A service is said anew."""

    service: str
    supporters: tuple[str, ...]
    one_is_enough: bool
    is_assumed: bool
    is_retired: bool

    @property
    def document(self) -> ServiceDocument:
        stage = Stage.RETIRED if self.is_retired else Stage.LIVE
        found = service(
            self.service,
            *(() if self.one_is_enough else self.supporters),
            name=self.service,
            stage=stage,
            assume_operational=self.is_assumed,
        )
        if self.one_is_enough and self.supporters:
            found = replace(found, relies_on=(group(*self.supporters),))
        return found


ALL = [document.reference for document in SERVICES]
WORDS = st.tuples(
    st.sampled_from(ALL),
    st.sampled_from(["operational", "degraded", "down", "unknown"]),
    st.integers(-5, 40),
    st.booleans(),
)
EDITS = st.builds(
    Edit,
    st.sampled_from([*ALL, NEW]),
    st.lists(st.sampled_from(ALL), max_size=3, unique=True).map(tuple),
    st.booleans(),
    st.booleans(),
    st.sampled_from([False, False, True]),
)


@st.composite
def stories(draw: st.DrawFn) -> list[Any]:
    """Words anywhere, edits in order of time, and steps of the engine between."""
    moments = sorted(draw(st.lists(st.integers(1, 35), max_size=5)))
    edits = [(draw(EDITS), moment) for moment in moments]
    words = draw(st.lists(WORDS, min_size=1, max_size=8))
    order = draw(st.permutations([True] * len(edits) + [False] * len(words)))
    left, said = iter(edits), iter(words)
    story: list[Any] = [next(left) if is_edit else next(said) for is_edit in order]
    steps = draw(st.lists(st.booleans(), min_size=len(story), max_size=len(story)))
    return [*zip(story, steps, strict=True)]


def tell(story: list[Any], at: datetime = END - MINUTE) -> None:
    """Say it all, with the engine at work now and then, another one each time it is odd."""
    begin()
    engine = Engine()
    for number, (said, works) in enumerate(story):
        if isinstance(said[0], Edit):
            define(services=[said[0].document], at=DAWN + said[1] * MINUTE)
        else:
            reference, condition, minute, planned = said
            report(
                word(
                    reference, condition, DAWN + minute * MINUTE, planned=planned, sequence=number
                ),
                now=at,
            )
        if works:
            if number % 2:
                engine.forget()
            engine.step(END)
    work(engine, END)


class Oracle:
    """What each service is at an instant, from the story alone."""

    def __init__(self, story: list[Any]) -> None:
        self.said = [said for said, _ in story]

    def at(self, moment: datetime) -> dict[str, tuple[Any, ...]]:
        """Range, planned and next losses of every service that is not gone."""
        references = list(dict.fromkeys([*ALL, *self._created()]))
        services = [self._service(each, references, moment) for each in references]
        world = plainly.World(tuple(services))
        found = zip(
            world.range_of(),
            world.planned(),
            world.next_losses(plainly.OPERATIONAL),
            world.next_losses(plainly.DOWN),
            strict=True,
        )
        return dict(zip(references, found, strict=True))

    def _created(self) -> list[str]:
        return [said[0].service for said in self.said if isinstance(said[0], Edit)]

    def _service(self, reference: str, references: list[str], at: datetime) -> plainly.Service:
        documents = [(START, each) for each in SERVICES if each.reference == reference]
        documents += [
            (DAWN + said[1] * MINUTE, said[0].document)
            for said in self.said
            if isinstance(said[0], Edit) and said[0].service == reference
        ]
        stood = [document for since, document in documents if since <= at]
        document = stood[-1] if stood else replace(documents[0][1], assume_operational=False)
        # Everybody but this one was there from the beginning.
        is_unborn = reference == NEW and not stood
        is_alone = is_unborn or document.stage is Stage.RETIRED
        groups = () if is_alone else document.relies_on
        return plainly.Service(
            words=self._words(reference, at),
            groups=tuple(
                plainly.Group(
                    tuple((references.index(m.service), Decimal(m.weight)) for m in one.members),
                    one.minimum,
                    one.full,
                    one.soft,
                )
                for one in groups
            ),
            is_assumed=document.assume_operational,
        )

    def _words(self, reference: str, at: datetime) -> tuple[plainly.Word, ...]:
        said = [
            (minute, number, condition, planned)
            for number, each in enumerate(self.said)
            if not isinstance(each[0], Edit)
            for name, condition, minute, planned in [each]
            if name == reference and DAWN + minute * MINUTE <= at
        ]
        if not said:
            return ()
        _, _, condition, planned = max(said)
        return (plainly.Word(condition, planned),)


def compare(story: list[Any]) -> None:
    oracle = Oracle(story)
    numbers = dict(Service.objects.values_list("reference", "pk"))
    for half in range(-12, 90):
        at = DAWN + half * MINUTE / 2
        found = conditions_at(at)
        for reference, (bounds, planned, loss, possible) in oracle.at(at).items():
            known = found.get(numbers[reference], UNHEARD_OF)
            names = plainly.WORSE_TO_THE_RIGHT
            assert (names[known.best], names[known.worst]) == bounds, (reference, half / 2)
            assert known.is_planned == planned
            assert (names[known.next_loss], names[known.possible_next_loss]) == (loss, possible)


@contextmanager
def in_small_pieces(at_once: int = 1) -> Iterator[None]:
    """Everything is too much for one step: the past is gone through instant by instant, a few
    turns in a transaction."""
    nothing = -(10**9)
    with (
        mock.patch.object(live, "MOST_TURNS", nothing),
        mock.patch.object(late, "MOST_TURNS", nothing),
        mock.patch.multiple(catching_up, MOST_IN_SLICE=nothing, KEPT_AT_ONCE=at_once),
    ):
        yield


def flapping(minutes: int) -> Engine:
    """The grid fails and comes back every minute, and an engine followed it."""
    begin()
    engine = Engine()
    for minute in range(minutes):
        condition = ("down", "operational")[minute % 2]
        report(word(GRID, condition, DAWN + minute * MINUTE, source="probe"), now=END)
    work(engine, END)
    return engine


def test_a_late_word_about_a_hot_service_is_followed_in_pieces_that_survive_being_killed() -> None:
    engine = flapping(12)
    # Of another voice: it changes every other minute since, and what stands now.
    report(word(GRID, "degraded", DAWN + 30 * SECOND, source="other"), now=END)
    with transaction.atomic():
        engine.forget()
        work(engine, END)
        expected = kept()
        transaction.set_rollback(True)
    engine.forget()

    with in_small_pieces():
        engine.step(END)
        # What stands now is right at once.
        assert now_is(PATIENTS) == "degraded"
        assert now_is(PATIENTS, DAWN + 90 * SECOND) == "operational"
        assert Belated.objects.count() == 1
        pieces, reached = 0, set()
        while Belated.objects.exists():
            for phase, after in itertools.product(["rewrite_until", "_piece"], [False, True]):
                before = kept()
                with (
                    breaks_off(catching_up, phase, after),
                    pytest.raises(Killed),
                    transaction.atomic(),
                ):
                    engine.step(END)
                assert kept() == before
                engine = Engine()
                engine.step(END)
            assert engine.step(END).is_more == Belated.objects.exists()
            pieces += 1
            reached |= set(Belated.objects.values_list("since", flat=True))

    assert len(reached) > 5 and pieces > 5
    assert now_is(PATIENTS, DAWN + 90 * SECOND) == "degraded"
    assert kept() == expected


def test_a_late_word_that_changes_a_moment_leaves_all_that_came_later() -> None:
    engine = flapping(12)
    with in_small_pieces():
        later = word(GRID, "degraded", DAWN + 90 * SECOND, source="probe")
        report(later, now=END)
        before = kept()
        assert engine.step(END).changed == 0

        (owed,) = Belated.objects.all()
        assert (owed.since, owed.until) == (DAWN + 90 * SECOND, DAWN + 2 * MINUTE)
        work(engine, END)

    changed = set(kept()) - set(before)
    assert len(changed) == 2 * 6
    assert now_is(PATIENTS, DAWN + 100 * SECOND) == "degraded"
    assert now_is(PATIENTS, DAWN + 2 * MINUTE) == "down"
    before = kept()
    Followed.objects.all().delete()
    work(Engine(), END)
    assert kept() == before


def test_words_go_on_while_something_of_the_past_is_owed() -> None:
    engine = flapping(12)
    with in_small_pieces():
        report(word(GRID, "degraded", DAWN + 30 * SECOND, source="other"), now=END)
        engine.step(END)
        engine.step(END)
        # One about the stretch that is owed, and one about now.
        report(
            word(POWER, "down", DAWN + 5 * MINUTE, source="x", valid_for="2 min"),
            word(VAULT, "down", DAWN + 40 * MINUTE, source="x"),
            now=END,
        )
        engine.step(END)
        assert now_is(VAULT) == "down"
        work(engine, END)

    assert not Belated.objects.exists()
    before = kept()
    Followed.objects.all().delete()
    work(Engine(), END)
    assert kept() == before


class TestAnyOrder(TestCase):
    """The kept intervals are what an independent reading of the story says, at every instant."""

    @settings(max_examples=40)
    @given(story=stories())
    def test_words_and_edits_in_any_order_end_in_what_really_stood(self, story: list[Any]) -> None:
        tell(story)

        compare(story)
        before = kept()
        Followed.objects.all().delete()
        work(Engine(), END)
        assert kept() == before

    @settings(max_examples=25)
    @given(story=stories(), at_once=st.integers(1, 3))
    def test_what_is_owed_of_the_past_ends_in_what_really_stood(
        self, story: list[Any], at_once: int
    ) -> None:
        with in_small_pieces(at_once):
            tell(story)

        assert not Belated.objects.exists()
        compare(story)
        before = kept()
        Followed.objects.all().delete()
        work(Engine(), END)
        assert kept() == before

    @settings(max_examples=15)
    @given(story=stories(), at_once=st.integers(1, 3))
    def test_packed_and_spread_out_read_alike(self, story: list[Any], at_once: int) -> None:
        with mock.patch.multiple(keeping, MOST_DIRECT=0, SPREAD_AT_ONCE=at_once):
            with mock.patch.object(engine_module, "spread", lambda: False):
                tell(story)
            compare(story)
            numbers = list(Service.objects.values_list("pk", flat=True))
            packed = intervals_of(numbers)
            was_packed = PackedChange.objects.exists()
            while keeping.spread():
                assert intervals_of(numbers) == packed
            assert intervals_of(numbers) == packed

        assert not PackedChange.objects.exists()
        assert was_packed or not packed
        Followed.objects.all().delete()
        before = kept()
        work(Engine(), END)
        assert kept() == before
