"""The conditions of services through a span: cut to it, without gaps, and only what may be seen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catenary.apps.monitoring.models import EffectiveCondition
from catenary.apps.monitoring.queries.courses import (
    condition_courses,
    courses_of,
    effective_at,
    shown_course,
)
from catenary.apps.monitoring.queries.explaining import UNHEARD_OF
from catenary.apps.portfolio.queries.lookup import services_by_reference
from tests.apps.monitoring.worlds import DAWN, MINUTE, report, word, work
from tests.apps.worlds import as_person, begin, looking_from

pytestmark = pytest.mark.django_db

GRID, PATIENTS, VAULT = "ironport/grid", "bluewater-apps/patients", "bluewater-ops/vault"
END = DAWN + 90 * MINUTE


def number(reference: str) -> int:
    return services_by_reference([reference])[reference].id


def course(reference: str, start: datetime, end: datetime) -> list[tuple[float, float, str]]:
    found = courses_of([number(reference)], start, end)[number(reference)]
    return [
        ((one.start - DAWN) / MINUTE, (one.end - DAWN) / MINUTE, one.shown)
        for one in shown_course(found)
    ]


def an_evening() -> None:
    begin()
    report(
        word(GRID, "operational", DAWN),
        word(GRID, "down", DAWN + 10 * MINUTE),
        word(GRID, "down", DAWN + 20 * MINUTE, planned=True),
        word(GRID, "operational", DAWN + 30 * MINUTE),
        now=END,
    )
    work(now=END)


def test_a_course_fills_its_span_and_is_cut_to_it() -> None:
    an_evening()

    assert course(GRID, DAWN - 5 * MINUTE, DAWN + 15 * MINUTE) == [
        (-5, 0, "unknown"),
        (0, 10, "operational"),
        (10, 15, "down"),
    ]
    assert course(PATIENTS, DAWN + 12 * MINUTE, END) == [
        (12, 20, "down"),
        (20, 30, "maintenance"),
        (30, 90, "operational"),
    ]


def test_what_ends_where_a_span_begins_is_not_in_it() -> None:
    an_evening()

    assert course(GRID, DAWN + 10 * MINUTE, DAWN + 20 * MINUTE) == [(10, 20, "down")]
    assert course(GRID, END, END) == []


def test_who_may_not_see_a_service_learns_nothing_of_its_past() -> None:
    an_evening()

    def seen(name: str, organization: str) -> set[str]:
        actor = as_person(name)
        viewpoint = looking_from(actor, organization)
        found = condition_courses(
            actor=actor,
            viewpoint=viewpoint,
            references=[PATIENTS, VAULT, GRID, "bluewater-ops/nothing"],
            start=DAWN,
            end=END,
        )
        return set(found)

    assert seen("ada", "bluewater") == {PATIENTS, VAULT}
    assert seen("uwe", "ward-3") == {PATIENTS}


class AtAnyMoment(TestCase):
    """A course says at every moment what is kept of it."""

    def setUp(self) -> None:
        an_evening()

    @settings(max_examples=50)
    @given(st.integers(-3, 93), st.integers(-5, 60), st.integers(0, 60))
    def test_a_course_and_a_moment_agree(self, minute: int, begins: int, lasts: int) -> None:
        at = DAWN + timedelta(minutes=minute)
        start, end = at - timedelta(minutes=max(begins, 0)), at + timedelta(minutes=lasts + 1)
        ids = [number(GRID), number(PATIENTS), number(VAULT)]
        held = effective_at(ids, at)
        for service, found in courses_of(ids, start, end).items():
            assert (found[0].start, found[-1].end) == (start, end)
            pairs = zip(found, found[1:], strict=False)
            assert all(one.end == other.start for one, other in pairs)
            (stands,) = [one.effective for one in found if one.start <= at < one.end]
            assert stands == held.get(service, UNHEARD_OF)
        assert EffectiveCondition.objects.exists()
