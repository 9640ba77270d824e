"""Quantities with a unit, read and written exactly: percentages, durations, amounts.

Nothing here is ever a float. A quantity of the wrong kind ("99.9 h" for an availability) is
refused with the kind it is and the kind it should be.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from catenary.domain.said import figure as figure_of
from catenary.domain.said import said

MICROSECONDS = {
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "min": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "us": 1,
}
_SPELLINGS = {
    **{unit: unit for unit in MICROSECONDS},
    "µs": "us",
    "μs": "us",
    "day": "d",
    "days": "d",
    "hour": "h",
    "hours": "h",
    "minute": "min",
    "minutes": "min",
    "second": "s",
    "seconds": "s",
}
_ORDER = list(MICROSECONDS)
#: The same few quantities stand in service after service.
_often = lru_cache(4_096)
#: A hundred years: longer promises are slips of the finger.
MAX_DURATION = 36_525 * MICROSECONDS["d"]
MAX_UNIT = 60
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?\Z")
_PART = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,12})?)\s*([^\W\d_]+)")
_HEAD = re.compile(r"([-+0-9.,:_]+)\s*(.*)\Z", re.DOTALL)


class QuantityError(ValueError):
    """A text that is not the quantity asked for.

    ``sentence`` says what is wrong with it, ``expected`` what would be right.
    """

    def __init__(self, sentence: str, expected: str) -> None:
        super().__init__(f"{sentence}; expected {expected}")
        self.sentence = sentence
        self.expected = expected


def _shown(text: str) -> str:
    """``text`` for an error message: short, quoted, without anything that moves the cursor."""
    short = text if len(text) <= 60 else text[:57] + "..."
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short) + '"'


def parse_number(text: str) -> Decimal:
    """An exact number in plain decimal writing: ``50``, ``-3``, ``99.95``.

    Raises QuantityError for anything else, exponents and thousands separators included.
    """
    text = text.strip()
    if _NUMBER.match(text):
        return Decimal(text)
    bare = re.sub(r"[,_ '\u00a0\u202f]", "", text)
    if re.fullmatch(r"[0-9]+,[0-9]{1,2}", text):
        raise QuantityError(
            said("{text} has a comma", _shown(text)),
            said("a point before the decimals: {number}", text.replace(",", ".")),
        )
    if bare != text and _NUMBER.match(bare):
        raise QuantityError(
            said("{text} has separators in it", _shown(text)), said("plain digits: {bare}", bare)
        )
    raise QuantityError(
        said("{text} is not a number", _shown(text)),
        said("a number of at most 15 digits, such as 50 or 99.95"),
    )


def format_number(number: Decimal) -> str:
    """The shortest exact writing of a number, never with an exponent: ``99.9``, ``400``."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


@_often
def parse_percentage(text: str) -> Decimal:
    """The number before the percent sign, exactly: ``99.9 %`` is 99.9; above 0, at most 100.

    Raises QuantityError when the unit is missing or another one, or the figure impossible.
    """
    expected = said("a percentage above 0 and at most 100, such as 99.9 %")
    stripped = text.strip()
    if not stripped.endswith("%"):
        if _NUMBER.match(stripped):
            raise QuantityError(
                said("{stripped} has no unit", _shown(stripped)), said("{stripped} %", stripped)
            )
        if is_duration(stripped):
            raise QuantityError(
                said("{stripped} is a duration, not a percentage", _shown(stripped)), expected
            )
        raise QuantityError(said("{stripped} is not a percentage", _shown(stripped)), expected)
    try:
        number = parse_number(stripped[:-1])
    except QuantityError as error:
        raise QuantityError(
            said("{stripped} is not a percentage ({sentence})", _shown(stripped), error.sentence),
            expected,
        ) from None
    if not 0 < number <= 100:
        raise QuantityError(said("{stripped} is out of range", _shown(stripped)), expected)
    return number


@_often
def format_percentage(number: Decimal) -> str:
    """``99.9 %``."""
    return f"{format_number(number)} %"


def is_duration(text: str) -> bool:
    """True when the text can be read as a duration."""
    try:
        parse_duration(text)
    except QuantityError:
        return False
    return True


