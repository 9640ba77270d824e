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
from typing import Any

from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.choices import Outcome
from catenary.apps.monitoring.models import Observation, Source, Waiting
from catenary.apps.monitoring.policies import may_report
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    referable_services,
    services_by_reference,
)
from catenary.domain.actors import Actor
from catenary.domain.observations.reading import FIELDS, Said, Wrong, read_said

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
    rows = services_by_reference(said.service for _, said in read)
    known = referable_services(actor, rows.values())
    allowed: list[tuple[int, Said, ServiceRow]] = []
    for place, said in read:
        row = rows.get(said.service)
        reason = _against(actor, row if row is not None and row.id in known else None, said)
        if reason is not None or row is None:
            refused.append(RefusedWord(place, said.service, (reason,) if reason else ()))
        else:
            allowed.append((place, said, row))
    taken = _record(actor, at, allowed) if allowed else []
    return Recorded(tuple(taken), tuple(sorted(refused, key=lambda each: each.place)))


def _service_in(plain: Any) -> str:
    named = plain.get("service") if isinstance(plain, dict) else None
    return named[:300] if isinstance(named, str) else ""


def _against(actor: Actor, row: ServiceRow | None, said: Said) -> Wrong | None:
    if row is None:
        sentence = f"there is no service {said.service} that you may see"
        return Wrong("service", "unknown-service", sentence, FIELDS["service"])
    if not may_report(actor, row.provider_path):
        sentence = f"you may not report of {said.service}"
        remedy = "ask its owner, or an editor or administrator of its provider"
        return Wrong("service", "not-allowed", sentence, remedy)
    return None


def _record(
    actor: Actor, at: datetime, allowed: Sequence[tuple[int, Said, ServiceRow]]
) -> list[Taken]:
    with waiting_turn():
        sources = _sources({_voice(said, row) for _, said, row in allowed})
        rows: dict[str, Observation] = {}
        digests = []
        for _, said, service in allowed:
            row = _row(actor, at, said, service, sources[_voice(said, service)])
            digests.append(row.digest)
            rows.setdefault(row.digest, row)
        before = _known(rows)
        new = [rows[digest] for digest in sorted(rows.keys() - before.keys())]
        # In the same order everywhere, so that two who send the same do not wait for each other;
        # whoever is second finds it there.
        Observation.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
        made = _known(row.digest for row in new)
        Waiting.objects.bulk_create(
            (
                Waiting(
                    service_id=row.service_id,
                    observation_id=made[row.digest],
                    since=row.at,
                    due_at=row.recorded_at,
                )
                for row in new
            ),
            batch_size=1_000,
        )
    taken = []
    counted = set(before)
    for (place, said, _), digest in zip(allowed, digests, strict=True):
        outcome = Outcome.REPEATED if digest in counted else Outcome.RECORDED
        counted.add(digest)
        taken.append(Taken(place, said.service, said.at, outcome))
    return taken


_Voice = tuple[int, str, str]


def _voice(said: Said, row: ServiceRow) -> _Voice:
    return row.root_id, said.source_kind, said.source_name


def _sources(voices: Iterable[_Voice]) -> dict[_Voice, int]:
    """The numbers of sources, those that speak for the first time included."""
    wanted = set(voices)

    def known() -> dict[_Voice, int]:
        rows = Source.objects.filter(organization_id__in={voice[0] for voice in wanted})
        return {
            (organization, kind, name): pk
            for organization, kind, name, pk in rows.values_list(
                "organization_id", "kind", "name", "pk"
            )
            if (organization, kind, name) in wanted
        }

    found = known()
    missing = sorted(wanted - found.keys())
    if missing:
        Source.objects.bulk_create(
            (
                Source(organization_id=organization, kind=kind, name=name)
                for organization, kind, name in missing
            ),
            ignore_conflicts=True,
        )
        found = known()
    return found


def _known(digests: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for batch in in_batches(digests):
        found.update(Observation.objects.filter(digest__in=batch).values_list("digest", "pk"))
    return found


def _row(
    actor: Actor, at: datetime, said: Said, service: ServiceRow, source_id: int
) -> Observation:
    told = (
        service.id,
        source_id,
        said.condition,
        said.at.isoformat(),
        said.valid_until and said.valid_until.isoformat(),
        said.sequence,
        int(said.plan),
        said.share,
        said.reference,
        said.text,
    )
    return Observation(
        service_id=service.id,
        source_id=source_id,
        condition=said.condition,
        at=said.at,
        recorded_at=at,
        sequence=said.sequence,
        valid_until=said.valid_until,
        planned=int(said.plan),
        share=said.share,
        reference=said.reference,
        text=said.text,
        account_id=actor.account_id,
        person_id=actor.person_id,
        digest=blake2b(repr(told).encode(), digest_size=16).hexdigest(),
    )
