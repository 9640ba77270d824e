"""Which engine computes: compiled where there is numba, plain everywhere else."""

from __future__ import annotations

import threading

import numpy as np

from catenary.domain.chain.compiled import Chain, compiled
from catenary.domain.condition.codes import DOWN
from catenary.domain.condition.own import nothing_reported, reported
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Engine, propagate, propagate_change
from catenary.domain.impact import Gates


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
#: Compiling takes up to half a minute once on every machine: who may not stall has that done in
#: another process first.
_is_compiled = threading.Event()
_is_compiled.set()


def compile_elsewhere() -> None:
    """From now on only the plain engine is chosen, until `compiled_elsewhere`."""
    _is_compiled.clear()


def compiled_elsewhere() -> None:
    """What was compiled is at hand: the fastest engine may be chosen."""
    _is_compiled.set()


def chosen(chain: Chain) -> Engine:
    """The engine for a chain of this size that can compute at once."""
    is_worth_it = chain.size > _MANY and _is_compiled.is_set()
    return fastest(chain) if is_worth_it else PlainEngine(chain)


def compile_all() -> bool:
    """Compile everything that the compiled engine needs, into the folder that ``NUMBA_CACHE_DIR``
    names; false where there is no numba. Half a minute the first time, half a second after."""
    ones = np.ones(1, dtype=np.int64)
    gates = Gates(2, ones, ones, ones, ones > 1, ones - 1, ones - 1, ones)
    engine = fastest(compiled(gates))
    if isinstance(engine, PlainEngine):
        return False
    conditions = propagate(engine, nothing_reported(2))
    loss = reported(np.array([DOWN], dtype=np.int8), np.array([True]))
    propagate_change(engine, conditions, np.array([0]), loss)
    return True
