"""What an inlet said last and nobody has taken back: it stands even when the inlet is closed.

Whatever the inlet heard was said by voices named after it, of services of its top organization.
Voices are never listed as a whole, so it is found from the services: step by step along the index,
as the engine finds what decides (`queries.words`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import Observation
from catenary.apps.monitoring.policies import may_see_inlets
from catenary.apps.monitoring.queries.inlets import latest_inlet, seen_organization, voice_of
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.words import last_words_of_voices
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.policies import sees_restricted
from catenary.apps.portfolio.queries.lookup import service_names, services_within
from catenary.domain.actors import Actor
from catenary.domain.chain.compiled import Codes
from catenary.domain.condition.codes import CODE_NAMES, DOWN
from catenary.domain.estate import Ints
from catenary.domain.observations.spans import spans_of
from catenary.domain.observations.words import NEVER, Words, words_of, words_together

#: So many services are asked about in one query.
_AT_ONCE = 20_000


@dataclass(frozen=True, eq=False)
class StillSaid:
    """Last words that stand, the worst first and of those the latest: the number of the service,
    the source and the observation, what it says now and since when, and of when the word is
    (microseconds)."""

    service: Ints
    source: Ints
    observation: Ints
    condition: Codes
    since: Ints
    said_at: Ints

    def __len__(self) -> int:
        return len(self.service)

    @property
    def services(self) -> int:
        """About how many services."""
        return len(np.unique(self.service))


@dataclass(frozen=True, slots=True)
class LastWord:
    """One last word, with names. ``voice`` is empty where the inlet has one voice alone."""

    reference: str
    name: str
    voice: str
    condition: str
    since: datetime
    text: str


@dataclass(frozen=True, slots=True)
class LastWords:
    """Some of the last words of an inlet, with how many there are, and of how many services."""

    words: tuple[LastWord, ...]
    total: int
    services: int


def still_said(actor: Actor, house: OrganizationRow, key: str, at: datetime) -> StillSaid:
    """The last words of an inlet of a house that stand, about services that the actor may see and
    speaks for (`policies.may_see_inlets`). One query for each twenty thousand services, and one."""
    voice = voice_of(house.key, key)
    found, observations = [], []
    for batch in in_batches(_services(actor, house), _AT_ONCE):
        words, rows = last_words_of_voices(batch, voice)
        found.append(words)
        observations.append(np.array(rows, dtype=np.int64))
    words = words_together(found) if found else words_of([])
    return _standing(words, np.concatenate([_NONE, *observations]), micros(at))


_NONE: Ints = np.zeros(0, dtype=np.int64)


def _services(actor: Actor, house: OrganizationRow) -> list[int]:
    """The services of a house's top organization that the actor may see and speaks for."""
    speaks: dict[str, bool] = {}
    found = []
    for number, path, is_restricted in services_within(house.root_id):
        if path not in speaks:
            speaks[path] = may_see_inlets(actor, path)
        if speaks[path] and (not is_restricted or sees_restricted(actor, path)):
            found.append(number)
    return found


def _standing(words: Words, observations: Ints, now: int) -> StillSaid:
    spans = spans_of(words)
    last = spans.chosen(spans.end == NEVER)
    # What runs out later still says what it said.
    is_ahead = last.start > now
    condition = np.where(is_ahead, words.condition[last.word], last.condition)
    since = np.where(is_ahead, words.at[last.word], last.start)
    badness = np.where(condition <= DOWN, condition, np.int8(-1))
    order = np.lexsort((last.service, -since, -badness))
    return StillSaid(
        service=last.service[order],
        source=last.source[order],
        observation=observations[last.word][order],
        condition=condition[order],
        since=since[order],
        said_at=words.at[last.word][order],
    )


def last_words_of_inlet(
    actor: Actor, organization: str, key: str, at: datetime, *, first: int = 0, most: int = 50
) -> LastWords | None:
    """What a closed inlet (the latest of its name) said last that stands: of all of it those from
    ``first`` on. None when there is no such inlet that the actor may see; nothing of one that is
    open: it speaks for itself."""
    house = seen_organization(actor, organization)
    if house is None:
        return None
    inlet = latest_inlet(house.id, key)
    if inlet is None:
        return None
    if inlet.closed_at is None:
        return LastWords((), 0, 0)
    found = still_said(actor, house, key, at)
    return LastWords(_told(house, key, found, first, most), len(found), found.services)


def _told(
    house: OrganizationRow, key: str, found: StillSaid, first: int, most: int
) -> tuple[LastWord, ...]:
    some = slice(first, first + most)
    names = service_names(found.service[some].tolist())
    rows = Observation.objects.filter(pk__in=found.observation[some].tolist())
    said = {row[0]: row[1:] for row in rows.values_list("pk", "source__name", "text")}
    voice = voice_of(house.key, key)
    told = []
    for number, observation, condition, since in zip(
        *(
            column[some].tolist()
            for column in (found.service, found.observation, found.condition, found.since)
        ),
        strict=True,
    ):
        reference, name = names[number][:2]
        source, text = said[observation]
        told.append(
            LastWord(
                reference,
                name,
                source.removeprefix(voice).removeprefix(":").strip(),
                CODE_NAMES[condition],
                moment(since),
                text,
            )
        )
    return tuple(told)


def last_words_as_plain(found: LastWords) -> dict[str, Any]:
    """Last words as programs read them."""
    return {
        "items": [
            {
                "reference": word.reference,
                "name": word.name,
                "voice": word.voice,
                "condition": word.condition,
                "since": word.since.isoformat(),
                "text": word.text,
            }
            for word in found.words
        ],
        "total": found.total,
        "services": found.services,
    }
