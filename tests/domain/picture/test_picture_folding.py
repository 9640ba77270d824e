"""What folds, what stays, and that everything is counted once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.domain.picture import (
    ChainPicture,
    PictureEdge,
    PictureError,
    PictureGroup,
    PictureNode,
    fold,
    layout,
    table_rows,
)
from tests.domain.picture.chains import pictures


def provider_of_many(leaves: int, *, others: int = 0) -> ChainPicture:
    """A focus on a platform on ``leaves`` machines of Acme Cloud and ``others`` of Northwind."""
    names = [f"m{n}" for n in range(leaves)] + [f"x{n}" for n in range(others)]
    return ChainPicture(
        "t",
        (
            PictureNode("shop", "Shop", sublabel="Shop Ltd", is_focus=True),
            PictureNode("platform", "Platform", sublabel="Shop Ltd"),
            *(
                PictureNode(name, name, sublabel="Acme Cloud" if name[0] == "m" else "Northwind")
                for name in names
            ),
        ),
        (
            PictureGroup("g0", "shop", (("platform", ""),)),
            PictureGroup("g1", "platform", tuple((name, "") for name in names), "2 of 20"),
        ),
    )


def test_a_picture_that_is_small_enough_stays_as_it_is() -> None:
    picture = provider_of_many(5)

    assert fold(picture, 7) is picture


def test_siblings_of_one_provider_fold_into_a_counted_bundle() -> None:
    folded = fold(provider_of_many(20), 10, opening=lambda name: f"?open={name}")

    bundle = next(node for node in folded.nodes if node.kind == "bundle")
    assert len(folded.nodes) == 10
    assert (bundle.label, bundle.count) == ("13 more of Acme Cloud", 13)
    assert bundle.expand_href == f"?open={bundle.id}"
    assert folded.groups[1].label == "2 of 20"
    assert folded.groups[1].members[-1] == (bundle.id, "13 of them")


def test_providers_fold_apart_before_they_fold_together() -> None:
    folded = fold(provider_of_many(20, others=20), 6)

    labels = {node.label for node in folded.nodes if node.kind == "bundle"}
    assert all("Acme Cloud" in label or "Northwind" in label for label in labels) and labels


def test_consumers_fold_into_consumers() -> None:
    wards = [PictureNode(f"w{n}", f"Ward {n}", kind="organization") for n in range(30)]
    picture = ChainPicture(
        "t",
        (*wards, PictureNode("shop", "Shop")),
        edges=tuple(PictureEdge(ward.id, "shop", "ours") for ward in wards),
    )

    folded = fold(picture, 10)

    assert len(folded.nodes) == 10
    assert [n.label for n in folded.nodes if n.kind == "bundle"] == ["22 more consumers"]


def test_the_neighbours_of_the_focus_fold_last() -> None:
    near = [PictureNode(f"n{n}", f"n{n}") for n in range(8)]
    far = [PictureNode(f"f{n}", f"f{n}") for n in range(40)]
    picture = ChainPicture(
        "t",
        (PictureNode("focus", "focus", is_focus=True), *near, *far),
        (
            PictureGroup("g", "focus", tuple((node.id, "") for node in near)),
            *(PictureGroup(f"g{n}", f"n{n % 8}", ((f"f{n}", ""),)) for n in range(40)),
        ),
    )

    shown = {node.id for node in fold(picture, 12).nodes}

    assert {"focus", *(node.id for node in near)} <= shown


def test_a_bundle_opens_and_the_rest_of_a_large_one_folds_again() -> None:
    picture = provider_of_many(100)
    [bundle] = [node for node in fold(picture, 10).nodes if node.kind == "bundle"]

    opened = fold(picture, 10, opened=[bundle.id])

    [rest] = [node for node in opened.nodes if node.kind == "bundle"]
    assert rest.count == bundle.count - 40
    everything = fold(picture, 10, opened=[bundle.id, rest.id, "bundle-nonsense"])
    [last] = [node for node in everything.nodes if node.kind == "bundle"]
    assert last.count == rest.count - 40


@settings(max_examples=100, deadline=None)
@given(pictures(most=24), st.integers(4, 12))
def test_folding_counts_every_mark_once_and_keeps_the_limit(
    picture: ChainPicture, limit: int
) -> None:
    folded = fold(picture, limit)

    assert sum(node.count for node in folded.nodes) == sum(node.count for node in picture.nodes)
    assert len(folded.nodes) <= limit
    assert {n.id for n in picture.nodes if n.is_focus} <= {n.id for n in folded.nodes}


@settings(max_examples=100, deadline=None)
@given(pictures(most=24, loops=False), st.integers(4, 12))
def test_folding_never_makes_a_loop(picture: ChainPicture, limit: int) -> None:
    assert all(path.kind != "loop" for path in layout(fold(picture, limit)).paths)


@settings(max_examples=100, deadline=None)
@given(pictures(most=24), st.integers(4, 12))
def test_opening_every_bundle_gives_the_picture_back(picture: ChainPicture, limit: int) -> None:
    bundles = [node.id for node in fold(picture, limit).nodes if node.kind == "bundle"]

    assert fold(picture, limit, opened=bundles) == picture


def test_a_chain_of_ten_thousand_folds() -> None:
    count = 10_000
    picture = ChainPicture(
        "t",
        tuple(PictureNode(f"n{n}", f"n{n}", is_focus=n == 5_000) for n in range(count)),
        tuple(PictureGroup(f"g{n}", f"n{n}", ((f"n{(n + 1) % count}", ""),)) for n in range(count)),
    )

    folded = fold(picture)

    assert len(folded.nodes) == 60
    assert sum(node.count for node in folded.nodes) == count


def test_the_worst_condition_of_a_bundle_shows() -> None:
    picture = provider_of_many(0)
    nodes = [
        PictureNode(f"m{n}", "m", condition="down" if n == 9 else "operational") for n in range(10)
    ]
    group = PictureGroup("g1", "platform", tuple((node.id, "") for node in nodes))
    picture = ChainPicture("t", (*picture.nodes, *nodes), (picture.groups[0], group))

    [bundle] = [node for node in fold(picture, 5).nodes if node.kind == "bundle"]

    assert bundle.condition == "down"


def test_the_table_says_what_the_picture_draws_nearest_first() -> None:
    rows = table_rows(provider_of_many(2))

    assert [(row.reliant.id, row.supporter.id, row.steps) for row in rows] == [
        ("shop", "platform", 1),
        ("platform", "m0", 2),
        ("platform", "m1", 2),
    ]
    assert rows[1].threshold == "2 of 20" and rows[1].provider == "Acme Cloud"


@pytest.mark.parametrize(
    ("nodes", "groups", "named"),
    [
        (("a", "a"), (), "twice: a"),
        (("a",), (PictureGroup("g", "a", (("b", ""),)),), "not there: b"),
        (("a",), (PictureGroup("g", "a", (("a", ""),)),) * 2, "twice: g"),
    ],
)
def test_a_picture_that_contradicts_itself_is_refused(
    nodes: tuple[str, ...], groups: tuple[PictureGroup, ...], named: str
) -> None:
    with pytest.raises(PictureError, match=named):
        ChainPicture("t", tuple(PictureNode(name, name) for name in nodes), groups)
