"""Paths in the tree of organizations, and roles that reach down along them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.actors import (
    PATH_END,
    Actor,
    MembershipFact,
    Viewpoint,
    is_at_or_below,
    path_numbers,
    path_segment,
)
from catenary.domain.documents.shapes import Role

numbers = st.integers(1, 36**7 - 1)
trails = st.lists(numbers, min_size=1, max_size=5)


def path(trail: list[int]) -> str:
    """The path of an organization from the numbers of those above it and its own."""
    return "".join(path_segment(number) for number in trail)


@given(trails)
def test_a_path_gives_its_numbers_back(trail: list[int]) -> None:
    assert path_numbers(path(trail)) == tuple(trail)


@given(numbers, numbers)
def test_text_order_of_segments_is_the_order_of_numbers(one: int, other: int) -> None:
    assert (path_segment(one) < path_segment(other)) == (one < other)


@given(trails, trails)
def test_below_is_what_begins_with_the_same_trail(one: list[int], top: list[int]) -> None:
    is_below = one[: len(top)] == top

    assert is_at_or_below(path(one), path(top)) == is_below
    assert (path(top) <= path(one) < path(top) + PATH_END) == is_below


def test_a_number_too_large_for_a_segment_is_refused() -> None:
    with pytest.raises(ValueError, match="78364164096"):
        path_segment(36**7)


def member(trail: list[int], *roles: Role) -> MembershipFact:
    """A membership in the organization at the end of a trail."""
    return MembershipFact(trail[-1], "key", "name", path(trail), trail[0], frozenset(roles))


@pytest.mark.parametrize(
    ("where", "roles", "asked", "has"),
    [
        ([1], [Role.ADMINISTRATOR], [1], True),
        ([1], [Role.ADMINISTRATOR], [1, 2, 3], True),
        ([1, 2], [Role.ADMINISTRATOR], [1, 2], True),
        ([1, 2], [Role.ADMINISTRATOR], [1], False),
        ([1, 2], [Role.ADMINISTRATOR], [1, 3], False),
        ([2], [Role.ADMINISTRATOR], [1, 2], False),
        ([1], [Role.CATALOGUE_EDITOR], [1], False),
        ([1], [Role.VIEWER, Role.ADMINISTRATOR], [1], True),
        ([1], [], [1], False),
    ],
)
def test_a_role_reaches_down_and_never_up_or_sideways(
    where: list[int], roles: list[Role], asked: list[int], has: bool
) -> None:
    actor = Actor(memberships=(member(where, *roles),))

    assert actor.has_role_over(path(asked), frozenset({Role.ADMINISTRATOR})) is has


def test_roles_of_two_memberships_do_not_add_up() -> None:
    actor = Actor(memberships=(member([1], Role.VIEWER), member([2, 3], Role.ADMINISTRATOR)))

    assert not actor.has_role_over(path([1]), frozenset({Role.ADMINISTRATOR}))
    assert actor.root_ids == frozenset({1, 2})
    assert Actor().root_ids == frozenset()


def test_the_end_of_a_viewpoint_stands_after_everything_below_it() -> None:
    viewpoint = Viewpoint(1, "acme", "Acme", path([1]), 1, "acme", "Acme")

    assert path([1, 36**7 - 1]) < viewpoint.path_end < path([2])
