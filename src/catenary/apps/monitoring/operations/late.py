"""What follows from words that come late, and from changes of the catalogue: over the chain as it
stood then.

Only the part of the chain that is concerned is looked at, from the moment concerned on: those above
who is touched are computed anew at each change of an own condition or of the chain below them.
Where that is very much, what stands in the end is followed first, and the rest is owed
(`operations.catching_up`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Min, Q

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import EffectiveCondition, OwnCondition
from catenary.apps.monitoring.queries.instants import ONGOING, instants, micros, moment
from catenary.apps.monitoring.queries.kept import ahead_of_rows
from catenary.apps.monitoring.queries.sections import Section, section_of
from catenary.apps.monitoring.queries.stored import OWN
from catenary.domain.condition.replaying import (
    SILENT,
    Events,
    OwnValue,
    Segments,
    in_the_end,
    replayed,
)
from catenary.domain.condition.turns import NO_TURNS, NOTHING_KNOWN, Trail, Turns, turns_of
from catenary.domain.estate import Estate, Ints

#: Of more services than this all own conditions are read.
_MANY = 20_000
#: So many turns are followed at once, and a few times the chain besides.
MOST_TURNS = 500_000


@dataclass(frozen=True, eq=False)
class _Question:
    """All that decides what the services of a section were."""

    section: Section
    segments: Segments
    before: dict[int, OwnValue]
    events: Events

    def replayed(self, most: int | None) -> tuple[Turns, int | None]:
        found, left = replayed(
            self.segments, self.before, self.events, self.section.asked, most=most
        )
        return self._numbered(found), left

    def in_the_end(self) -> Turns:
        return self._numbered(
            in_the_end(self.segments, self.before, self.events, self.section.asked)
        )

    def _numbered(self, found: Turns) -> Turns:
        return turns_of(self.section.numbers[found.service], found.instant, found.code)


def turns_since(
    estate: Estate,
    touched: Iterable[int] | None,
    since: datetime | None,
    at: datetime,
    *,
    upward: bool = True,
) -> Turns:
    """What services and everybody above them were from a moment on, up to now: of some services,
    or of all; without a moment, from the first thing that is known. ``upward``: see `section_of`.
    ``estate`` is today's."""
    question = _question(estate, touched, since, micros(at), upward=upward)
    # All of it: what is new has nobody above it yet, and everybody is asked about when mending.
    return NO_TURNS if question is None else question.replayed(None)[0]


def followed_since(estate: Estate, touched: Iterable[int], since: datetime, at: datetime) -> Trail:
    """The same of some services, or where that is too much for one step, only what stands in the
    end."""
    question = _question(estate, touched, since, micros(at))
    if question is None:
        return Trail(NO_TURNS)
    found, left = question.replayed(MOST_TURNS)
    if left is None:
        return Trail(found)
    found = question.in_the_end()
    return Trail(found, int(found.instant.max()))


def slice_since(
    estate: Estate, touched: Iterable[int], since: datetime, until: datetime, most: int
) -> tuple[Turns, datetime]:
    """What services and everybody above them were from a moment on, and up to when: at most until
    another one, sooner where that is very much."""
    question = _question(estate, touched, since, micros(until) - 1, is_past=True)
    if question is None:
        return NO_TURNS, until
    found, left = question.replayed(most)
    return found, until if left is None else moment(left)


def _question(
    estate: Estate,
    touched: Iterable[int] | None,
    since: datetime | None,
    until: int,
    *,
    upward: bool = True,
    is_past: bool = False,
) -> _Question | None:
    """What to look at, the instant ``until`` included; none when nothing is known. ``is_past``:
    what the chain became later does not count."""
    section = section_of(estate, touched, since, upward=upward)
    if not len(section.asked):
        return None
    service, start, end, own = _own(section, since)
    first = _first(section, start) if since is None else micros(since)
    if first is None:
        return None
    stands = (start < first) & (end >= first)
    before: dict[int, OwnValue] = {
        place: (values[0], values[1], values[2])
        for place, values in zip(service[stands].tolist(), own[stands].tolist(), strict=True)
    }
    events = _events(service, start, end, own, first, until)
    segments = section.segments(first, until if is_past else None)
    return _Question(section, segments, before, events)


def _own(section: Section, since: datetime | None) -> tuple[Ints, Ints, Ints, Ints]:
    """Own conditions in columns: place in the section, start, end, and the three of them."""
    rows = OwnCondition.objects.all()
    if since is not None:
        rows = rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gte=since))
    columns = ("service_id", "starts_at", "ends_at", *OWN)
    if len(section.numbers) > _MANY:
        found = list(rows.values_list(*columns))
    else:
        found = [
            row
            for batch in in_batches(section.numbers.tolist())
            for row in rows.filter(service_id__in=batch).values_list(*columns)
        ]
    order = np.argsort(section.numbers, kind="stable")
    ordered = section.numbers[order]
    number = np.array([row[0] for row in found], dtype=np.int64)
    at = np.minimum(np.searchsorted(ordered, number), len(ordered) - 1)
    is_inside = ordered[at] == number
    return (
        order[at][is_inside],
        instants([row[1] for row in found])[is_inside],
        instants([row[2] for row in found])[is_inside],
        np.array([row[3:] for row in found], dtype=np.int64).reshape(len(found), 3)[is_inside],
    )


def _first(section: Section, start: Ints) -> int | None:
    """The first instant at which anything is known; none when nothing is."""
    assumed = [
        *section.assumed.values(),
        *(one.start for told in section.edited.values() for one in told if one.is_assumed),
    ]
    return min((*start.tolist(), *assumed), default=None)


def _events(service: Ints, start: Ints, end: Ints, own: Ints, first: int, now: int) -> Events:
    """What is said from which instant on; ends first, so that what begins then counts."""
    ends = (end >= first) & (end <= now) & (end < ONGOING)
    begins = (start >= first) & (start <= now)
    silence = np.tile(np.array(SILENT, dtype=np.int64), (int(ends.sum()), 1))
    instant = np.concatenate((end[ends], start[begins]))
    order = np.argsort(instant, kind="stable")
    return Events(
        instant[order],
        np.concatenate((service[ends], service[begins]))[order],
        np.concatenate((silence, own[begins]))[order],
    )


def turns_of_everybody(estate: Estate, at: datetime) -> Turns:
    """What everybody was since the first thing that is known, to be kept instead of all that is
    kept."""
    found = turns_since(estate, None, None, at)
    known = set(found.chosen(found.code != NOTHING_KNOWN).service.tolist())
    kept = EffectiveCondition.objects.values_list("service_id", flat=True).distinct()
    services = np.array(sorted(known.union(kept, ahead_of_rows().services.tolist())), np.int64)
    first = EffectiveCondition.objects.aggregate(first=Min("starts_at"))["first"]
    ever = min((*found.instant[:1].tolist(), *([micros(first)] if first else ())), default=0)
    found = found.of(services)
    return turns_of(
        np.concatenate((services, found.service)),
        np.concatenate((np.full(len(services), ever), found.instant)),
        np.concatenate((np.full(len(services), NOTHING_KNOWN, dtype=np.int16), found.code)),
    )
