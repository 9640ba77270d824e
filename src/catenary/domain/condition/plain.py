"""Propagation in numpy and plain Python: exact everywhere, fast enough for most."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from catenary.domain.chain.compiled import Bytes, Chain
from catenary.domain.chain.rows import distinct
from catenary.domain.condition.passes import FEW, Passes
from catenary.domain.condition.propagation import Conditions
from catenary.domain.condition.risk import next_losses
from catenary.domain.estate import Ints

#: A change that touches more than one service in so many is computed for everybody.
_SHARE = 16
#: But in a small estate it never is.
_AT_LEAST = 500


class PlainEngine:
    """Computes conditions over one chain without compiled code. Not for two threads at once."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self._passes = Passes(chain)

    def full(self, own: Ints) -> tuple[Ints, Bytes]:
        """Effective conditions and next losses from own conditions, all by rank."""
        packed = self._passes.full(own)
        return packed, next_losses(self.chain, own, packed)

    def change(self, conditions: Conditions, services: Ints, own: Ints) -> Ints:
        """Give services new own conditions and mend what follows from them; who changed."""
        differs = conditions.own[services] != own
        services = services[differs]
        conditions.own[services] = own[differs]
        if not len(services):
            return services
        climb = _Climb(self._passes, conditions)
        if not climb.climb_from(services):
            return self._anew(conditions, climb.before)
        changed = np.array(list(climb.before), dtype=np.int64)
        # Whose next loss may be another one: who changed, and who relies on them.
        near = distinct(np.concatenate((services, changed, self.chain.reliants_of(changed))))
        risks = next_losses(self.chain, conditions.own, conditions.packed, near)
        differing = near[conditions.next_loss[near] != risks]
        conditions.next_loss[near] = risks
        return np.union1d(changed, differing)

    def _anew(self, conditions: Conditions, before: dict[int, int]) -> Ints:
        packed, next_loss = self.full(conditions.own)
        # Part of the change has been followed already.
        was = conditions.packed.copy()
        was[list(before)] = list(before.values())
        changed = np.flatnonzero((was != packed) | (conditions.next_loss != next_loss))
        conditions.packed[:], conditions.next_loss[:] = packed, next_loss
        return changed


class _Climb:
    """A change on its way up, level by level, so that each service is computed once."""

    def __init__(self, passes: Passes, conditions: Conditions) -> None:
        self.chain = passes.chain
        self.passes = passes
        self.own, self.packed = conditions.own, conditions.packed
        self.one = passes.one_by_one.over(conditions.own, conditions.packed)
        #: Who changed, with what they were.
        self.before: dict[int, int] = {}
        self._left = max(self.chain.size // _SHARE, _AT_LEAST)
        self._waiting: dict[int, set[int]] = {}
        self._levels: list[int] = []

    def climb_from(self, services: Ints) -> bool:
        """Compute these and all that follows from them; false when that is given up half-way,
        because computing everything is cheaper."""
        self._wait(services.tolist())
        while self._levels:
            waiting = np.array(sorted(self._waiting.pop(heappop(self._levels))), dtype=np.int64)
            self._left -= len(waiting)
            if self._left < 0:
                return False
            is_in_loop = self.chain.loop[waiting] >= 0
            self._compute(waiting[~is_in_loop])
            for first in np.unique(self.chain.loop[waiting[is_in_loop]]).tolist():
                self._compute_loop(first)
        return True

    def _compute(self, services: Ints) -> None:
        """Services of one level outside loops."""
        if len(services) < FEW:
            found = [self.one.computed(service) for service in services.tolist()]
        else:
            found = self.passes.computed_some(self.own, self.packed, services).tolist()
        self._write(services.tolist(), found)

    def _compute_loop(self, first: int) -> None:
        """A whole loop, from its own conditions upward: what was worse because of the loop itself
        would otherwise stay so for ever."""
        end = first + int(self.chain.loop_size[first])
        self._left -= end - first
        before = self.packed[first:end].copy()
        self.passes.settle(self.own, self.packed, first, end)
        found = self.packed[first:end].tolist()
        self.packed[first:end] = before
        self._write(list(range(first, end)), found)

    def _write(self, services: list[int], found: list[int]) -> None:
        packed = self.one.packed
        changed = []
        for service, now in zip(services, found, strict=True):
            if packed[service] != now:
                self.before[service] = packed[service]
                packed[service] = now
                changed.append(service)
        if changed:
            self._wait(self._above(changed))

    def _above(self, changed: list[int]) -> list[int]:
        """Those that rely on who changed and do not stand in a loop with them."""
        one = self.one
        if len(changed) < FEW:
            return [above for service in changed for above in one.above_outside_loop(service)]
        services = np.array(changed, dtype=np.int64)
        above = distinct(self.chain.reliants_of(services))
        # Within a loop the level is the same; everything else stands higher.
        higher: list[int] = above[self.chain.level[above] > one.level[changed[0]]].tolist()
        return higher

    def _wait(self, services: list[int]) -> None:
        for service in services:
            level = self.one.level[service]
            if level not in self._waiting:
                self._waiting[level] = set()
                heappush(self._levels, level)
            self._waiting[level].add(service)
