"""The least fixed point of conditions as compiled loops: see `condition.passes` for the rule.

Everything is by rank, in the arrays of `chain.compiled.Chain`. What all functions need of a chain
travels as one tuple, ``chain``, in the order of `CHAIN`; of its wide groups likewise, ``wide``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from catenary.domain.chain.packing import (
    ALL_DOWN,
    ALL_MARKS,
    ALL_NOT_OPERATIONAL,
    BEST,
    CARRY,
    LANES,
    WIDTH,
    WORST,
    down,
    not_operational,
)
from catenary.domain.kernels.compiling import compiled

#: The attributes of a chain, and of its wide groups, in the order of the tuples.
CHAIN = (
    "group_start",
    "member_start",
    "member",
    "weight",
    "bias",
    "alone",
    "loop",
    "loop_size",
    "level",
    "reliant_start",
    "reliant",
)
WIDE = ("group", "start", "weight", "spare_full", "spare_minimum")

Array = NDArray[Any]
Arrays = tuple[Array, ...]

_FIELD = (1 << WIDTH) - 1
#: Where a loss shows that somebody may be at risk, at best and at worst.
_RISKS = (_FIELD << 2 * BEST * WIDTH) | (_FIELD << 2 * WORST * WIDTH)
_AT_BEST_PARTLY, _AT_BEST_DOWN = not_operational(BEST), down(BEST)
_AT_WORST_PARTLY, _AT_WORST_DOWN = not_operational(WORST), down(WORST)


# What is called for every service takes single arrays: handing over a tuple of them costs more
# than the work itself.


@compiled
def _computed(
    group_start: Array,
    member_start: Array,
    member: Array,
    weight: Array,
    bias: Array,
    own: Array,
    packed: Array,
    service: int,
) -> tuple[int, bool, bool]:
    """The condition of a service as it follows from the others now, but for its wide groups;
    whether anything is lost that may put it at risk; whether it may have wide groups."""
    found = own[service]
    lost_at_all = 0
    may_be_wide = False
    for group in range(group_start[service], group_start[service + 1]):
        lost = 0
        for row in range(member_start[group], member_start[group + 1]):
            lost += packed[member[row]] * np.int64(weight[row])
        found |= (lost + bias[group] >> CARRY) & ALL_MARKS
        lost_at_all |= lost
        may_be_wide |= bias[group] == 0
    return found, lost_at_all & _RISKS != 0, may_be_wide


@compiled
def _risks(
    group_start: Array,
    member_start: Array,
    member: Array,
    weight: Array,
    bias: Array,
    alone: Array,
    own: Array,
    packed: Array,
    service: int,
) -> tuple[int, bool]:
    """The marks that the loss of one more member would add to a service at risk, but for its wide
    groups; and whether it may have such."""
    partly = own[service] & ALL_NOT_OPERATIONAL
    # Who is degraded by itself feels only what would make it down.
    partly |= partly << WIDTH
    found = 0
    may_be_wide = False
    for group in range(group_start[service], group_start[service + 1]):
        lost = 0
        may_be_wide |= bias[group] == 0
        for row in range(member_start[group], member_start[group + 1]):
            lost += packed[member[row]] * np.int64(weight[row])
        if lost & _RISKS == 0:
            continue
        for row in range(member_start[group], member_start[group + 1]):
            if alone[row] == 2 or member[row] == service:
                continue
            more = (ALL_MARKS - packed[member[row]]) * np.int64(weight[row])
            worse = (lost + more + bias[group] >> CARRY) & ALL_MARKS
            found |= worse & partly if alone[row] == 1 else worse
    return found & ~packed[service], may_be_wide


@compiled
def _wide_place(wide: Arrays, group: int) -> int:
    """Which of the wide groups it is; -1 for none."""
    groups = wide[0]
    if not len(groups):
        return -1
    place = int(np.searchsorted(groups, group))
    if place < len(groups) and groups[place] == group:
        return place
    return -1


@compiled
def _wide_marks(chain: Arrays, wide: Arrays, packed: Array, service: int) -> int:
    """What the wide groups of a service make of it, counted lane by lane."""
    group_start, member_start, member = chain[:3]
    _groups, start, weight, spare_full, spare_minimum = wide
    marks = 0
    for group in range(group_start[service], group_start[service + 1]):
        place = _wide_place(wide, group)
        if place < 0:
            continue
        shift = start[place] - member_start[group]
        for number in range(2 * LANES):
            lost = 0
            for row in range(member_start[group], member_start[group + 1]):
                lost += (packed[member[row]] >> number * WIDTH & 1) * weight[row + shift]
            spare = spare_minimum[place] if number % 2 else spare_full[place]
            if lost > spare:
                marks |= 1 << number * WIDTH
    return marks


@compiled
def _wide_risks(chain: Arrays, wide: Arrays, own: Array, packed: Array, service: int) -> int:
    """The marks that the loss of one more member of a wide group would add to a service."""
    group_start, member_start, member, _weight, _bias, alone = chain[:6]
    _groups, start, weight, spare_full, spare_minimum = wide
    partly = own[service] & ALL_NOT_OPERATIONAL
    partly |= partly << WIDTH
    found = 0
    for group in range(group_start[service], group_start[service + 1]):
        place = _wide_place(wide, group)
        if place < 0:
            continue
        shift = start[place] - member_start[group]
        for number in range(2 * LANES):
            spare = spare_minimum[place] if number % 2 else spare_full[place]
            mark = 1 << number * WIDTH
            lost = 0
            for row in range(member_start[group], member_start[group + 1]):
                lost += weight[row + shift] if packed[member[row]] & mark else 0
            for row in range(member_start[group], member_start[group + 1]):
                if alone[row] == 2 or member[row] == service or packed[member[row]] & mark:
                    continue
                if lost + weight[row + shift] > spare and (alone[row] == 0 or partly & mark):
                    found |= mark
    return int(found & ~packed[service])


@compiled
def _next_loss(marks: int) -> int:
    """What would become of a service, at best and four times at worst, from marks added."""
    # Who would be down is not operational either.
    marks |= (marks & ALL_DOWN) >> WIDTH
    at_best = (marks & _AT_BEST_PARTLY != 0) + (marks & _AT_BEST_DOWN != 0)
    at_worst = (marks & _AT_WORST_PARTLY != 0) + (marks & _AT_WORST_DOWN != 0)
    return int(at_best + 4 * at_worst)


@compiled
def _settle(chain: Arrays, wide: Arrays, own: Array, packed: Array, first: int) -> None:
    """A whole loop, from its own conditions upward until nothing changes."""
    group_start, member_start, member, weight, bias = chain[:5]
    loop, loop_size, reliant_start, reliant = chain[6], chain[7], chain[9], chain[10]
    size = loop_size[first]
    queue = np.arange(size)
    is_waiting = np.ones(size, dtype=np.bool_)
    packed[first : first + size] = own[first : first + size]
    head, waiting = 0, size
    while waiting:
        place = queue[head]
        head = (head + 1) % size
        waiting -= 1
        is_waiting[place] = False
        service = first + place
        worse, _, may_be_wide = _computed(
            group_start, member_start, member, weight, bias, own, packed, service
        )
        if may_be_wide:
            worse |= _wide_marks(chain, wide, packed, service)
        if worse == packed[service]:
            continue
        packed[service] = worse
        for row in range(reliant_start[service], reliant_start[service + 1]):
            above = reliant[row]
            if loop[above] == first and not is_waiting[above - first]:
                is_waiting[above - first] = True
                queue[(head + waiting) % size] = above - first
                waiting += 1


@compiled
def full(chain: Arrays, wide: Arrays, own: Array, packed: Array, next_loss: Array) -> None:
    """All conditions and next losses, into ``packed`` and ``next_loss``."""
    group_start, member_start, member, weight, bias, alone, loop, loop_size = chain[:8]
    for service in range(len(own)):
        first = loop[service]
        next_loss[service] = 0
        is_weakened = True
        if first < 0:
            found, is_weakened, may_be_wide = _computed(
                group_start, member_start, member, weight, bias, own, packed, service
            )
            if may_be_wide:
                found |= _wide_marks(chain, wide, packed, service)
                is_weakened = True
            packed[service] = found
        elif first == service:
            _settle(chain, wide, own, packed, service)
        if is_weakened:
            marks, may_be_wide = _risks(
                group_start, member_start, member, weight, bias, alone, own, packed, service
            )
            if may_be_wide:
                marks |= _wide_risks(chain, wide, own, packed, service)
            next_loss[service] = _next_loss(marks)


@compiled
def climb(
    chain: Arrays,
    wide: Arrays,
    own: Array,
    packed: Array,
    services: Array,
    head: Array,
    following: Array,
    changed: Array,
    before: Array,
    most: int,
) -> tuple[int, bool]:
    """Mend what follows from new own conditions of ``services``, already in ``own``.

    How many changed: who in ``changed``, what they were in ``before``. Then whether it was given
    up half-way, when more than ``most`` dependencies were touched. ``head`` is -1 for every level
    and ``following`` -2 for every service, before and after.
    """
    group_start, member_start, member, weight, bias = chain[:5]
    loop, loop_size, level, reliant_start, reliant = chain[6:11]
    count, touched, levels = 0, 0, len(head)
    lowest = levels
    for place in range(len(services)):
        service = services[place]
        if following[service] == -2:
            following[service] = head[level[service]]
            head[level[service]] = service
            lowest = min(lowest, level[service])
    for now in range(lowest, levels):
        done = count
        service = head[now]
        head[now] = -1
        while service >= 0:
            after = following[service]
            following[service] = -2
            if touched > most:
                service = after
                continue
            if loop[service] < 0:
                found, _, may_be_wide = _computed(
                    group_start, member_start, member, weight, bias, own, packed, service
                )
                if may_be_wide:
                    found |= _wide_marks(chain, wide, packed, service)
                if found != packed[service]:
                    changed[count], before[count] = service, packed[service]
                    packed[service] = found
                    count += 1
            else:
                first = loop[service]
                size = loop_size[first]
                was = packed[first : first + size].copy()
                _settle(chain, wide, own, packed, first)
                touched += size
                for place in range(size):
                    if was[place] != packed[first + place]:
                        changed[count], before[count] = first + place, was[place]
                        count += 1
            service = after
        for place in range(done, count):
            service = changed[place]
            for row in range(reliant_start[service], reliant_start[service + 1]):
                above = reliant[row]
                touched += 1
                if level[above] > now and following[above] == -2:
                    following[above] = head[level[above]]
                    head[level[above]] = above
    return count, touched > most


@compiled
def mend_next_losses(
    chain: Arrays,
    wide: Arrays,
    own: Array,
    packed: Array,
    next_loss: Array,
    services: Array,
    stamp: Array,
    now: int,
    changed: Array,
    count: int,
) -> int:
    """The next losses of ``services``, of the ``count`` services in ``changed``, and of those that
    rely on these; who changed by that alone joins them. How many there are then. ``stamp`` is
    nowhere ``now`` before, and is afterwards wherever a service was looked at."""
    group_start, member_start, member, weight, bias, alone = chain[:6]
    reliant_start, reliant = chain[9], chain[10]
    total = count
    for place in range(count):
        stamp[changed[place]] = now
    # First those that changed, who are told of already; then those asked; then those above.
    for turn in range(2 * count + len(services)):
        first, last = 0, 1
        if turn >= count + len(services):
            below = changed[turn - count - len(services)]
            first, last = reliant_start[below], reliant_start[below + 1]
        for row in range(first, last):
            # The one asked for in this turn, or one above who changed.
            if turn < count:
                service = np.int64(changed[turn])
            elif turn < count + len(services):
                service = services[turn - count]
            else:
                service = np.int64(reliant[row])
            if turn >= count and stamp[service] == now:
                continue
            stamp[service] = now
            marks, may_be_wide = _risks(
                group_start, member_start, member, weight, bias, alone, own, packed, service
            )
            if may_be_wide:
                marks |= _wide_risks(chain, wide, own, packed, service)
            found = _next_loss(marks)
            if found != next_loss[service]:
                next_loss[service] = found
                if turn >= count:
                    changed[total] = service
                    total += 1
    return total
