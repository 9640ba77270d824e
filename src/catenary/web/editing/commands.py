"""What the small buttons of a form do: they change what was typed, and nothing else.

A command is ``add outcomes``, ``remove outcomes.2``, ``up outcomes.2``, or ``pick owner VALUE``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catenary.web.editing.fields import Field, Item, Rows, State, fresh

#: So many rows one list of a form may have.
MOST_ROWS = 2_000


def obey(items: Iterable[Item], state: State, command: str) -> str:
    """Carry out a command on ``state``; gives the path at which to go on, or nothing for a
    command that does not fit."""
    verb, _, rest = command.partition(" ")
    path, _, value = rest.partition(" ")
    steps = path.split(".") if path else []
    if verb == "add":
        return _add(items, state, steps)
    if verb in ("remove", "up"):
        return _move(items, state, steps, verb)
    if verb == "pick":
        return _pick(items, state, steps, value[:330])
    return path if verb == "find" else ""


def _add(items: Iterable[Item], state: State, steps: list[str]) -> str:
    item, holder = _find(items, state, steps)
    if not isinstance(item, Rows) or holder is None:
        return ""
    rows = holder[item.name]
    if len(rows) < MOST_ROWS:
        rows.append(fresh(item.items))
    return f"{'.'.join(steps)}.{len(rows) - 1}"


def _move(items: Iterable[Item], state: State, steps: list[str], verb: str) -> str:
    if len(steps) < 2 or not _is_number(steps[-1]):
        return ""
    item, holder = _find(items, state, steps[:-1])
    if not isinstance(item, Rows) or holder is None:
        return ""
    rows, at, here = holder[item.name], int(steps[-1]), ".".join(steps[:-1])
    if at >= len(rows):
        return ""
    if verb == "remove":
        del rows[at]
        return here
    if at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return f"{here}.{max(at - 1, 0)}"


def _pick(items: Iterable[Item], state: State, steps: list[str], value: str) -> str:
    item, holder = _find(items, state, steps)
    if not isinstance(item, Field) or item.kind != "pick" or holder is None:
        return ""
    holder[item.name] = value
    return ".".join(steps)


def _find(
    items: Iterable[Item], state: State, steps: list[str]
) -> tuple[Item | None, dict[str, Any] | None]:
    """The item at a path, and the state that holds its value."""
    here: Any = state
    level = list(items)
    item: Item | None = None
    at = 0
    while at < len(steps):
        item = next((each for each in level if each.name == steps[at]), None)
        if item is None or at == len(steps) - 1:
            return item, here if item is not None else None
        here = here[item.name]
        if isinstance(item, Rows):
            at += 1
            if not _is_number(steps[at]) or int(steps[at]) >= len(here) or at == len(steps) - 1:
                return None, None
            here = here[int(steps[at])]
        if isinstance(item, Field):
            return None, None
        level = list(item.items)
        at += 1
    return None, None


def _is_number(step: str) -> bool:
    return step.isascii() and step.isdigit() and len(step) < 7
