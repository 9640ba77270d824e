"""The tree of causes: what stands at each place of it."""

from __future__ import annotations

import pytest

from catenary.apps.monitoring.queries.status import Step, ToldCause
from catenary.apps.organizations.queries import OrganizationRow
from catenary.web.status.tree import tree_of

HOUSE = OrganizationRow(1, "cloud", "Cloud", "cloud/", 1, None)
PORTAL = Step("house/portal", "Portal", HOUSE)
DATABASE = Step("cloud/database", "Database", HOUSE)
UNSEEN = Step("", "", HOUSE)


def cause(*path: Step) -> ToldCause:
    return ToldCause(path, "down", "down", None, ())


@pytest.mark.parametrize(
    ("shown", "itself", "marks"),
    [
        ({"cloud/database": "maintenance"}, "down", ["planned", "planned"]),
        ({"cloud/database": "down"}, "down", ["down", "down"]),
        ({"cloud/database": "unknown"}, "maintenance", ["unknown", "down"]),
        ({}, "down", [None, "down"]),
    ],
)
def test_what_is_unnamed_is_planned_as_what_stands_on_it(
    shown: dict[str, str], itself: str, marks: list[str | None]
) -> None:
    (node,) = tree_of([cause(PORTAL, DATABASE, UNSEEN)], shown, {}, itself)
    (below,) = node.below

    assert [each.mark and each.mark.condition for each in (node, below)] == marks


def test_right_below_the_service_itself_it_is_planned_as_that_is() -> None:
    for itself, mark in (("maintenance", "planned"), ("down", "down")):
        (node,) = tree_of([cause(PORTAL, UNSEEN)], {}, {}, itself)
        assert node.mark is not None and node.mark.condition == mark


def test_a_seen_source_in_maintenance_is_shown_so() -> None:
    (node,) = tree_of([cause(PORTAL, DATABASE)], {"cloud/database": "maintenance"}, {}, "down")
    assert node.mark is not None and node.mark.condition == "planned"
