"""Recording histories that somebody else kept: records become the words their source would have
said, through the same recording as live words, in one transaction.

What a source said before is compared with what its record says now, and only what differs is said:
the same record twice adds nothing, and a corrected record corrects the history. A record has the
say from its first instant to its last, for the services it names; for others, and outside of
that time, what was said before stands.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.choices import Outcome
from catenary.apps.monitoring.operations.recording import (
    MOST_WORDS,
    RefusedWord,
    against,
    record_said,
)
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.spoken import spoken_by
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    referable_services,
    services_by_reference,
)
from catenary.domain.actors import Actor
from catenary.domain.observations.reading import Record, Said
from catenary.domain.observations.records import (
    VOICES,
    Saying,
    Spoken,
    Stretch,
    corrections,
    course_of,
)
from catenary.domain.observations.words import NEVER, Plan

#: Told how many words are recorded so far.
Telling = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class HistoryRecorded:
    """What became of records: how many words were added, how many were there already (or follow
    from others), how many of those added correct what the source said before, and who was
    refused. ``news`` are the places of what added anything."""

    added: int
    repeated: int
    corrected: int
    refused: tuple[RefusedWord, ...]
    news: frozenset[int] = frozenset()


def record_history(
    *,
    actor: Actor,
    at: datetime,
    source: str,
    records: Sequence[tuple[int, Record]],
    well_from: datetime | None = None,
    is_well_after: bool = True,
    telling: Telling = lambda count: None,
) -> HistoryRecorded:
    """Record what the import ``source`` holds of services, each record with its place.

    Where no record stands a service was well: from ``well_from`` on, or else after its first
    record was over; unless ``is_well_after`` is false, then nothing is said there. Nothing is
    kept of any of it when anything raises; `CatalogueBusy` is raised when the turn to write does
    not come.
    """
    rows = services_by_reference(record.service for _, record in records)
    known = referable_services(actor, rows.values())
    refused, allowed = [], []
    for place, record in records:
        row = rows.get(record.service)
        seen = row if row is not None and row.id in known else None
        reason = against(actor, seen, record.service)
        if reason is not None:
            refused.append(RefusedWord(place, record.service, (reason,)))
        else:
            allowed.append(record)
    with waiting_turn():
        begin = None if well_from is None else micros(well_from)
        words, corrected = _words(allowed, rows, source, at, begin, is_well_after)
        found = record_words(actor=actor, at=at, said=list(enumerate(words)), telling=telling)
    news = _news([words[place] for place in found.news], records)
    return replace(found, corrected=corrected, refused=tuple(refused), news=news)


def _news(words: Iterable[Said], records: Iterable[tuple[int, Record]]) -> frozenset[int]:
    """The places of the records in whose time something was said that had not been said."""
    moments: dict[str, list[int]] = {}
    for word in sorted(words, key=lambda each: each.at):
        moments.setdefault(word.service, []).append(micros(word.at))
    found = set()
    for place, record in records:
        said_at = moments.get(record.service, ())
        first = bisect_left(said_at, micros(record.start))
        if first < len(said_at) and said_at[first] <= _end(record):
            found.add(place)
    return frozenset(found)


def record_words(
    *,
    actor: Actor,
    at: datetime,
    said: Sequence[tuple[int, Said]],
    telling: Telling = lambda count: None,
) -> HistoryRecorded:
    """Record any number of words in one transaction, each with its place, the oldest first.

    The engine follows words in this order, so it never has to go far back for the next ones.
    """
    added = repeated = 0
    refused: list[RefusedWord] = []
    news: set[int] = set()
    with waiting_turn():
        for some in in_batches(sorted(said, key=lambda each: each[1].at), MOST_WORDS):
            found = record_said(actor=actor, at=at, said=some)
            fresh = {one.place for one in found.taken if one.outcome == Outcome.RECORDED}
            news |= fresh
            added += len(fresh)
            repeated += len(found.taken) - len(fresh)
            refused += found.refused
            telling(added + repeated)
    return HistoryRecorded(added, repeated, 0, tuple(refused), frozenset(news))


def _words(
    records: Sequence[Record],
    rows: Mapping[str, ServiceRow],
    source: str,
    at: datetime,
    well_from: int | None,
    is_well_after: bool,
) -> tuple[list[Said], int]:
    """The words that are missing, and how many of them correct others."""
    if not records:
        return [], 0
    now = micros(at)
    first = min(micros(record.start) for record in records)
    last = max(NEVER if _end(record) > now else _end(record) for record in records)
    if well_from is not None:
        first = min(first, well_from)
    by_service: dict[str, list[Record]] = {}
    for record in records:
        by_service.setdefault(record.service, []).append(record)
    names = [f"{source}{ending}" for ending in VOICES.values()]
    spoken = spoken_by(names, [rows[reference].id for reference in by_service])
    words: list[Said] = []
    corrected = 0
    for reference, mine in by_service.items():
        for plan, name in zip(VOICES, names, strict=True):
            course = course_of(
                (_stretch(record) for record in mine if record.plan is plan),
                now,
                _well_from(mine, well_from) if is_well_after and plan is Plan.UNSAID else None,
                first,
                last,
            )
            before = spoken.get((rows[reference].id, name), ())
            missing = corrections(course, before, now)
            corrected += sum(word.sequence > 1 for word in missing)
            words += (_said(reference, name, word) for word in missing)
    return words, corrected


def _end(record: Record) -> int:
    return NEVER if record.end is None else micros(record.end)


def _well_from(records: Iterable[Record], well_from: int | None) -> int | None:
    """From when on a service of these records is said to be well where none stands."""
    ends = (_end(record) for record in records)
    return min(ends) if well_from is None else well_from


def _stretch(record: Record) -> Stretch:
    saying = Saying(record.condition, record.plan, record.share, record.reference, record.text)
    return Stretch(micros(record.start), _end(record), saying)


def _said(reference: str, name: str, word: Spoken) -> Said:
    return Said(
        service=reference,
        condition=word.saying.condition,
        at=moment(word.at),
        plan=word.saying.plan,
        share=word.saying.share,
        valid_until=None if word.until == NEVER else moment(word.until),
        source_kind="import",
        source_name=name,
        sequence=word.sequence,
        reference=word.saying.reference,
        text=word.saying.text,
    )
