"""Templates: ``{facility|slug}-{site|default("main")}`` with the columns of a row filled in.

A template is text with columns in braces; filters follow after ``|``, from left to right. A brace
itself is written twice. Nothing is computed but texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catenary.domain.documents.words import did_you_mean
from catenary.domain.naming import slug

MAX_TEMPLATE = 2_000
Row = dict[str, str]


class TemplateError(Exception):
    """The template itself is wrong; the text says how."""


class RowRefused(Exception):
    """A row does not fit the template; the text says why."""


@dataclass(frozen=True, slots=True)
class ValueMap:
    """Values by value; ``otherwise`` for all others (None: they are refused)."""

    name: str
    values: Mapping[str, str]
    otherwise: str | None = None

    def apply(self, text: str) -> str:
        """The value for ``text``; raises ``RowRefused`` when the map has none."""
        found = self.values.get(text, self.otherwise)
        if found is None:
            known = ", ".join(list(self.values)[:10])
            raise RowRefused(f"the map '{self.name}' has no value for '{text[:80]}' (only {known})")
        return found


_Filter = Callable[[str], str]


def _truncate(text: str, length: str) -> str:
    return text[: int(length)].rstrip()


# Name, least and most number of arguments, and what it does to a text.
_FILTERS: dict[str, tuple[int, int, Callable[..., str]]] = {
    "strip": (0, 0, str.strip),
    "squeeze": (0, 0, lambda text: " ".join(text.split())),
    "slug": (0, 0, slug),
    "lower": (0, 0, str.lower),
    "upper": (0, 0, str.upper),
    "title": (0, 0, str.title),
    "default": (1, 1, lambda text, other: text if text.strip() else other),
    "replace": (2, 2, lambda text, old, new: text.replace(old, new) if old else text),
    "before": (1, 1, lambda text, sign: text.partition(sign)[0] if sign else text),
    "after": (1, 1, lambda text, sign: text.partition(sign)[2] if sign else text),
    "truncate": (1, 1, _truncate),
    "prefix": (1, 1, lambda text, more: more + text if text.strip() else ""),
    "suffix": (1, 1, lambda text, more: text + more if text.strip() else ""),
    "is": (1, 50, lambda text, *wanted: text if text.strip() in wanted else ""),
    "is-not": (1, 50, lambda text, *unwanted: "" if text.strip() in unwanted else text),
}
FILTERS = (*_FILTERS, "map")

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_FILTER = re.compile(r"\s*([a-z-]+)\s*(?:\((.*)\))?\s*\Z")
_ARGUMENT = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([0-9]+))\s*(,|\Z)""")
_BARS = re.compile(r"""\|(?=(?:[^"']|"[^"]*"|'[^']*')*\Z)""")


@dataclass(frozen=True, slots=True)
class Template:
    """A template ready to be filled; ``columns`` are those it names."""

    text: str
    pieces: tuple[str | tuple[str, tuple[_Filter, ...]], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that must be there."""
        return tuple(piece[0] for piece in self.pieces if not isinstance(piece, str))

    def fill(self, row: Row) -> str:
        """The text for a row, without white space around it. Raises ``RowRefused``."""
        parts = []
        for piece in self.pieces:
            if isinstance(piece, str):
                parts.append(piece)
                continue
            column, filters = piece
            text = row[column].strip()
            for change in filters:
                text = change(text)
            parts.append(text)
        return "".join(parts).strip()


def compile_template(text: str, maps: Mapping[str, ValueMap]) -> Template:
    """The template for ``text``. Raises ``TemplateError`` saying what is wrong with it."""
    if len(text) > MAX_TEMPLATE:
        raise TemplateError(f"a template has at most {MAX_TEMPLATE} characters")
    pieces: list[str | tuple[str, tuple[_Filter, ...]]] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece in ("{{", "}}"):
            pieces.append(piece[0])
        elif piece in ("{", "}"):
            raise TemplateError(f"a single '{piece}'; write it twice to mean the brace itself")
        elif match[1] is None:
            pieces.append(piece)
        else:
            column, *filters = _BARS.split(match[1])
            if not column.strip():
                raise TemplateError("braces without the name of a column")
            pieces.append((column.strip(), tuple(_filter(each, maps) for each in filters)))
    return Template(text, tuple(pieces))


def _filter(text: str, maps: Mapping[str, ValueMap]) -> _Filter:
    match = _FILTER.match(text)
    if match is None:
        raise TemplateError(f"'|{text}' is not a filter, as in |lower or |default(\"none\")")
    name, arguments = match[1], _arguments(match[2])
    if name == "map":
        return _map_filter(arguments, maps)
    if name not in _FILTERS:
        hint = did_you_mean(name, FILTERS)
        raise TemplateError(
            f"there is no filter '{name}'; {hint or 'known: ' + ', '.join(FILTERS)}"
        )
    least, most, change = _FILTERS[name]
    if not least <= len(arguments) <= most:
        raise TemplateError(f"the filter '{name}' takes {least or 'no'} argument(s)")
    if name == "truncate" and not arguments[0].isdecimal():
        raise TemplateError("truncate takes a number of characters")
    if not arguments:
        return change
    return lambda value: change(value, *arguments)


def _map_filter(arguments: tuple[str, ...], maps: Mapping[str, ValueMap]) -> _Filter:
    name = arguments[0] if arguments else ""
    if name not in maps:
        hint = did_you_mean(name, maps)
        raise TemplateError(f"there is no map '{name}' under maps; {hint}".rstrip("; "))
    return maps[name].apply


def _arguments(text: str | None) -> tuple[str, ...]:
    found: list[str] = []
    position = 0
    while text and position < len(text.rstrip()):
        match = _ARGUMENT.match(text, position)
        if match is None:
            raise TemplateError(f"'({text})': arguments are quoted texts, separated by commas")
        found.append(next(group for group in match.groups()[:3] if group is not None))
        position = match.end()
    return tuple(found)
