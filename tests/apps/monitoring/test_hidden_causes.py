"""What one is told of a cause that may not be seen: what it does, and never more than is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.apps.monitoring.worlds import DAWN, report, said, word, work
from tests.apps.worlds import as_person, begin

pytestmark = pytest.mark.django_db

DATABASE, POWER, GRID = "bluewater-ops/database", "ironport/power", "ironport/grid"


def told() -> list[tuple[str, bool]]:
    """The condition of each cause as Bluewater is told it, and whether its source has a name."""
    status = said(DATABASE, by=as_person("ada"), seen="bluewater", now=DAWN + timedelta(hours=1))
    assert status is not None
    return [(cause.condition, cause.path[-1].reference != "") for cause in status.causes]


def test_of_what_nobody_knows_nobody_says_that_it_is_down() -> None:
    begin()
    report(word(DATABASE, "operational", DAWN), now=DAWN)
    work(now=DAWN)

    # Unseen, the grid: power would follow from it.
    assert told() == [("unknown", False)]


def test_what_is_known_to_be_down_is_told_by_what_it_does() -> None:
    begin()
    report(word(DATABASE, "operational", DAWN), word(GRID, "down", DAWN), now=DAWN)
    work(now=DAWN)

    assert told()[0] == ("down", False)
