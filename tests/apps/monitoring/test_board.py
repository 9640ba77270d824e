"""The board of a viewpoint: the worst first, in pages, and nothing that may not be seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.estate import document_of, invented
from catenary.apps.monitoring.queries.board import Board, board
from catenary.apps.monitoring.queries.explaining import (
    Reasoned,
    reasons_of_certain,
    reasons_of_several,
)
from catenary.apps.monitoring.queries.standing import standing_now
from catenary.apps.monitoring.queries.status import shown
from catenary.exchange.catalogue.applying import apply_plan, prepare_plan
from tests.apps.monitoring.worlds import DAWN, report, word, work
from tests.apps.worlds import OPERATOR, as_person, begin, looking_from

pytestmark = pytest.mark.django_db


def of(name: str, seen: str, **more: Any) -> Board:
    actor = as_person(name)
    return board(actor=actor, viewpoint=looking_from(actor, seen), **more)


def listed(found: Board) -> list[tuple[str, str]]:
    return [(row.reference, shown(row.effective)) for row in found.rows]


def test_the_worst_stands_first_and_what_is_not_known_before_what_is_well() -> None:
    begin()
    report(
        word("ironport/grid", "operational"),
        word("bluewater-apps/billing", "degraded"),
        word("bluewater-ops/database", "operational"),
    )
    work()

    found = of("ada", "bluewater")

    assert listed(found) == [
        ("bluewater-apps/billing", "degraded"),
        ("bluewater-ops/vault", "unknown"),
        ("bluewater-ops/database", "operational"),
        ("bluewater-apps/patients", "operational"),
        ("ironport/power", "operational"),
    ]
    assert found.counts == {
        "down": 0,
        "degraded": 1,
        "unknown": 1,
        "maintenance": 0,
        "operational": 3,
    }


def test_each_sees_their_own_board() -> None:
    begin()
    report(word("bluewater-ops/vault", "down"))
    work()

    assert listed(of("uwe", "ward-3")) == [("bluewater-apps/patients", "unknown")]
    assert "bluewater-ops/vault" not in dict(listed(of("otto", "bluewater")))
    assert of("otto", "bluewater").counts["down"] == 0
    assert of("ada", "bluewater").counts["down"] == 1


def test_pages_hold_everything_once() -> None:
    begin()
    report(word("bluewater-apps/billing", "down"))
    work()
    whole = listed(of("ada", "bluewater"))

    pages, after = [], None
    while True:
        page = of("ada", "bluewater", after=after, limit=2)
        pages += listed(page)
        assert page.total == len(whole)
        after = page.after
        if after is None:
            break

    assert pages == whole


def test_only_what_is_asked_for_is_listed() -> None:
    begin()
    report(word("bluewater-apps/billing", "down"))
    work()

    found = of("ada", "bluewater", only=["down"])

    assert (listed(found), found.total) == ([("bluewater-apps/billing", "down")], 1)
    assert found.counts["unknown"] == 4


def test_of_each_condition_the_causes_stand_first_and_pages_keep_that_order() -> None:
    begin()
    report(
        word("ironport/grid", "down"),
        word("bluewater-apps/patients", "degraded"),
        word("bluewater-apps/billing", "down"),
    )
    work()
    whole = of("ada", "bluewater")

    pages: list[tuple[str, bool]] = []
    after = None
    while True:
        page = of("ada", "bluewater", after=after, limit=1)
        pages += [(row.reference, row.is_by_itself) for row in page.rows]
        after = page.after
        if after is None:
            break

    assert pages == [(row.reference, row.is_by_itself) for row in whole.rows]
    down = [
        mark for row, (_name, mark) in zip(whole.rows, pages, strict=True) if row.rank == "down"
    ]
    assert down == sorted(down, reverse=True) and True in down


@pytest.mark.parametrize("seed", [3, 5])
def test_what_is_certain_has_the_same_causes_without_a_look_at_the_rest(seed: int) -> None:
    made = invented(200, seed)
    prepared = prepare_plan(wanted=document_of(made), source="folder:invented")
    apply_plan(prepared=prepared, actor=OPERATOR, at=DAWN)
    names = sorted(made.services)
    said = ("down", "degraded", "operational", "unknown", "operational")
    report(*(word(name, said[at % 5]) for at, name in enumerate(names) if at % 3 == 0))
    work()
    standing = standing_now()
    is_certain = standing.is_certainly_bad & ~standing.is_planned
    is_certain &= standing.codes & 3 == standing.codes >> 2 & 3
    places = np.flatnonzero(is_certain).tolist()

    several = reasons_of_several(standing.estate, places, 1_000)
    certain = reasons_of_certain(standing.estate, places, 1_000, standing.is_certainly_bad)

    assert len(places) > 20
    assert list(map(told, certain)) == list(map(told, several))
    assert any(each.is_only_together for each in certain)


def told(reasoned: Reasoned) -> tuple[list[Any], bool]:
    """What a board tells of causes."""
    causes = reasoned.causes.told
    return [(cause.path, cause.condition) for cause in causes], reasoned.is_only_together
