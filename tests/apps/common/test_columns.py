"""Columns of whole tables are what the rows say, in their order, however they are handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from catenary.apps.common.operations import insert_columns
from catenary.apps.common.queries import columns
from catenary.apps.common.queries.columns import number_columns, text_and_number_columns
from catenary.apps.monitoring.models import EffectiveCondition
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.stored import EFFECTIVE
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.domain.condition.turns import code_of, columns_of, fields_of
from tests.apps.monitoring.worlds import DAWN
from tests.apps.worlds import begin

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


def test_columns_that_are_written_are_the_rows_they_would_be() -> None:
    begin()
    numbers = current_estate().service_ids[:3]
    instants = [micros(DAWN), micros(DAWN) + 1, micros(datetime(1999, 12, 31, tzinfo=UTC))]
    codes = [code_of((0, 2, True, 1, 2, False, True)), 0, code_of((1, 2, False, 0, 0, True, False))]

    insert_columns(
        EffectiveCondition,
        {
            "service_id": numbers,
            "starts_at": np.array(instants),
            **dict(zip(EFFECTIVE, columns_of(np.array(codes, dtype=np.int16)), strict=True)),
        },
    )
    insert_columns(EffectiveCondition, {"service_id": numbers[:0], "starts_at": numbers[:0]})

    rows = EffectiveCondition.objects.order_by("pk")
    assert list(rows.values_list("service_id", "starts_at", "ends_at", *EFFECTIVE)) == [
        (number, moment(instant), None, *fields_of(code))
        for number, instant, code in zip(numbers.tolist(), instants, codes, strict=True)
    ]
