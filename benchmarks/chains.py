"""An invented chain of any size, as arrays: eight levels above the lowest, unevenly shared.

Half of the dependencies are essential, half stand in groups that can bear a loss; one group in
twenty is soft, one in ten asks for more than its minimum, and some services rely on each other in
small circles. A few shared services carry a large part of everything.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from catenary.domain.condition.own import Own, reported
from catenary.domain.impact import Gates

_LEVELS = np.array([0.28, 0.20, 0.15, 0.12, 0.09, 0.07, 0.05, 0.03, 0.01])
_MEAN, _UNEVEN = 4.2, 0.8
_ONE = 1_000_000
Ints = NDArray[np.int64]


def invented_chain(size: int, seed: int = 1) -> Gates:
    """Groups of ``size`` services with about three dependencies each; the lowest services come
    first."""
    chance = np.random.default_rng(seed)
    reliant, supporter = _links(size, chance)
    # In no group of others, or in one of two.
    group = np.where(chance.random(len(reliant)) < 0.5, 0, 1 + (chance.random(len(reliant)) < 0.3))
    alone = group == 0
    number = np.where(alone, np.arange(len(reliant)) + 3, group)
    order = np.lexsort((supporter, number, reliant))
    reliant, supporter, number = reliant[order], supporter[order], number[order]
    begins = np.ones(len(reliant), dtype=np.bool_)
    begins[1:] = (reliant[1:] != reliant[:-1]) | (number[1:] != number[:-1])
    starts = np.flatnonzero(begins)
    count = np.diff(np.append(starts, len(reliant)))
    asked = 1 + (chance.random(len(count)) * count * 0.6).astype(np.int64)
    minimum = np.where(count > 1, np.minimum(asked, count - 1), 1)
    full = np.where(chance.random(len(count)) < 0.1, count, minimum)
    return Gates(
        size=size,
        group_reliant=reliant[starts],
        group_minimum=minimum * _ONE,
        group_full=full * _ONE,
        group_soft=chance.random(len(count)) < 0.05,
        member_group=np.repeat(np.arange(len(count)), count),
        member_supporter=supporter,
        member_weight=np.full(len(supporter), _ONE),
    )


def _links(size: int, chance: np.random.Generator) -> tuple[Ints, Ints]:
    """Who relies on whom, each pair once."""
    sizes = (_LEVELS * size).astype(np.int64)
    sizes[0] += size - sizes.sum()
    start = np.concatenate(([0], np.cumsum(sizes)))
    degree = np.zeros(size, dtype=np.int64)
    degree[start[1] :] = 1 + chance.poisson(_MEAN - 1, size - start[1])
    reliant = np.repeat(np.arange(size), degree)
    level = np.repeat(np.arange(len(sizes)), sizes)[reliant]
    first = np.ones(len(reliant), dtype=np.bool_)
    first[1:] = reliant[1:] != reliant[:-1]
    # The first one just below, so that the depth stays; of the others six of ten.
    near = first | (chance.random(len(reliant)) < 0.6)
    below = np.where(near, level - 1, (chance.random(len(reliant)) * level).astype(np.int64))
    rank = (sizes[below] * chance.random(len(reliant)) ** (1 / (1 - _UNEVEN))).astype(np.int64)
    shuffled = np.concatenate([chance.permutation(part) for part in sizes])
    supporter = start[below] + shuffled[start[below] + rank]
    circle = start[-2] + np.arange(0, sizes[-1] - 1, 8)
    reliant = np.concatenate((reliant, circle, circle + 1))
    supporter = np.concatenate((supporter, circle + 1, circle))
    pairs = np.unique(reliant * size + supporter)
    return pairs // size, pairs % size


def invented_conditions(size: int, unknown: float, seed: int = 2) -> Own:
    """Own conditions: two in a thousand down, four degraded, half of these planned, and a share of
    all ``unknown``."""
    chance = np.random.default_rng(seed)
    codes = np.zeros(size, dtype=np.int8)
    lot = chance.random(size)
    codes[lot < 0.006] = 1
    codes[lot < 0.002] = 2
    codes[chance.random(size) < unknown] = 3
    return reported(codes, chance.random(size) < 0.5)
