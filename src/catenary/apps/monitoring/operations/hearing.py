"""Taking what comes in through inlets: every item on its own, once, and counted.

Deliveries are read first, each for itself, and then recorded in parts: as many parts as are at
hand in one transaction, whoever sent them (`operations.gathering`). Items without a time of their
own are told apart by what their voice said last: saying the same again is no news, until a quarter
of the word's lifetime has passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from catenary.apps.common.operations import waiting_turn
from catenary.apps.monitoring.choices import Outcome
from catenary.apps.monitoring.operations.accounts import Note, count, keep_refused
from catenary.apps.monitoring.operations.recording import (
    Entry,
    RefusedWord,
    against,
    record_entries,
)
from catenary.apps.monitoring.queries.inlets import InletRow
from catenary.apps.monitoring.queries.lately import last_words
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    referable_services,
    services_by_reference,
)
from catenary.domain.actors import Actor
from catenary.domain.observations.heard import Item, corrected
from catenary.domain.observations.reading import LONGEST_SOURCE, Said, Wrong, read_said
from catenary.domain.said import said

_CLIPPED = Wrong(
    "at",
    "in-the-future",
    said("its time had not come; it was taken as of now"),
    said("look at the clock"),
)
#: So many words are recorded in one transaction; then others have their turn.
MOST_IN_A_PART = 500


@dataclass(slots=True)
class Heard:
    """What became of what came: how many items were recorded, had been said before, were of no
    concern, or had their time put right; and each that was refused, with its place."""

    taken: int = 0
    repeated: int = 0
    passed_over: int = 0
    corrected: int = 0
    refused: list[RefusedWord] = field(default_factory=list)

    def add(self, other: Heard) -> None:
        """What became of more of the same delivery."""
        self.taken += other.taken
        self.repeated += other.repeated
        self.passed_over += other.passed_over
        self.corrected += other.corrected
        self.refused += other.refused
        self.refused.sort(key=lambda each: each.place)


class Word(NamedTuple):
    """A word that was read out of an item; ``is_timeless`` when the item has no time of its own."""

    item: Item
    said: Said
    is_timeless: bool


@dataclass(slots=True)
class Part:
    """Some of what one delivery said: the words that may be recorded, what became of the rest, and
    what is kept of it for a person to look at."""

    inlet: InletRow
    at: datetime
    words: list[Word]
    heard: Heard
    notes: list[Note]


def hear(*, inlet: InletRow, items: Sequence[Item], at: datetime) -> Heard:
    """Record what an inlet heard. What cannot be taken is told and kept to be looked at; it does
    not stop the rest. Raises `CatalogueBusy` when the turn to write does not come."""
    told = Heard()
    for part in parts_of(inlet, items, at):
        told.add(record_parts([part])[0])
    return told


def parts_of(inlet: InletRow, items: Iterable[Item], at: datetime) -> list[Part]:
    """What a delivery says, read, in parts that are recorded one after the other; at least one."""
    parts = [Part(inlet, at, [], Heard(), [])]
    for item in items:
        part = parts[-1]
        if len(part.words) >= MOST_IN_A_PART:
            part = Part(inlet, at, [], Heard(), [])
            parts.append(part)
        if item.wrong:
            _refuse(part, item, item.wrong)
        elif item.word is None:
            part.heard.passed_over += 1
        else:
            _read(part, item, {**item.word, "source": _voice(inlet, item.voice)})
    return parts


def _read(part: Part, item: Item, plain: Mapping[str, Any]) -> None:
    said, wrong = read_said(plain, part.at)
    if said is None:
        now = corrected(plain, part.at)
        if now is not None:
            part.heard.corrected += 1
            # Of the sender's clock, whatever it speaks of.
            part.notes.append(Note(item, (_CLIPPED,)))
            plain = now
            said, wrong = read_said(plain, part.at)
    if said is None:
        service = plain.get("service")
        _refuse(part, item, tuple(wrong), service[:300] if isinstance(service, str) else "")
    else:
        part.words.append(Word(item, said, plain.get("at") is None))


def _refuse(part: Part, item: Item, wrong: tuple[Wrong, ...], service: str = "") -> None:
    part.heard.refused.append(RefusedWord(item.place, service, wrong))
    part.notes.append(Note(item, wrong, service))


def _voice(inlet: InletRow, voice: str) -> str:
    """The source of a word: the inlet itself, or one of its voices."""
    if not voice:
        return inlet.voice
    return f"{inlet.voice}: {''.join(filter(str.isprintable, voice))}"[:LONGEST_SOURCE].rstrip()


def record_parts(parts: Sequence[Part]) -> list[Heard]:
    """Record parts of deliveries in one transaction, as if they had come one after the other; when
    this returns they are on the disk. What became of each; the parts stay as they are, so that it
    may be tried again. Raises `CatalogueBusy` when the turn to write does not come."""
    founds = [Heard() for _ in parts]
    notes = [list(part.notes) for part in parts]
    with waiting_turn(whole=True):
        services = services_by_reference(word.said.service for part in parts for word in part.words)
        judges: dict[int, _Judge] = {}
        entries: list[Entry] = []
        tellers: list[Heard] = []
        last = last_words(_asked(parts, services))
        for part, found, noted in zip(parts, founds, notes, strict=True):
            found.add(part.heard)
            judge = judges.get(part.inlet.id)
            if judge is None:
                judge = judges[part.inlet.id] = _Judge(part.inlet, services)
            for word in part.words:
                row, reason = judge.of(word.said.service)
                if row is None:
                    found.refused.append(RefusedWord(word.item.place, word.said.service, reason))
                    noted.append(Note(word.item, reason, word.said.service))
                elif _is_news(word, (row.root_id, word.said.source_name, row.id), last):
                    entries.append(Entry(judge.actor, part.at, word.said, row))
                    tellers.append(found)
                else:
                    found.repeated += 1
        for outcome, teller in zip(
            record_entries(entries) if entries else (), tellers, strict=True
        ):
            if outcome is Outcome.RECORDED:
                teller.taken += 1
            else:
                teller.repeated += 1
        count((part.inlet.id, found, part.at) for part, found in zip(parts, founds, strict=True))
        keep_refused(
            (part.inlet.id, part.at, noted) for part, noted in zip(parts, notes, strict=True)
        )
    for found in founds:
        found.refused.sort(key=lambda each: each.place)
    return founds


class _Judge:
    """What an inlet may say, asked once for each service."""

    def __init__(self, inlet: InletRow, services: Mapping[str, ServiceRow]) -> None:
        self.actor: Actor = inlet.actor()
        self._services = services
        self._seen = referable_services(self.actor, services.values())
        self._known: dict[str, tuple[ServiceRow | None, tuple[Wrong, ...]]] = {}

    def of(self, reference: str) -> tuple[ServiceRow | None, tuple[Wrong, ...]]:
        """The service when it may be spoken of, else none and why."""
        found = self._known.get(reference)
        if found is None:
            row = self._services.get(reference)
            row = row if row is not None and row.id in self._seen else None
            reason = against(self.actor, row, reference)
            found = (None, (reason,)) if reason is not None else (row, ())
            self._known[reference] = found
        return found


_Voice = tuple[int, str, int]


def _asked(parts: Sequence[Part], services: Mapping[str, ServiceRow]) -> set[_Voice]:
    """The voices, and the services they speak of, whose last word must be known."""
    return {
        (row.root_id, word.said.source_name, row.id)
        for part in parts
        for word in part.words
        if word.is_timeless and (row := services.get(word.said.service)) is not None
    }


def _is_news(word: Word, voice: _Voice, last: dict[_Voice, Said]) -> bool:
    """Whether a word says something new: it has a time of its own, or differs from what its voice
    said last. What is news is the last word from then on."""
    known = last.get(voice)
    if word.is_timeless and known is not None and _says_the_same(word.said, known):
        return False
    if known is None or known.at <= word.said.at:
        last[voice] = word.said
    return True


def _says_the_same(said: Said, known: Said) -> bool:
    lifetime = None if said.valid_until is None else said.valid_until - said.at
    if lifetime != (None if known.valid_until is None else known.valid_until - known.at):
        return False
    if lifetime is not None and said.at - known.at >= lifetime / 4:
        return False
    return _matter(said) == _matter(known)


def _matter(said: Said) -> tuple[Any, ...]:
    return (said.condition, said.plan, said.share, said.reference, said.text)
