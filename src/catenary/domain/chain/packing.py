"""Conditions packed so that a gate is one addition.

A service's condition is asked for in several *lanes* at once (SEMANTICS 1): the best and the worst
it can be, and the same with causes removed. In each lane two marks say it all: *not operational*,
and *down*, which never stands alone. The ten marks of one service stand six bits apart in one
machine integer. So the words of a group's members, each times its weight, add up to what is lost
in all lanes at once; adding a number of the group's own makes the sixth bit of a lane appear
exactly where more is lost than can be spared; and the worst of several conditions is their OR.

Six bits hold a loss of 31. Groups that weigh more, once their weights are divided by what they
have in common, are *wide* and counted lane by lane.
"""

from __future__ import annotations

#: Unknown taken as operational; unknown taken as down.
BEST, WORST = 0, 1
#: Every planned cause removed; unknown taken as down.
WITHOUT_PLANNED = 2
#: Every cause removed that is not planned; what is unknown as planned, at best and at worst.
ONLY_PLANNED_BEST, ONLY_PLANNED_WORST = 3, 4
LANES = 5

#: Bits from one mark to the next, and the largest loss they can count.
WIDTH = 6
MOST = 31
MARKS = 2 * LANES


def not_operational(lane: int) -> int:
    """The mark that something is degraded or down in a lane."""
    return 1 << (2 * lane * WIDTH)


def down(lane: int) -> int:
    """The mark that something is down in a lane."""
    return 1 << ((2 * lane + 1) * WIDTH)


#: Every mark for "not operational", every mark for "down", and all of them.
ALL_NOT_OPERATIONAL = sum(not_operational(lane) for lane in range(LANES))
ALL_DOWN = sum(down(lane) for lane in range(LANES))
ALL_MARKS = ALL_NOT_OPERATIONAL | ALL_DOWN
#: One bit below where a lane's sixth bit goes to become its mark again.
CARRY = WIDTH - 1


def marks_of(condition: int, lane: int) -> int:
    """The marks of operational (0), degraded (1) or down (2) in one lane."""
    return (condition > 0) * not_operational(lane) | (condition > 1) * down(lane)
