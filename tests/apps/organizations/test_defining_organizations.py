"""Defining and moving organizations: who may, what follows, and what is refused whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from catenary.apps.organizations.models import Organization
from catenary.apps.organizations.operations.organizations import MAX_PATH, define_organizations
from catenary.apps.organizations.queries import organization_tree, organizations_by_key
from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.domain.actors import Actor, path_numbers
from catenary.domain.documents.shapes import MembershipDocument, OrganizationDocument, Role
from catenary.domain.refusals import Refused
from tests.apps.worlds import (
    NOBODY,
    OPERATOR,
    ORGANIZATIONS,
    as_person,
    begin,
    change,
    define,
    entries,
    person,
    refusal_codes,
    revisions,
)
from tests.domain.estates import organization

pytestmark = pytest.mark.django_db


def refused(document: OrganizationDocument, actor: Actor) -> list[str]:
    """Why somebody may not say this; nothing changed and nothing stands in the history."""
    before, tree = entries(), organization_tree()
    with pytest.raises(Refused) as caught, transaction.atomic():
        define_organizations(documents=[document], change=change(actor))
    assert entries() == before
    assert organization_tree() == tree
    return refusal_codes(caught.value)


def trail(key: str) -> list[str]:
    """The keys from the top organization down, by the stored path."""
    keys = {row.id: row.key for row in organization_tree()}
    row = organizations_by_key([key])[key]
    found = [keys[number] for number in path_numbers(row.path)]
    assert keys[row.root_id] == found[0]
    return found


def test_an_organization_is_created_with_its_place_and_one_entry() -> None:
    define(organizations=[organization("acme"), organization("acme-it", "acme")])

    assert trail("acme-it") == ["acme", "acme-it"]
    assert revisions() == [
        ("organization", "acme", "created"),
        ("organization", "acme-it", "created"),
    ]


def test_saying_the_same_again_changes_nothing_of_what_is_said() -> None:
    documents = [organization("acme"), organization("acme-it", "acme")]
    define(organizations=documents)
    before = list(Organization.objects.order_by("pk").values())

    define(organizations=documents)

    assert list(Organization.objects.order_by("pk").values()) == before


def test_parts_may_be_said_before_what_they_are_part_of() -> None:
    define(
        organizations=[
            organization("team", "unit"),
            organization("unit", "acme"),
            organization("acme"),
        ]
    )

    assert trail("team") == ["acme", "unit", "team"]


# From nobody through almost right to exactly right: a new team in the applications unit.
@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("", False),
        ("nora", False),
        ("vera", False),
        ("otto", False),
        ("edith", False),
        ("stella", False),
        ("adam", True),
        ("ada", True),
    ],
)
def test_a_part_is_created_by_administrators_there_or_above(name: str, may: bool) -> None:
    begin()
    actor = as_person(name) if name else NOBODY
    new = organization("web-team", "bluewater-apps")

    if may:
        define(organizations=[new], actor=actor)
        assert trail("web-team") == ["bluewater", "bluewater-apps", "web-team"]
    else:
        assert refused(new, actor) == ["not-allowed"]


@pytest.mark.parametrize("name", ["", "adam", "ada", "stella"])
def test_only_an_operator_creates_a_top_organization(name: str) -> None:
    begin()

    assert refused(organization("new-top"), as_person(name) if name else NOBODY) == [
        "top-organization"
    ]
    assert refused(organization("bluewater-apps"), as_person("ada")) == ["top-organization"]


@pytest.mark.parametrize(
    ("document", "name", "codes"),
    [
        (organization("web-team", "nowhere"), "ada", ["not-allowed"]),
        (organization("web-team", "nowhere"), "", ["organization-missing"]),
        (organization("ward-3", "st-mary", "Ours now"), "ada", ["not-allowed"]),
        (organization("bluewater", "bluewater"), "ada", ["organization-loop"]),
        (organization("bluewater", "bluewater-apps"), "ada", ["organization-loop"]),
        (organization("bluewater-ops", "bluewater-apps"), "adam", ["not-allowed"]),
        (organization("bluewater-apps", "bluewater-ops"), "adam", ["not-allowed"]),
        (organization("bluewater-apps", "st-mary"), "ada", ["not-allowed"]),
        (organization("bluewater-apps", "st-mary"), "stella", ["not-allowed"]),
    ],
)
def test_what_may_not_be_is_refused_whole(
    document: OrganizationDocument, name: str, codes: list[str]
) -> None:
    begin()

    assert refused(document, as_person(name) if name else OPERATOR) == codes


def test_every_reason_is_given_at_once() -> None:
    begin()

    with pytest.raises(Refused) as caught, transaction.atomic():
        define_organizations(
            documents=[
                organization("new-top"),
                organization("ward-3", "st-mary"),
                organization("lost", "nowhere"),
            ],
            change=change(as_person("ada")),
        )

    assert refusal_codes(caught.value) == [
        "top-organization",
        "not-allowed",
        "not-allowed",
    ]


def test_a_loop_inside_one_batch_is_named_for_each_on_it() -> None:
    with pytest.raises(Refused) as caught:
        define_organizations(
            documents=[organization("a", "b"), organization("b", "a"), organization("c", "b")],
            change=change(),
        )

    assert refusal_codes(caught.value) == ["organization-loop"] * 3
    assert not Organization.objects.exists()


def test_a_tree_too_deep_for_a_path_is_refused() -> None:
    deepest = MAX_PATH // 8
    chain = [organization("o0")]
    chain += [organization(f"o{n}", f"o{n - 1}") for n in range(1, deepest)]
    define(organizations=chain)

    with pytest.raises(Refused) as caught, transaction.atomic():
        define_organizations(
            documents=[organization("one-more", f"o{deepest - 1}")], change=change()
        )

    assert refusal_codes(caught.value) == ["organization-too-deep"]


def test_moving_below_another_top_needs_the_administrators_of_both() -> None:
    begin()
    moved = organization("bluewater-apps", "st-mary", "Bluewater Applications")

    def with_role(where: str) -> Actor:
        both = person("ada@bluewater.example", "bluewater", Role.ADMINISTRATOR)
        here = MembershipDocument(where, (Role.ADMINISTRATOR,))
        also = MembershipDocument("st-mary", (Role.ADMINISTRATOR,))
        define(people=[replace(both, memberships=(here, also))])
        return as_person("ada")

    # Whoever administers the unit alone cannot take it out of the company above it.
    assert refused(moved, with_role("bluewater-apps")) == ["not-allowed"]
    define(organizations=[moved], actor=with_role("bluewater"))
    assert trail("bluewater-apps") == ["st-mary", "bluewater-apps"]


def test_a_new_parent_in_the_same_batch_is_no_way_round_the_other_administrator() -> None:
    begin()
    both = person("adam@bluewater.example", "bluewater-apps", Role.ADMINISTRATOR)
    also = MembershipDocument("st-mary", (Role.ADMINISTRATOR,))
    define(people=[replace(both, memberships=(*both.memberships, also))])
    before = entries()

    with pytest.raises(Refused) as caught, transaction.atomic():
        define_organizations(
            documents=[
                organization("annex", "st-mary"),
                organization("bluewater-apps", "annex"),
            ],
            change=change(as_person("adam")),
        )

    assert refusal_codes(caught.value) == ["not-allowed"]
    assert entries() == before


def test_a_name_is_changed_by_its_own_administrator_without_moving() -> None:
    begin()

    define(
        organizations=[organization("bluewater-apps", "bluewater", "Apps")],
        actor=as_person("adam"),
    )

    assert organizations_by_key(["bluewater-apps"])["bluewater-apps"].name == "Apps"
    assert trail("bluewater-apps") == ["bluewater", "bluewater-apps"]


def test_two_organizations_that_move_at_once_each_take_what_is_below_them() -> None:
    define(
        organizations=[
            organization("top"),
            organization("a", "top"),
            organization("b", "a"),
            organization("below-b", "b"),
            organization("c", "top"),
        ]
    )

    define(organizations=[organization("a", "c"), organization("b", "c")])

    assert trail("below-b") == ["top", "c", "b", "below-b"]
    assert trail("b") == ["top", "c", "b"]


@st.composite
def moves(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """A tree, another tree of the same organizations, and an order to say it in."""
    keys = [f"o{number}" for number in range(draw(st.integers(1, 7)))]

    def tree() -> dict[str, str]:
        ranks = draw(st.permutations(keys))
        return {
            key: draw(st.sampled_from(["", *ranks[:position]]))
            for position, key in enumerate(ranks)
        }

    return tree(), tree(), draw(st.permutations(keys))


@given(moves())
def test_after_any_moves_every_path_spells_the_way_from_the_top(
    moved: tuple[dict[str, str], dict[str, str], list[str]],
) -> None:
    before, after, order = moved
    with transaction.atomic():
        define(organizations=[organization(key, above) for key, above in before.items()])
        changed = [key for key in order if after[key] != before[key]]
        define(organizations=[organization(key, after[key]) for key in changed])

        def way(key: str) -> list[str]:
            return [*way(after[key]), key] if after[key] else [key]

        found = {key: trail(key) for key in after}
        transaction.set_rollback(True)

    assert found == {key: way(key) for key in after}


@given(moves(), st.data())
def test_a_batch_that_would_close_a_loop_is_refused_and_any_other_is_not(
    moved: tuple[dict[str, str], dict[str, str], list[str]], data: st.DataObject
) -> None:
    before, _, order = moved
    with transaction.atomic():
        define(organizations=[organization(key, above) for key, above in before.items()])
        some = order[: data.draw(st.integers(0, len(order)))]
        after = before | {key: data.draw(st.sampled_from(["", *order])) for key in some}

        def ends(key: str) -> bool:
            for _ in order:
                key = after.get(key, "")
            return not key

        try:
            define(organizations=[organization(key, after[key]) for key in some])
            went = True
        except Refused as refusal:
            assert set(refusal_codes(refusal)) == {"organization-loop"}
            went = False
        found = {key: trail(key)[:-1] for key in order}
        transaction.set_rollback(True)

    assert went == all(ends(key) for key in order)
    # Those that were not in the batch have followed what is above them.
    said = after if went else before
    assert all(found[key] == ([*found[said[key]], said[key]] if said[key] else []) for key in order)


def test_the_documents_are_what_was_said() -> None:
    begin()

    said = live_catalogue(Actor(is_operator=True), None).organizations

    assert said == {document.key: document for document in ORGANIZATIONS}


def test_the_number_of_queries_does_not_grow_with_the_batch() -> None:
    begin()
    counts = []
    for size in (2, 40):
        with CaptureQueriesContext(connection) as queries:
            define(organizations=[organization(f"n{size}-{n}") for n in range(size)])
        counts.append(len(queries))

    assert counts[0] == counts[1]
