"""Plain documents as YAML text that is pleasant to read and safe to read back."""

from __future__ import annotations

import re
from typing import Any

WIDTH = 96
#: Fields that are read downwards however short they are.
_BLOCK = frozenset(
    {"outcomes", "utility", "warranty", "co-creation", "relies-on", "supports-processes"}
)
#: Fields that hold exact numbers; as texts everywhere else they are quoted.
_NUMBERS = frozenset({"baseline", "target", "minimum", "full", "of"})
_LOOKS_LIKE_MORE = re.compile(
    r"[-+.]?[0-9][0-9_.,:eE+-]*(?:[tT ][0-9:. ]*[zZ]?)?\Z"
    r"|[-+]?0[xob][0-9a-fA-F_]+\Z"
    r"|[-+]?\.(?:inf|nan)\Z"
    r"|(?:true|false|yes|no|on|off|y|n|null|~|=|<<)\Z",
    re.IGNORECASE,
)
_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@` \t=<")
_IN_FLOW = frozenset(",[]{}:")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(value: str | int | bool, *, flow: bool = False, number: bool = False) -> str:
    """One value on one line, quoted when YAML, or a tool that guesses types, could misread it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if number:
        return value
    plain = (
        value != ""
        and value.isprintable()
        and value[0] not in _FIRST
        and value[-1] not in ": "
        and ": " not in value
        and " #" not in value
        and not value.startswith(("---", "..."))
        and _LOOKS_LIKE_MORE.match(value) is None
        and not (flow and not _IN_FLOW.isdisjoint(value))
    )
    return value if plain else quoted(value)


def quoted(text: str) -> str:
    """``text`` in double quotes, everything that cannot be seen escaped."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _in_flow(value: Any, number: bool = False) -> str:
    if isinstance(value, dict):
        parts = (
            f"{scalar(name, flow=True)}: {_in_flow(item, number or name in _NUMBERS)}"
            for name, item in value.items()
        )
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_in_flow(item) for item in value) + "]"
    return scalar(value, flow=True, number=number)


def _fits(value: Any, room: int) -> bool:
    """True when ``value`` reads well on one line of ``room`` characters."""
    return _length(value, room) <= room


def _length(value: Any, room: int) -> int:
    """About how many characters the value takes in one line; more than ``room`` is not counted
    on, and lines within texts never fit."""
    if isinstance(value, str):
        return room + 1 if "\n" in value else len(value) + 2
    if isinstance(value, dict):
        total = 2
        for name, item in value.items():
            total += len(name) + 4 + _length(item, room)
            if total > room:
                break
        return total
    if isinstance(value, list):
        total = 2
        for item in value:
            total += 2 + _length(item, room)
            if total > room:
                break
        return total
    return len(str(value))


def _lines_of_text(text: str, indent: int) -> list[str] | None:
    """A text of several lines as a literal block, or None when it needs escapes."""
    lines = text.split("\n")
    if not all(line.isprintable() or line.replace("\t", "").isprintable() for line in lines):
        return None
    if lines[0][:1] in {" ", "\t", ""}:
        return None
    return [(" " * indent + line) if line else "" for line in lines]


def entry_lines(name: str, value: Any, indent: int, *, block: bool = False) -> list[str]:
    """The lines of ``name: value`` at an indentation; ``block`` forbids one line for mappings."""
    head = " " * indent + scalar(name) + ":"
    if isinstance(value, str):
        lines = _lines_of_text(value, indent + 2) if "\n" in value else None
        if lines is not None:
            return [f"{head} |-", *lines]
        return [f"{head} {scalar(value, number=name in _NUMBERS)}"]
    if not isinstance(value, (dict, list)) or not value:
        return [f"{head} {_in_flow(value)}"]
    upright = block or name in _BLOCK
    if not upright and _fits(value, WIDTH - len(head)):
        return [f"{head} {_in_flow(value, name == 'of')}"]
    if isinstance(value, list):
        if name == "supports-processes" and _fits(value, WIDTH - len(head)):
            return [f"{head} {_in_flow(value)}"]
        return [head, *_items(value, indent + 2)]
    lines = [head]
    for inner, item in value.items():
        if name == "of":
            lines.append(f"{' ' * (indent + 2)}{scalar(inner)}: {scalar(item, number=True)}")
        else:
            lines += entry_lines(inner, item, indent + 2)
    return lines


def _items(values: list[Any], indent: int) -> list[str]:
    lines: list[str] = []
    dash = " " * indent + "- "
    for value in values:
        if isinstance(value, str):
            text = _lines_of_text(value, indent + 2) if "\n" in value else None
            lines += [f"{dash}|-", *text] if text is not None else [dash + scalar(value)]
        elif isinstance(value, dict) and value and not _fits(value, WIDTH - indent - 2):
            inner: list[str] = []
            for name, item in value.items():
                inner += entry_lines(name, item, indent + 2)
            lines += [dash + inner[0][indent + 2 :], *inner[1:]]
        else:
            lines.append(dash + _in_flow(value))
    return lines
