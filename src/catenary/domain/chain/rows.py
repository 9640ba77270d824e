"""Dependency groups in the form they are computed in: what may be lost, not what is needed.

A group is operational while the weight of its members that are not operational is at most
``spare_full``, and not down while the weight of those that are down is at most ``spare_minimum``
(``docs/algorithms/propagation.md``). Weights are divided by what they have in common, which
changes no comparison and makes them small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catenary.domain.estate import Bools, Ints
from catenary.domain.impact import Gates, Weights

#: Whole numbers of any width.
Numbers = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class GroupRows:
    """Groups in any order, each with at least one member, the members of one group together.

    ``count`` says how many members each group has; ``supporter`` and ``weight`` have one entry per
    member, no supporter twice in a group. Services are positions. A soft group is never down, so
    it can spare everything.
    """

    reliant: Ints
    soft: Bools
    spare_full: Weights
    spare_minimum: Weights
    count: Ints
    supporter: Ints
    weight: Weights

    @property
    def starts(self) -> Ints:
        """Where each group's members begin."""
        return np.concatenate(([0], np.cumsum(self.count)[:-1])) if len(self.count) else self.count

    @property
    def member_group(self) -> Ints:
        """The group of each member."""
        return np.repeat(np.arange(len(self.count)), self.count)

    def in_order(self, order: Ints) -> GroupRows:
        """These groups, and no others, in this order."""
        members = ranges(self.starts[order], self.count[order])
        return GroupRows(
            reliant=self.reliant[order],
            soft=self.soft[order],
            spare_full=self.spare_full[order],
            spare_minimum=self.spare_minimum[order],
            count=self.count[order],
            supporter=self.supporter[members],
            weight=self.weight[members],
        )

    def joined_with(self, other: GroupRows) -> GroupRows:
        """These groups and then those."""

        def both(name: str) -> Any:
            return np.concatenate((getattr(self, name), getattr(other, name)))

        return GroupRows(**{name: both(name) for name in self.__dataclass_fields__})


def group_rows(gates: Gates) -> GroupRows:
    """The groups of an estate; those that have lost all their members are left out."""
    group, supporter, weight = gates.member_group, gates.member_supporter, gates.member_weight
    pair = group * gates.size + supporter
    if (pair[1:] < pair[:-1]).any():
        order = np.argsort(pair, kind="stable")
        group, supporter, weight = group[order], supporter[order], weight[order]
    first = is_first(group, supporter)
    if not first.all():
        weight = np.add.reduceat(weight, np.flatnonzero(first))
        group, supporter = group[first], supporter[first]
    counts = np.bincount(group, minlength=len(gates.group_reliant))
    kept = np.flatnonzero(counts)
    count = counts[kept]
    if not len(kept):
        return GroupRows(kept, kept > 0, kept, kept, kept, kept, kept)
    starts = np.concatenate(([0], np.cumsum(count)[:-1]))
    total = np.add.reduceat(weight, starts)
    common = np.gcd.reduceat(weight, starts)
    soft = gates.group_soft[kept]
    return GroupRows(
        reliant=gates.group_reliant[kept],
        soft=soft,
        spare_full=(total - gates.group_full[kept]) // common,
        spare_minimum=np.where(soft, total, total - gates.group_minimum[kept]) // common,
        count=count,
        supporter=supporter,
        weight=weight // np.repeat(common, count),
    )


def distinct(numbers: Ints) -> Ints:
    """Each number once, in order. `numpy.unique` looks for them by hashing first, which takes
    many times as long where nearly all differ."""
    found = np.sort(numbers)
    return found[is_first(found)]


def is_first(*columns: Numbers) -> Bools:
    """Of rows in order, which are the first of those alike in these columns."""
    first = np.ones(len(columns[0]), dtype=np.bool_)
    if len(first):
        first[1:] = False
        for column in columns:
            first[1:] |= column[1:] != column[:-1]
    return first


def ranges(starts: Numbers, lengths: Numbers) -> Ints:
    """The numbers of several ranges, one range after the other."""
    total = int(lengths.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    shift = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    found: Ints = np.arange(total) + shift
    return found
