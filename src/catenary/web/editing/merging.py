"""Two people changed the same thing: what each of them did, field by field, and both together.

Compared are three plain documents: what the second writer saw, what it says now, what they typed.
What one side alone changed merges by itself; where both did, somebody has to choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that at least one side changed; None where it is not there.

    ``by`` is ``mine``, ``theirs``, or ``both``: then they differ, and one must choose.
    ``can_join`` is true for lists, of which the changes of both sides can be taken.
    """

    path: Path
    seen: Any
    now: Any
    typed: Any
    by: str

    @property
    def name(self) -> str:
        """The path as one word."""
        return "/".join(self.path)

    @property
    def can_join(self) -> bool:
        """True when both can be had."""
        return isinstance(self.now, list) and isinstance(self.typed, list)


def differences(seen: Any, now: Any, typed: Any) -> list[Difference]:
    """Every field in which the three differ, in the order of what was typed."""
    found: list[Difference] = []
    _compare((), seen, now, typed, found)
    return found


def merged(
    seen: dict[str, Any],
    now: dict[str, Any],
    typed: dict[str, Any],
    choices: Mapping[str, str],
) -> tuple[dict[str, Any], list[Difference]]:
    """One document of all three, with ``choices`` (``mine``, ``theirs`` or ``join`` by name of
    the difference) where both sides changed; and the differences nothing was chosen for."""
    undecided: list[Difference] = []
    result = _merged((), seen, now, typed, choices, undecided)
    return (result if isinstance(result, dict) else {}), undecided


def joined(seen: Any, now: list[Any], typed: list[Any]) -> list[Any]:
    """What was typed, with what the others added and without what they took away."""
    before = seen if isinstance(seen, list) else []
    kept = [item for item in typed if item in now or item not in before]
    return kept + [item for item in now if item not in before and item not in typed]


def _compare(path: Path, seen: Any, now: Any, typed: Any, found: list[Difference]) -> None:
    if now == typed == seen:
        return
    if isinstance(now, dict) and isinstance(typed, dict):
        before = seen if isinstance(seen, dict) else {}
        for key in _keys(typed, now, before):
            _compare((*path, key), before.get(key), now.get(key), typed.get(key), found)
        return
    if now == seen:
        by = "mine"
    elif typed == seen or now == typed:
        by = "theirs"
    else:
        by = "both"
    found.append(Difference(path, seen, now, typed, by))


def _merged(
    path: Path,
    seen: Any,
    now: Any,
    typed: Any,
    choices: Mapping[str, str],
    undecided: list[Difference],
) -> Any:
    if now in (typed, seen):
        return typed
    if typed == seen:
        return now
    if isinstance(now, dict) and isinstance(typed, dict):
        before = seen if isinstance(seen, dict) else {}
        both: dict[str, Any] = {}
        for key in _keys(typed, now, {}):
            value = _merged(
                (*path, key), before.get(key), now.get(key), typed.get(key), choices, undecided
            )
            if value is not None:
                both[key] = value
        return both
    difference = Difference(path, seen, now, typed, "both")
    choice = choices.get(difference.name, "")
    if choice == "theirs":
        return now
    if choice == "join" and difference.can_join:
        return joined(seen, now, typed)
    if choice != "mine":
        undecided.append(difference)
    return typed


def _keys(*plains: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(key for plain in plains for key in plain))
