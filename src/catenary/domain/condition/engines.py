"""Which engine computes: compiled where there is numba, plain everywhere else."""

from __future__ import annotations

from catenary.domain.chain.compiled import Chain
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Engine


def fastest(chain: Chain) -> Engine:
    """The fastest engine for a chain here. The first call imports numba where it is installed
    (``pip install catenary[fast]``), which a process that propagates only now and then should
    spare itself: `PlainEngine` gives identical results."""
    try:
        from catenary.domain.condition.fast import FastEngine
    except ImportError:
        return PlainEngine(chain)
    return PlainEngine(chain) if chain.wide.is_huge else FastEngine(chain)


#: For fewer services than this the compiled engine is not worth its half second and 200 MB.
_MANY = 20_000


def chosen(chain: Chain) -> Engine:
    """The engine for a chain of this size."""
    return fastest(chain) if chain.size > _MANY else PlainEngine(chain)
