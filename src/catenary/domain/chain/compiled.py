"""The chain compiled for propagation: groups and members of all services as flat arrays.

Services have two numbers. Their *position* is the caller's, for instance that of the estate; their
*rank* is the order of computing: by level, in a level those outside loops first, a loop's members
together. Arrays here are by rank unless they say otherwise, so that a level is a slice of every
array. A million services with three million dependencies take about 110 MB.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catenary.domain.chain.levels import Levels, levels_of
from catenary.domain.chain.packing import (
    ALL_DOWN,
    ALL_NOT_OPERATIONAL,
    MOST,
    WIDTH,
)
from catenary.domain.chain.rows import (
    GroupRows,
    Numbers,
    distinct,
    group_rows,
    is_first,
    ranges,
)
from catenary.domain.estate import Bools, Ints
from catenary.domain.impact import DOWN, Gates, Weights

Ranks = NDArray[np.int32]
Codes = NDArray[np.int8]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Wide:
    """The groups too heavy to be counted packed: their numbers, in order, and their exact spares
    and weights; ``start[i]`` is where the members of the i-th of them begin in ``weight``.

    Weights are machine integers unless their sum would not fit; then ``is_huge``.
    """

    group: Ints
    start: Ints
    weight: Weights
    spare_full: Weights
    spare_minimum: Weights

    @property
    def is_huge(self) -> bool:
        """Whether the sums need more than the machine's whole numbers."""
        return bool(self.weight.dtype == object)

    @cached_property
    def place(self) -> dict[int, int]:
        """Which of the wide groups a group is, by its number."""
        return {group: place for place, group in enumerate(self.group.tolist())}

    def weights(self, place: int) -> Weights:
        """The weights of the members of one wide group."""
        return self.weight[self.start[place] : self.start[place + 1]]

    def spare(self, place: int, number: int) -> int:
        """What one wide group can lose before a mark (`packing`) of it appears."""
        return int((self.spare_minimum if number % 2 else self.spare_full)[place])


