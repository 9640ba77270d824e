"""What a form consists of, and what somebody has typed into it.

A form is a table of items; what was typed is a *state*: texts, rows and parts of the same shape,
plain enough to be kept as a draft. A state is never refused: whatever somebody types has a place
in it. Whether it makes a document is for the readers of `domain.documents` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from catenary.web.reading import typed_figure

Words = str | Promise
State = dict[str, Any]
#: Every field of a form is posted under this.
PREFIX = "f."


def widget_id(path: str) -> str:
    """The id on the page of what stands at a path of the form."""
    return "f-" + path.replace(".", "-")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to type or choose.

    ``kind`` is ``line``, ``area``, ``lines`` (one entry a line), ``choice``, ``many`` (several
    of the choices), ``flag``, ``pick`` (found by search; ``pick`` says among what) or ``hidden``.
    ``when`` names the value of a neighbouring choice under which it counts; styles hide it
    otherwise. ``start`` is what a new row begins with. A ``figure`` may be typed as the reader's
    language writes it.
    """

    name: str
    label: Words = ""
    kind: str = "line"
    help: Words = ""
    choices: tuple[tuple[str, Words], ...] = ()
    pick: str = ""
    example: Words = ""
    when: str = ""
    start: str = ""
    most: int = 4_000
    figure: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Any number of rows of the same items. ``first`` rows are there when their parent is new."""

    name: str
    label: Words
    items: tuple[Item, ...]
    add: Words
    one: Words = ""
    help: Words = ""
    first: int = 0
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Items that belong together."""

    name: str
    label: Words
    items: tuple[Item, ...]
    help: Words = ""


Item = Field | Rows | Part


@dataclass(frozen=True, slots=True)
class Section:
    """A card of the form; ``idea`` quotes the definition of what is asked for."""

    key: str
    title: Words
    items: tuple[Item, ...]
    idea: Words = ""


def items_of(sections: Iterable[Section]) -> tuple[Item, ...]:
    """The items of all sections, in order."""
    return tuple(item for section in sections for item in section.items)


def texts(name: str, label: Words, add: Words, one: Words = "", help: Words = "") -> Rows:
    """A list of statements: one text in each row."""
    field = Field("text", one or label, "area")
    return Rows(name, label, (field,), add, one, help)


def shaped(items: Iterable[Item], raw: Any) -> State:
    """A state of exactly the shape of ``items`` made of whatever ``raw`` holds."""
    given = raw if isinstance(raw, dict) else {}
    state: State = {}
    for item in items:
        value = given.get(item.name)
        if isinstance(item, Field):
            state[item.name] = _text(item, value)
        elif isinstance(item, Part):
            state[item.name] = shaped(item.items, value)
        else:
            state[item.name] = [shaped(item.items, row) for row in _rows(value)]
    return state


def posted(items: Iterable[Item], values: Mapping[str, list[str]]) -> State:
    """The state that a browser sent: names such as ``f.outcomes.0.statement``."""
    tree: dict[str, Any] = {}
    for name, given in values.items():
        if not name.startswith(PREFIX):
            continue
        *steps, last = name[len(PREFIX) :].split(".")
        here = tree
        for step in steps[:8]:
            there = here.setdefault(step, {})
            if not isinstance(there, dict):
                break
            here = there
        else:
            here.setdefault(last, given)
    return shaped(items, tree)


def fresh(items: Iterable[Item]) -> State:
    """What a new row, part or form begins with."""
    state: State = {}
    for item in items:
        if isinstance(item, Field):
            state[item.name] = item.start
        elif isinstance(item, Part):
            state[item.name] = fresh(item.items)
        else:
            state[item.name] = [fresh(item.items) for _ in range(item.first)]
    return state


def is_blank(items: Iterable[Item], state: State) -> bool:
    """True when nothing was typed: choices alone say nothing."""
    for item in items:
        value = state[item.name]
        if isinstance(item, Field):
            if item.kind not in ("choice", "flag") and item.name != "key" and value.strip():
                return False
        elif isinstance(item, Part):
            if not is_blank(item.items, value):
                return False
        elif not all(is_blank(item.items, row) for row in value):
            return False
    return True


def filled(rows: Rows, state: State) -> Iterator[tuple[int, State]]:
    """The rows in which something was typed, with their places."""
    for at, row in enumerate(state[rows.name]):
        if not is_blank(rows.items, row):
            yield at, row


def flat(items: Iterable[Item], state: State, path: str = "") -> Iterator[tuple[str, str]]:
    """Every field of a state as a browser would post it."""
    for item in items:
        here = f"{path}{item.name}"
        value = state[item.name]
        if isinstance(item, Part):
            yield from flat(item.items, value, f"{here}.")
        elif isinstance(item, Rows):
            for at, row in enumerate(value):
                yield from flat(item.items, row, f"{here}.{at}.")
        elif item.kind == "many":
            for word in value.split():
                yield f"{PREFIX}{here}", word
        elif item.kind != "flag" or value:
            yield f"{PREFIX}{here}", value


def _text(field: Field, value: Any) -> str:
    given = value if isinstance(value, list) else [value]
    found = [text for text in given if isinstance(text, str)]
    if field.kind == "many":
        return " ".join(dict.fromkeys(word for text in found for word in text.split()))
    text = found[-1] if found else ""
    if field.kind == "flag":
        return "on" if text else ""
    if field.figure:
        return typed_figure(text)
    # Browsers send every line end as two characters, whatever was there before.
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _rows(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    places = sorted((int(step), row) for step, row in value.items() if _is_place(step))
    return [row for _, row in places]


def _is_place(step: str) -> bool:
    return step.isascii() and step.isdigit() and len(step) < 7
