"""Propagation in compiled loops: the same results as `plain`, many times as fast.

Importing this imports numba, which takes half a second and 200 MB; `engines.fastest` does so only
for who asks for it.
"""

from __future__ import annotations

import numpy as np

from catenary.domain.chain.compiled import Bytes, Chain
from catenary.domain.condition.propagation import Conditions
from catenary.domain.estate import Ints
from catenary.domain.kernels import propagation as kernels

#: A change that touches more than one dependency in so many is computed for everybody.
_SHARE = 10
#: But in a small estate it never is.
_AT_LEAST = 10_000
#: What `kernels.climb` finds where a service waits for nothing.
_NOT_WAITING = -2


class FastEngine:
    """Computes conditions over one chain with compiled code. Not for two threads at once."""

    def __init__(self, chain: Chain) -> None:
        if chain.wide.is_huge:
            raise ValueError("weights beyond the machine's whole numbers")
        self.chain = chain
        self._chain = tuple(getattr(chain, name) for name in kernels.CHAIN)
        self._wide = tuple(getattr(chain.wide, name) for name in kernels.WIDE)
        self._head = np.full(len(chain.loops_start), -1, dtype=np.int32)
        self._following = np.full(chain.size, _NOT_WAITING, dtype=np.int32)
        self._changed = np.zeros(chain.size, dtype=np.int32)
        self._before = np.zeros(chain.size, dtype=np.int64)
        self._stamp = np.zeros(chain.size, dtype=np.int64)
        self._now = 0
        self._most = max(chain.dependencies // _SHARE, _AT_LEAST)

    def full(self, own: Ints) -> tuple[Ints, Bytes]:
        """Effective conditions and next losses from own conditions, all by rank."""
        packed = np.empty(self.chain.size, dtype=np.int64)
        next_loss = np.empty(self.chain.size, dtype=np.uint8)
        kernels.full(self._chain, self._wide, own, packed, next_loss)
        return packed, next_loss

    def change(self, conditions: Conditions, services: Ints, own: Ints) -> Ints:
        """Give services new own conditions and mend what follows from them; who changed."""
        differs = conditions.own[services] != own
        services = services[differs]
        conditions.own[services] = own[differs]
        if not len(services):
            return services
        count, is_given_up = kernels.climb(
            self._chain,
            self._wide,
            conditions.own,
            conditions.packed,
            services,
            self._head,
            self._following,
            self._changed,
            self._before,
            self._most,
        )
        if is_given_up:
            return self._anew(conditions, count)
        self._now += 1
        total = kernels.mend_next_losses(
            self._chain,
            self._wide,
            conditions.own,
            conditions.packed,
            conditions.next_loss,
            services,
            self._stamp,
            self._now,
            self._changed,
            count,
        )
        return self._changed[:total].astype(np.int64)

    def _anew(self, conditions: Conditions, count: int) -> Ints:
        packed, next_loss = self.full(conditions.own)
        # Part of the change has been followed already.
        was = conditions.packed.copy()
        was[self._changed[:count]] = self._before[:count]
        changed = np.flatnonzero((was != packed) | (conditions.next_loss != next_loss))
        conditions.packed[:], conditions.next_loss[:] = packed, next_loss
        return changed
