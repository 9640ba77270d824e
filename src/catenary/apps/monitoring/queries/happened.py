"""What happened lately, with the names of services: for pages, feeds and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.shown_spans import Recent
from catenary.domain.condition.events import Event, Flurry, Run, events, gathered


@dataclass(frozen=True, slots=True)
class NamedRun:
    """A service that changed ``count`` times from ``first`` to ``last``: what it was before, the
    worst it became, and what it was in the end."""

    name: str
    first: datetime
    last: datetime
    count: int
    was: str
    worst: str
    now: str


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """What happened at a moment: services by name, in order of their names. Or what changed again
    and again until then: ``runs`` since ``began``, which is none where there may have been more of
    them earlier."""

    at: datetime
    changes: tuple[tuple[str, str, str], ...]
    runs: tuple[NamedRun, ...] = ()
    began: datetime | None = None

    @property
    def first(self) -> datetime:
        """When the first of it happened, as far as is known."""
        return min((run.first for run in self.runs), default=self.at)

    @property
    def key(self) -> str:
        """What it is known by in a feed, which stays when a run goes on."""
        if not self.runs:
            return self.at.isoformat()
        return f"again/{self.began.isoformat() if self.began else 'earlier'}"


def recently(recent: Recent, at: datetime) -> tuple[Event | Flurry, ...]:
    """What happened in these courses, the last first; what lies ahead of ``at`` has not."""
    since, now = micros(recent.since), micros(at)
    return gathered((each for each in events(recent.spans, since) if each.at <= now), since)


def services_in(happened: Iterable[Event | Flurry]) -> set[int]:
    """Which services something happened to."""
    return {
        one.service
        for each in happened
        for one in (each.changes if isinstance(each, Event) else each.runs)
    }


def named_events(
    happened: Sequence[Event | Flurry], names: Mapping[int, str]
) -> tuple[NamedEvent, ...]:
    """The same with the names of services in it; of those without one nothing is told."""
    return tuple(_named(each, names) for each in happened)


def _named(told: Event | Flurry, names: Mapping[int, str]) -> NamedEvent:
    if isinstance(told, Event):
        changes = (
            (names[one.service], one.was, one.now) for one in told.changes if one.service in names
        )
        return NamedEvent(moment(told.at), tuple(sorted(changes)))
    began = None if told.began is None else moment(told.began)
    runs = (_named_run(run, names[run.service]) for run in told.runs if run.service in names)
    ordered = tuple(sorted(runs, key=lambda each: (each.name, each.first)))
    return NamedEvent(moment(told.at), (), ordered, began)


def _named_run(run: Run, name: str) -> NamedRun:
    return NamedRun(
        name, moment(run.first), moment(run.last), run.count, run.was, run.worst, run.now
    )
