"""What happened: the instants at which conditions changed, from the courses they took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catenary.domain.condition.days import Span

#: What is no news when nothing at all was known before.
_QUIET = ("operational", "unknown")


@dataclass(frozen=True, slots=True)
class Change:
    """A service became ``now``; ``was`` is empty where nothing was known of it before."""

    service: int
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Event:
    """Everything that changed at one instant: one failure, however many it hits."""

    at: int
    changes: tuple[Change, ...]


def events(courses: Mapping[int, Iterable[Span]], since: int) -> tuple[Event, ...]:
    """What happened to these services from an instant on, the last first. That somebody begins to
    look at a service that works is no event; that nobody says anything any more is."""
    found: dict[int, list[Change]] = {}
    for service, spans in courses.items():
        was, until = "", None
        for span in sorted(spans, key=lambda each: each.start):
            if until is not None and until < span.start and was:
                _add(found, until, Change(service, was, "unknown"))
                was = "unknown"
            if span.kind != was:
                _add(found, span.start, Change(service, was, span.kind))
            was, until = span.kind, span.end
        if until is not None and was:
            _add(found, until, Change(service, was, "unknown"))
    return tuple(Event(at, tuple(found[at])) for at in sorted(found, reverse=True) if at >= since)


def _add(found: dict[int, list[Change]], at: int, change: Change) -> None:
    is_news = change.was != change.now and not (not change.was and change.now in _QUIET)
    if is_news:
        found.setdefault(at, []).append(change)