@dataclass(frozen=True, eq=False)
class Chain:
    """A compiled chain.

    - ``rank[position]`` and ``position[rank]`` lead from one number to the other.
    - Level ``l`` is ``[level_start[l], level_start[l + 1])``; from ``loops_start[l]`` on stand
      those in loops. ``level[s]`` is a service's level, ``loop[s]`` its loop: -1 outside of all,
      else the rank of the loop's first service; ``loop_size[that rank]`` is how many stand in it.
    - The groups of service ``s`` are ``[group_start[s], group_start[s + 1])``, the members of group
      ``g`` are ``[member_start[g], member_start[g + 1])`` of ``member`` (ranks) and ``weight``
      (0 in wide groups).
    - ``bias[g]`` makes the marks of a group's loss appear (`packing`), 0 for wide groups.
    - ``alone[m]`` is what the loss of a member's service, and of nothing else, makes of the reliant
      service, through any of its groups.
    - ``reliant[reliant_start[s]:reliant_start[s + 1]]`` are those that rely on ``s``, each once.
    - ``is_grounded[s]``: some hard group has none of its members in the service's own loop.
    """

    rank: Ranks
    position: Ranks
    level: Ranks
    level_start: Ints
    loops_start: Ints
    loop: Ranks
    loop_size: Ranks
    group_start: Ranks
    member_start: Ranks
    member: Ranks
    weight: Bytes
    bias: Ints
    soft: Bools
    alone: Bytes
    reliant_start: Ranks
    reliant: Ranks
    is_grounded: Bools
    wide: Wide

    @property
    def size(self) -> int:
        """How many services there are."""
        return len(self.rank)

    @property
    def dependencies(self) -> int:
        """How many members all groups have."""
        return len(self.member)

    @cached_property
    def is_unweighted(self) -> bool:
        """Whether no weight differs from one."""
        return bool((self.weight == 1).all())

    @cached_property
    def group_owner(self) -> Ranks:
        """The service that each group belongs to."""
        owners = np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.group_start))
        return owners

    def ranks_of(self, positions: Numbers) -> Ints:
        """The ranks of services by position."""
        return self.rank[positions].astype(np.int64)

    def positions_of(self, ranks: Numbers) -> Ints:
        """The positions of services by rank, in order."""
        return np.sort(self.position[ranks].astype(np.int64))

    def groups_of(self, services: Ints) -> tuple[Ints, Ints]:
        """The groups of some services, one service after the other, and how many each has."""
        first = self.group_start[services].astype(np.int64)
        lengths = self.group_start[services + 1] - first
        return ranges(first, lengths), lengths

    def members_of(self, groups: Ints) -> tuple[Ints, Ints]:
        """The member rows of some groups, one group after the other, and how many each has."""
        first = self.member_start[groups].astype(np.int64)
        lengths = self.member_start[groups + 1] - first
        return ranges(first, lengths), lengths

    @cached_property
    def redundant_groups(self) -> Ints:
        """The groups that can bear the loss of some member."""
        if not len(self.member):
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(np.minimum.reduceat(self.alone, self.member_start[:-1]) < DOWN)

    @staticmethod
    def narrow_spares(bias: Ints) -> tuple[Ints, Ints]:
        """What groups that are not wide can lose before they are not operational, and before they
        are down, from their ``bias``."""
        field = (1 << WIDTH) - 1
        return MOST - (bias & field), MOST - (bias >> WIDTH & field)

    def wide_places(self, groups: Ints) -> Ints:
        """Which of the wide groups some groups are; -1 for those that are not."""
        wide = self.wide.group
        if not len(wide):
            return np.full(len(groups), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(wide, groups), len(wide) - 1)
        return np.where(wide[place] == groups, place, -1)

    def reliants_of(self, services: Ints) -> Ints:
        """Those that rely on any of some services; one may come several times."""
        first = self.reliant_start[services].astype(np.int64)
        rows = ranges(first, self.reliant_start[services + 1] - first)
        return self.reliant[rows].astype(np.int64)

    @property
    def nbytes(self) -> int:
        """The memory all this takes."""
        held = [getattr(self, name) for name in self.__dataclass_fields__ if name != "wide"]
        held += [getattr(self.wide, name) for name in self.wide.__dataclass_fields__]
        return int(sum(array.nbytes for array in held))


def compiled(gates: Gates) -> Chain:
    """The chain of an estate's dependency groups."""
    rows = group_rows(gates)
    levels = levels_of(gates.size, rows.reliant[rows.member_group], rows.supporter)
    return arranged(rows, levels)


def arranged(rows: GroupRows, levels: Levels) -> Chain:
    """Groups in the order of computing that ``levels`` give."""
    size = len(levels.level)
    together = np.where(levels.is_in_loop, levels.loop, 0)
    position = np.lexsort((together, levels.is_in_loop, levels.level)).astype(np.int32)
    rank = np.empty(size, dtype=np.int32)
    rank[position] = np.arange(size, dtype=np.int32)
    owner = rank[rows.reliant]
    order = np.argsort(owner, kind="stable")
    rows, owner = rows.in_order(order), owner[order]
    supporter = rank[rows.supporter]
    loop, loop_size = _loops(levels, position)
    member_owner = np.repeat(owner, rows.count)
    inside = (loop[member_owner] >= 0) & (loop[supporter] == loop[member_owner])
    starts = rows.starts
    grounded = np.zeros(size, dtype=np.bool_)
    if len(starts):
        grounded[owner[~np.logical_or.reduceat(inside, starts) & ~rows.soft]] = True
    wide, weight, bias = _weighed(rows)
    level = levels.level[position]
    heights = np.arange(int(level[-1]) + 2) if size else np.zeros(1, dtype=np.int64)
    level_start = np.searchsorted(level, heights)
    reliant_start, reliant = _reversed(size, member_owner, supporter)
    return Chain(
        rank=rank,
        position=position,
        level=level.astype(np.int32),
        level_start=level_start,
        loops_start=np.array(
            [
                start + np.searchsorted(loop[start:end] >= 0, True)
                for start, end in zip(level_start[:-1], level_start[1:], strict=True)
            ],
            dtype=np.int64,
        ),
        loop=loop,
        loop_size=loop_size,
        group_start=_starts(np.bincount(owner, minlength=size)),
        member_start=_starts(rows.count),
        member=supporter,
        weight=weight,
        bias=bias,
        soft=rows.soft,
        alone=_alone(rows, size, member_owner, supporter),
        reliant_start=reliant_start,
        reliant=reliant,
        is_grounded=grounded,
        wide=wide,
    )


