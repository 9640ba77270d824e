"""What changed is read in words: thresholds as they are said, lists by what came and went."""

from __future__ import annotations

from typing import Any

import pytest

from catenary.domain.said import Said
from catenary.domain.values_in_words import came_and_went, lines_of


@pytest.mark.parametrize(
    ("plain", "lines"),
    [
        (None, []),
        (True, ["yes"]),
        (12, ["12"]),
        ("one\ntwo", ["one", "two"]),
        (["a/b", {"any": ["a/c", "a/d"]}], ["a/b", "any 1 of 2: a/c, a/d"]),
        ([{"at-least": 2, "of": ["a/c", "a/d", "a/e"]}], ["2 of 3: a/c, a/d, a/e"]),
        (
            [{"minimum": 50, "full": 100, "of": {"a/c": 60, "a/d": 60}}],
            ["50 of 120 needed, 100 for full: a/c (60), a/d (60)"],
        ),
        ([{"soft": "a/c"}], ["soft: a/c"]),
        ([{"soft": {"any": ["a/c", "a/d"]}}], ["any 1 of 2, soft: a/c, a/d"]),
        ([{"any": ["a service you may not see"]}], ["a service you may not see"]),
        ([{"any": 3}], ["any: 3"]),
        ([{"minimum": "x", "of": ["a/b"]}], ["minimum: x · of: a/b"]),
        ([{"name": "Care", "steps": ["one", "two"]}], ["name: Care · steps: one, two"]),
    ],
)
def test_a_value_is_said_in_lines(plain: Any, lines: list[str]) -> None:
    assert lines_of(plain) == lines


def test_a_threshold_can_be_said_in_another_language() -> None:
    (line,) = lines_of([{"any": ["a/c", "a/d"]}])

    assert isinstance(line, Said) and line.pattern == "{threshold}: {services}"
    assert isinstance(line.values[0], Said)


@pytest.mark.parametrize(
    ("before", "after", "went", "came"),
    [
        (["a", "b", "c"], ["a", "c", "d"], ["b"], ["d"]),
        (["a"], ["a", "b"], [], ["b"]),
        (["a", "b"], ["b", "a"], ["a", "b"], ["b", "a"]),
        (None, ["a"], [], ["a"]),
        ("old", "new", ["old"], ["new"]),
        (
            ["a/b", {"at-least": 2, "of": ["a/c", "a/d", "a/e"]}],
            ["a/b", {"any": ["a/c", "a/d", "a/e"]}],
            ["2 of 3: a/c, a/d, a/e"],
            ["any 1 of 3: a/c, a/d, a/e"],
        ),
    ],
)
def test_of_a_list_only_what_came_and_went_is_told(
    before: Any, after: Any, went: list[str], came: list[str]
) -> None:
    assert came_and_went(before, after) == (went, came)