@_often
def parse_duration(text: str) -> int:
    """Whole microseconds of ``5 min``, ``1 h``, ``1 h 30 min``, ``2 d`` (a day is 24 hours).

    Units d, h, min, s, ms and us, largest first, each once; 0 is allowed. Raises QuantityError.
    """
    expected = said("a duration such as 5 min, 1 h 30 min or 2 d")
    stripped = text.strip()
    parts: list[tuple[str, str]] = []
    at = 0
    while at < len(stripped) and len(parts) <= len(_ORDER):
        match = _PART.match(stripped, at)
        if match is None:
            break
        parts.append((match[1], match[2]))
        at = match.end()
    if at < len(stripped) or not parts:
        raise _not_a_duration(stripped, expected)
    total = Decimal(0)
    last = -1
    for figure, spelling in parts:
        unit = _SPELLINGS.get(spelling.lower()) if spelling != "M" else None
        if unit is None:
            if spelling in {"m", "M"}:
                raise QuantityError(
                    said(
                        '{stripped}: "{spelling}" may be minutes or months',
                        _shown(stripped),
                        spelling,
                    ),
                    said("min for minutes, as in {figure} min", figure),
                )
            raise QuantityError(
                said(
                    "{stripped}: {spelling} is not a unit of time",
                    _shown(stripped),
                    _shown(spelling),
                ),
                expected,
            )
        place = _ORDER.index(unit)
        if place <= last:
            raise QuantityError(
                said("{stripped}: units must go from large to small, each once", _shown(stripped)),
                expected,
            )
        last = place
        total += Decimal(figure) * MICROSECONDS[unit]
    if total != int(total):
        raise QuantityError(
            said("{stripped} is finer than a microsecond", _shown(stripped)), expected
        )
    if total > MAX_DURATION:
        raise QuantityError(
            said("{stripped} is longer than a hundred years", _shown(stripped)), expected
        )
    return int(total)


def _not_a_duration(text: str, expected: str) -> QuantityError:
    if _NUMBER.match(text):
        return QuantityError(
            said("{text} has no unit", _shown(text)), said("{text} min, or {text} h", text)
        )
    if text.endswith("%"):
        return QuantityError(said("{text} is a percentage, not a duration", _shown(text)), expected)
    if match := re.fullmatch(r"([0-9]{1,3}):([0-5][0-9])", text):
        return QuantityError(
            said("{text} may be hours and minutes or minutes and seconds", _shown(text)),
            said(
                "{one} h {other} min or {one} min {other} s", str(int(match[1])), str(int(match[2]))
            ),
        )
    return QuantityError(said("{text} is not a duration", _shown(text)), expected)


@_often
def format_duration(microseconds: int) -> str:
    """The shortest exact writing: ``1 h 30 min``; nothing at all is ``0 min``."""
    parts = []
    rest = microseconds
    for unit, size in MICROSECONDS.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 min"


@_often
def parse_amount(text: str) -> tuple[Decimal, str]:
    """The figure and the unit of ``400 concurrent users``; the figure is above 0.

    Raises QuantityError when either is missing, or the unit is a percent sign or a bare unit
    of time (a capacity is so much *of something*).
    """
    expected = said("an amount with its unit, such as 400 concurrent users")
    stripped = " ".join(text.split())
    match = _HEAD.match(stripped)
    if match is None:
        raise QuantityError(
            said("{stripped} does not start with a figure", _shown(stripped)), expected
        )
    figure, unit = match[1], match[2]
    number = parse_number(figure)
    if not unit:
        raise QuantityError(
            said("{stripped} does not say of what", _shown(stripped)),
            said("{figure} users", figure),
        )
    if number <= 0:
        raise QuantityError(said("{stripped} is not above 0", _shown(stripped)), expected)
    if unit.startswith("%"):
        raise QuantityError(
            said("{stripped} is a percentage, not an amount", _shown(stripped)), expected
        )
    if unit.lower() in _SPELLINGS:
        raise QuantityError(
            said("{stripped} is a duration, not an amount", _shown(stripped)), expected
        )
    if not unit[0].isalpha():
        if unit[0].isdigit():
            raise QuantityError(
                said("{stripped} has a space inside the figure", _shown(stripped)),
                said("plain digits: 1000 users"),
            )
        raise QuantityError(
            said("{stripped}: the unit must start with a letter", _shown(stripped)), expected
        )
    if len(unit) > MAX_UNIT:
        raise QuantityError(
            said("the unit is longer than {n} characters", figure_of(MAX_UNIT)), expected
        )
    return number, unit


@_often
def format_amount(number: Decimal, unit: str) -> str:
    """``400 concurrent users``."""
    return f"{format_number(number)} {unit}"
