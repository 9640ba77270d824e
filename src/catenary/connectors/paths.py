"""Where in a JSON value something stands: a small part of JSONPath (RFC 9535).

``$`` the value itself, ``.name`` and ``['name']`` a member, ``[0]`` an element, ``[*]`` every
element. No filters, no descent, no functions: reading costs no more than walking over the value
once, whoever wrote the path and whatever was sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

#: Nothing stands there.
MISSING = object()
LONGEST = 300
_STEP = re.compile(
    r"\.(?P<name>[A-Za-z_][\w-]*)|\[(?P<index>[0-9]{1,6})\]|\[(?P<every>\*)\]"
    r"|\['(?P<single>[^'\\]*)'\]|\[\"(?P<double>[^\"\\]*)\"\]"
)
_EVERY = None


@dataclass(frozen=True, slots=True)
class Path:
    """A path that was read: names, numbers, and `None` for every element."""

    steps: tuple[str | int | None, ...]

    @property
    def is_of_many(self) -> bool:
        """True when it may lead to several values."""
        return _EVERY in self.steps

    def all(self, value: Any, most: int) -> list[Any]:
        """Every value it leads to, in order; ``most`` + 1 of them when there are more."""
        found = [value]
        for step in self.steps:
            below: list[Any] = []
            for each in found:
                if step is _EVERY:
                    if isinstance(each, list):
                        below += each[: most + 1 - len(below)]
                else:
                    inner = _inner(each, step)
                    if inner is not MISSING:
                        below.append(inner)
            found = below
        return found

    def leads_anywhere(self, value: Any) -> bool:
        """Whether there is what it names; every element of an empty list is there, too."""
        for step in self.steps:
            if step is _EVERY:
                return isinstance(value, list)
            value = _inner(value, step)
            if value is MISSING:
                return False
        return True

    def first(self, value: Any) -> Any:
        """The value it leads to, or `MISSING`."""
        for step in self.steps:
            value = _inner(value, 0 if step is _EVERY else step)
            if value is MISSING:
                return MISSING
        return value


def _inner(value: Any, step: str | int | None) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else MISSING
    return value.get(step, MISSING) if isinstance(value, dict) else MISSING


@lru_cache(4096)
def path_of(text: str) -> Path | None:
    """The path a text says, or none when it says none."""
    if not text.startswith("$") or len(text) > LONGEST:
        return None
    steps: list[str | int | None] = []
    place = 1
    while place < len(text):
        found = _STEP.match(text, place)
        if found is None:
            return None
        kind = found.lastgroup or ""
        said = found[kind]
        steps.append(_EVERY if kind == "every" else int(said) if kind == "index" else said)
        place = found.end()
    return Path(tuple(steps))
