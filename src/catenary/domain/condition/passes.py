"""The least fixed point of conditions, in numpy and plain Python.

From the bottom of the chain upward: a service outside loops is computed once, from what stands
below it; a loop starts from its own conditions and gets worse until nothing changes, so that
nothing in it is worse only because of itself. Where many services change they are computed
together, where few do one by one: numpy takes as long for one as for fifty.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from catenary.domain.chain.compiled import Bytes, Chain
from catenary.domain.chain.packing import ALL_MARKS, CARRY, MARKS, WIDTH
from catenary.domain.chain.rows import Numbers, ranges
from catenary.domain.estate import Bools, Ints

#: Fewer services than these are computed one by one.
FEW = 24
#: So many times a whole level of loops is computed before only what changed is followed.
_ROUNDS = 4


class Passes:
    """What computing conditions over one chain needs; as long as the chain is held, hold this."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.one_by_one = OneByOne(chain)

    def full(self, own: Ints) -> Ints:
        """The packed conditions of all services from their packed own ones, by rank."""
        packed = own.copy()
        one = self.one_by_one.over(own, packed)
        chain = self.chain
        for level in range(len(chain.loops_start)):
            start, loops = int(chain.level_start[level]), int(chain.loops_start[level])
            end = int(chain.level_start[level + 1])
            if level and loops - start < FEW:
                for service in range(start, loops):
                    packed[service] = one.computed(service)
            elif level:
                packed[start:loops] = self.computed_slice(own, packed, start, loops)
            if loops < end:
                self.settle(own, packed, loops, end)
        return packed

    def settle(self, own: Ints, packed: Ints, start: int, end: int) -> None:
        """The loops ``[start, end)`` of one level, from their own conditions upward."""
        packed[start:end] = own[start:end]
        if end - start >= FEW:
            for _ in range(_ROUNDS):
                now = self.computed_slice(own, packed, start, end)
                worse = np.flatnonzero(now != packed[start:end])
                packed[start:end] = now
                if not len(worse):
                    return
            self.one_by_one.over(own, packed).settle_after((worse + start).tolist())
        else:
            self.one_by_one.over(own, packed).settle(range(start, end))

    def computed_slice(self, own: Ints, packed: Ints, start: int, end: int) -> Ints:
        """The conditions of the services ``[start, end)`` as they follow from the others now."""
        chain = self.chain
        groups = chain.group_start[start : end + 1]
        first, last = int(groups[0]), int(groups[-1])
        members = chain.member_start[first : last + 1]
        row, rows_end = int(members[0]), int(members[-1])
        lost = packed[chain.member[row:rows_end]]
        weight = None if chain.is_unweighted else chain.weight[row:rows_end]
        marks = self._marks(lost, weight, members[:-1] - row, chain.bias[first:last])
        wide = np.searchsorted(chain.wide.group, (first, last))
        if wide[0] < wide[1]:
            self._add_wide(marks, first, np.arange(wide[0], wide[1]), packed)
        return _worst(own[start:end], marks, groups[:-1] - first, np.diff(groups))

    def computed_some(self, own: Ints, packed: Ints, services: Ints) -> Ints:
        """The conditions of some services as they follow from the others now."""
        chain = self.chain
        groups, counts = chain.groups_of(services)
        rows, lengths = chain.members_of(groups)
        weight = None if chain.is_unweighted else chain.weight[rows]
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1])) if len(lengths) else lengths
        marks = self._marks(packed[chain.member[rows]], weight, starts, chain.bias[groups])
        if len(chain.wide.group):
            self._add_wide_of(marks, groups, packed)
        starts = np.concatenate(([0], np.cumsum(counts)[:-1])) if len(counts) else counts
        return _worst(own[services], marks, starts, counts)

    def _marks(self, lost: Ints, weight: Bytes | None, starts: Numbers, bias: Ints) -> Ints:
        """What groups make of their services; every group has a member."""
        if not len(starts):
            return np.zeros(0, dtype=np.int64)
        if weight is not None:
            lost *= weight
        marks: Ints = np.add.reduceat(lost, starts)
        marks += bias
        marks >>= CARRY
        marks &= ALL_MARKS
        return marks

    def _add_wide(self, marks: Ints, first: int, places: Ints, packed: Ints) -> None:
        marks[self.chain.wide.group[places] - first] = self.wide_marks(places, packed)

    def _add_wide_of(self, marks: Ints, groups: Ints, packed: Ints) -> None:
        places = self.chain.wide_places(groups)
        found = np.flatnonzero(places >= 0)
        if len(found):
            marks[found] = self.wide_marks(places[found], packed)

    def wide_marks(self, places: Ints, packed: Ints) -> Ints:
        """What some of the wide groups make of their services, counted lane by lane."""
        chain, wide = self.chain, self.chain.wide
        rows, lengths = chain.members_of(wide.group[places])
        weight = wide.weight[ranges(wide.start[places], lengths)]
        words = packed[chain.member[rows]]
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        marks = np.zeros(len(places), dtype=np.int64)
        for number in range(MARKS):
            spare = wide.spare_minimum if number % 2 else wide.spare_full
            lost = np.add.reduceat((words >> number * WIDTH & 1) * weight, starts)
            exceeded = (lost > spare[places]).astype(np.int64)
            marks |= exceeded << number * WIDTH
        return marks


