"""The condition of services as whoever asks may see it: computed on everything, then redacted.

Inside one's own top organization everything is told. Of others' services one sees the condition and
since when; what they rest on is "a supporting service" of whoever provides what one does see, and
however many stand there are one. Whose word it is, and what they said, is told at home alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import (
    Observation,
    Source,
)
from catenary.apps.monitoring.queries.explaining import (
    UNHEARD_OF,
    Effective,
    causes_of,
)
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.kept import latest_first
from catenary.apps.monitoring.queries.known import KnownThen, condition_known, known_then
from catenary.apps.monitoring.queries.stored import propagation
from catenary.apps.monitoring.queries.then import effective_then, is_only_planned, own_then
from catenary.apps.monitoring.queries.words import words_from
from catenary.apps.organizations.queries import (
    OrganizationRow,
    organizations_by_id,
    people_by_id,
)
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    services_by_reference,
)
from catenary.apps.portfolio.queries.own_names import known_names
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.condition.codes import CODE_NAMES, UNKNOWN, range_words
from catenary.domain.condition.explanation import Cause, Causes
from catenary.domain.estate import Bools, Estate
from catenary.domain.moments import after
from catenary.domain.observations.reading import share_words
from catenary.domain.observations.spans import spans_of
from catenary.domain.observations.voices import voices
from catenary.domain.observations.words import EVERYBODY, Plan
from catenary.domain.said import Said, said

#: So many causes are told; more are counted as far as they are told apart.
TOLD = 5
_LOOKED_AT = 50
#: What a condition may be shown as, the worst first.
SHOWN = ("down", "degraded", "unknown", "maintenance", "operational")


def shown(known: Effective) -> str:
    """A condition in one word of `SHOWN`."""
    if known.is_planned:
        return "maintenance"
    return CODE_NAMES[known.best if known.best == known.worst else UNKNOWN]


def words(known: Effective) -> Said:
    """A condition in words, with its range."""
    return said("maintenance") if known.is_planned else range_words(known.best, known.worst)


@dataclass(frozen=True, slots=True)
class Step:
    """One service on a path. Without a reference it may not be seen: it is a supporting service
    of ``provider``."""

    reference: str
    name: str
    provider: OrganizationRow
    #: What the one who asks calls it, where that is another name.
    known_as: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """By whose word a service is in its own condition."""

    source_kind: str
    source_name: str
    by: str
    at: datetime
    text: str
    reference: str
    share: int
    is_planned: bool


@dataclass(frozen=True, slots=True)
class ToldCause:
    """Where a condition comes from: a path from the service to the source. ``explains`` is what
    the service is because of it, ``condition`` what the source is by itself, ``maintenance`` where
    it is shown as that."""

    path: tuple[Step, ...]
    explains: str
    condition: str
    since: datetime | None
    said: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """The condition of one service. ``since`` is none where nothing was ever known;
    ``computed_at`` is the last sign of life of whoever computes conditions."""

    service: ServiceRow
    provider: OrganizationRow
    known_as: str
    effective: Effective
    since: datetime | None
    causes: tuple[ToldCause, ...]
    risks: tuple[ToldCause, ...]
    is_more: bool
    computed_at: datetime | None
    #: False where there are so many ways to it that they were not followed to the end.
    is_whole: bool = True


def service_status(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    reference: str,
    at: datetime,
    is_past: bool = False,
    known_at: datetime | None = None,
) -> ServiceStatus | None:
    """The condition of a service at this moment; none when there is none the actor may see.

    ``is_past``: ``at`` lies in the past. Then it is the condition as it is known today, explained
    over the chain as it stands today, to whoever may see the service today. ``known_at``: what had
    been recorded by then, over the chain of then (`queries.known`), without since when.
    """
    if known_at is not None:
        return _status_known(actor, viewpoint, reference, at, known_at)
    row = services_by_reference([reference]).get(reference)
    estate = current_estate()
    place = estate.service_position(row.id) if row is not None else None
    if row is None or place is None:
        return None
    seen = visible_services(estate, actor, viewpoint)
    if not seen[place]:
        return None
    then = at if is_past else None
    effective = effective_then([row.id], then).get(row.id, UNHEARD_OF)
    causes, risks = (Causes((), 0, True), Causes((), 0, True))
    if not effective.is_plainly_well:
        causes, risks = causes_of(estate, place, _LOOKED_AT, then)
    telling = _Telling(estate, viewpoint, seen, at, is_past=is_past)
    telling.look_at((*causes.told, *risks.told))
    told, told_risks = telling.told(causes), telling.told(risks)
    return ServiceStatus(
        service=row,
        provider=organizations_by_id([row.provider_id])[row.provider_id],
        known_as=known_names(viewpoint, [row.id]).get(row.id, ""),
        effective=effective,
        since=_since(row.id, effective, then),
        causes=told[:TOLD],
        risks=told_risks[:TOLD],
        is_more=len(told) > TOLD or len(told_risks) > TOLD or bool(causes.more or risks.more),
        computed_at=propagation()[1],
        is_whole=causes.is_complete and risks.is_complete,
    )


def _status_known(
    actor: Actor, viewpoint: Viewpoint, reference: str, at: datetime, known_at: datetime
) -> ServiceStatus | None:
    known = known_then(at=at, known_at=known_at)
    records, estate = known.records, known.estate
    row = records.services_by_reference([reference]).get(reference)
    place = None if row is None else estate.service_position(row.id)
    seen = known.visible(actor, viewpoint)
    if row is None or place is None or not seen[place]:
        return None
    effective = condition_known(known, row.id)
    causes, risks = (Causes((), 0, True), Causes((), 0, True))
    if not effective.is_plainly_well:
        causes, risks = known.causes(place, _LOOKED_AT)
    telling = _Telling(estate, viewpoint, seen, at, is_past=True, known=known)
    telling.look_at((*causes.told, *risks.told))
    told, told_risks = telling.told(causes), telling.told(risks)
    return ServiceStatus(
        service=row,
        provider=records.organizations_by_id([row.provider_id])[row.provider_id],
        known_as=known_names(viewpoint, [row.id], records=records).get(row.id, ""),
        effective=effective,
        since=None,
        causes=told[:TOLD],
        risks=told_risks[:TOLD],
        is_more=len(told) > TOLD or len(told_risks) > TOLD or bool(causes.more or risks.more),
        computed_at=known_at,
        is_whole=causes.is_complete and risks.is_complete,
    )


def _since(service_id: int, now: Effective, then: datetime | None) -> datetime | None:
    """When a service came into its condition; whether it is at risk is another question."""
    since: datetime | None = None
    for one in latest_first(service_id, None if then is None else after(then)):
        known = one.effective
        is_same = (known.best, known.worst, known.is_planned) == (
            now.best,
            now.worst,
            now.is_planned,
        )
        if not is_same or (one.end != since and since is not None):
            return since
        since = one.start
    return since


def told_causes(
    estate: Estate, viewpoint: Viewpoint, seen: Bools, at: datetime, found: Sequence[Causes]
) -> list[tuple[ToldCause, ...]]:
    """Causes of several services as they may be told from a viewpoint, in their order."""
    telling = _Telling(estate, viewpoint, seen, at)
    telling.look_at(cause for causes in found for cause in causes.told)
    return [telling.told(causes) for causes in found]


class _Telling:
    """What may be told of causes, for one who asks."""

    def __init__(
        self,
        estate: Estate,
        viewpoint: Viewpoint,
        seen: Bools,
        at: datetime,
        *,
        is_past: bool = False,
        known: KnownThen | None = None,
    ) -> None:
        self._known = known
        self._records: Records = TODAY if known is None else known.records
        self._estate = estate
        self._then = at if is_past else None
        self._seen = seen
        self._at = at
        self._viewpoint = viewpoint
        self._names: dict[int, str] = {}
        self._home = self._records.at_home(estate, viewpoint)
        self._root_id = viewpoint.root_id
        self._rows: dict[int, ServiceRow] = {}
        self._organizations: dict[int, OrganizationRow] = {}
        self._own: dict[int, datetime] = {}
        #: Sources that by themselves are only in maintenance, whatever else makes of them.
        self._planned: set[int] = set()
        self._said: dict[int, tuple[Word, ...]] = {}

    def look_at(self, causes: Iterable[Cause]) -> None:
        """Read what is needed to tell these: at most nine queries."""
        listed = list(causes)
        places = {place for cause in listed for place in cause.path}
        numbers = self._estate.service_ids
        self._rows = self._records.services_by_id(int(numbers[p]) for p in places if self._seen[p])
        self._names = known_names(self._viewpoint, sorted(self._rows), records=self._records)
        providers = {self._provider(place) for place in places}
        self._organizations = self._records.organizations_by_id(providers)
        sources = {cause.source for cause in listed if self._seen[cause.source]}
        named = [int(numbers[place]) for place in sources]
        at_home = [int(numbers[place]) for place in sources if self._is_at_home(place)]
        if self._known is not None:
            self._own = self._known.own_since(named)
            self._planned = self._known.own_planned(named)
            self._said = _told_by(self._known.deciding(at_home), self._root_id)
            return
        own = own_then(named, self._then)
        self._own = {number: since for number, (since, _) in own.items()}
        self._planned = {number for number, (_, value) in own.items() if is_only_planned(value)}
        self._said = _said_of(at_home, self._at, self._root_id)

    def told(self, causes: Causes) -> tuple[ToldCause, ...]:
        """Causes as they may be told, each once."""
        return tuple(dict.fromkeys(self._cause(cause) for cause in causes.told))

    def _cause(self, cause: Cause) -> ToldCause:
        is_seen = bool(self._seen[cause.source])
        number = int(self._estate.service_ids[cause.source])
        return ToldCause(
            path=self._path(cause.path),
            explains=CODE_NAMES[cause.explains],
            condition=self._condition(cause, number, is_seen=is_seen),
            since=self._own.get(number) if is_seen else None,
            said=self._said.get(number, ()) if is_seen else (),
        )

    def _condition(self, cause: Cause, number: int, *, is_seen: bool) -> str:
        """What the source is. What stands unseen below something in maintenance is planned as
        that is; else one learns of it what it does to what may be seen, or that nobody knows."""
        nearest = max(at for at, place in enumerate(cause.path) if self._seen[place])
        if cause.planned and cause.planned[nearest]:
            return "maintenance"
        if is_seen and number in self._planned:
            # A fault beside it makes it more than maintenance: that is another cause.
            return "maintenance"
        is_told = is_seen or cause.condition == UNKNOWN
        return CODE_NAMES[cause.condition if is_told else cause.explains]

    def _path(self, path: tuple[int, ...]) -> tuple[Step, ...]:
        steps: list[Step] = []
        last = path[0]
        for place in path:
            if self._seen[place]:
                row = self._rows[int(self._estate.service_ids[place])]
                name = self._names.get(row.id, "")
                steps.append(Step(row.reference, row.name, self._organization(place), name))
                last = place
            elif steps and steps[-1].reference:
                # At home everybody knows the house; of others only what they promise.
                named = place if self._is_at_home(place) else last
                steps.append(Step("", "", self._organization(named)))
        return tuple(steps)

    def _organization(self, place: int) -> OrganizationRow:
        return self._organizations[self._provider(place)]

    def _provider(self, place: int) -> int:
        return int(self._estate.organization_ids[self._estate.provider[place]])

    def _is_at_home(self, place: int) -> bool:
        return bool(self._home[place])


def _said_of(numbers: Iterable[int], at: datetime, root_id: int) -> dict[int, tuple[Word, ...]]:
    """The words that decide the own conditions of services at a moment, for their own house."""
    wanted = dict.fromkeys(numbers, at)
    kept, ids = words_from(wanted)
    spans = spans_of(kept)
    deciding = {
        number: [ids[voice.word] for voice in voices(spans, number, micros(at))]
        for number in wanted
    }
    return _told_by(deciding, root_id)


def _told_by(deciding: Mapping[int, Sequence[int]], root_id: int) -> dict[int, tuple[Word, ...]]:
    """Observations, by the number of the service, as they are told in the house they are of."""
    rows = {
        row.pk: row
        for batch in in_batches(pk for pks in deciding.values() for pk in pks)
        for row in Observation.objects.filter(pk__in=batch)
    }
    sources = Source.objects.in_bulk({row.source_id for row in rows.values()})
    people = people_by_id({row.person_id for row in rows.values() if row.person_id}, {root_id})
    return {
        number: tuple(_word(rows[pk], sources, people) for pk in pks)
        for number, pks in deciding.items()
    }


def _word(row: Observation, sources: Mapping[int, Source], people: Mapping[int, Any]) -> Word:
    source = sources[row.source_id]
    person = people.get(row.person_id) if row.person_id else None
    return Word(
        source_kind=source.kind,
        source_name=source.name,
        by=person.name if person is not None else "",
        at=row.at,
        text=row.text,
        reference=row.reference,
        share=row.share,
        is_planned=row.planned == Plan.PLANNED,
    )


def status_as_plain(status: ServiceStatus) -> dict[str, Any]:
    """The answer for programs, the same at every door."""
    known = status.effective
    return {
        "reference": status.service.reference,
        "name": status.service.name,
        "known-as": status.known_as or None,
        "provider": status.provider.key,
        **condition_as_plain(known),
        "since": _iso(status.since),
        "causes": [_cause_as_plain(cause) for cause in status.causes],
        "risks": [_cause_as_plain(cause) for cause in status.risks],
        "has-more": status.is_more,
        "computed-at": _iso(status.computed_at),
    }


def condition_as_plain(known: Effective) -> dict[str, Any]:
    """A condition with its range and its marks."""
    return {
        "condition": shown(known),
        "words": str(words(known)),
        "best": CODE_NAMES[known.best],
        "worst": CODE_NAMES[known.worst],
        "planned": known.is_planned,
        "derived": known.is_derived,
        "assumed": known.is_assumed,
        "at-risk": known.next_loss > 0,
        "next-loss": CODE_NAMES[known.next_loss] if known.next_loss else None,
    }


def _cause_as_plain(cause: ToldCause) -> dict[str, Any]:
    return {
        "explains": cause.explains,
        "condition": cause.condition,
        "since": _iso(cause.since),
        "path": [
            {
                "reference": step.reference or None,
                "name": step.name or f"a supporting service of {step.provider.name}",
                "provider": step.provider.key,
            }
            for step in cause.path
        ],
        "said": [
            {
                "source": word.source_name or word.source_kind,
                "kind": word.source_kind,
                "by": word.by or None,
                "at": word.at.isoformat(),
                "text": word.text or None,
                "reference": word.reference or None,
                "share": share_words(word.share) if word.share < EVERYBODY else None,
                "planned": word.is_planned,
            }
            for word in cause.said
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
