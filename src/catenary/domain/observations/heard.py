"""What came in from outside, item by item, before anything of it is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catenary.domain.moments import read_moment
from catenary.domain.observations.reading import AHEAD, Wrong

#: Code of a reason against an item that is not of the form which is read here. Who sends nothing
#: else has probably come to the wrong address, or changed its form.
UNREADABLE = "unreadable"
#: What is told of an item that was refused, at most.
LONGEST_EXCERPT = 600


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a sender told. ``word`` is what it says of a service (`reading.FIELDS`, without a
    source; none when it is of no concern or cannot be read), ``voice`` which of the sender's
    several it is: what one voice says replaces only what it said itself. ``wrong`` is why it
    cannot be taken; ``raw`` what it looked like. ``place`` is where it stood.
    """

    place: int
    word: Mapping[str, Any] | None = None
    voice: str = ""
    wrong: tuple[Wrong, ...] = ()
    raw: Any = None


def excerpt(raw: Any) -> str:
    """The beginning of what came, for a person who looks for the mistake."""
    text = raw if isinstance(raw, str) else _shortened(raw)
    return "".join(each if each.isprintable() else " " for each in text[:LONGEST_EXCERPT])


def _shortened(raw: Any) -> str:
    # Not all of it is spelled out: it may be megabytes.
    if isinstance(raw, Mapping):
        inner = ", ".join(f"{key}: {_leaf(value)}" for key, value in list(raw.items())[:30])
        return f"{{{inner}}}"
    return _leaf(raw)


def _leaf(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_inner(v)}" for k, v in list(value.items())[:12]) + "}"
    return _inner(value) if not isinstance(value, str) else value[:120]


def _inner(value: Any) -> str:
    if isinstance(value, str):
        return value[:60]
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, Sequence):
        return f"[{len(value)} values]" if value else "[]"
    return json_word(value)


def json_word(value: Any) -> str:
    """A number, true, false or null as whoever sent it wrote it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)[:60]


def corrected(word: Mapping[str, Any], now: datetime) -> Mapping[str, Any] | None:
    """The word as one of this moment when it claims a time that has not come; None when its time
    is well (or is none, which is said elsewhere)."""
    said = word.get("at")
    at = read_moment(said) if isinstance(said, str) else None
    if at is None or at <= now + AHEAD:
        return None
    return {name: value for name, value in word.items() if name != "at"}
