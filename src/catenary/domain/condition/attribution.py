"""Who is hit by what, exactly: the least sets of sources that by themselves make a service what it
is (``docs/algorithms/propagation.md``).

An explanation leads to everything that had a part in it. Where a service has several reasons, that
does not say whether each of them would do, or only some together. Here every set of sources is told
that is enough while all else works, and of which nothing can be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from catenary.domain.condition.codes import OPERATIONAL
from catenary.domain.condition.explanation import Cause, Search, lanes_of
from catenary.domain.condition.propagation import Conditions

#: So many least sets are told of one service, and so many ways tried to lose one group.
MOST_SETS = 100
_MOST_TRIED = 2_000
#: So often one service is looked at again because of a loop it stands in.
_MOST_TIMES = 50

#: Sources as bits of one number.
_Set = int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a service: why it is at least as bad as ``level`` in a lane."""

    lane: int
    level: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """Every least set of sources, by position, that makes a service as bad as the question says,
    the smallest first. ``is_complete``: that is all of them."""

    sets: tuple[frozenset[int], ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Attribution:
    """The reasons of services that have one question in common, and of every source that stands
    in them one path from a service to it."""

    question: Question
    reasons: Mapping[int, Reasons]
    causes: Mapping[int, Cause]


def questions_of(best: int, worst: int, *, is_planned: bool) -> tuple[Question, ...]:
    """What there is to ask of a service in a condition; nothing of one that works."""
    lanes = lanes_of(best, worst, is_planned=is_planned)
    return tuple(Question(lane, level) for lane, level in lanes if level > OPERATIONAL)


def attributed(conditions: Conditions, positions: Iterable[int]) -> list[Attribution]:
    """Why services, by position, are what they are: one answer for each question they share."""
    asked: dict[Question, list[int]] = {}
    for position in positions:
        known = conditions.of(position)
        for question in questions_of(known.best, known.worst, is_planned=known.is_planned):
            asked.setdefault(question, []).append(position)
    return [_answered(conditions, question, them) for question, them in asked.items()]


def _answered(conditions: Conditions, question: Question, positions: Sequence[int]) -> Attribution:
    search = Search(conditions, question.lane, question.level)
    ranks = {position: int(conditions.chain.rank[position]) for position in positions}
    is_complete = search.follow(list(ranks.values()))
    least = _LeastSets(search)
    reasons = {
        position: Reasons(tuple(least.told(rank)), is_complete and least.is_complete(rank))
        for position, rank in ranks.items()
    }
    named = {source for each in reasons.values() for sources in each.sets for source in sources}
    causes = {cause.source: cause for cause in search.causes() if cause.source in named}
    return Attribution(question, reasons, causes)


class _LeastSets:
    """The least sets of every service a search came to, from the sources upward to the least fixed
    point: in a loop nothing is a reason for itself."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._position = search.position
        self._bit = {source: place for place, source in enumerate(search.found)}
        self._sets: dict[int, tuple[_Set, ...]] = {}
        self._cut: set[int] = set()
        below = {service: search.mattered(service) for service in search.above}
        self._above: dict[int, list[int]] = {}
        for service, members in below.items():
            for member in members:
                self._above.setdefault(member, []).append(service)
        self._below = below
        self._settle()

    def told(self, service: int) -> list[frozenset[int]]:
        """The sets of a service by position, the smallest first."""
        sources = self._search.found
        found = [
            frozenset(
                self._position[sources[place]]
                for place in range(one.bit_length())
                if one >> place & 1
            )
            for one in self._sets[service]
        ]
        return sorted(found, key=lambda each: (len(each), sorted(each)))

    def is_complete(self, service: int) -> bool:
        """Whether nothing below a service was cut short."""
        if not self._cut:
            return True
        seen, waiting = {service}, [service]
        while waiting:
            one = waiting.pop()
            if one in self._cut:
                return False
            for member in self._below.get(one, ()):
                if member not in seen:
                    seen.add(member)
                    waiting.append(member)
        return True

    def _settle(self) -> None:
        # By rank: outside loops every service comes after all it relies on, and so comes once.
        waiting = sorted(self._below)
        self._sets = dict.fromkeys(waiting, ())
        queued, times = set(waiting), dict.fromkeys(waiting, 0)
        heapify(waiting)
        while waiting:
            service = heappop(waiting)
            queued.discard(service)
            times[service] += 1
            now = self._of(service)
            if now == self._sets[service]:
                continue
            if times[service] > _MOST_TIMES:
                self._cut.add(service)
                continue
            self._sets[service] = now
            for reliant in self._above.get(service, ()):
                if reliant not in queued:
                    queued.add(reliant)
                    heappush(waiting, reliant)

    def _of(self, service: int) -> tuple[_Set, ...]:
        found = [1 << self._bit[service]] if service in self._bit else []
        search = self._search
        for group in range(search.group_start[service], search.group_start[service + 1]):
            found += self._of_group(service, *search.group(group))
        found = _least(found)
        if len(found) > MOST_SETS:
            self._cut.add(service)
        return tuple(found[:MOST_SETS])

    def _of_group(
        self, service: int, members: list[int], weights: list[int], spare: int
    ) -> list[_Set]:
        """The least sets that lose more than a group can spare. Each member is lost by any of its
        own sets; what is enough is not made larger."""
        lost = [
            (weight, self._sets[member])
            for member, weight in zip(members, weights, strict=True)
            if self._sets.get(member)
        ]
        if sum(weight for weight, _ in lost) <= spare:
            return []
        lost.sort(key=lambda each: -each[0])
        enough: list[_Set] = []
        # What is lost so far by which sources: of equal sources the heaviest loss.
        tried: dict[_Set, int] = {0: 0}
        for weight, sets in lost:
            for before, heavy in list(tried.items()):
                for one in sets:
                    both = before | one
                    if heavy + weight > spare:
                        enough.append(both)
                    elif tried.get(both, -1) < heavy + weight:
                        tried[both] = heavy + weight
            if len(tried) > _MOST_TRIED:
                self._cut.add(service)
                tried = dict(sorted(tried.items(), key=_fewest)[:_MOST_TRIED])
            if len(enough) > _MOST_TRIED:
                enough = _least(enough)
        return enough


def _fewest(tried: tuple[_Set, int]) -> tuple[int, int, _Set]:
    sources, heavy = tried
    return sources.bit_count(), -heavy, sources


def _least(sets: Iterable[_Set]) -> list[_Set]:
    """Those of which no other is a part."""
    found: list[_Set] = []
    for one in sorted(set(sets), key=lambda each: (each.bit_count(), each)):
        if not any(other & one == other for other in found):
            found.append(one)
    return found
