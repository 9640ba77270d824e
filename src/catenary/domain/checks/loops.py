"""Loops of reliance: which services rely on each other in a ring, and the shortest way round.

Nothing here recurses, so a ring of 10,000 services is as safe as one of two.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Numbers = NDArray[np.int64]


def rings(size: int, source: Numbers, target: Numbers) -> list[list[int]]:
    """The strongly connected components of more than one service, each in ascending order."""
    if not len(source):
        return []
    weights = np.ones(len(source), dtype=np.int8)
    graph = csr_array((weights, (source, target)), shape=(size, size))
    _, component = connected_components(graph, directed=True, connection="strong")
    order = np.argsort(component, kind="stable")
    starts = np.flatnonzero(np.diff(component[order], prepend=-1))
    ends = np.append(starts[1:], size)
    large = (ends - starts) > 1
    return [
        order[start:end].tolist()
        for start, end in zip(starts[large].tolist(), ends[large].tolist(), strict=True)
    ]


def shortest_loop(start: int, supporters: dict[int, list[int]]) -> list[int]:
    """The shortest loop through ``start``, from ``start`` on, without repeating it at the end;
    empty when there is none. ``supporters`` holds the edges one may walk."""
    came_from: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for after in supporters.get(here, ()):
            if after == start:
                loop = [here]
                while loop[-1] != start:
                    loop.append(came_from[loop[-1]])
                return loop[::-1]
            if after not in came_from:
                came_from[after] = here
                waiting.append(after)
    return []
