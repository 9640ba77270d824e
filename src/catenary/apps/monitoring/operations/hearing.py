"""Taking what comes in through an inlet: every item on its own, once, and counted.

Items go through the one operation that records words. Items without a time of their own are told
apart by what their voice said last: saying the same again is no news, until a quarter of the
word's lifetime has passed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Value

from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.queries.prepared import Prepared, texts
from catenary.apps.monitoring.choices import Outcome
from catenary.apps.monitoring.models import Observation, RefusedItem, Source
from catenary.apps.monitoring.operations.recording import RefusedWord, record_observations
from catenary.apps.monitoring.queries.inlets import COUNTS, REFUSALS_KEPT, InletRow
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.observations.heard import Item, corrected, excerpt
from catenary.domain.observations.reading import LONGEST_SOURCE, Said, Wrong, read_said

_MICROSECOND = timedelta(microseconds=1)
_CLIPPED = Wrong(
    "at", "in-the-future", "its time had not come; it was taken as of now", "look at the clock"
)


@dataclass(slots=True)
class Heard:
    """What became of what came: how many items were recorded, had been said before, were of no
    concern, or had their time put right; and each that was refused, with its place."""

    taken: int = 0
    repeated: int = 0
    passed_over: int = 0
    corrected: int = 0
    refused: list[RefusedWord] = field(default_factory=list)


def hear(*, inlet: InletRow, items: Sequence[Item], at: datetime) -> Heard:
    """Record what an inlet heard. What cannot be taken is told and kept to be looked at; it does
    not stop the rest. Raises `CatalogueBusy` when the turn to write does not come."""
    heard = Heard()
    words: list[Mapping[str, Any]] = []
    places: list[Item] = []
    notes: list[tuple[Item, Sequence[Wrong]]] = []
    for item in items:
        if item.wrong:
            heard.refused.append(RefusedWord(item.place, "", item.wrong))
            notes.append((item, item.wrong))
        elif item.word is None:
            heard.passed_over += 1
        else:
            word = item.word
            now = corrected(word, at)
            if now is not None:
                word = now
                heard.corrected += 1
                notes.append((item, (_CLIPPED,)))
            words.append({**word, "source": _voice(inlet, item.voice)})
            places.append(item)
    with waiting_turn():
        if words:
            fresh = _news(inlet, words, at)
            heard.repeated += len(words) - len(fresh)
            recorded = record_observations(
                actor=inlet.actor(), at=at, words=[words[place] for place in fresh]
            )
            for each in recorded.taken:
                if each.outcome is Outcome.RECORDED:
                    heard.taken += 1
                else:
                    heard.repeated += 1
            for refused in recorded.refused:
                item = places[fresh[refused.place]]
                heard.refused.append(replace(refused, place=item.place))
                notes.append((item, refused.reasons))
        _count(inlet, heard, at)
        _keep(inlet, notes, at)
    heard.refused.sort(key=lambda each: each.place)
    return heard


def _voice(inlet: InletRow, voice: str) -> str:
    """The source of a word: the inlet itself, or one of its voices."""
    if not voice:
        return inlet.voice
    return f"{inlet.voice}: {''.join(filter(str.isprintable, voice))}"[:LONGEST_SOURCE].rstrip()


def _news(inlet: InletRow, words: Sequence[Mapping[str, Any]], at: datetime) -> list[int]:
    """The places of the words that say something new: those with a time of their own, and those
    that differ from what their voice said last."""
    timeless = [place for place, word in enumerate(words) if word.get("at") is None]
    if not timeless:
        return list(range(len(words)))
    read: dict[int, Said] = {}
    for place, word in enumerate(words):
        said, _ = read_said(word, at)
        if said is not None:
            read[place] = said
    last = _last_words(inlet, [read[place] for place in timeless if place in read])
    fresh = []
    for place in range(len(words)):
        said = read.get(place)
        if said is None:
            fresh.append(place)
            continue
        voice = (said.source_name, said.service)
        known = last.get(voice)
        if words[place].get("at") is None and known is not None and _says_the_same(said, known):
            continue
        fresh.append(place)
        if known is None or known.at <= said.at:
            last[voice] = said
    return fresh


def _says_the_same(said: Said, known: Said) -> bool:
    lifetime = None if said.valid_until is None else said.valid_until - said.at
    if lifetime != (None if known.valid_until is None else known.valid_until - known.at):
        return False
    if lifetime is not None and said.at - known.at >= lifetime / 4:
        return False
    return _matter(said) == _matter(known)


def _matter(said: Said) -> tuple[Any, ...]:
    return (said.condition, said.plan, said.share, said.reference, said.text)


def _last_words(inlet: InletRow, saids: Iterable[Said]) -> dict[tuple[str, str], Said]:
    """The latest word of each voice about each service."""
    asked = sorted({(said.source_name, said.service) for said in saids})
    services = services_by_reference({service for _, service in asked})
    names = [name for name, _ in asked]
    sources = {name: number for number, name in _SOURCES.rows(inlet.root_id, names)}
    found: dict[tuple[str, str], Said] = {}
    for name, service in asked:
        row = services.get(service)
        # By its index each costs what it costs to word it; a voice may have spoken a million times.
        for known in _LAST.rows(row.id, sources[name]) if row and name in sources else ():
            found[name, service] = Said(service, *known)
    return found


_SOURCES = Prepared(
    lambda root, names: Source.objects.filter(
        organization_id=root, kind="monitor", name__in=texts(names)
    ).values_list("id", "name")
)
_LAST = Prepared(
    lambda service, source: (
        Observation.objects.filter(service_id=service, source_id=source)
        .order_by("-at", "-id")
        .annotate(kind=Value("monitor"), name=F("source__name"))
        .values_list(
            "condition",
            "at",
            "planned",
            "share",
            "valid_until",
            "kind",
            "name",
            "sequence",
            "reference",
            "text",
        )[:1]
    )
)


def _count(inlet: InletRow, heard: Heard, at: datetime) -> None:
    # Worded here: it is done for every delivery, and wording it costs more than doing it.
    when = at if connection.vendor == "postgresql" else connection.ops.adapt_datetimefield_value(at)
    counts = (heard.taken, heard.repeated, heard.passed_over, heard.corrected, len(heard.refused))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTING, [when, *counts, inlet.id])


_COUNTING = (
    "UPDATE monitoring_inletaccount SET heard_at = %s, "
    + ", ".join(f"{name} = {name} + %s" for name in COUNTS)
    + " WHERE inlet_id = %s"
)


def _keep(inlet: InletRow, notes: Sequence[tuple[Item, Sequence[Wrong]]], at: datetime) -> None:
    """Keep the latest that were refused, and let older ones go."""
    if not notes:
        return
    RefusedItem.objects.bulk_create(
        RefusedItem(
            inlet_id=inlet.id,
            at=at,
            reasons=json.dumps([[each.code, _sentence(each)] for each in wrong[:10]]),
            excerpt=excerpt(item.raw),
        )
        for item, wrong in notes[-REFUSALS_KEPT:]
    )
    kept = (
        RefusedItem.objects.filter(inlet_id=inlet.id).order_by("-id").values_list("id", flat=True)
    )
    oldest = list(kept[REFUSALS_KEPT - 1 : REFUSALS_KEPT])
    if oldest:
        RefusedItem.objects.filter(inlet_id=inlet.id, id__lt=oldest[0]).delete()


def _sentence(wrong: Wrong) -> str:
    field_ = f"{wrong.field}: " if wrong.field else ""
    return f"{field_}{wrong.sentence}; expected: {wrong.expected}"[:400]
