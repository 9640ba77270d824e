"""The difference between what files say and what the catalogue holds, before anything is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catenary.domain.refusals import Refusal


class PlannedAction(StrEnum):
    """What would happen to one object."""

    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; absent on one side when it comes or goes. ``path`` is dotted
    as it is read in a file: ``warranty.availability``."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """What would happen to one object. ``taken_from`` names the source that managed it until
    now, when it is taken over."""

    kind: str
    reference: str
    action: PlannedAction
    changes: tuple[FieldChange, ...] = ()
    taken_from: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would happen, and every reason why it may not."""

    items: tuple[PlannedItem, ...]
    unchanged: int
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing would change."""
        return not self.items

    def count(self, action: PlannedAction) -> int:
        """How many objects would be created, changed or removed."""
        return sum(item.action is action for item in self.items)


def field_changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[FieldChange, ...]:
    """The fields in which two plain documents differ, in order of their paths."""
    return tuple(sorted(_differences("", before, after), key=lambda change: change.path))


def _differences(prefix: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            path = f"{prefix}.{key}" if prefix else str(key)
            yield from _differences(path, before.get(key), after.get(key))
    elif before != after:
        yield FieldChange(prefix, before, after)