def _worst(own: Ints, marks: Ints, starts: Numbers, counts: Numbers) -> Ints:
    """Own conditions and what each one's groups add to them."""
    has_groups: Bools = counts > 0
    if has_groups.all():
        return own | np.bitwise_or.reduceat(marks, starts) if len(own) else own.copy()
    found = own.copy()
    if len(marks):
        found[has_groups] |= np.bitwise_or.reduceat(marks, starts[has_groups])
    return found


class OneByOne:
    """Conditions of one service at a time, on Python's own numbers."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        # A memoryview hands out Python's numbers, twice as fast as an array hands out its own.
        self.group_start = chain.group_start.data
        self.member_start = chain.member_start.data
        self.member = chain.member.data
        self.weight = chain.weight.data
        self.bias = chain.bias.data
        self.reliant_start = chain.reliant_start.data
        self.reliant = chain.reliant.data
        self.loop = chain.loop.data
        self.level = chain.level.data
        self.own = self.packed = chain.bias.data

    def over(self, own: Ints, packed: Ints) -> OneByOne:
        """The same, reading and writing these conditions."""
        self.own, self.packed = own.data, packed.data
        return self

    def computed(self, service: int) -> int:
        """The condition of a service as it follows from the others now."""
        member_start, member, weight = self.member_start, self.member, self.weight
        packed = self.packed
        found: int = self.own[service]
        for group in range(self.group_start[service], self.group_start[service + 1]):
            lost = self.bias[group]
            for row in range(member_start[group], member_start[group + 1]):
                lost += packed[member[row]] * weight[row]
            found |= lost >> CARRY & ALL_MARKS
            if not lost and group in self.chain.wide.place:
                found |= self._wide_marks(group)
        return found

    def _wide_marks(self, group: int) -> int:
        wide = self.chain.wide
        place = wide.place[group]
        words = [self.packed[self.member[row]] for row in self._rows(group)]
        weights = wide.weights(place).tolist()
        marks = 0
        for number in range(MARKS):
            lost = sum(
                weight
                for word, weight in zip(words, weights, strict=True)
                if word >> number * WIDTH & 1
            )
            marks |= (lost > wide.spare(place, number)) << number * WIDTH
        return marks

    def _rows(self, group: int) -> range:
        return range(self.member_start[group], self.member_start[group + 1])

    def settle(self, services: Iterable[int]) -> None:
        """Make services of loops worse until nothing changes; what is worse already stays."""
        packed = self.packed
        waiting = deque(services)
        is_waiting = set(waiting)
        while waiting:
            service = waiting.popleft()
            is_waiting.discard(service)
            worse = self.computed(service)
            if worse != packed[service]:
                packed[service] = worse
                for above in self._above_in_loop(service):
                    if above not in is_waiting:
                        is_waiting.add(above)
                        waiting.append(above)

    def settle_after(self, changed: Iterable[int]) -> None:
        """The same, when some services of loops just got worse."""
        self.settle([above for service in changed for above in self._above_in_loop(service)])

    def _above_in_loop(self, service: int) -> list[int]:
        loop = self.loop
        return [above for above in self._above(service) if loop[above] == loop[service]]

    def above_outside_loop(self, service: int) -> list[int]:
        """Those that rely on a service and do not stand in a loop with it."""
        level = self.level
        return [above for above in self._above(service) if level[above] > level[service]]

    def _above(self, service: int) -> list[int]:
        return self.reliant[self.reliant_start[service] : self.reliant_start[service + 1]].tolist()
