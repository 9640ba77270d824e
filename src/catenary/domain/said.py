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


class Said(str):
    """One sentence: ``pattern`` with ``{places}``, and the ``values`` that fill them in the order
    in which the places first occur. ``many`` is the pattern for other numbers than one, and
    ``number`` decides; both stay empty in a sentence that counts nothing.

    A value is text of the catalogue, which is never translated, or itself :class:`Said` or a
    :class:`Figure`.
    """

    __slots__ = ("many", "number", "pattern", "values")

    pattern: str
    values: tuple[str, ...]
    many: str
    number: int


class Figure(str):
    """A number in a sentence: its English text, and the ``amount`` for readers who write numbers
    otherwise."""

    __slots__ = ("amount",)

    amount: Decimal | int


def said(pattern: str, *values: str) -> Said:
    """``said("{service} rests on {missing}.", "Portal", "it/db")``.

    The pattern is written out where it is said, never put together: it is what translators get.
    """
    text = Said(_numbered(pattern).format(*values))
    text.pattern, text.values, text.many, text.number = pattern, values, "", 0
    return text


def said_of(number: int, one: str, many: str, *values: str) -> Said:
    """The sentence for a ``number`` of things: ``one`` for exactly one, else ``many``. Both have
    the same places, first met in the same order."""
    text = Said(_numbered(one if number == 1 else many).format(*values))
    text.pattern, text.values, text.many, text.number = one, values, many, number
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
