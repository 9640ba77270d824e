"""What goes down when services fail: thresholds over the chain, to the least fixed point.

The rules are SEMANTICS 1 (`docs/algorithms/thresholds.md`, `docs/algorithms/impact.md`). Weights
are whole numbers of millionths, so every comparison is exact. One pass over all groups touched
takes milliseconds for a hundred thousand services.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from catenary.domain.estate import Bools, Ints

#: Conditions, worse upward.
OPERATIONAL, DEGRADED, DOWN = range(3)
CONDITION_NAMES = ("operational", "degraded", "down")

#: Weights have six decimals at most.
_SCALE = 6
_UNIT = 1_000_000
#: Beyond this sum a group no longer fits the machine's whole numbers.
_WIDE = 2**62
#: So many sums of lost weights are tried before the answer "it may matter" is no longer sought.
_SUMS = 4096

#: Weights: machine integers, or Python's own where those would not do.
Weights = NDArray[Any]


def millionths(amount: Decimal | int | float) -> int:
    """An amount as the whole number of millionths that it is kept with."""
    if isinstance(amount, int):
        return amount * _UNIT
    return int(Decimal(str(amount)).scaleb(_SCALE).to_integral_value())


@dataclass(frozen=True, eq=False)
class Gates:
    """The dependency groups of an estate: one row per group, one per member of a group.

    Positions are those of the estate; ``size`` is how many services it has.
    """

    size: int
    group_reliant: Ints
    group_minimum: Weights
    group_full: Weights
    group_soft: Bools
    member_group: Ints
    member_supporter: Ints
    member_weight: Weights

    @cached_property
    def total(self) -> Weights:
        """The weight of all members of each group."""
        total = np.zeros(len(self.group_reliant), dtype=self.member_weight.dtype)
        np.add.at(total, self.member_group, self.member_weight)
        return total

    @cached_property
    def is_even(self) -> Bools:
        """Whether all members of a group weigh the same."""
        even = np.ones(len(self.group_reliant), dtype=np.bool_)
        if len(self.member_group):
            first = np.zeros(len(self.group_reliant), dtype=np.int64)
            first[self.member_group[::-1]] = np.arange(len(self.member_group))[::-1]
            same = self.member_weight == self.member_weight[first[self.member_group]]
            even[self.member_group[~same.astype(np.bool_)]] = False
        return even

    @cached_property
    def _by_supporter(self) -> tuple[Ints, Ints]:
        return _index(self.member_supporter, self.size)

    @cached_property
    def _by_group(self) -> tuple[Ints, Ints]:
        return _index(self.member_group, len(self.group_reliant))

    @cached_property
    def _by_reliant(self) -> tuple[Ints, Ints]:
        return _index(self.group_reliant, self.size)

    def memberships_of(self, services: Ints) -> Ints:
        """The member rows in which any of ``services`` supports something."""
        return _rows(self._by_supporter, services)

    def members_of(self, groups: Ints) -> Ints:
        """The member rows of ``groups``."""
        return _rows(self._by_group, groups)

    def groups_of(self, services: Ints) -> Ints:
        """The groups that ``services`` rely on."""
        return _rows(self._by_reliant, services)

    def of_reliants(self, reliants: Bools) -> Gates:
        """The groups of these services alone."""
        kept = reliants[self.group_reliant]
        if kept.all():
            return self
        renumbered = np.cumsum(kept) - 1
        members = kept[self.member_group]
        return Gates(
            size=self.size,
            group_reliant=self.group_reliant[kept],
            group_minimum=self.group_minimum[kept],
            group_full=self.group_full[kept],
            group_soft=self.group_soft[kept],
            member_group=renumbered[self.member_group[members]],
            member_supporter=self.member_supporter[members],
            member_weight=self.member_weight[members],
        )

    def document(self, group: int, names: Callable[[int], str]) -> DependencyGroupDocument:
        """A group as it was written, its members by the names they are given here."""
        rows = self.members_of(np.array([group]))
        return DependencyGroupDocument(
            tuple(
                Supporter(names(int(self.member_supporter[row])), _amount(self.member_weight[row]))
                for row in rows
            ),
            _amount(self.group_minimum[group]),
            _amount(self.group_full[group]),
            bool(self.group_soft[group]),
        )


def _amount(number: int) -> Decimal:
    return Decimal(int(number)).scaleb(-_SCALE).normalize() + 0


def gates(
    size: int,
    groups: Sequence[tuple[int, int, int, bool]],
    members: Sequence[tuple[int, int, int]],
) -> Gates:
    """Gates from rows: (reliant, minimum, full, soft) per group and (group, supporter, weight) per
    member, weights in millionths.

    A threshold that the members present cannot reach (a supporter is gone from the catalogue)
    asks for all of them.
    """
    sums: dict[int, int] = {}
    for group, _supporter, weight in members:
        sums[group] = sums.get(group, 0) + weight
    wide = max(sums.values(), default=0) >= _WIDE
    kind = object if wide else np.int64
    minimum = [min(row[1], sums.get(group, 0)) for group, row in enumerate(groups)]
    full = [min(row[2], sums.get(group, 0)) for group, row in enumerate(groups)]
    return Gates(
        size=size,
        group_reliant=np.array([row[0] for row in groups], dtype=np.int64),
        group_minimum=np.array(minimum, dtype=kind),
        group_full=np.array(full, dtype=kind),
        group_soft=np.array([row[3] for row in groups], dtype=np.bool_),
        member_group=np.array([row[0] for row in members], dtype=np.int64),
        member_supporter=np.array([row[1] for row in members], dtype=np.int64),
        member_weight=np.array([row[2] for row in members], dtype=kind),
    )


@dataclass(frozen=True, eq=False)
class Impact:
    """What the failure of ``failing`` does, one entry per service.

    ``condition`` is `OPERATIONAL`, `DEGRADED` or `DOWN`. ``next_loss`` is, for those operational
    and at risk, what one more loss would make of them, else `OPERATIONAL`. ``steps`` is the length
    of the shortest path of causes to a failing service, -1 for whom nothing changes; ``through``
    the next service on that path and ``gate`` the group it is lost in, -1 where there is none.
    """

    failing: Ints
    condition: Ints
    next_loss: Ints
    steps: Ints
    through: Ints
    gate: Ints

    def path(self, service: int) -> list[int]:
        """The services from this one down to a failing one, both included."""
        found = [service]
        while self.through[found[-1]] >= 0:
            found.append(int(self.through[found[-1]]))
        return found


def impact_of(
    chain: Gates, failing: Ints, condition: int = DOWN, named_last: Bools | None = None
) -> Impact:
    """What happens to every service when ``failing`` are in ``condition`` and all others are
    operational by themselves. Of equally short paths the one whose next service is not in
    ``named_last`` is told."""
    state, operational, available = _settled(chain, failing, condition)
    next_loss, risky = _at_risk(chain, failing, state, operational, available)
    causes = [_causes(chain, failing, state, operational, available), risky]
    reliant, member, group = (np.concatenate(columns) for columns in zip(*causes, strict=True))
    late = named_last if named_last is not None else np.zeros(chain.size, dtype=np.bool_)
    order = np.lexsort((group, member, late[member], reliant))
    steps, through, gate = _shortest(
        chain.size, failing, reliant[order], member[order], group[order]
    )
    return Impact(failing, state, next_loss, steps, through, gate)


def _settled(chain: Gates, failing: Ints, condition: int) -> tuple[Ints, Weights, Weights]:
    """The least fixed point: conditions, and of every group the weight that is operational and
    the weight that is available (operational or degraded)."""
    state = np.zeros(chain.size, dtype=np.int64)
    counted = np.zeros(chain.size, dtype=np.int64)
    operational, available = chain.total.copy(), chain.total.copy()
    state[failing] = condition
    changed = np.unique(failing)
    while len(changed):
        rows = chain.memberships_of(changed)
        supporter, weight = chain.member_supporter[rows], chain.member_weight[rows]
        group = chain.member_group[rows]
        was, now = counted[supporter], state[supporter]
        left, lost = was == OPERATIONAL, (was < DOWN) & (now == DOWN)
        np.subtract.at(operational, group[left], weight[left])
        np.subtract.at(available, group[lost], weight[lost])
        counted[changed] = state[changed]
        touched = np.unique(group)
        worst = _contribution(chain, touched, operational, available)
        reliant = chain.group_reliant[touched]
        worse = worst > state[reliant]
        np.maximum.at(state, reliant[worse], worst[worse])
        changed = np.unique(reliant[worse])
    return state, operational, available


def _contribution(chain: Gates, groups: Ints, operational: Weights, available: Weights) -> Ints:
    """What each group alone makes of its service."""
    broken = (available[groups] < chain.group_minimum[groups]).astype(np.bool_)
    partly = (operational[groups] < chain.group_full[groups]).astype(np.bool_)
    broken &= ~chain.group_soft[groups]
    return np.where(broken, DOWN, np.where(partly, DEGRADED, OPERATIONAL))


def _causes(
    chain: Gates, failing: Ints, state: Ints, operational: Weights, available: Weights
) -> tuple[Ints, Ints, Ints]:
    """(Service, member whose loss mattered, group) for every service that is hit."""
    hit = state > OPERATIONAL
    hit[failing] = False
    groups = chain.groups_of(np.flatnonzero(hit))
    worst = _contribution(chain, groups, operational, available)
    groups = groups[worst == state[chain.group_reliant[groups]]]
    rows = chain.members_of(groups)
    group = chain.member_group[rows]
    wanted = state[chain.group_reliant[group]]
    # Down takes members that are down; degraded takes members that are either.
    lost = state[chain.member_supporter[rows]] >= wanted
    rows, group, wanted = rows[lost], group[lost], wanted[lost]
    threshold = np.where(wanted == DOWN, chain.group_minimum[group], chain.group_full[group])
    slack = chain.total[group] - threshold
    kept = _mattering_rows(chain, rows, slack)
    rows = rows[kept]
    group = chain.member_group[rows]
    return chain.group_reliant[group], chain.member_supporter[rows], group


def _at_risk(
    chain: Gates, failing: Ints, state: Ints, operational: Weights, available: Weights
) -> tuple[Ints, tuple[Ints, Ints, Ints]]:
    """What one more loss would make of those that are operational, and (service, lost member,
    group) for those to whom it would do nothing had nothing been lost."""
    next_loss = np.zeros(chain.size, dtype=np.int64)
    lost_rows = chain.memberships_of(np.flatnonzero(state > OPERATIONAL))
    weakened = np.unique(chain.group_reliant[chain.member_group[lost_rows]])
    weakened = weakened[state[weakened] == OPERATIONAL]
    rows = chain.members_of(chain.groups_of(weakened))
    group, supporter = chain.member_group[rows], chain.member_supporter[rows]
    weight, reliant = chain.member_weight[rows], chain.group_reliant[group]
    hurts = (operational[group] - weight < chain.group_full[group]).astype(np.bool_)
    hurts &= (state[supporter] == OPERATIONAL) & (supporter != reliant)
    always = (chain.total[group] - weight < chain.group_full[group]).astype(np.bool_)
    # A member may stand in several groups of one service: then its loss is all of them.
    pair = reliant * chain.size + supporter
    risky = hurts & ~np.isin(pair, pair[always])
    rows, group, reliant, weight = rows[risky], group[risky], reliant[risky], weight[risky]
    down = (available[group] - weight < chain.group_minimum[group]).astype(np.bool_)
    down &= ~chain.group_soft[group]
    np.maximum.at(next_loss, reliant, np.where(down, DOWN, DEGRADED))
    slack = chain.total[group] - weight - chain.group_full[group]
    return next_loss, _risk_causes(chain, state, group, slack)


def _risk_causes(
    chain: Gates, state: Ints, groups: Ints, slack: Weights
) -> tuple[Ints, Ints, Ints]:
    """The lost members without one of which a group could bear the next loss."""
    rows = [np.zeros(0, dtype=np.int64)]
    even = chain.is_even[groups]
    simple = chain.members_of(np.unique(groups[even]))
    rows.append(simple[state[chain.member_supporter[simple]] > OPERATIONAL])
    for group, spare in zip(groups[~even], slack[~even], strict=True):
        members = chain.members_of(np.array([group]))
        members = members[state[chain.member_supporter[members]] > OPERATIONAL]
        chosen = mattering([int(w) for w in chain.member_weight[members]], int(spare))
        rows.append(members[np.array(chosen, dtype=np.bool_)])
    found = np.unique(np.concatenate(rows))
    group = chain.member_group[found]
    return chain.group_reliant[group], chain.member_supporter[found], group


def _mattering_rows(chain: Gates, rows: Ints, slack: Weights) -> Bools:
    """Which of these lost members mattered; those of one group stand together."""
    group = chain.member_group[rows]
    kept: Bools = chain.is_even[group].copy()
    uneven = np.flatnonzero(~kept)
    if len(uneven):
        ends = np.flatnonzero(np.diff(group[uneven])) + 1
        for places in np.split(uneven, ends):
            weights = [int(w) for w in chain.member_weight[rows[places]]]
            kept[places] = mattering(weights, int(slack[places[0]]))
    return kept


def mattering(weights: Sequence[int], slack: int) -> list[bool]:
    """Which of the lost weights mattered: without which some part of the loss, just bearable,
    would not have become unbearable. All together are more than ``slack``.

    Among very many different weights a member may be left out whose mattering takes too long to
    find; the heaviest, which always matters, never is.
    """
    heaviest = max(weights, default=0)
    found = []
    for place, weight in enumerate(weights):
        if weight == heaviest or weight > slack:
            found.append(True)
            continue
        others = [w for other, w in enumerate(weights) if other != place]
        found.append(_reaches(others, slack - weight, slack))
    return found


def _reaches(weights: Sequence[int], more_than: int, at_most: int) -> bool:
    """Whether some of ``weights`` sum up to more than the one and at most the other."""
    sums = {0}
    for weight in weights:
        sums |= {total + weight for total in sums if total + weight <= at_most}
        if any(total > more_than for total in sums):
            return True
        if len(sums) > _SUMS:
            return False
    return any(total > more_than for total in sums)


def _shortest(
    size: int, failing: Ints, reliant: Ints, member: Ints, group: Ints
) -> tuple[Ints, Ints, Ints]:
    """Steps to the nearest failing service along causes, the next service there, and the group;
    of several causes the first of those given."""
    steps = np.full(size, -1, dtype=np.int64)
    through, gate = steps.copy(), steps.copy()
    index = _index(member, size)
    steps[failing] = 0
    frontier, step = np.unique(failing), 0
    while len(frontier):
        step += 1
        rows = np.sort(_rows(index, frontier))
        rows = rows[steps[reliant[rows]] < 0]
        frontier, first = np.unique(reliant[rows], return_index=True)
        steps[frontier] = step
        through[frontier], gate[frontier] = member[rows[first]], group[rows[first]]
    return steps, through, gate


def _index(keys: Ints, size: int) -> tuple[Ints, Ints]:
    order = np.argsort(keys, kind="stable")
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=starts[1:])
    return starts, order


def _rows(index: tuple[Ints, Ints], keys: Ints) -> Ints:
    """The rows of each key, one key after the other."""
    starts, order = index
    first, last = starts[keys], starts[keys + 1]
    lengths = last - first
    total = int(lengths.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    shift = np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    rows: Ints = order[np.arange(total) + shift]
    return rows
