"""How findings write names, lists and numbers, so that a sentence stays one readable line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LONGEST_NAME = 80


def shown(text: str) -> str:
    """``text`` safe to stand in a sentence: at most 80 characters, and nothing in it that could
    move a cursor, break the line or turn the reading direction (such characters are written
    as ``<U+202E>``)."""
    if len(text) > LONGEST_NAME:
        text = text[: LONGEST_NAME - 1] + "…"
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else f"<U+{ord(mark):04X}>" for mark in text)


def listed(names: Sequence[str] | Iterable[str], most: int = 3) -> str:
    """``a``, ``a and b``, ``a, b and c``, or ``a, b, c and 1,204 more``."""
    all_names = list(names)
    if len(all_names) > most + 1:
        head = ", ".join(shown(name) for name in all_names[:most])
        return f"{head} and {len(all_names) - most:,} more"
    words = [shown(name) for name in all_names]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int, one: str, many: str = "") -> str:
    """``1 service``, ``1,204 services``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
