"""The form as its templates show it: every field with its words, its value and its problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catenary.apps.organizations.queries.editing import Found
from catenary.domain.findings import Problem
from catenary.web.editing.fields import (
    PREFIX,
    Field,
    Item,
    Part,
    Rows,
    Section,
    State,
    Words,
    widget_id,
)
from catenary.web.editing.parts import FormPart


@dataclass(frozen=True, slots=True)
class Option:
    """One word to choose."""

    value: str
    label: Words
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Widget:
    """One item of the form. ``kind`` chooses the template; rows have ``rows``, parts ``items``."""

    kind: str
    path: str
    label: Words = ""
    help: Words = ""
    value: str = ""
    example: Words = ""
    when: str = ""
    most: int = 4_000
    pick: str = ""
    options: tuple[Option, ...] = ()
    problems: tuple[Problem, ...] = ()
    items: tuple[Widget, ...] = ()
    rows: tuple[Widget, ...] = ()
    add: Words = ""
    one: Words = ""
    number: int = 0
    is_ordered: bool = False
    is_focused: bool = False
    is_hidden_service: bool = False
    named: str = ""
    found: tuple[Found, ...] = ()
    was_sought: bool = False

    @property
    def name(self) -> str:
        """What it is posted as."""
        return PREFIX + self.path

    @property
    def id(self) -> str:
        """Its id on the page."""
        return widget_id(self.path)

    @property
    def template(self) -> str:
        """The template that shows it."""
        return f"editing/{self.kind}.html"

    @property
    def size(self) -> str:
        """How much room a row takes: ``plain`` with one field, ``small`` with two, ``large``."""
        shown = [item for item in self.items if item.kind != "hidden"]
        if len(shown) == 1:
            return "plain"
        return "small" if len(shown) == 2 else "large"

    @property
    def described_by(self) -> str:
        """Ids of what explains it to those who do not see where it stands."""
        ids = [f"{self.id}-help"] if self.help else []
        ids += [f"{self.id}-problem"] if self.problems else []
        return " ".join(ids)


@dataclass(frozen=True, slots=True)
class Card:
    """A section of the form, with what it holds at a glance."""

    part: FormPart
    idea: Words
    items: tuple[Widget, ...]


@dataclass(slots=True)
class Drawing:
    """What the widgets need besides the state: names, problems, search results, the focus."""

    names: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    found: Mapping[str, Sequence[Found]] = field(default_factory=dict)
    focus: str = ""


def cards(
    sections: Iterable[Section], parts: Iterable[FormPart], state: State, drawing: Drawing
) -> tuple[Card, ...]:
    """All sections with what was typed."""
    return tuple(
        Card(
            part,
            section.idea,
            tuple(_widget(item, state, "", drawing) for item in section.items),
        )
        for section, part in zip(sections, parts, strict=True)
    )


def _widget(item: Item, state: State, above: str, drawing: Drawing) -> Widget:
    path = f"{above}{item.name}"
    problems = tuple(drawing.problems.get(path, ()))
    if isinstance(item, Part):
        inner = tuple(_widget(each, state[item.name], f"{path}.", drawing) for each in item.items)
        return Widget("part", path, item.label, item.help, items=inner, problems=problems)
    if isinstance(item, Rows):
        rows = tuple(
            _row(item, row, f"{path}.{at}", at, drawing) for at, row in enumerate(state[item.name])
        )
        return Widget(
            "rows",
            path,
            item.label,
            item.help,
            rows=rows,
            add=item.add,
            one=item.one or item.label,
            is_ordered=item.ordered,
            is_focused=drawing.focus == path,
            problems=problems,
        )
    return _field(item, state[item.name], path, problems, drawing)


def _row(item: Rows, row: dict[str, Any], path: str, at: int, drawing: Drawing) -> Widget:
    first = next((i for i in item.items if not isinstance(i, Field) or i.kind != "hidden"), None)
    if drawing.focus == path and isinstance(first, Field):
        # A new row begins where one types.
        drawing.focus = f"{path}.{first.name}"
    inner = tuple(_widget(each, row, f"{path}.", drawing) for each in item.items)
    return Widget(
        "row",
        path,
        item.one or item.label,
        items=inner,
        number=at + 1,
        problems=tuple(drawing.problems.get(path, ())),
        is_hidden_service=bool(row.get("hidden")),
        is_focused=drawing.focus == path,
    )


def _field(
    item: Field, value: str, path: str, problems: tuple[Problem, ...], drawing: Drawing
) -> Widget:
    chosen = value.split() if item.kind == "many" else [value]
    return Widget(
        item.kind,
        path,
        item.label,
        item.help,
        value,
        item.example,
        item.when,
        item.most,
        item.pick,
        tuple(Option(str(word), label, word in chosen) for word, label in item.choices),
        problems,
        is_focused=drawing.focus == path,
        named=drawing.names.get(value.strip(), "") if item.kind == "pick" else "",
        found=tuple(drawing.found.get(path, ())),
        was_sought=path in drawing.found,
    )


def picked(items: Iterable[Item], state: State, above: str = "") -> list[tuple[str, Field, str]]:
    """Every field found by search: its path, itself and what stands in it."""
    found: list[tuple[str, Field, str]] = []
    for item in items:
        path = f"{above}{item.name}"
        if isinstance(item, Part):
            found += picked(item.items, state[item.name], f"{path}.")
        elif isinstance(item, Rows):
            for at, row in enumerate(state[item.name]):
                found += picked(item.items, row, f"{path}.{at}.")
        elif item.kind == "pick":
            found.append((path, item, state[item.name].strip()))
    return found
