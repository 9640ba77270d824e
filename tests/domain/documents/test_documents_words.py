"""The nearest known word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.documents.words import Words, did_you_mean, nearest

MANY = Words(
    f"{o}-unit/{s}" for o in ("hospital", "finance") for s in (f"app-{n}" for n in range(5000))
)


@pytest.mark.parametrize(
    ("word", "found"),
    [("warrantys", "warranty"), ("wararnty", "warranty"), ("utilty", "utility"), ("xyz", "")],
)
def test_the_nearest_word_is_found_among_few(word: str, found: str) -> None:
    assert nearest(word, ["warranty", "utility", "name"]) == found


@pytest.mark.parametrize(
    "word", ["hospitl-unit/app-77", "hospital-unit/ap-77", "hospital-unti/app-77"]
)
def test_the_nearest_reference_is_found_among_many(word: str) -> None:
    assert MANY.nearest(word).startswith("hospital-unit/app-")


def test_nothing_is_suggested_when_nothing_is_near() -> None:
    assert MANY.nearest("zebra") == ""
    assert MANY.nearest("") == ""
    assert did_you_mean("zebra", ["warranty"]) == ""
    assert did_you_mean("warrenty", ["warranty"]) == 'did you mean "warranty"?'


_UNLIKE = [f"{n * 7919 % 100_003:06d}-{n * 104_729 % 1_000_003:07d}" for n in range(2_000)]
_INDEX = Words(_UNLIKE)


@given(st.sampled_from(_UNLIKE), st.integers(0, 13), st.sampled_from(["drop", "change", "add"]))
def test_one_slip_in_a_word_among_many_is_always_mended(word: str, at: int, slip: str) -> None:
    middle = {"drop": "", "change": "x", "add": "x" + word[at]}[slip]

    assert _INDEX.nearest(word[:at] + middle + word[at + 1 :]) == word
