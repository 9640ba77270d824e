"""The board of a viewpoint: the worst first, in pages, and nothing that may not be seen."""

from __future__ import annotations

from typing import Any

import pytest

from catenary.apps.monitoring.queries.board import Board, board
from catenary.apps.monitoring.queries.status import shown
from tests.apps.monitoring.worlds import report, word, work
from tests.apps.worlds import as_person, begin, looking_from

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
