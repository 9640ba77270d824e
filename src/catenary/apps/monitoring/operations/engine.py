"""The engine: own and effective conditions follow from words, over the chain as it stood then.

One process at a time runs it (`operations.owning`). Everything a step keeps, and the marks it
takes away, are one transaction, and what is in memory can be made again from what is kept: a
process that is killed at any point loses nothing and does nothing twice.

What is said of now is followed in memory, over the chain as it stands. A word about a time before
the last change of the catalogue, or one after which very much has happened, is followed from its
moment on over the part of the chain that it concerns, as that stood then (`operations.late`); so
are changes of the catalogue, which may become known after words that were said later.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catenary.apps.common.operations import delete_rows, insert_rows, waiting_turn
from catenary.apps.common.queries import catalogue_version
from catenary.apps.common.queries.prepared import Prepared, numbers
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries.timelines import revised_after
from catenary.apps.monitoring.models import OwnCondition, Waiting
from catenary.apps.monitoring.operations.catching_up import CatchingUp, is_all_made, owe
from catenary.apps.monitoring.operations.intervals import Difference, Value, rewrite
from catenary.apps.monitoring.operations.keeping import MOST_DIRECT, follow_to, keep, spread
from catenary.apps.monitoring.operations.late import (
    followed_since,
    turns_of_everybody,
    turns_since,
)
from catenary.apps.monitoring.operations.live import Live, live_now
from catenary.apps.monitoring.operations.marking import count_up, mark_changed
from catenary.apps.monitoring.operations.remembering import Remembered
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.stored import (
    OWN,
    followed_to,
    own_changes_from,
    standing_own,
    standing_own_of,
    what_is_left,
)
from catenary.apps.monitoring.queries.waiting import Due, due_by
from catenary.domain.chain.rows import distinct
from catenary.domain.condition.replaying import SILENT
from catenary.domain.condition.turns import Trail
from catenary.domain.estate import Ints
from catenary.domain.observations.history import History, history_of
from catenary.domain.observations.words import NEVER, Words

#: So many marks are taken at once at most, and at first; after that as many as one turn to write
#: has the time for: words of long ago cost more than those of now, and others wait to write.
MOST_AT_ONCE, FIRST_AT_ONCE, LEAST_AT_ONCE = 8_192, 1_024, 256
#: So many seconds a turn should take.
_TURN_SECONDS = 0.8
#: After so many changes of own conditions a word is followed as one that comes late.
MOST_FOLLOWED = 2_000
_NOBODY = np.zeros(0, dtype=np.int64)


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
        self._catching_up = CatchingUp()
        self._remembered = Remembered()
        self._owes_rest = False
        self._at_once = FIRST_AT_ONCE

    def forget(self) -> None:
        """Load everything anew at the next step: somebody else may have been at work."""
        self._live = None
        self._remembered = Remembered()
        self._catching_up.forget()

    def step(self, at: datetime) -> Step:
        """Do what is due by a moment. Raises `CatalogueBusy` when its turn does not come; whatever
        is raised, nothing was kept of the step, and the next one begins from what is kept."""
        version = catalogue_version()
        live = self._live
        is_current = live is not None and live.estate.version == version
        if live is not None and is_current:
            is_due, is_owed = what_is_left(at)
            if not is_due:
                return Step(is_more=is_owed and self._make_good(live, at))
            if self._owes_rest:
                # Words that never end leave a turn to what is packed, and to what is owed.
                self._owes_rest = False
                self._make_good(live, at)
        # In hand again only when everything is kept.
        self._live = None
        remembered, self._remembered = self._remembered, Remembered()
        was = live
        if live is None or not is_current:
            # Read before anybody has to wait for us; whether it still stands is asked below.
            live = live_now(standing_own(), was)
        live.hasten()
        # Nobody else takes marks away: what is due now is there when it is our turn.
        due = _affordable(remembered, due_by(at, min(self._at_once, MOST_AT_ONCE)), at)
        begun = time.perf_counter()
        # When the power fails the marks are there again, and all of it is done again.
        with waiting_turn(repeatable=True):
            # Not the time it took until it was our turn.
            begun = time.perf_counter()
            if catalogue_version() != live.estate.version:
                self._live, self._remembered = was, remembered
                return Step(is_more=True)
            kept = []
            if was is not live:
                self._catching_up.forget()
                kept = _follow_chain(live, at)
            if due:
                self._catching_up.changed_from(min(each.since for each in due))
                kept += _follow_words(live, remembered, due, at)
            changed = distinct(np.concatenate(kept)) if kept else _NOBODY
            if due or len(changed):
                count_up(at)
            mark_changed(changed.tolist(), at)
        self._live, self._remembered = live, remembered
        self._at_once = _taken_next(self._at_once, len(due), time.perf_counter() - begun)
        is_more, self._owes_rest = what_is_left(at)
        return Step(len(due), len(changed), self._owes_rest or is_more)

    def _make_good(self, live: Live, at: datetime) -> bool:
        """Spread out a piece of what is packed, or work out a piece of what is owed of the past;
        whether more is left."""
        return spread() or self._catching_up.go_on(live.estate, at)


def _taken_next(most: int, taken: int, seconds: float) -> int:
    """How many marks to take next, by how long it took with these: a power of two, so that what
    asks for them is worded for a few numbers only."""
    if seconds > _TURN_SECONDS and taken > most // 2:
        return max(most // 2, LEAST_AT_ONCE)
    if seconds < _TURN_SECONDS / 3 and taken >= most:
        return min(most * 2, MOST_AT_ONCE)
    return most


def _follow_chain(live: Live, at: datetime) -> list[Ints]:
    """Keep what changes of the catalogue make of conditions, each from when it was made."""
    followed = followed_to()
    if live.mark == followed:
        return []
    revised = None if followed is None else revised_after(Kind.SERVICE, followed)
    estate = live.estate
    if revised is None:
        kept = [keep(turns_of_everybody(estate, at), at)]
        is_all_made()
    else:
        edited = [each for each in revised if not each.is_first]
        since = min((each.starts_at for each in edited), default=at)
        numbers = {each.object_id for each in edited}
        kept = []
        if edited:
            kept.append(_kept(followed_since(estate, numbers, since, at), numbers, since, None, at))
        # Who relies on what is new was edited, too.
        created = {each.object_id for each in revised if each.is_first}
        if created:
            kept.append(keep(turns_since(estate, created, None, at, upward=False), at))
    follow_to(live.mark)
    return kept


def _affordable(remembered: Remembered, due: list[Due], at: datetime) -> list[Due]:
    """The marks of services whose words are at hand, or could be read: some of what is due at
    least, and in the end everybody."""
    since = _since(due, at)
    if len(since) > 1:
        # Who waits longest is never the one that is left for a later step.
        first, *others = since
        oldest = min(due, key=lambda each: each.id).service_id
        since = {number: since[number] for number in (first, oldest, *others)}
    at_hand = remembered.prepare(since)
    return [each for each in due if each.service_id in at_hand]


def _since(due: Iterable[Due], at: datetime) -> dict[int, datetime]:
    """From which moment on to look at each service."""
    since: dict[int, datetime] = {}
    for each in due:
        since[each.service_id] = min(since.get(each.service_id, at), each.since)
    return since


def _follow_words(live: Live, remembered: Remembered, due: list[Due], at: datetime) -> list[Ints]:
    """Keep what follows from the words that these marks are about, and take the marks away."""
    since = _since(due, at)
    delete_rows(Waiting, [each.id for each in due])
    # What still waits is left for its own step: a history of years is taken in piece by piece,
    # where the first step would otherwise follow all words of every service it touches.
    taken = [
        (each.service_id, each.observation_id) for each in due if each.observation_id is not None
    ]
    differing = rewrite_own(remembered.words(since, taken), since, at)
    kept: list[Ints] = []
    now = {number: each for number, each in differing.items() if each.since >= live.cut}
    if now:
        first = _first(now)
        rows = own_changes_from(first, now, MOST_FOLLOWED)
        if rows is None:
            now = {}
        else:
            before = standing_own_of({*now, *(row.service_id for row in rows)}, first)
            silent = {number: before.get(number, SILENT) for number in now}
            trail = live.follow(micros(first), rows, {**silent, **before}, micros(at))
            kept.append(_kept(trail, now, first, _same_again(now), at))
    late = {number: each for number, each in differing.items() if number not in now}
    if late:
        live.say(standing_own_of(late, None), late)
        first = _first(late)
        trail = followed_since(live.estate, late, first, at)
        kept.append(_kept(trail, late, first, _same_again(late), at))
    return kept


def _first(differing: Mapping[int, Difference]) -> datetime:
    return moment(min(each.since for each in differing.values()))


def _same_again(differing: Mapping[int, Difference]) -> int | None:
    """From when on everything is as it was; none when anything differs now."""
    ends = [each.until for each in differing.values()]
    known = [each for each in ends if each is not None]
    return max(known) if len(known) == len(ends) else None


def _kept(
    trail: Trail, touched: Iterable[int], first: datetime, again: int | None, at: datetime
) -> Ints:
    """Keep what was followed of these services and everybody above them, from a moment on, and
    owe the rest; from ``again`` on everything is as it was. Who may have changed."""
    is_large = trail.owed_until is not None or len(trail.turns.services) > MOST_DIRECT
    if is_large and again is not None:
        # What stands now is what stood, and so is all that came after that.
        owe(touched, first, moment(again))
        return _NOBODY
    if trail.owed_until is None:
        return keep(trail.turns, at)
    owe(touched, first, moment(trail.owed_until))
    return keep(trail.turns, at)


def rewrite_own(words: Words, since: dict[int, datetime], at: datetime) -> dict[int, Difference]:
    """Own conditions of services, each from its moment on, from what was said of them (older words
    than those that decide may be among these), up to now; what comes later leaves an alarm. Says
    when those that changed differ."""
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
    delete_rows(Waiting, [row[0] for row in _ALARMS.rows(list(services))])
    insert_rows(
        Waiting,
        ["service_id", "since", "due_at"],
        ((number, moment(each), moment(each)) for number, each in sorted(next_change.items())),
    )


#: The marks that no word left, of some services.
_ALARMS = Prepared(
    lambda services: Waiting.objects.filter(
        service_id__in=numbers(services), observation__isnull=True
    ).values_list("pk")
)
