"""Who is at risk: for whom the next loss of a direct supporter matters, because others are lost.

A service is *at risk* when some direct member's loss now would worsen its effective condition,
although the same loss would do nothing if all members were operational (SEMANTICS 1). Asked twice:
with every unknown taken as operational, and with every unknown taken as down.
"""

from __future__ import annotations

import numpy as np

from catenary.domain.chain.compiled import Bytes, Chain
from catenary.domain.chain.packing import (
    ALL_DOWN,
    ALL_MARKS,
    ALL_NOT_OPERATIONAL,
    BEST,
    CARRY,
    MARKS,
    WIDTH,
    WORST,
)
from catenary.domain.chain.rows import Numbers
from catenary.domain.condition.codes import DOWN
from catenary.domain.estate import Ints

#: In what is kept of a service: what the next loss makes of it at best, and, four times, at worst.
AT_BEST, AT_WORST = 1, 4

_FIELD = (1 << WIDTH) - 1
#: Where a loss shows that somebody may be at risk, at best and at worst.
_RISKS = (_FIELD << 2 * BEST * WIDTH) | (_FIELD << 2 * WORST * WIDTH)


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
        asked = np.arange(chain.size)
        groups = chain.redundant_groups
        owners = chain.group_owner[groups]
    else:
        asked = services
        groups, counts = chain.groups_of(asked)
        owners = np.repeat(np.arange(len(asked)), counts)
    marks = np.zeros(len(asked), dtype=np.int64)
    if len(groups):
        _add_narrow(chain, own, packed, groups, owners, asked, marks)
        _add_wide(chain, own, packed, groups, owners, asked, marks)
    # Only what a service is not already; and who would be down is not operational either.
    marks &= ~packed[asked]
    marks |= (marks & ALL_DOWN) >> WIDTH
    found = value(marks, BEST) * AT_BEST + value(marks, WORST) * AT_WORST
    return found.astype(np.uint8)


def _add_narrow(
    chain: Chain,
    own: Ints,
    packed: Ints,
    groups: Ints,
    owners: Numbers,
    asked: Ints,
    marks: Ints,
) -> None:
    """Add what the loss of one more member would add, in all lanes at once; ``owners`` are places
    in ``asked`` and in ``marks``."""
    rows, lengths = chain.members_of(groups)
    weight = chain.weight[rows]
    words = packed[chain.member[rows]] * weight
    lost = np.add.reduceat(words, np.cumsum(lengths) - lengths)
    group = np.repeat(np.arange(len(groups)), lengths)
    place = owners[group]
    alone = chain.alone[rows]
    asks = ((lost & _RISKS) > 0)[group] & (alone < DOWN) & (chain.member[rows] != asked[place])
    group, place, weight, alone = group[asks], place[asks], weight[asks], alone[asks]
    after = (lost + chain.bias[groups])[group] + ALL_MARKS * weight.astype(np.int64) - words[asks]
    worse = after >> CARRY & ALL_MARKS
    worse &= np.where(alone > 0, _felt_by(own[asked])[place], ALL_MARKS)
    felt = np.flatnonzero(worse)
    np.bitwise_or.at(marks, place[felt], worse[felt])


def _add_wide(
    chain: Chain,
    own: Ints,
    packed: Ints,
    groups: Ints,
    owners: Numbers,
    asked: Ints,
    marks: Ints,
) -> None:
    """The same for wide groups, lane by lane."""
    places = chain.wide_places(groups)
    for at in np.flatnonzero(places >= 0).tolist():
        owner = owners[at]
        service = asked[owner]
        rows, _ = chain.members_of(groups[at : at + 1])
        words, alone = packed[chain.member[rows]], chain.alone[rows]
        asks = (alone < DOWN) & (chain.member[rows] != service)
        weight = chain.wide.weights(int(places[at]))
        felt = np.where(alone > 0, _felt_by(own[service : service + 1]), ALL_MARKS)
        for number in range(MARKS):
            is_lost = words >> number * WIDTH & 1 > 0
            lost = weight[is_lost].sum()
            spare = chain.wide.spare(int(places[at]), number)
            breaks = (lost + weight > spare).astype(np.bool_) & ~is_lost & asks
            if (breaks & (felt >> number * WIDTH & 1 > 0)).any():
                marks[owner] |= 1 << number * WIDTH


def _felt_by(own: Ints) -> Ints:
    """Who is degraded by itself feels, of what alone would degrade it, only what makes it down."""
    partly = own & ALL_NOT_OPERATIONAL
    return partly | partly << WIDTH
