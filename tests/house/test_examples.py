"""That properties are tried as often as tests/examples.py says, and the others elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import ENOUGH, SHARE, examples


@pytest.mark.parametrize(
    ("asked", "ordinary", "many"),
    [(5, 5, 50), (15, ENOUGH, 150), (100, 100 // SHARE, 1_000), (400, 100, 4_000)],
)
def test_a_property_is_tried_on_a_share_of_its_examples(
    asked: int, ordinary: int, many: int
) -> None:
    assert examples(asked, properties=False) == ordinary
    assert examples(asked, properties=True) == many


tried: list[int] = []


@settings(max_examples=80)
@given(st.integers())
def test_this_property_counts_its_examples(number: int) -> None:
    tried.append(number)


def test_and_was_tried_so_often(request: pytest.FixtureRequest) -> None:
    if tried and not request.config.getoption("--soak"):
        assert len(tried) == examples(80, properties=False)
