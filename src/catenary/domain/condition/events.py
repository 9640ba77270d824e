"""What happened: the instants at which conditions changed, from the courses they took; and what
changed again and again, told as one (docs/algorithms/days.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from catenary.domain.condition.days import KINDS, Span
from catenary.domain.intervals import MINUTE

#: What is no news when nothing at all was known before.
_QUIET = ("operational", "unknown")
#: Changes of a service that follow each other within this belong together.
CLOSE = 15 * MINUTE
#: So many that belong together are told as one; fewer say more one by one.
FEWEST = 4


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


@dataclass(frozen=True, slots=True)
class Run:
    """``count`` changes of a service close together: what it ``was`` before them, the ``worst`` it
    became and what it is ``now``, after the last of them."""

    service: int
    first: int
    last: int
    count: int
    was: str
    worst: str
    now: str


@dataclass(frozen=True, slots=True)
class Flurry:
    """Runs that began at one instant, told when the last of them ended. Where more of them may lie
    before what is looked at, nobody knows when they ``began``, and their counts are the least."""

    at: int
    began: int | None
    runs: tuple[Run, ...]


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


def gathered(happened: Iterable[Event], since: int) -> tuple[Event | Flurry, ...]:
    """The same with what changed again and again told as one, the last first: no change is lost,
    none is told twice. ``since`` is from when on is looked."""
    steps: dict[int, list[tuple[int, Change]]] = {}
    for event in sorted(happened, key=lambda each: each.at):
        for change in event.changes:
            steps.setdefault(change.service, []).append((event.at, change))
    single: dict[int, list[Change]] = {}
    runs: dict[int | None, list[Run]] = {}
    for service in sorted(steps):
        for close in _close(steps[service]):
            if len(close) < FEWEST:
                for at, change in close:
                    single.setdefault(at, []).append(change)
            else:
                run = _run(service, close)
                runs.setdefault(None if run.first < since + CLOSE else run.first, []).append(run)
    flurries = (
        Flurry(max(run.last for run in found), began, tuple(found)) for began, found in runs.items()
    )
    told: list[Event | Flurry] = [
        *(Event(at, tuple(changes)) for at, changes in single.items()),
        *flurries,
    ]
    return tuple(sorted(told, key=lambda each: each.at, reverse=True))


def _close(steps: Sequence[tuple[int, Change]]) -> Iterator[Sequence[tuple[int, Change]]]:
    """The changes of one service, those together that are close to the one before."""
    start = 0
    for place in range(1, len(steps) + 1):
        if place == len(steps) or steps[place][0] - steps[place - 1][0] > CLOSE:
            yield steps[start:place]
            start = place


def _run(service: int, steps: Sequence[tuple[int, Change]]) -> Run:
    return Run(
        service=service,
        first=steps[0][0],
        last=steps[-1][0],
        count=len(steps),
        was=steps[0][1].was,
        worst=min((change.now for _at, change in steps), key=KINDS.index),
        now=steps[-1][1].now,
    )
