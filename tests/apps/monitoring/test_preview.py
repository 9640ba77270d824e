"""The preview of maintenance: as things are and will be then, and to the minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from catenary.apps.monitoring.queries.planning import read_plan
from catenary.apps.monitoring.queries.preview import Preview, preview, preview_as_plain
from catenary.domain.documents.shapes import ServiceHours, WeeklySpan
from tests.apps.monitoring.test_maintenance import plan, wall
from tests.apps.monitoring.test_what_if import (
    BILLING,
    DATABASE,
    HOUR,
    NIGHT,
    PATIENTS,
    VAULT,
    redundant,
)
from tests.apps.monitoring.test_what_if import plan as announced
from tests.apps.monitoring.worlds import DAWN, MINUTE, report, word, work
from tests.apps.worlds import OPERATOR, as_person, define, looking_from
from tests.domain.estates import service

pytestmark = pytest.mark.django_db


def looked_at(by: str = "ada", besides: str = "", **more: Any) -> Preview:
    planned, _ = read_plan(OPERATOR, plan(**{"start": wall(NIGHT), **more}), DAWN)
    actor = as_person(by)
    viewpoint = looking_from(actor, "bluewater")
    found = preview(actor=actor, viewpoint=viewpoint, planned=planned, at=DAWN, besides=besides)
    assert found is not None
    return found


def together(found: Preview) -> list[tuple[str, list[str | None], bool]]:
    [only] = found.occurrences
    return [
        (
            one.link.reference,
            [None if each is None else each.reference for each in one.because],
            one.is_announced,
        )
        for one in only.together
    ]


def test_whom_it_hits_only_with_other_maintenance_is_told_with_that() -> None:
    redundant()
    key = announced(NIGHT + HOUR)

    assert together(looked_at()) == [(PATIENTS, [VAULT], True)]
    assert together(looked_at(duration="1 h")) == []
    assert together(looked_at(besides=key)) == []
    assert together(looked_at(by="otto")) == [(PATIENTS, [None], True)]
    told = preview_as_plain(looked_at())["occurrences"][0]
    assert told["with-other-maintenance"] == [PATIENTS]
    assert told["together"] == [{"reference": PATIENTS, "because": [VAULT]}]


def test_whom_it_hits_only_because_the_reserve_is_lost_already_is_told_with_that() -> None:
    redundant()
    assert together(looked_at()) == []

    report(word(VAULT, "down", DAWN + MINUTE, planned=False), now=DAWN + MINUTE)
    work(now=DAWN + MINUTE)

    assert together(looked_at()) == [(PATIENTS, [VAULT], False)]
    assert preview_as_plain(looked_at())["occurrences"][0]["with-present-faults"] == [PATIENTS]


def test_the_best_start_is_found_to_the_minute() -> None:
    redundant()
    hours = ServiceHours("UTC", tuple(WeeklySpan(day, 370, 1250) for day in range(7)))
    billing = service(BILLING, DATABASE, name="Billing")
    define(services=[replace(billing, service_hours=hours)])

    found = looked_at(start=wall(DAWN + 2 * HOUR), duration="9 h 20 min")

    best = found.better[0]
    assert best.start.time() == time(20, 50)
    assert best.harm <= min(slot.harm for _, day in found.days for slot in day if slot)
    assert found.better[0].start - DAWN.replace(tzinfo=None) < timedelta(days=2)
