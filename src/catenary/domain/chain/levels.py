"""Loops and levels: in which order conditions can be computed so that each is computed once.

Services that rely on each other in a circle form a *loop*. Taken as one, loops make the chain a
tree with shared branches, and every service stands on a *level*: above everything it relies on
outside its own loop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from catenary.domain.chain.rows import distinct, ranges
from catenary.domain.estate import Bools, Ints

#: Fewer than these at once are done one by one, which is faster than calling numpy for them.
_FEW = 40


@dataclass(frozen=True, eq=False)
class Levels:
    """The level of every service, its loop (one number for all services in it), and whether it
    can reach itself."""

    level: Ints
    loop: Ints
    is_in_loop: Bools


def levels_of(size: int, reliant: Ints, supporter: Ints) -> Levels:
    """Levels of ``size`` services from who relies on whom; a pair may come more than once."""
    links = _links(size, reliant, supporter)
    count, found = connected_components(links, directed=True, connection="strong")
    loop = found.astype(np.int64)
    is_in_loop = np.bincount(loop, minlength=count)[loop] > 1
    is_in_loop[reliant[reliant == supporter]] = True
    above, below = loop[reliant], loop[supporter]
    between = above != below
    return Levels(_heights(count, above[between], below[between])[loop], loop, is_in_loop)


def _links(size: int, reliant: Ints, supporter: Ints) -> csr_array:
    # Each pair once, and nobody on itself: the search for loops does not end otherwise.
    pairs = distinct(reliant * size + supporter)
    above, below = pairs // max(size, 1), pairs % max(size, 1)
    above, below = above[above != below], below[above != below]
    starts = np.zeros(size + 1, dtype=np.int32)
    np.cumsum(np.bincount(above, minlength=size), out=starts[1:])
    return csr_array((np.ones(len(below)), below.astype(np.int32), starts), shape=(size, size))


def _heights(size: int, above: Ints, below: Ints) -> Ints:
    """How high each stands above the lowest, by taking away the lowest again and again."""
    order = np.argsort(below, kind="stable")
    targets = above[order]
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(below, minlength=size), out=starts[1:])
    waiting = np.bincount(above, minlength=size)
    height = np.zeros(size, dtype=np.int64)
    lowest = np.flatnonzero(waiting == 0)
    one_by_one = _OneByOne(starts, targets, waiting)
    now = 0
    while len(lowest):
        height[lowest] = now
        now += 1
        if len(lowest) < _FEW:
            lowest = one_by_one.freed_by(lowest)
            continue
        reached = targets[ranges(starts[lowest], starts[lowest + 1] - starts[lowest])]
        np.subtract.at(waiting, reached, 1)
        lowest = distinct(reached[waiting[reached] == 0])
    return height


class _OneByOne:
    """The same step for a few: chains of thousands of single links exist."""

    def __init__(self, starts: Ints, targets: Ints, waiting: Ints) -> None:
        # A memoryview hands out Python's own numbers, twice as fast as an array hands out its.
        self.starts, self.targets = starts.data, targets.data
        self.waiting = waiting.data

    def freed_by(self, lowest: Ints) -> Ints:
        """Those that wait for nothing any more once ``lowest`` are taken away."""
        freed = []
        for one in lowest.tolist():
            for place in range(self.starts[one], self.starts[one + 1]):
                target = self.targets[place]
                self.waiting[target] -= 1
                if not self.waiting[target]:
                    freed.append(target)
        return np.array(sorted(freed), dtype=np.int64)
