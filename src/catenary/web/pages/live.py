"""What a page needs to change while one looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.marks import ConditionMark

_CONDITIONS = {
    "down": "down",
    "degraded": "degraded",
    "unknown": "unknown",
    "maintenance": "planned",
    "operational": "operational",
}


@dataclass(frozen=True, slots=True)
class Live:
    """``url`` is the stream of whoever sees what is on this page now."""

    url: str

    @property
    def marks(self) -> tuple[tuple[str, ConditionMark], ...]:
        """The mark of every condition by the code a stream names it by."""
        return tuple((code, ConditionMark(name)) for code, name in _CONDITIONS.items())
