"""Why a service is not operational, or at risk: the shortest paths to the services at the root.

A lost supporter *mattered* when it belongs to some least set of losses in one group that alone
would have had the same effect. Causes are followed through supporters that mattered down to every
service whose own condition is as bad as what is explained; if all of these worked, the service
explained would be better off (``docs/algorithms/propagation.md``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from catenary.domain.chain.packing import (
    BEST,
    MOST,
    ONLY_PLANNED_BEST,
    ONLY_PLANNED_WORST,
    WIDTH,
    WITHOUT_PLANNED,
    WORST,
)
from catenary.domain.condition.codes import DEGRADED, OPERATIONAL, UNKNOWN
from catenary.domain.condition.propagation import Condition, Conditions
from catenary.domain.impact import mattering

#: So many paths are told unless asked otherwise, and so many services looked at to count the rest.
PATHS = 5
LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Cause:
    """One path from the service explained to a source of its condition, both included, by position;
    a service that is its own source has a path of one.

    ``explains`` is `DEGRADED` or `DOWN`: what the service is, or may be, because of this source.
    ``condition`` is what the source is by itself: `UNKNOWN` when nobody knows. ``planned`` says of
    every step, where that was looked at, whether it is shown as maintenance.
    """

    path: tuple[int, ...]
    explains: int
    condition: int
    planned: tuple[bool, ...] = field(default=(), compare=False)

    @property
    def source(self) -> int:
        """The service whose own condition this is."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Causes:
    """Some causes, each source once: first those that are known to be bad, then those of which
    nobody knows; of each the nearest first, equally near ones in order of position. How many
    ``more`` there are, and whether that is all: very many are not counted to the end."""

    told: tuple[Cause, ...]
    more: int
    is_complete: bool

    def __bool__(self) -> bool:
        return bool(self.told)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The condition of a service with what it comes from. ``risks`` are the causes of losses that
    left it at risk: without them it could bear the next."""

    service: int
    condition: Condition
    causes: Causes
    risks: Causes


def explained(conditions: Conditions, position: int, paths: int = PATHS) -> Explanation:
    """Why a service, by position, has its condition; nothing to tell of one that is operational
    and not at risk. The same question always gets the same answer."""
    condition = conditions.of(position)
    service = int(conditions.chain.rank[position])
    lanes = lanes_of(condition.best, condition.worst, is_planned=condition.is_planned)
    without = value_of(conditions.packed.data[service], WITHOUT_PLANNED)
    if not condition.is_planned and without < condition.best:
        # So bad because of maintenance, and no maintenance because of a fault beside it.
        lanes = [(WITHOUT_PLANNED, without), *lanes]
    told: dict[int, Cause] = {}
    faults: set[int] = set()
    is_complete = True
    for lane, level in lanes:
        if level > OPERATIONAL:
            search = Search(conditions, lane, level)
            is_complete &= search.follow([service])
            for cause in search.causes():
                told.setdefault(cause.source, cause)
            if lane == WITHOUT_PLANNED:
                # What changed is never left out for maintenance that is nearer.
                faults = set(told)
    causes = _first(list(told.values()), paths, is_complete, faults)
    return Explanation(position, condition, causes, _risks(conditions, service, condition, paths))


def lanes_of(best: int, worst: int, *, is_planned: bool) -> list[tuple[int, int]]:
    """Which lanes explain a condition, and how bad it is in each."""
    if is_planned:
        # What is planned is explained by what was planned alone.
        return [(ONLY_PLANNED_WORST, worst)]
    lanes = [(BEST, best)]
    if worst > best:
        lanes.append((WORST, worst))
    return lanes


def _risks(conditions: Conditions, service: int, condition: Condition, paths: int) -> Causes:
    if not condition.is_at_risk:
        return Causes((), 0, True)
    search = Search(conditions, BEST, condition.next_loss)
    is_complete = search.follow(search.weakening(service), (service,))
    return _first(list(search.causes()), paths, is_complete)


def _first(
    causes: list[Cause], paths: int, is_complete: bool, faults: Container[int] = ()
) -> Causes:
    causes.sort(
        key=lambda cause: (
            cause.condition == UNKNOWN,
            cause.source not in faults,
            len(cause.path),
            cause.path,
        )
    )
    return Causes(tuple(causes[:paths]), max(0, len(causes) - paths), is_complete)


#: Where an own condition is the same in both, it is known.
_CERTAIN = {
    BEST: BEST,
    WORST: BEST,
    WITHOUT_PLANNED: BEST,
    ONLY_PLANNED_WORST: ONLY_PLANNED_BEST,
}


class Search:
    """From a service downward through what mattered, in one lane, nearest first.

    ``level`` is what is explained: down comes from members that are down, degraded from members
    that are degraded or down, so it is the same all the way.
    """

    def __init__(self, conditions: Conditions, lane: int, level: int) -> None:
        self.chain = chain = conditions.chain
        self.lane, self.level = lane, level
        self.own, self.packed = conditions.own.data, conditions.packed.data
        self.position = chain.position.data
        self.group_start, self.member_start = chain.group_start.data, chain.member_start.data
        self.member, self.weight = chain.member.data, chain.weight.data
        self.bias, self.alone = chain.bias.data, chain.alone.data
        self.above: dict[int, int | None] = {}
        self.found: list[int] = []
        self.start: tuple[int, ...] = ()

    def follow(self, services: list[int], start: tuple[int, ...] = ()) -> bool:
        """Find the sources below these; ``start`` leads to them. False when there is more to look
        at than is looked at."""
        self.start = start
        self.above = dict.fromkeys((*services, *start))
        waiting = deque(services)
        is_complete = True
        while waiting:
            service = waiting.popleft()
            if value_of(self.own[service], self.lane) >= self.level:
                self.found.append(service)
            for member in self.mattered(service):
                if member in self.above:
                    continue
                if len(self.above) >= LOOKED_AT:
                    is_complete = False
                    break
                self.above[member] = service
                waiting.append(member)
        return is_complete

    def causes(self) -> Iterator[Cause]:
        """The paths to what was found."""
        for source in self.found:
            path: list[int] = []
            service: int | None = source
            while service is not None:
                path.append(service)
                service = self.above[service]
            own = value_of(self.own[source], BEST if self.lane == WITHOUT_PLANNED else self.lane)
            if own != value_of(self.own[source], _CERTAIN[self.lane]):
                own = UNKNOWN
            whole = (*self.start, *reversed(path))
            yield Cause(tuple(self.position[s] for s in whole), self.level, own)

    def _is_lost(self, service: int) -> bool:
        return value_of(self.packed[service], self.lane) >= self.level

    def mattered(self, service: int) -> list[int]:
        """The members whose loss made a service what it is, in order of position."""
        found: set[int] = set()
        for group in range(self.group_start[service], self.group_start[service + 1]):
            found.update(self._mattering(*self.group(group)))
        return sorted(found, key=self.position.__getitem__)

    def weakening(self, service: int) -> list[int]:
        """The lost members without one of which a service could bear the next loss."""
        well = value_of(self.own[service], self.lane)
        found: set[int] = set()
        for group in range(self.group_start[service], self.group_start[service + 1]):
            members, weights, spare = self.group(group)
            first = self.member_start[group]
            for place, (member, weight) in enumerate(zip(members, weights, strict=True)):
                could_be_borne = self.alone[first + place] <= well and member != service
                if could_be_borne and not self._is_lost(member):
                    found.update(self._mattering(members, weights, spare - weight))
        return sorted(found - {service}, key=self.position.__getitem__)

    def _mattering(self, members: list[int], weights: list[int], spare: int) -> list[int]:
        """Which of the lost members are more than can be spared; none if they are not."""
        lost = [place for place, member in enumerate(members) if self._is_lost(member)]
        if sum(weights[place] for place in lost) <= spare:
            return []
        chosen = mattering([weights[place] for place in lost], spare)
        return [members[place] for place, matters in zip(lost, chosen, strict=True) if matters]

    def group(self, group: int) -> tuple[list[int], list[int], int]:
        """Members, weights, and what can be lost before what is explained."""
        first, last = self.member_start[group], self.member_start[group + 1]
        members = self.member[first:last].tolist()
        number = self.level - DEGRADED
        place = None if self.bias[group] else self.chain.wide.place.get(group)
        if place is not None:
            wide = self.chain.wide
            return members, wide.weights(place).tolist(), wide.spare(place, number)
        bias = self.bias[group] >> number * WIDTH & (1 << WIDTH) - 1
        return members, self.weight[first:last].tolist(), MOST - bias


def value_of(packed: int, lane: int) -> int:
    """The condition of one service in one lane."""
    word = packed >> 2 * lane * WIDTH
    return (word & 1) + (word >> WIDTH & 1)
