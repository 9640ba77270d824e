"""Histories kept elsewhere: recorded as words, once, and corrected later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from catenary.apps.monitoring.models import Observation, Source
from catenary.apps.monitoring.operations import recording
from catenary.apps.monitoring.operations.histories import HistoryRecorded, record_history
from catenary.domain.actors import Actor
from catenary.domain.observations.reading import Record, read_record
from tests.apps.monitoring.worlds import DAWN, MINUTE, kept, now_is, report, word, work
from tests.apps.worlds import OPERATOR, as_person, begin

pytestmark = pytest.mark.django_db

GRID, PATIENTS, VAULT = "ironport/grid", "bluewater-apps/patients", "bluewater-ops/vault"
NOW = DAWN + timedelta(hours=10)


def minute(number: int) -> datetime:
    return DAWN + number * MINUTE


def outage(
    service: str, begins: int, ends: int | None, condition: str = "down", **more: Any
) -> Any:
    plain = {"service": service, "condition": condition, "from": minute(begins).isoformat(), **more}
    if ends is not None:
        plain["until"] = minute(ends).isoformat()
    record, wrong = read_record(plain, NOW)
    assert record is not None, wrong
    return record


def bring(
    *records: Record, actor: Actor = OPERATOR, now: datetime = NOW, **more: Any
) -> HistoryRecorded:
    return record_history(
        actor=actor, at=now, source="page", records=list(enumerate(records)), **more
    )


def test_a_history_is_what_its_records_say_and_reaches_everybody() -> None:
    begin()

    found = bring(outage(GRID, 10, 20), outage(GRID, 15, 30, "degraded"), well_from=minute(0))
    work(now=NOW)

    assert (found.added, found.repeated, found.corrected, found.refused) == (4, 0, 0, ())
    assert [now_is(PATIENTS, minute(at)) for at in (5, 12, 17, 25, 35)] == [
        "operational", "down", "down", "degraded", "operational",
    ]  # fmt: skip


def test_the_same_history_twice_adds_nothing() -> None:
    begin()
    records = (outage(GRID, 10, 20), outage(VAULT, 5, None), outage(GRID, 12, 40, planned=True))
    bring(*records)
    work(now=NOW)
    before = kept()

    found = bring(*records, now=NOW + MINUTE)
    work(now=NOW + MINUTE)

    assert (found.added, found.corrected) == (0, 0)
    assert kept() == before


def test_planned_work_does_not_hide_the_fault_beside_it() -> None:
    begin()

    bring(outage(GRID, 10, 40, planned=True), outage(GRID, 20, 30, "degraded", planned=False))
    work(now=NOW)

    assert [now_is(GRID, minute(at)) for at in (15, 25, 35, 45)] == [
        "maintenance", "down", "maintenance", "operational",
    ]  # fmt: skip
    names = set(Source.objects.values_list("kind", "name"))
    assert names == {("import", "page"), ("import", "page/planned"), ("import", "page/unplanned")}


def test_a_corrected_record_corrects_what_was_kept() -> None:
    begin()
    bring(outage(GRID, 10, 20))
    work(now=NOW)

    found = bring(outage(GRID, 10, 30), now=NOW + MINUTE)
    work(now=NOW + MINUTE)

    assert found.corrected == 1
    assert [now_is(GRID, minute(at)) for at in (15, 25, 35)] == ["down", "down", "operational"]


def test_without_a_word_about_the_time_after_it_nothing_is_known_then() -> None:
    begin()

    bring(outage(GRID, 10, 20), is_well_after=False)
    work(now=NOW)

    assert [now_is(GRID, minute(at)) for at in (5, 15, 25)] == [
        "possibly down", "down", "possibly down",
    ]  # fmt: skip


def test_other_sources_keep_their_say() -> None:
    begin()
    report(word(GRID, "down", minute(15), source="probe"), now=minute(15))

    bring(outage(GRID, 10, 20))
    work(now=NOW)

    assert now_is(GRID, minute(30)) == "down"


def test_who_may_not_report_is_refused_and_learns_of_nothing_hidden() -> None:
    begin()

    found = bring(
        outage(PATIENTS, 10, 20),
        outage(GRID, 10, 20),
        outage("bluewater-ops/nothing", 10, 20),
        actor=as_person("uwe"),
    )

    assert found.added == 0
    assert [(each.service, each.reasons[0].code) for each in found.refused] == [
        (PATIENTS, "not-allowed"),
        (GRID, "unknown-service"),
        ("bluewater-ops/nothing", "unknown-service"),
    ]


def test_nothing_is_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    begin()
    monkeypatch.setattr("catenary.apps.monitoring.operations.histories.MOST_WORDS", 2)
    told: list[int] = []

    def break_off(count: int) -> None:
        told.append(count)
        if count >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(*(outage(GRID, at, at + 5) for at in range(0, 100, 10)), telling=break_off)

    assert told == [2, 4]
    assert not Observation.objects.exists()
    assert recording.MOST_WORDS == 10_000
