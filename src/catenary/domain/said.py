"""Sentences the foundation says, each remembering how it was put together.

A :class:`Said` *is* its English text: files, commands, programs and history use it as any other
text. A door whose reader speaks another language finds the pattern and what fills it, and says
the same sentence anew (``web/reading.py``). So the foundation stays bare of translation, and no
sentence is ever put together from halves that another language would order differently.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from string import Formatter
from typing import Any


class Said(str):
    """One sentence: ``pattern`` with ``{places}``, and the ``values`` that fill them in the order
    in which the places first occur.

    A value is text of the catalogue, which is never translated, or itself :class:`Said` or a
    :class:`Figure`.
    """

    __slots__ = ("pattern", "values")

    pattern: str
    values: tuple[str, ...]

    @property
    def many(self) -> str:
        """Empty: this sentence counts nothing."""
        return ""

    @property
    def number(self) -> int:
        """0: this sentence counts nothing."""
        return 0


class Counted(Said):
    """A sentence for a number of things."""

    __slots__ = ("_many", "_number")

    _many: str
    _number: int

    @property
    def many(self) -> str:
        """The pattern for other numbers than one."""
        return self._many

    @property
    def number(self) -> int:
        """How many there are."""
        return self._number


class Figure(str):
    """A number in a sentence: its English text, and the ``amount`` for readers who write numbers
    otherwise."""

    __slots__ = ("amount",)

    amount: Decimal | int


def said(pattern: str, *values: str) -> Said:
    """``said("{service} rests on {missing}.", "Portal", "it/db")``.

    The pattern is written out where it is said, never put together: it is what translators get.
    """
    if not values:
        return _constant(pattern)
    text = Said(_numbered(pattern).format(*values))
    text.pattern, text.values = pattern, values
    return text


def said_of(number: int, one: str, many: str, *values: str) -> Said:
    """The sentence for a ``number`` of things: ``one`` for exactly one, else ``many``. Both have
    the same places, first met in the same order."""
    text = Counted(_numbered(one if number == 1 else many).format(*values))
    text.pattern, text.values, text._many, text._number = one, values, many, number
    return text


def as_said(text: str) -> Said:
    """A text as a sentence: itself when it is one; any other is nobody's to translate, and is told
    as it stands."""
    if isinstance(text, Said):
        return text
    told = Said(text)
    told.pattern, told.values = "{text}", (text,)
    return told


@cache
def _constant(pattern: str) -> Said:
    """The same words for everybody: hundreds of thousands of findings share a few remedies."""
    text = Said(_numbered(pattern).format())
    text.pattern, text.values = pattern, ()
    return text


def figure(amount: Decimal | int, written: str = "") -> Figure:
    """A number in a sentence; in English thousands are apart (``1,204``) unless it is given as
    it was ``written``."""
    text = Figure(written or f"{amount:,}")
    text.amount = amount
    return text


@cache
def places(pattern: str) -> tuple[str, ...]:
    """The names of the places in a pattern, each once, in the order in which they occur."""
    found = (name for _text, name, _spec, _conversion in Formatter().parse(pattern))
    return tuple(dict.fromkeys(name for name in found if name is not None))


@cache
def _numbered(pattern: str) -> str:
    """The pattern with numbers for names: filled twice as fast, and findings are many."""
    order = {name: number for number, name in enumerate(places(pattern))}
    pieces = []
    for text, name, _spec, _conversion in Formatter().parse(pattern):
        pieces.append(text.replace("{", "{{").replace("}", "}}"))
        if name is not None:
            pieces.append(f"{{{order[name]}}}")
    return "".join(pieces)


#: A sentence is kept with no more than so much in it: what it names may be somebody's whole text.
_DEEPEST, _LONGEST = 4, 400


def said_to_plain(text: str, depth: int = 0) -> Any:
    """A sentence as it is kept to be said again later, in whatever language its reader has: other
    texts as they are, sentences and figures as lists."""
    if isinstance(text, Figure):
        return ["figure", str(text.amount), str(text)]
    if not isinstance(text, Said) or depth == _DEEPEST:
        return str(text)[:_LONGEST]
    values = [said_to_plain(value, depth + 1) for value in text.values]
    return ["said", text.pattern, text.many, text.number, values]


def said_of_plain(plain: Any) -> str:
    """The sentence that was kept."""
    match plain:
        case ["figure", str(amount), str(written)]:
            return figure(Decimal(amount), written)
        case ["said", str(pattern), str(many), int(number), list(kept)]:
            values = map(said_of_plain, kept)
            return said_of(number, pattern, many, *values) if many else said(pattern, *values)
    return str(plain)
