"""What a board said in the past, whatever became known since: compared with what it said, and with
an independent reading of every word."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.queries.board import board
from catenary.apps.monitoring.queries.status import ServiceStatus, service_status, shown
from tests.apps.monitoring.worlds import DAWN, MINUTE, report, word, work
from tests.apps.worlds import as_person, begin, define, looking_from
from tests.domain.estates import service

pytestmark = pytest.mark.django_db

GRID, DATABASE, PATIENTS, VAULT = (
    "ironport/grid",
    "bluewater-ops/database",
    "bluewater-apps/patients",
    "bluewater-ops/vault",
)
NAMED = (GRID, DATABASE, PATIENTS, VAULT)


def listed(
    at: datetime | None = None,
    known_at: datetime | None = None,
    by: str = "ada",
    seen: str = "bluewater",
) -> dict[str, str]:
    actor = as_person(by)
    found = board(actor=actor, viewpoint=looking_from(actor, seen), at=at, known_at=known_at)
    assert sum(found.counts.values()) == len(found.rows)
    return {row.reference: shown(row.effective) for row in found.rows}


def status(
    reference: str, known_at: datetime, by: str = "ada", seen: str = "bluewater"
) -> ServiceStatus | None:
    actor = as_person(by)
    return service_status(
        actor=actor,
        viewpoint=looking_from(actor, seen),
        reference=reference,
        at=known_at,
        known_at=known_at,
    )


def test_a_late_word_changes_what_is_known_today_and_not_what_was_known_then() -> None:
    begin()
    noon, evening = DAWN + 60 * MINUTE, DAWN + 600 * MINUTE
    report(word(DATABASE, "operational", DAWN, source="probe"), word(GRID, "operational"))
    report(word(DATABASE, "down", noon, source="probe", text="late"), now=evening)
    work(now=evening)

    assert listed(noon)[PATIENTS] == "down"
    assert listed(noon, noon)[PATIENTS] == listed(known_at=noon)[PATIENTS] == "operational"
    assert listed(noon, evening)[PATIENTS] == "down"
    then, since = status(PATIENTS, noon), status(PATIENTS, evening)
    assert then is not None and since is not None
    assert (shown(then.effective), then.causes) == ("operational", ())
    assert shown(since.effective) == "down"
    [cause] = [one for one in since.causes if one.path[-1].reference == DATABASE]
    assert (cause.since, [told.text for told in cause.said]) == (noon, ["late"])


def test_the_catalogue_is_that_of_then() -> None:
    begin()
    report(word(DATABASE, "down", DAWN, source="probe"))
    work()
    later = DAWN + 60 * MINUTE
    define(services=[service(PATIENTS, name="Renamed"), service("bluewater-apps/new")], at=later)
    work(now=later)

    assert listed()[PATIENTS] == "unknown"
    then = listed(known_at=later - MINUTE)
    assert then[PATIENTS] == "down" and "bluewater-apps/new" not in then
    found = status(PATIENTS, later - MINUTE)
    assert found is not None and found.service.name == "Patients"
    assert status("bluewater-apps/new", later - MINUTE) is None


def test_who_may_not_see_it_today_learns_nothing_of_what_was_known() -> None:
    begin()
    report(word(VAULT, "down", DAWN), word(GRID, "down", DAWN, text="Zsecret"))
    work()

    assert status(VAULT, DAWN, by="otto") is None
    assert VAULT not in listed(known_at=DAWN, by="otto")
    assert list(listed(known_at=DAWN, by="uwe", seen="ward-3")) == [PATIENTS]
    found = status(PATIENTS, DAWN, by="uwe", seen="ward-3")
    assert found is not None and shown(found.effective) == "down"
    assert [step.reference for step in found.causes[0].path] == [PATIENTS, ""]
    assert "Zsecret" not in repr(found.causes)


def test_who_said_so_is_told_in_the_same_order_whenever_it_is_asked() -> None:
    begin()
    for minute, source in enumerate(("often", "once", "often")):
        now = DAWN + minute * MINUTE
        report(word(VAULT, "down", now, source=source), now=now)
        work(now=now)
    at = DAWN + 2 * MINUTE

    told = []
    for found in (status_now(VAULT, at), status_now(VAULT, at + MINUTE), status(VAULT, at)):
        assert found is not None
        told.append([each.source_name for each in found.causes[0].said])

    # The word that is older first: how often it was repeated before makes no difference.
    assert told == [["once", "often"]] * 3


#: Service, condition, whether it is planned, how many minutes late it is recorded.
STORY = st.lists(
    st.tuples(
        st.sampled_from(NAMED),
        st.sampled_from(("operational", "degraded", "down", "unknown", "cleared")),
        st.sampled_from((None, True, False)),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=7,
)


class AsItWasKnown(TestCase):
    """Every moment lived through is told later as it was told then, late words and all."""

    @settings(max_examples=12, deadline=None)
    @given(STORY)
    def test_what_the_board_said_is_what_it_said(
        self, story: list[tuple[str, str, Any, int]]
    ) -> None:
        begin()
        engine, lived = Engine(), []
        for minute, (name, condition, planned, late) in enumerate(story):
            now = DAWN + minute * MINUTE
            more = {} if planned is None else {"planned": planned}
            said = word(name, condition, now - late * MINUTE, source=f"probe-{late % 2}", **more)
            report(said, now=now)
            work(engine, now)
            lived.append((now, listed(), [_brief(status_now(each, now)) for each in NAMED]))
        for now, seen, told in lived:
            at = now + timedelta(seconds=1)
            assert listed(known_at=at) == seen
            assert [_brief(status(each, at)) for each in NAMED] == told
        # And known today, at the end, is what the kept intervals say of every moment between.
        end = lived[-1][0] + MINUTE
        for now, then in pairwise([*(moment for moment, _, _ in lived), end]):
            middle = now + (then - now) / 2
            assert listed(middle, end) == listed(middle)


def status_now(reference: str, now: datetime) -> ServiceStatus | None:
    actor = as_person("ada")
    return service_status(
        actor=actor, viewpoint=looking_from(actor, "bluewater"), reference=reference, at=now
    )


def _brief(found: ServiceStatus | None) -> Any:
    """What is told of a service, without since when it altogether is so, and without what makes it
    uncertain, of which only the nearest are looked at where kept intervals are explained."""
    if found is None:
        return None
    is_certain = found.effective.best == found.effective.worst
    causes = (found.causes, found.risks) if is_certain else ()
    return found.service, found.effective, causes
