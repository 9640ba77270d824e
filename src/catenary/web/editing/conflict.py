"""The page on which somebody chooses between what they typed and what others saved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catenary.apps.portfolio.queries.editing import Editable
from catenary.apps.portfolio.queries.hidden import masked
from catenary.domain.values_in_words import came_and_went, lines_of
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.editing.fields import State, Words, flat
from catenary.web.editing.kinds import Editing
from catenary.web.editing.merging import Difference
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
    labels = {item.name: item.label for item in editing.items_for(is_new=False)}
    choices = [
        _choice(number, each, labels, came.hidden)
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
    number: int, difference: Difference, labels: dict[str, Words], hidden: frozenset[str]
) -> Choice:
    def lines(value: Any) -> list[str]:
        return list(map(in_words, lines_of(masked(value, hidden))))

    other = difference.typed if difference.by == "mine" else difference.now
    went, came = came_and_went(masked(difference.seen, hidden), masked(other, hidden))
    first = difference.path[0]
    label = str(labels.get(first) or first.replace("-", " ").capitalize())
    return Choice(
        difference.name,
        label,
        " › ".join(difference.path[1:]).replace("-", " "),
        lines(difference.seen),
        lines(difference.now),
        lines(difference.typed),
        difference.by,
        difference.can_join,
        number,
        list(map(in_words, went)),
        list(map(in_words, came)),
    )
