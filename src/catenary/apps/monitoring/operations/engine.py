"""The engine: own and effective conditions follow from words, over the chain as it stands.

One process at a time runs it (`operations.owning`). Everything a step keeps, and the marks it
takes away, are one transaction, and what is in memory can be made again from what is kept: a
process that is killed at any point loses nothing and does nothing twice. A word that comes late is
followed from its moment on; the chain is then taken as it stands today.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.queries import catalogue_version, in_batches
from catenary.apps.history.queries import changed_at
from catenary.apps.monitoring.models import (
    EffectiveCondition,
    OwnCondition,
    Propagation,
    Waiting,
)
from catenary.apps.monitoring.operations.intervals import Value, rewrite
from catenary.apps.monitoring.operations.live import Live, live_now
from catenary.apps.monitoring.operations.marking import mark_changed
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.stored import (
    EFFECTIVE,
    OWN,
    Due,
    due_by,
    last_change,
    next_due,
    own_changes_from,
    standing_effective,
    standing_own,
    standing_own_of,
)
from catenary.apps.monitoring.queries.words import words_from
from catenary.domain.condition.codes import NOTHING
from catenary.domain.observations.history import History, history_of
from catenary.domain.observations.words import NEVER

#: So many marks are taken at once: a flood from one source does not hold up a transaction.
MOST_AT_ONCE = 5_000
_SILENT = (NOTHING, NOTHING, NOTHING)


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: how many marks it took away and how many services changed their
    effective condition; ``is_more`` when something is due already."""

    consumed: int = 0
    changed: int = 0
    is_more: bool = False


class Engine:
    """Holds the chain and the conditions of everybody. Not for two threads at once."""

    def __init__(self) -> None:
        """Nothing is loaded before the first step."""
        self._live: Live | None = None

    def forget(self) -> None:
        """Load everything anew at the next step: somebody else may have been at work."""
        self._live = None

    def step(self, at: datetime) -> Step:
        """Do what is due by a moment. Raises `CatalogueBusy` when its turn does not come; whatever
        is raised, nothing was kept of the step, and the next one begins from what is kept."""
        version = catalogue_version()
        live = self._live
        is_current = live is not None and live.estate.version == version
        if is_current and not _is_due(at):
            return Step()
        # In hand again only when everything is kept.
        self._live = None
        was = live
        if live is None or not is_current:
            # Read before anybody has to wait for us; whether it still stands is asked below.
            live = live_now(standing_own(), was)
        with waiting_turn():
            if catalogue_version() != live.estate.version:
                self._live = was
                return Step(is_more=True)
            changed: set[int] = set()
            if was is not live:
                # The own conditions of this very moment: nobody else writes them.
                changed |= _follow_chain(live, at)
            due = due_by(at, MOST_AT_ONCE)
            if due:
                changed |= _follow_words(live, due, at)
            if due or changed:
                _count_up(at)
            mark_changed(changed, at)
        self._live = live
        return Step(len(due), len(changed), _is_due(at))


def _is_due(at: datetime) -> bool:
    due = next_due()
    return due is not None and due <= at


def _follow_chain(live: Live, at: datetime) -> set[int]:
    """Keep what another chain makes of the same own conditions, from when it was changed."""
    found, kept = live.everybody(), standing_effective()
    differing = {
        number for number in found.keys() | kept.keys() if found.get(number) != kept.get(number)
    }
    since = max(filter(None, (changed_at(live.estate.version) or at, last_change())))
    return set(
        rewrite(
            EffectiveCondition,
            EFFECTIVE,
            {number: [(micros(since), found.get(number))] for number in differing},
        )
    )


def _follow_words(live: Live, due: list[Due], at: datetime) -> set[int]:
    """Keep what follows from the words that these marks are about, and take the marks away."""
    since: dict[int, datetime] = {}
    for each in due:
        since[each.service_id] = min(since.get(each.service_id, at), each.since)
    for batch in in_batches(each.id for each in due):
        Waiting.objects.filter(pk__in=batch).delete()
    differing = _rewrite_own(since, at)
    if not differing:
        return set()
    first = moment(min(differing.values()))
    rows = own_changes_from(first, differing)
    before = standing_own_of({*differing, *(row.service_id for row in rows)}, first)
    silent = {number: before.get(number, _SILENT) for number in differing}
    courses = live.follow(micros(first), rows, {**silent, **before}, micros(at))
    return set(rewrite(EffectiveCondition, EFFECTIVE, courses))


def _rewrite_own(since: dict[int, datetime], at: datetime) -> dict[int, int]:
    """Own conditions from what was said, up to now; what comes later leaves an alarm. Says since
    when those that changed differ."""
    # What still waits is left for its own step: a history of years is taken in piece by piece,
    # where the first step would otherwise follow all words of every service it touches.
    words, _ = words_from(since, without_waiting=True)
    history = history_of(words)
    now = micros(at)
    courses: dict[int, list[tuple[int, Value]]] = {
        number: [(micros(begins), None)] for number, begins in since.items()
    }
    columns = zip(
        *(getattr(history, name).tolist() for name in ("service", "start", "end", *OWN)),
        strict=True,
    )
    for number, start, end, *own in columns:
        course = courses[number]
        first = course[0][0]
        if end <= first or start > now:
            continue
        course.append((max(start, first), tuple(own)))
        if end <= now:
            course.append((end, None))
    _set_alarms(history, since, now)
    return rewrite(OwnCondition, OWN, courses)


def _set_alarms(history: History, services: dict[int, datetime], now: int) -> None:
    """Leave a mark for the next instant at which something of each service begins or runs out."""
    next_change: dict[int, int] = {}
    for edges in (history.start, history.end):
        later = (edges > now) & (edges < NEVER)
        for number, instant in zip(
            history.service[later].tolist(), edges[later].tolist(), strict=True
        ):
            next_change[number] = min(next_change.get(number, NEVER), instant)
    for batch in in_batches(services):
        Waiting.objects.filter(service_id__in=batch, observation__isnull=True).delete()
    Waiting.objects.bulk_create(
        (
            Waiting(service_id=number, since=moment(instant), due_at=moment(instant))
            for number, instant in next_change.items()
        ),
        batch_size=1_000,
    )


def _count_up(at: datetime) -> None:
    # A random stride: after a restore the same number must not come again for other conditions.
    stride = 1 + secrets.randbelow(1 << 40)
    if not Propagation.objects.filter(pk=1).update(number=F("number") + stride, seen_at=at):
        Propagation.objects.create(pk=1, number=stride, seen_at=at)
