"""What the gates say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from catenary.domain.picture import PictureNode, chain_picture, threshold_words


def group(
    weights: list[str], minimum: str, full: str, *, soft: bool = False
) -> DependencyGroupDocument:
    members = tuple(Supporter(f"acme/m{n}", Decimal(w)) for n, w in enumerate(weights))
    return DependencyGroupDocument(members, Decimal(minimum), Decimal(full), soft)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("", group(["1"], "1", "1")),
        ("", group(["60"], "30", "60")),
        ("soft", group(["1"], "1", "1", soft=True)),
        ("any 1 of 2", group(["1", "1"], "1", "1")),
        ("any 1 of 3, soft", group(["1"] * 3, "1", "1", soft=True)),
        ("2 of 3", group(["1"] * 3, "2", "2")),
        ("all 3", group(["1"] * 3, "3", "3")),
        ("1 of 2 needed, 2 for full", group(["1", "1"], "1", "2")),
        ("50 of 120 needed, 100 for full", group(["60", "60"], "50", "100")),
        ("50 of 120 needed", group(["60", "60"], "50", "50")),
        ("0.5 of 1.5 needed", group(["0.50", "1.00"], "0.5", "0.5")),
        ("100 of 200 needed", group(["1E+2", "1E+2"], "1E+2", "1E+2")),
    ],
)
def test_a_threshold_reads(said: str, what: DependencyGroupDocument) -> None:
    assert threshold_words(what) == said


def test_a_group_speaks_of_members_that_are_not_in_the_picture() -> None:
    nodes = [PictureNode("acme/top", "Top"), PictureNode("acme/m1", "One")]

    picture = chain_picture(
        title="t", nodes=nodes, reliance=[("acme/top", group(["60", "60"], "50", "100"))]
    )

    assert picture.groups[0].members == (("acme/m1", "60"),)
    assert picture.groups[0].label == "50 of 120 needed, 100 for full"


def test_links_to_what_is_not_shown_are_left_out() -> None:
    picture = chain_picture(
        title="t",
        nodes=[PictureNode("acme/top", "Top")],
        reliance=[("acme/top", group(["1"], "1", "1")), ("acme/none", group(["1"], "1", "1"))],
    )

    assert picture.groups == ()
