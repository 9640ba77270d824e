"""Values of plain documents in words: for histories, and for two versions side by side.

A plain document (``domain/documents/plain.py``) says ``{at-least: 2, of: […]}``; people read "2 of
3: …". Of a list that changed they read what came and what went, not all of it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from catenary.domain.picture import threshold_words
from catenary.domain.said import said

#: The fields by which a threshold over supporters is known.
_THRESHOLDS = frozenset({"any", "at-least", "minimum", "soft"})


def lines_of(value: Any) -> list[str]:
    """A value in lines: one for each entry of a list, none for nothing. Names may be anything
    that may be read, such as "a service you may not see"."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [said("yes") if value else said("no")]
    if isinstance(value, list):
        return [_in_one(lines_of(item)) for item in value]
    if isinstance(value, dict):
        group = _group(value) if _THRESHOLDS & value.keys() else None
        if group is not None:
            return [_group_words(group)]
        return [f"{name}: {', '.join(lines_of(held))}" for name, held in value.items()]
    return str(value).split("\n")


def came_and_went(before: Any, after: Any) -> tuple[list[str], list[str]]:
    """What a field said before and does not say any more, and what it says now and did not, in
    lines. Both are whole where no list changed, or nothing but its order."""
    old, new = lines_of(before), lines_of(after)
    if isinstance(before, list) and isinstance(after, list):
        had, has = frozenset(old), frozenset(new)
        went = [line for line in old if line not in has]
        came = [line for line in new if line not in had]
        if went or came:
            return went, came
    return old, new


def _in_one(lines: list[str]) -> str:
    # A sentence alone stays one that can be said in another language.
    return lines[0] if len(lines) == 1 else " · ".join(lines)


def _group_words(group: DependencyGroupDocument) -> str:
    alike = all(member.weight == 1 for member in group.members)
    names = ", ".join(
        member.service if alike else f"{member.service} ({member.weight})"
        for member in group.members
    )
    words = threshold_words(group)
    return said("{threshold}: {services}", words, names) if words else names


def _group(plain: Mapping[str, Any]) -> DependencyGroupDocument | None:
    """The group of a plain one, whatever its members are called; none for what is none."""
    if "soft" in plain:
        held = plain["soft"]
        inner = _group(held) if isinstance(held, dict) else _group({"any": [held]})
        if inner is None:
            return None
        return DependencyGroupDocument(inner.members, inner.minimum, inner.full, soft=True)
    listed = plain.get("any", plain.get("of"))
    if not isinstance(listed, (list, dict)) or not listed:
        return None
    weights = listed if isinstance(listed, dict) else dict.fromkeys(listed, 1)
    try:
        members = tuple(Supporter(name, Decimal(str(w))) for name, w in weights.items())
        minimum = Decimal(str(plain.get("minimum", plain.get("at-least", 1))))
        return DependencyGroupDocument(members, minimum, Decimal(str(plain.get("full", minimum))))
    except InvalidOperation:
        return None
