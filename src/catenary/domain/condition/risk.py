"""Who is at risk: for whom the next loss of a direct supporter matters, because others are lost.

A service is *at risk* when some direct member's loss now would worsen its effective condition,
although the same loss would do nothing if all members were operational (SEMANTICS 1). Asked twice:
with every unknown taken as operational, and with every unknown taken as down.
"""

from __future__ import annotations

import numpy as np

from catenary.domain.chain.compiled import Bytes, Chain
from catenary.domain.chain.packing import BEST, WIDTH, WORST
from catenary.domain.chain.rows import Numbers, ranges
from catenary.domain.estate import Bools, Ints

#: In what is kept of a service: what the next loss makes of it at best, and, four times, at worst.
AT_BEST, AT_WORST = 1, 4


def value(packed: Ints, lane: int) -> Ints:
    """Conditions in one lane: operational 0, degraded 1, down 2."""
    found: Ints = packed >> 2 * lane * WIDTH & 1
    found += packed >> (2 * lane + 1) * WIDTH & 1
    return found


def next_losses(chain: Chain, own: Ints, packed: Ints, services: Ints | None = None) -> Bytes:
    """For some services, or all, what the next loss makes of those at risk, else 0.

    At best in the two lowest bits, at worst in the next two.
    """
    owners: Numbers
    if services is None:
        groups, owners = np.arange(len(chain.bias)), chain.group_owner
        asked = np.arange(chain.size)
    else:
        asked = services
        groups, counts = chain.groups_of(asked)
        owners = np.repeat(np.arange(len(asked)), counts)
    found = np.zeros(len(asked), dtype=np.uint8)
    for lane, unit in ((BEST, AT_BEST), (WORST, AT_WORST)):
        kept = np.flatnonzero(_is_weakened(chain, packed, groups, lane))
        if len(kept):
            losses = np.zeros(len(asked), dtype=np.uint8)
            place, loss = _risky(chain, own, packed, groups[kept], owners[kept], asked, lane)
            np.maximum.at(losses, place, loss)
            found += losses * np.uint8(unit)
    return found


def _risky(
    chain: Chain, own: Ints, packed: Ints, groups: Ints, owners: Numbers, asked: Ints, lane: int
) -> tuple[Numbers, Bytes]:
    """Who is at risk in one lane, by place in ``asked``, and what the next loss makes of them;
    some come twice."""
    rows, lengths = chain.members_of(groups)
    member = chain.member[rows]
    place = np.repeat(owners, lengths)
    owner = asked[place]
    weight, spare_full, spare_minimum = _counted(chain, groups, rows, lengths)
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    lost = value(packed[member], lane)
    worse, gone = lost > 0, lost > 1
    partly = np.repeat(np.add.reduceat(weight * worse, starts), lengths) + weight * ~worse
    wholly = np.repeat(np.add.reduceat(weight * gone, starts), lengths) + weight * ~gone
    after = (partly > spare_full).astype(np.uint8) + (wholly > spare_minimum).astype(np.uint8)
    risky: Bools = after > value(packed[owner], lane)
    risky &= chain.alone[rows] <= value(own[owner], lane)
    risky &= member != owner
    return place[risky], after[risky]


def _is_weakened(chain: Chain, packed: Ints, groups: Ints, lane: int) -> Bools:
    """Which groups have a member that is not operational."""
    rows, lengths = chain.members_of(groups)
    if not len(rows):
        return np.zeros(len(groups), dtype=np.bool_)
    lost = packed[chain.member[rows]] >> 2 * lane * WIDTH & 1
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    weakened: Bools = np.bitwise_or.reduceat(lost, starts) > 0
    return weakened


def _counted(chain: Chain, groups: Ints, rows: Ints, lengths: Ints) -> tuple[Ints, Ints, Ints]:
    """Of the members of some groups the weight, and their groups' spares, one entry per member."""
    weight = chain.weight[rows].astype(np.int64)
    spare_full, spare_minimum = chain.spares(groups)
    wide = chain.wide
    if len(wide.group):
        place = np.searchsorted(wide.group, groups)
        place[place == len(wide.group)] = 0
        found = wide.group[place] == groups
        if found.any():
            weight = weight.astype(wide.weight.dtype)
            places = place[found]
            weight[np.repeat(found, lengths)] = wide.weight[
                ranges(wide.start[places], lengths[found])
            ]
    return weight, np.repeat(spare_full, lengths), np.repeat(spare_minimum, lengths)
