"""Field changes: every difference, by its path, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.documents.plain import service_to_plain
from catenary.domain.plan import FieldChange, Plan, PlannedAction, PlannedItem, field_changes
from tests.domain.documents import worlds

plain = st.recursive(
    st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=8,
)
documents = st.dictionaries(st.sampled_from("abc"), plain)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({}, {}, ()),
        ({"name": "A"}, {"name": "A"}, ()),
        ({"name": "A"}, {"name": "B"}, (FieldChange("name", "A", "B"),)),
        ({}, {"tags": ["x"]}, (FieldChange("tags", None, ["x"]),)),
        ({"tags": ["x"]}, {}, (FieldChange("tags", ["x"], None),)),
        (
            {"warranty": {"availability": "99 %", "security": "locks"}},
            {"warranty": {"availability": "99.9 %", "security": "locks"}},
            (FieldChange("warranty.availability", "99 %", "99.9 %"),),
        ),
        (
            {"warranty": {"availability": "99 %"}, "name": "A"},
            {"name": "B"},
            (
                FieldChange("name", "A", "B"),
                FieldChange("warranty", {"availability": "99 %"}, None),
            ),
        ),
        # The order of a list carries meaning.
        (
            {"tags": ["x", "y"]},
            {"tags": ["y", "x"]},
            (FieldChange("tags", ["x", "y"], ["y", "x"]),),
        ),
    ],
)
def test_field_changes_are_named_by_their_dotted_path(
    before: dict[str, Any], after: dict[str, Any], changes: tuple[FieldChange, ...]
) -> None:
    assert field_changes(before, after) == changes


@given(documents)
def test_a_document_differs_in_nothing_from_itself(said: dict[str, Any]) -> None:
    assert field_changes(said, said) == ()


@given(documents, documents)
def test_changes_read_backwards_swap_before_and_after(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    forwards = field_changes(one, other)

    assert (forwards == ()) == (one == other)
    assert field_changes(other, one) == tuple(
        FieldChange(change.path, change.after, change.before) for change in forwards
    )


@given(worlds.services, worlds.services)
def test_services_that_differ_have_changes(one: Any, other: Any) -> None:
    before, after = service_to_plain(one), service_to_plain(other)

    assert (field_changes(before, after) == ()) == (before == after)


def test_a_plan_is_empty_without_items_and_counts_them_by_action() -> None:
    actions = [PlannedAction.CREATE, PlannedAction.CREATE, PlannedAction.REMOVE]
    plan = Plan(tuple(PlannedItem("service", "acme/db", action) for action in actions), 5)

    assert Plan((), 3).is_empty
    assert not plan.is_empty
    assert plan.count(PlannedAction.CREATE) == 2
    assert plan.count(PlannedAction.REMOVE) == 1
    assert plan.count(PlannedAction.CHANGE) == 0
