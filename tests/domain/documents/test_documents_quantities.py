"""Quantities with a unit: exact in, exact out, and kind about mistakes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.quantities import (
    MAX_DURATION,
    QuantityError,
    format_amount,
    format_duration,
    format_number,
    format_percentage,
    parse_amount,
    parse_duration,
    parse_number,
    parse_percentage,
)

MINUTE = 60_000_000
GOOD: list[tuple[Callable[[str], Any], str, Any]] = [
    (parse_number, "50", Decimal(50)),
    (parse_number, " -3.25 ", Decimal("-3.25")),
    (parse_percentage, "99.9 %", Decimal("99.9")),
    (parse_percentage, "99.95%", Decimal("99.95")),
    (parse_percentage, "100 %", Decimal(100)),
    (parse_percentage, "0.001 %", Decimal("0.001")),
    (parse_duration, "5 min", 5 * MINUTE),
    (parse_duration, "5min", 5 * MINUTE),
    (parse_duration, "1 h", 60 * MINUTE),
    (parse_duration, "1 h 30 min", 90 * MINUTE),
    (parse_duration, "1.5 hours", 90 * MINUTE),
    (parse_duration, "2 d", 2 * 1440 * MINUTE),
    (parse_duration, "0 min", 0),
    (parse_duration, "1 day 2 hours 3 minutes 4 seconds", 93_784_000_000),
    (parse_duration, "250 ms 7 us", 250_007),
    (parse_duration, "7 µs", 7),
    (parse_amount, "400 concurrent users", (Decimal(400), "concurrent users")),
    (parse_amount, "2.5  GB  per ward", (Decimal("2.5"), "GB per ward")),
    (parse_amount, "40 hours per month", (Decimal(40), "hours per month")),
]


@pytest.mark.parametrize(("parse", "text", "value"), GOOD)
def test_a_quantity_is_read_exactly(parse: Callable[[str], Any], text: str, value: Any) -> None:
    assert parse(text) == value


BAD: list[tuple[Callable[[str], Any], str, str, str]] = [
    (parse_number, "1e5", "not a number", "at most 15 digits"),
    (parse_number, "NaN", "not a number", "50"),
    (parse_number, "1_000", "separators", "plain digits: 1000"),
    (parse_number, "99,9", "comma", "99.9"),
    (parse_number, "٣", "not a number", "50"),
    (parse_number, "9" * 16, "not a number", "15 digits"),
    (parse_percentage, "99.9", "has no unit", "99.9 %"),
    (parse_percentage, "99.9 h", "is a duration", "99.9 %"),
    (parse_percentage, "0 %", "out of range", "above 0"),
    (parse_percentage, "100.1 %", "out of range", "at most 100"),
    (parse_percentage, "-1 %", "out of range", "above 0"),
    (parse_percentage, "99,9 %", "has a comma", "99.9 %"),
    (parse_percentage, "always", "not a percentage", "99.9 %"),
    (parse_duration, "5", "has no unit", "5 min"),
    (parse_duration, "5 m", "minutes or months", "5 min"),
    (parse_duration, "5 M", "minutes or months", "5 min"),
    (parse_duration, "5 parsecs", "not a unit of time", "5 min"),
    (parse_duration, "5 %", "is a percentage", "5 min"),
    (parse_duration, "1:30", "hours and minutes or minutes and seconds", "1 h 30 min"),
    (parse_duration, "5 min 1 h", "from large to small", "1 h 30 min"),
    (parse_duration, "5 min 5 min", "each once", "1 h 30 min"),
    (parse_duration, "0.5 us", "finer than a microsecond", "5 min"),
    (parse_duration, "40000 d", "hundred years", "2 d"),
    (parse_duration, "-5 min", "not a duration", "5 min"),
    (parse_duration, "", "not a duration", "5 min"),
    (parse_amount, "many users", "does not start with a figure", "400 concurrent users"),
    (parse_amount, "400", "does not say of what", "400 users"),
    (parse_amount, "0 users", "not above 0", "400"),
    (parse_amount, "99 %", "is a percentage", "400"),
    (parse_amount, "5 min", "is a duration", "400"),
    (parse_amount, "1 000 users", "space inside the figure", "1000"),
    (parse_amount, "1,000 users", "separators", "1000"),
    (parse_amount, "5 " + "x" * 61, "longer than 60", "400"),
]


@pytest.mark.parametrize(("parse", "text", "said", "expected"), BAD)
def test_a_wrong_quantity_is_refused_with_what_it_is_and_should_be(
    parse: Callable[[str], Any], text: str, said: str, expected: str
) -> None:
    with pytest.raises(QuantityError) as caught:
        parse(text)

    assert said in caught.value.sentence
    assert expected in caught.value.expected


@given(st.integers(0, MAX_DURATION))
def test_a_duration_comes_back(microseconds: int) -> None:
    assert parse_duration(format_duration(microseconds)) == microseconds


@given(st.decimals(Decimal("-1e12"), Decimal("1e12"), places=6))
def test_a_number_comes_back_without_an_exponent(number: Decimal) -> None:
    written = format_number(number)

    assert parse_number(written) == number
    assert "e" not in written.lower()


@given(st.decimals(Decimal("0.0001"), 100, places=4))
def test_a_percentage_and_an_amount_come_back(number: Decimal) -> None:
    assert parse_percentage(format_percentage(number)) == number
    assert parse_amount(format_amount(number, "users")) == (number, "users")


@given(st.text(max_size=30), st.sampled_from([parse_percentage, parse_duration, parse_amount]))
def test_any_text_is_a_quantity_or_a_quantity_error(text: str, parse: Callable[[str], Any]) -> None:
    try:
        parse(text)
    except QuantityError as error:
        assert error.sentence and error.expected


def test_numbers_are_written_in_their_shortest_exact_form() -> None:
    assert format_number(Decimal("99.90")) == "99.9"
    assert format_number(Decimal("1E+3")) == "1000"
    assert format_number(Decimal("-0.0")) == "0"
    assert format_duration(5_400_000_000) == "1 h 30 min"
