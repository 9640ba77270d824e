"""Recording what is said of services: a batch in one transaction, each word once.

What cannot be taken does not stop the rest: it is answered with the reason. What follows from a
word is not computed here but by the engine (`operations.engine`), for which each new word leaves a
mark in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from catenary.apps.common.operations import waiting_turn
from catenary.apps.monitoring.choices import Outcome
from catenary.apps.monitoring.operations.storing import Voice, numbers_of_voices, store
from catenary.apps.monitoring.policies import may_report
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    referable_services,
    services_by_reference,
)
from catenary.domain.actors import Actor
from catenary.domain.observations.reading import FIELDS, Said, Wrong, read_said
from catenary.domain.observations.words import CLEARED
from catenary.domain.said import said

#: So many words are taken at once.
MOST_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class Taken:
    """A word that was taken; ``place`` is where it stood in the batch."""

    place: int
    service: str
    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RefusedWord:
    """A word that was not taken, and everything that stands against it."""

    place: int
    service: str
    reasons: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch, each part in its order."""

    taken: tuple[Taken, ...]
    refused: tuple[RefusedWord, ...]


def record_observations(*, actor: Actor, at: datetime, words: Sequence[Any]) -> Recorded:
    """Record words given as plain values (`domain.observations.reading.FIELDS`).

    Raises `CatalogueBusy` when its turn to write does not come.
    """
    refused: list[RefusedWord] = []
    read: list[tuple[int, Said]] = []
    for place, plain in enumerate(words):
        said, wrong = read_said(plain, at)
        if said is None:
            refused.append(RefusedWord(place, _service_in(plain), tuple(wrong)))
        else:
            read.append((place, said))
    found = record_said(actor=actor, at=at, said=read)
    refused += found.refused
    return Recorded(found.taken, tuple(sorted(refused, key=lambda each: each.place)))


def record_said(*, actor: Actor, at: datetime, said: Sequence[tuple[int, Said]]) -> Recorded:
    """Record words that were read, each with its place.

    Raises `CatalogueBusy` when its turn to write does not come.
    """
    refused: list[RefusedWord] = []
    rows = services_by_reference(word.service for _, word in said)
    known = referable_services(actor, rows.values())
    allowed: list[tuple[int, Said, ServiceRow]] = []
    for place, word in said:
        row = rows.get(word.service)
        reason = against(actor, row if row is not None and row.id in known else None, word.service)
        if reason is not None or row is None:
            refused.append(RefusedWord(place, word.service, (reason,) if reason else ()))
        else:
            allowed.append((place, word, row))
    taken = record_allowed(actor, at, allowed) if allowed else []
    return Recorded(tuple(taken), tuple(refused))


def _service_in(plain: Any) -> str:
    named = plain.get("service") if isinstance(plain, dict) else None
    return named[:300] if isinstance(named, str) else ""


def against(actor: Actor, row: ServiceRow | None, reference: str) -> Wrong | None:
    """Why the actor may not report of a service; none when they may. ``row`` is none where they
    may not see it."""
    if row is None:
        sentence = said("there is no service {reference} that you may see", reference)
        return Wrong("service", "unknown-service", sentence, FIELDS["service"])
    if not may_report(actor, row.provider_path):
        sentence = said("you may not report of {reference}", reference)
        remedy = said("ask its owner, or an editor or administrator of its provider")
        return Wrong("service", "not-allowed", sentence, remedy)
    return None


def record_allowed(
    actor: Actor, at: datetime, allowed: Sequence[tuple[int, Said, ServiceRow]]
) -> list[Taken]:
    """Record words of which it is known that they may be said, in this actor's name."""
    outcomes = record_entries([Entry(actor, at, said, row) for _, said, row in allowed])
    return [
        Taken(place, said.service, said.at, outcome)
        for (place, said, _), outcome in zip(allowed, outcomes, strict=True)
    ]


class Entry(NamedTuple):
    """A word of which it is known that it may be said: by whom, heard when, of which service."""

    actor: Actor
    at: datetime
    said: Said
    service: ServiceRow


def record_entries(entries: Sequence[Entry]) -> list[Outcome]:
    """Record words of anybody, each in the name of its actor, in one transaction."""
    with waiting_turn(whole=True):
        voices = [_voice(entry.said, entry.service) for entry in entries]
        numbers = numbers_of_voices(set(voices))
        rows: dict[str, tuple[Any, ...]] = {}
        digests = []
        for entry, voice in zip(entries, voices, strict=True):
            row = _row(entry.actor, entry.at, entry.said, entry.service.id, numbers[voice])
            digests.append(row[0])
            rows.setdefault(row[0], row)
        new = store(rows)
    outcomes = []
    for digest in digests:
        outcomes.append(Outcome.RECORDED if digest in new else Outcome.REPEATED)
        new.discard(digest)
    return outcomes


def _voice(said: Said, row: ServiceRow) -> Voice:
    return row.root_id, said.source_kind, said.source_name


def _row(
    actor: Actor, at: datetime, said: Said, service_id: int, source_id: int
) -> tuple[Any, ...]:
    told = (
        service_id,
        source_id,
        said.condition,
        said.at,
        said.valid_until,
        said.sequence,
        int(said.plan),
        said.share,
        said.reference,
        said.text,
    )
    digest = blake2b(repr(told).encode(), digest_size=16).hexdigest()
    return (digest, *told, at, actor.account_id, actor.person_id)


def record_cleared(
    *, actor: Actor, at: datetime, words: Iterable[tuple[int, int, datetime]]
) -> int:
    """Let voices say nothing any more: each is a service, the source and from when on. Of whom it
    is known that they may; how many were new. Raises `CatalogueBusy`."""
    rows = [
        _row(actor, at, Said("", CLEARED, since), service, source)
        for service, source, since in words
    ]
    with waiting_turn(whole=True):
        return len(store({row[0]: row for row in rows}))
