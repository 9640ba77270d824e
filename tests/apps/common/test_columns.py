"""Columns of whole tables are what the rows say, in their order, however they are handed over."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from catenary.apps.common.queries import columns
from catenary.apps.common.queries.columns import number_columns, text_and_number_columns

pytestmark = pytest.mark.django_db

ROWS = [(text, 10 - place, -(2**40) * place) for place, text in enumerate(
    ("", "plain", "Zürich", "two\nlines", "snow ☃ and 🂡", "a\x1fb", "it's", "100 %", "ß"),
)]  # fmt: skip


def listed(rows: Sequence[Sequence[object]]) -> str:
    """A statement that selects these rows, in their order."""

    def value(each: object) -> str:
        if isinstance(each, str):
            return "'" + each.replace("'", "''") + "'"
        return "CAST(NULL AS bigint)" if each is None else str(each)

    said = ", ".join(
        f"({place}, {', '.join(map(value, row))})" for place, row in enumerate(rows, start=1)
    )
    names = [f"column{place}" for place in range(2, len(rows[0]) + 2)]
    return f"SELECT {', '.join(names)} FROM (VALUES {said}) AS v ORDER BY column1 DESC"


@pytest.fixture(params=[1, 4, 50_000])
def together(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many rows in a block, so that there are several, and one that is not full."""
    monkeypatch.setattr(columns, "_TOGETHER", request.param)


@pytest.mark.usefixtures("together")
def test_numbers_come_in_the_order_of_the_rows() -> None:
    statement = listed([row[1:] for row in ROWS])

    first, second = number_columns(statement, 2)

    assert first.tolist() == [row[1] for row in reversed(ROWS)]
    assert second.tolist() == [row[2] for row in reversed(ROWS)]


@pytest.mark.usefixtures("together")
def test_texts_of_any_letters_come_beside_their_numbers() -> None:
    texts, (first, second) = text_and_number_columns(listed(ROWS), 2)

    assert list(zip(texts, first.tolist(), second.tolist(), strict=True)) == ROWS[::-1]


def test_no_rows_are_empty_columns() -> None:
    nothing = "SELECT id, id FROM portfolio_service WHERE 1 = 0"
    texts, (numbers,) = text_and_number_columns(f"SELECT name, id{nothing[13:]}", 1)

    assert (texts, len(numbers)) == ([], 0)
    assert [len(column) for column in number_columns(nothing, 2)] == [0, 0]


@pytest.mark.parametrize("rows", [[(1, None), (2, 2)], [(1, None), (2, None)]])
def test_a_number_that_is_missing_is_an_error_and_moves_no_other(
    rows: list[tuple[int, int | None]],
) -> None:
    with pytest.raises((ValueError, TypeError)):
        number_columns(listed(rows), 2)


def test_only_rows_of_some_numbers_are_read_when_these_are_given() -> None:
    statement = (
        f"SELECT column2 FROM ({listed([(5,), (6,), (7,)])}) AS w WHERE column2 IN {{among}}"
    )

    (found,) = number_columns(statement, 1, [5, 7, 8])

    assert sorted(found.tolist()) == [5, 7]