def _loops(levels: Levels, position: Ranks) -> tuple[Ranks, Ranks]:
    """By rank: the first rank of each service's loop, -1 outside; and the sizes at those ranks."""
    size = len(position)
    is_in_loop = levels.is_in_loop[position]
    number = np.where(is_in_loop, levels.loop[position], -1)
    first = (
        np.maximum.accumulate(np.where(is_first(number), np.arange(size), 0)) if size else number
    )
    loop = np.where(is_in_loop, first, -1).astype(np.int32)
    loop_size = np.bincount(loop[is_in_loop], minlength=size).astype(np.int32)
    return loop, loop_size


def _weighed(rows: GroupRows) -> tuple[Wide, Bytes, Ints]:
    """The wide groups apart; the weights of all others as bytes, and their biases."""
    total = np.add.reduceat(rows.weight, rows.starts) if len(rows.count) else rows.weight
    is_wide = (total > MOST).astype(np.bool_)
    group = np.flatnonzero(is_wide)
    is_member = np.repeat(is_wide, rows.count)
    kind = np.int64 if not len(group) or max(total[group]) < 2**62 else object
    wide = Wide(
        group=group,
        start=_starts(rows.count[group]).astype(np.int64),
        weight=rows.weight[is_member].astype(kind),
        spare_full=rows.spare_full[group].astype(kind),
        spare_minimum=rows.spare_minimum[group].astype(kind),
    )
    weight = np.where(is_member, 0, rows.weight).astype(np.uint8)
    full = np.where(is_wide, MOST, rows.spare_full).astype(np.int64)
    minimum = np.where(is_wide, MOST, rows.spare_minimum).astype(np.int64)
    bias = (MOST - full) * ALL_NOT_OPERATIONAL + (MOST - minimum) * ALL_DOWN
    return wide, weight, bias


def _alone(rows: GroupRows, size: int, owner: Ranks, supporter: Ranks) -> Bytes:
    """What each loss alone makes of the reliant service, the worst of all its groups."""
    group = rows.member_group
    hurts = (rows.weight > rows.spare_full[group]).astype(np.uint8)
    hurts += (rows.weight > rows.spare_minimum[group]).astype(np.uint8)
    # One pair may stand in several groups: then its loss is felt in all of them.
    pair = owner.astype(np.int64) * size + supporter
    order = np.argsort(pair, kind="stable")
    ordered = pair[order]
    first = is_first(ordered)
    if first.all():
        return hurts
    worst = np.maximum.reduceat(hurts[order], np.flatnonzero(first))
    hurts[order] = worst[np.cumsum(first) - 1]
    return hurts


def _reversed(size: int, owner: Ranks, supporter: Ranks) -> tuple[Ranks, Ranks]:
    pairs = distinct(supporter.astype(np.int64) * size + owner)
    below = pairs // max(size, 1)
    return _starts(np.bincount(below, minlength=size)), (pairs % max(size, 1)).astype(np.int32)


def _starts(counts: Any) -> Ranks:
    """Where each begins, and at the end where the last one ends."""
    starts = np.zeros(len(counts) + 1, dtype=np.int32)
    np.cumsum(counts, out=starts[1:])
    return starts
