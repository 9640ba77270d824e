"""Conditions as of a past moment: what was said then is said again, to whoever may see it today."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.queries.board import board
from catenary.apps.monitoring.queries.status import ServiceStatus, service_status, shown
from tests.apps.monitoring.worlds import DAWN, MINUTE, report, word, work
from tests.apps.worlds import as_person, begin, looking_from

pytestmark = pytest.mark.django_db

GRID, DATABASE, PATIENTS, VAULT = (
    "ironport/grid",
    "bluewater-ops/database",
    "bluewater-apps/patients",
    "bluewater-ops/vault",
)


def status(
    reference: str, at: datetime, *, past: bool = True, by: str = "ada", seen: str = "bluewater"
) -> ServiceStatus | None:
    actor = as_person(by)
    found = service_status(
        actor=actor,
        viewpoint=looking_from(actor, seen),
        reference=reference,
        at=at,
        is_past=past,
    )
    return None if found is None else replace(found, computed_at=None)


def listed(at: datetime | None, by: str = "ada", seen: str = "bluewater") -> dict[str, str]:
    actor = as_person(by)
    found = board(actor=actor, viewpoint=looking_from(actor, seen), at=at)
    return {row.reference: shown(row.effective) for row in found.rows}


def test_the_condition_then_its_cause_and_who_said_so() -> None:
    begin()
    report(word(DATABASE, "down", DAWN, text="disk full", source="probe"))
    report(
        word(DATABASE, "operational", DAWN + 10 * MINUTE, source="probe"), now=DAWN + 10 * MINUTE
    )
    work(now=DAWN + 20 * MINUTE)

    then = status(PATIENTS, DAWN + 5 * MINUTE)

    assert then is not None
    assert (shown(then.effective), then.since) == ("down", DAWN)
    [cause] = [one for one in then.causes if one.path[-1].reference == DATABASE]
    assert (cause.condition, cause.since) == ("down", DAWN)
    assert [(one.source_name, one.text) for one in cause.said] == [("probe", "disk full")]
    assert listed(DAWN + 5 * MINUTE)[PATIENTS] == "down"
    assert listed(DAWN - MINUTE)[PATIENTS] == "unknown"


def test_who_may_not_see_it_today_learns_nothing_of_its_past() -> None:
    begin()
    report(word(VAULT, "down", DAWN))
    work(now=DAWN + MINUTE)

    assert status(VAULT, DAWN, by="otto") is None
    assert VAULT not in listed(DAWN, "otto")
    assert status("bluewater-ops/nothing", DAWN) is None


WORDS = st.lists(
    st.tuples(
        st.sampled_from((GRID, DATABASE, VAULT, PATIENTS)),
        st.sampled_from(("operational", "degraded", "down", "unknown", "cleared")),
        st.sampled_from((None, True, False)),
    ),
    min_size=1,
    max_size=6,
)


class AsItWas(TestCase):
    """Every moment lived through is told later as it was told then."""

    @settings(max_examples=30, deadline=None)
    @given(WORDS)
    def test_what_was_told_then_is_told_again(self, said: list[tuple[str, str, Any]]) -> None:
        begin()
        engine = Engine()
        lived = []
        for minute, (service, condition, planned) in enumerate(said):
            now = DAWN + minute * MINUTE
            more = {} if planned is None else {"planned": planned}
            report(word(service, condition, now, source="probe", **more), now=now)
            work(engine, now)
            seen = {each: status(each, now, past=False) for each in (DATABASE, PATIENTS, VAULT)}
            lived.append((now, seen, listed(None)))
        for now, seen, board_then in lived:
            at = now + timedelta(seconds=1)
            assert {each: status(each, at) for each in seen} == seen
            assert listed(at) == board_then
