"""Where the conditions of many services come from: every source with the services that it hits by
itself, and those that it hits only together with others (docs/algorithms/propagation.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from catenary.apps.monitoring.queries.explaining import (
    UNHEARD_OF,
    attributions_of,
    effective_now,
)
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    services_by_id,
    services_by_reference,
)
from catenary.apps.portfolio.queries.own_names import known_names
from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.condition.attribution import Attribution, Question, questions_of
from catenary.domain.condition.codes import CODE_NAMES, UNKNOWN
from catenary.domain.condition.explanation import Cause
from catenary.domain.estate import Bools, Estate, Ints
from catenary.domain.impact import impact_of

#: So many services are looked into at once, so often; what the sources found by then hit is found
#: for all the others.
_AT_ONCE, _ROUNDS = 200, 20
#: So many sets of sources are followed upward in one round.
_FOLLOWED = 50
#: So many services above one are asked whether they are hit only together with others.
_ABOVE = 300


@dataclass(frozen=True, slots=True)
class SharedCause:
    """Where the conditions of others come from: a path of services, by number, from one of them to
    the source; which of those asked about it hits by itself, and which only together with others.
    """

    path: tuple[int, ...]
    condition: str
    alone: frozenset[int]
    together: frozenset[int]

    @property
    def hit(self) -> frozenset[int]:
        """All that it hits."""
        return self.alone | self.together


def shared_causes(
    estate: Estate, services: Iterable[int], *, only_certain: Collection[int] = ()
) -> list[SharedCause]:
    """Where the conditions of services come from, those that hit most first. Of those in
    ``only_certain`` what they certainly are is explained, not what they may be besides.

    Not each is looked into: whatever else a set of sources that was found is enough for, it hits.
    So one failure costs the same however many it hits; what some thousands of failures at once do
    is not followed to the end.
    """
    found = _Found(estate)
    waiting = _asked(estate, estate.service_positions(services), frozenset(only_certain))
    asked = {question: frozenset(places) for question, places in waiting.items()}
    for _ in range(_ROUNDS):
        batch = sorted({place for places in waiting.values() for place in places})[:_AT_ONCE]
        if not batch:
            break
        answers = attributions_of(estate, batch)
        fresh = [
            pair
            for each in answers
            for pair in found.take(each, asked.get(each.question, frozenset()))
        ]
        for question, places in waiting.items():
            places -= set(batch)
            for sources in [s for about, s in fresh if about == question][:_FOLLOWED]:
                places -= found.follow(question, sources, places)
    return found.told()


def _asked(
    estate: Estate, positions: Ints, only_certain: frozenset[int]
) -> dict[Question, set[int]]:
    """What there is to ask of services as they are now, and of which."""
    known = effective_now(estate.service_ids[positions])
    asked: dict[Question, set[int]] = {}
    for position in positions.tolist():
        number = int(estate.service_ids[position])
        now = known.get(number, UNHEARD_OF)
        is_certain = now.best and number in only_certain and not now.is_planned
        worst = now.best if is_certain else now.worst
        for question in questions_of(now.best, worst, is_planned=now.is_planned):
            asked.setdefault(question, set()).add(position)
    return asked


@dataclass(slots=True)
class _Found:
    """Sources with what they hit, by position."""

    estate: Estate
    causes: dict[int, Cause] = field(default_factory=dict)
    alone: dict[int, set[int]] = field(default_factory=dict)
    together: dict[int, set[int]] = field(default_factory=dict)
    followed: dict[tuple[frozenset[int], int], Bools] = field(default_factory=dict)
    seen: set[tuple[Question, frozenset[int]]] = field(default_factory=set)

    def take(
        self, answer: Attribution, asked: frozenset[int]
    ) -> Iterator[tuple[Question, frozenset[int]]]:
        """Keep what was found of the services that this was asked of; the sets that were not known
        before."""
        for source, cause in answer.causes.items():
            before = self.causes.get(source)
            if before is None or (before.condition == UNKNOWN != cause.condition):
                self.causes[source] = cause
        for place, reasons in answer.reasons.items():
            for sources in reasons.sets if place in asked else ():
                self._hits(sources, [place])
                if (answer.question, sources) not in self.seen:
                    self.seen.add((answer.question, sources))
                    yield answer.question, sources

    def follow(self, question: Question, sources: frozenset[int], places: set[int]) -> set[int]:
        """Which of some services with the same question these sources hit, none left out."""
        if not places:
            return set()
        wanted = np.array(sorted(places), dtype=np.int64)
        hit = wanted[self._lost(sources, question.level)[wanted]]
        if len(sources) > 1:
            for source in sources:
                hit = hit[~self._lost(sources - {source}, question.level)[hit]]
        self._hits(sources, hit.tolist())
        return set(hit.tolist())

    def _hits(self, sources: frozenset[int], places: Iterable[int]) -> None:
        kept = self.alone if len(sources) == 1 else self.together
        for source in sources:
            kept.setdefault(source, set()).update(places)

    def _lost(self, sources: frozenset[int], level: int) -> Bools:
        """Which services are at least as bad as a level while these alone are."""
        key = (sources, level)
        if key not in self.followed:
            estate, failing = self.estate, np.array(sorted(sources), dtype=np.int64)
            above = estate.steps_up(failing, None, np.ones(estate.size, dtype=np.bool_)) >= 0
            state = impact_of(TODAY.gates(estate, above), failing, level).condition
            self.followed[key] = state >= level
        return self.followed[key]

    def told(self) -> list[SharedCause]:
        """Every source, those that hit most first."""
        numbers = self.estate.service_ids
        found = []
        for source, cause in self.causes.items():
            alone = self.alone.get(source, set())
            together = self.together.get(source, set()) - alone
            found.append(
                SharedCause(
                    tuple(int(numbers[place]) for place in cause.path),
                    CODE_NAMES[cause.condition],
                    frozenset(int(numbers[place]) for place in alone),
                    frozenset(int(numbers[place]) for place in together),
                )
            )
        return sorted(found, key=lambda cause: (-len(cause.hit), cause.path))


@dataclass(frozen=True, slots=True)
class HitTogether:
    """A service that is hit only because others failed, too: the smallest such set of them, by
    reference; empty for what may not be seen. Names are those by which one knows services."""

    service: ServiceRow
    name: str
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FoundTogether:
    """Services that are hit only together with others. ``is_whole``: no way to that was left out
    because there are too many."""

    services: tuple[HitTogether, ...] = ()
    is_whole: bool = True


def hit_together(*, actor: Actor, viewpoint: Viewpoint, reference: str) -> FoundTogether:
    """The services of one's own top organization that a service hits now, but would not by itself,
    in order of their names; of the nearest few hundred above it."""
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    row = services_by_reference([reference]).get(reference)
    place = estate.service_position(row.id) if row is not None else None
    if place is None or not seen[place]:
        return FoundTogether()
    at_home = estate.provider_root == estate.organization_position(viewpoint.root_id)
    steps = estate.steps_up(np.array([place]), None, np.ones(estate.size, dtype=np.bool_))
    above = np.flatnonzero((steps > 0) & seen & at_home)
    above = above[np.argsort(steps[above], kind="stable")]
    known = effective_now(estate.service_ids[above])
    troubled = [
        position
        for position, number in zip(above.tolist(), estate.service_ids[above].tolist(), strict=True)
        if number in known and known[number].worst
    ][:_ABOVE]
    if not troubled:
        return FoundTogether()
    answers = attributions_of(estate, troubled)
    sets = _only_together(answers, place)
    named = {place for at, sources in sets.items() for place in (at, *sources) if seen[place]}
    rows = services_by_id(int(estate.service_ids[each]) for each in named)
    at_place = {each: rows[int(estate.service_ids[each])] for each in named}
    own = known_names(viewpoint, sorted(rows))
    names = {each: own.get(row.id) or row.name for each, row in at_place.items()}
    told = [
        HitTogether(
            at_place[position],
            names[position],
            tuple(
                (at_place[each].reference, names[each]) if each in at_place else ("", "")
                for each in sorted(sources - {place})
            ),
        )
        for position, sources in sets.items()
    ]
    told.sort(key=lambda each: (each.name.casefold(), each.service.id))
    is_whole = all(reasons.is_complete for each in answers for reasons in each.reasons.values())
    return FoundTogether(tuple(told), is_whole)


def _only_together(answers: Iterable[Attribution], source: int) -> dict[int, frozenset[int]]:
    """Those that a source has a part in hitting, but does not hit by itself, with the smallest set
    it has that part in."""
    found: dict[int, frozenset[int]] = {}
    alone: set[int] = set()
    for answer in answers:
        for place, reasons in answer.reasons.items():
            parts = [sources for sources in reasons.sets if source in sources]
            if parts and len(parts[0]) == 1:
                alone.add(place)
            elif parts:
                found.setdefault(place, parts[0])
    return {place: sources for place, sources in found.items() if place not in alone}
