"""The part of a service that provider and customer agree on, and how two versions of it differ.

Agreed are the outcomes with their measures, the costs and risks, what both contribute and expect,
the processes supported, utility, warranty and service hours. Not agreed are name, description,
stage, labels, channels, what it rests on and to whom it is published: they may change without
asking anybody. People (owner, contacts, who said an outcome) come and go; they are not agreed
either, and so what is agreed names nobody and reads the same for every customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catenary.domain.documents.plain import digest

#: A line of the agreed part: where it stands (``costs.removed``) and what tells it apart there.
LineKey = tuple[str, str]

_CO_CREATION = ("provider", "customer", "provider-expects", "customer-expects")
_OUTCOME = ("statement", "measure")


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that came, went or changed; ``before`` or ``after`` is None where it was or is
    not there. Values are plain, as in the document."""

    part: str
    key: str
    before: Any
    after: Any


def agreed_lines(plain: Mapping[str, Any]) -> dict[LineKey, Any]:
    """The agreed part of a plain service document, line by line, in order of the parts.

    Lists are taken as sets of lines: their order, and that of outcomes, is nobody's promise.
    """
    lines: dict[LineKey, Any] = {}
    for key, said in plain.get("outcomes", {}).items():
        lines["outcomes", key] = {name: said[name] for name in _OUTCOME if name in said}
    for part in ("costs", "risks"):
        for side in ("removed", "imposed"):
            _add_texts(lines, f"{part}.{side}", plain.get(part, {}).get(side, ()))
    both = plain.get("co-creation", {})
    for name in _CO_CREATION:
        _add_texts(lines, f"co-creation.{name}", both.get(name, ()))
    processes = plain.get("supports-processes", ())
    for name in processes:
        steps = list(processes[name]) if isinstance(processes, dict) else []
        lines["supports-processes", name] = steps
    for key, said in plain.get("utility", {}).items():
        lines["utility", key] = dict(said)
    warranty = plain.get("warranty", {})
    if "availability" in warranty:
        lines["warranty.availability", ""] = warranty["availability"]
    for name, text in warranty.get("continuity", {}).items():
        lines[f"warranty.{name}", ""] = text
    for name in ("capacity", "security", "performance"):
        _add_texts(lines, f"warranty.{name}", warranty.get(name, ()))
    if "service-hours" in plain:
        lines["service-hours", ""] = plain["service-hours"]
    return lines


def agreed_digest(plain: Mapping[str, Any]) -> str:
    """Which version of the agreed part a plain service document holds: 32 hexadecimal digits,
    the same exactly when `differences` finds none."""
    lines = agreed_lines(plain)
    return digest({"agreed": [[*key, lines[key]] for key in sorted(lines)]})


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The lines in which the agreed parts of two plain service documents differ."""
    old, new = agreed_lines(before), agreed_lines(after)
    return tuple(
        Difference(*key, old.get(key), new.get(key))
        for key in [*old, *(key for key in new if key not in old)]
        if key not in new or key not in old or old[key] != new[key]
    )


def _add_texts(lines: dict[LineKey, Any], part: str, said: str | list[str]) -> None:
    for text in [said] if isinstance(said, str) else said:
        lines[part, text] = text
