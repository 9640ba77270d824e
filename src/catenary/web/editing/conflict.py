"""The page on which somebody chooses between what they typed and what others saved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catenary.apps.portfolio.queries.editing import Editable
from catenary.apps.portfolio.queries.hidden import masked
from catenary.domain.values_in_words import came_and_went, lines_of
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.editing.fields import Field, Item, State, flat
from catenary.web.editing.kinds import Editing
from catenary.web.editing.merging import Difference, Path
from catenary.web.editing.saving import Saved
from catenary.web.pages import Link
from catenary.web.reading import in_words


@dataclass(frozen=True, slots=True)
class Choice:
    """One field: what they saw, what it says now, what they typed, each in lines; of what goes
    together by itself, what ``went`` and what ``came``."""

    name: str
    label: str
    where: str
    seen: list[str]
    now: list[str]
    typed: list[str]
    by: str
    can_join: bool
    number: int
    went: list[str]
    came: list[str]


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Everything both sides changed. ``typed`` is the whole form, to be posted again."""

    title: str
    back: Link
    action: str
    to_choose: tuple[Choice, ...]
    settled: tuple[Choice, ...]
    typed: tuple[tuple[str, str], ...]
    seen: str
    against: str
    takes_over: bool


def conflict_page(
    asking: Asking,
    editing: Editing,
    editable: Editable,
    state: State,
    seen: str,
    takes_over: bool,
    came: Saved,
) -> ConflictPage:
    """The page for what came of saving. Supporters that may not be seen have no name on it."""
    choices = [
        _choice(number, each, _labels(editing, each.path), came.hidden)
        for number, each in enumerate(came.differences, start=1)
    ]
    return ConflictPage(
        title=editable.name,
        back=Link(editable.name, editing.page(editable.reference)),
        action=addresses.edit(editing.kind, editable.reference),
        to_choose=tuple(each for each in choices if each.by == "both"),
        settled=tuple(each for each in choices if each.by != "both"),
        typed=tuple(flat(editing.items_for(is_new=False), state)),
        seen=seen,
        against=editable.seen,
        takes_over=takes_over,
    )


def _choice(
    number: int, difference: Difference, labels: list[str], hidden: frozenset[str]
) -> Choice:
    def lines(value: Any) -> list[str]:
        return list(map(in_words, lines_of(masked(value, hidden))))

    other = difference.typed if difference.by == "mine" else difference.now
    went, came = came_and_went(masked(difference.seen, hidden), masked(other, hidden))
    return Choice(
        difference.name,
        labels[0],
        " › ".join(labels[1:]),
        lines(difference.seen),
        lines(difference.now),
        lines(difference.typed),
        difference.by,
        difference.can_join,
        number,
        list(map(in_words, went)),
        list(map(in_words, came)),
    )


def _labels(editing: Editing, path: Path) -> list[str]:
    """What the form calls each step of a path. What it has no word for is said as it stands: a
    field of the files alone, or the short name of an outcome."""
    titles = {
        item.name: item.label or section.title
        for section in editing.sections_for(is_new=False)
        for item in section.items
    }
    items: tuple[Item, ...] = editing.items_for(is_new=False)
    said: list[str] = []
    for step in path:
        item = next((each for each in items if each.name == step), None)
        if item is not None and not isinstance(item, Field):
            items = item.items
        label = titles.get(step, "") if not said else (item.label if item else "")
        said.append(str(label or step.replace("-", " ")))
    return [said[0][:1].upper() + said[0][1:], *said[1:]]
