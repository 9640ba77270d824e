"""What conditions mean, in the plainest words of Python: SEMANTICS 1 read aloud.

Nothing here is fast and nothing is shared with the product. Conditions are words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

OPERATIONAL, DEGRADED, DOWN, UNKNOWN = "operational", "degraded", "down", "unknown"
WORSE_TO_THE_RIGHT = (OPERATIONAL, DEGRADED, DOWN)


def worst_of(conditions: list[str]) -> str:
    """The worst of some known conditions."""
    return max(conditions, key=WORSE_TO_THE_RIGHT.index, default=OPERATIONAL)


def is_worse(one: str, other: str) -> bool:
    return WORSE_TO_THE_RIGHT.index(one) > WORSE_TO_THE_RIGHT.index(other)


@dataclass(frozen=True)
class Word:
    """What one source says of a service now."""

    condition: str
    is_planned: bool = False


@dataclass(frozen=True)
class Group:
    """A threshold gate; members are services with their weight."""

    members: tuple[tuple[int, Decimal], ...]
    minimum: Decimal
    full: Decimal
    is_soft: bool = False

    def contribution(self, conditions: list[str]) -> str:
        operational = sum(w for m, w in self.members if conditions[m] == OPERATIONAL)
        available = sum(w for m, w in self.members if conditions[m] in (OPERATIONAL, DEGRADED))
        if operational >= self.full:
            return OPERATIONAL
        if available >= self.minimum:
            return DEGRADED
        return DEGRADED if self.is_soft else DOWN


@dataclass(frozen=True)
class Service:
    """What is said of it, what it relies on, and whether its owner declared it unmonitored."""

    words: tuple[Word, ...] = ()
    groups: tuple[Group, ...] = ()
    is_assumed: bool = False


@dataclass(frozen=True)
class World:
    """Services, each relying on others by their place."""

    services: tuple[Service, ...]

    def __len__(self) -> int:
        return len(self.services)

    def reach(self, start: int) -> set[int]:
        """Everything a service relies on, however far below."""
        found: set[int] = set()
        frontier = [start]
        while frontier:
            service = frontier.pop()
            for group in self.services[service].groups:
                for member, _ in group.members:
                    if member not in found:
                        found.add(member)
                        frontier.append(member)
        return found

    def is_derived(self, place: int) -> bool:
        """Nothing is reported, and there is a hard group outside its own loop."""
        service = self.services[place]
        loop = {s for s in self.reach(place) if place in self.reach(s)}
        return not service.words and any(
            not group.is_soft and not any(member in loop for member, _ in group.members)
            for group in service.groups
        )

    def own(self, place: int) -> str:
        """The worst word; a known word beats unknown; else derived, assumed, or unknown."""
        service = self.services[place]
        known = [word.condition for word in service.words if word.condition != UNKNOWN]
        if known:
            return worst_of(known)
        if service.words:
            return UNKNOWN
        if self.is_derived(place) or service.is_assumed:
            return OPERATIONAL
        return UNKNOWN

    def effective(self, unknown_as: str) -> list[str]:
        """The least fixed point: from everything operational, worse until nothing changes."""
        own = [self.own(place) for place in range(len(self))]
        own = [unknown_as if condition == UNKNOWN else condition for condition in own]
        now = [OPERATIONAL] * len(self)
        while True:
            after = [
                worst_of([own[place], *(g.contribution(now) for g in service.groups)])
                for place, service in enumerate(self.services)
            ]
            if after == now:
                return now
            now = after

    def range_of(self) -> list[tuple[str, str]]:
        return list(zip(self.effective(OPERATIONAL), self.effective(DOWN), strict=True))

    def with_removed(self, is_removed: Callable[[Word], bool]) -> World:
        """The same with some causes removed: their sources say operational."""

        def mended(service: Service) -> Service:
            words = tuple(
                replace(word, condition=OPERATIONAL) if is_removed(word) else word
                for word in service.words
            )
            return replace(service, words=words)

        return World(tuple(mended(service) for service in self.services))

    def without_planned(self) -> World:
        return self.with_removed(lambda word: word.is_planned)

    def without_unplanned(self) -> World:
        """Not to know is a cause too, and never planned unless a planned word says so."""
        mended = self.with_removed(lambda word: not word.is_planned)
        silent = (replace(s, is_assumed=s.is_assumed or not s.words) for s in mended.services)
        return World(tuple(silent))

    def planned(self) -> list[bool]:
        """With every planned cause removed it would be operational, as far as anybody knows; with
        every unplanned cause removed nothing would change."""
        well = (OPERATIONAL, OPERATIONAL)
        return [
            now != well and without_planned[0] == OPERATIONAL and without_unplanned == now
            for now, without_planned, without_unplanned in zip(
                self.range_of(),
                self.without_planned().range_of(),
                self.without_unplanned().range_of(),
                strict=True,
            )
        ]

    def next_losses(self, unknown_as: str) -> list[str]:
        """What the loss of one direct member makes of each service, where it worsens it and would
        not if all members were operational; else operational."""
        now = self.effective(unknown_as)
        well = [OPERATIONAL] * len(self)
        return [self._next_loss(place, now, well, unknown_as) for place in range(len(self))]

    def _next_loss(self, place: int, now: list[str], well: list[str], unknown_as: str) -> str:
        own = unknown_as if self.own(place) == UNKNOWN else self.own(place)
        groups = self.services[place].groups

        def condition(members: list[str]) -> str:
            return worst_of([own, *(group.contribution(members) for group in groups)])

        def without(member: int, members: list[str]) -> str:
            return condition([DOWN if m == member else c for m, c in enumerate(members)])

        losses = [
            without(member, now)
            for group in groups
            for member, _ in group.members
            if member != place
            and is_worse(without(member, now), now[place])
            and not is_worse(without(member, well), condition(well))
        ]
        return worst_of(losses)
