"""One changed field on one line, for plans and for what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catenary.cli.terminal import say

_LONGEST = 100


def say_field(path: str, before: Any, after: Any) -> None:
    """``name: Shop → Store``; of a list what went (``-``) and what came (``+``)."""
    from catenary.domain.values_in_words import came_and_went

    went, came = came_and_went(before, after)
    if isinstance(before, list) and isinstance(after, list):
        marked = [
            f"{mark} {_short(each, ', ')}" for mark, each in (("-", went), ("+", came)) if each
        ]
        say(f"    {path}: {' '.join(marked)}")
    else:
        say(f"    {path}: {_short(went, ' ')} → {_short(came, ' ')}")


def _short(lines: Sequence[str], glue: str) -> str:
    text = glue.join(lines) or "nothing"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
