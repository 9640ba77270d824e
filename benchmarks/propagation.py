"""How fast conditions propagate: everything at once, one service, the most shared one.

``python -m benchmarks.propagation`` prints it, for one million services with three million
dependencies unless told otherwise; ``make bench`` writes it into docs/benchmarks.md. Every engine
is measured in a process of its own, so that memory is its own, too.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks.chains import invented_chain, invented_conditions
from benchmarks.figures import percentile_99
from catenary.domain.chain.compiled import Chain, Codes, compiled
from catenary.domain.condition.codes import DOWN, OPERATIONAL
from catenary.domain.condition.engines import fastest
from catenary.domain.condition.own import Own, reported
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Conditions, Engine, propagate, propagate_change
from catenary.domain.observations.history import history_of
from catenary.domain.observations.words import EVERYBODY, FOREVER, NEVER, NO_SEQUENCE, Words

Note = Callable[[str, float, str, float | None, float | None], None]
MILLION = 1_000_000
_ROUNDS = 7
_LEAVES = 1_000


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and processor seconds."""
    started, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - busy


def _median(work: Callable[[], object]) -> tuple[float, float]:
    runs = [_timed(work) for _ in range(_ROUNDS)]
    return statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)


def _said(code: int) -> Own:
    codes: Codes = np.array([code], dtype=np.int8)
    return reported(codes, np.zeros(1, dtype=np.bool_))


def _changes(engine: Engine, conditions: Conditions, services: list[int]) -> list[float]:
    """Seconds for each service to go down and to come back."""
    took = []
    for service in services:
        place = np.array([service])
        for code in (DOWN, OPERATIONAL):
            own = _said(code)
            started = time.perf_counter()
            propagate_change(engine, conditions, place, own)
            took.append(time.perf_counter() - started)
    return took


def measure_engine(engine_of: Callable[[Chain], Engine], size: int) -> dict[str, list[float]]:
    """The figures of one engine: seconds and processor seconds, or one number."""
    gates = invented_chain(size)
    found: dict[str, list[float]] = {}
    started, busy = time.perf_counter(), time.process_time()
    chain = compiled(gates)
    found["compile"] = [time.perf_counter() - started, time.process_time() - busy]
    hottest = int(np.argmax(np.bincount(gates.member_supporter)))
    leaves = np.flatnonzero(~np.isin(np.arange(size), gates.group_reliant))
    found["dependencies"] = [float(chain.dependencies)]
    found["chain"] = [chain.nbytes / MILLION]
    del gates
    engine = engine_of(chain)
    few, many = invented_conditions(size, 0.02), invented_conditions(size, 0.5)
    # Once before: compiled code is compiled, or fetched, at its first call.
    conditions = propagate(engine, few)
    _changes(engine, conditions, [hottest])
    found["full"] = list(_median(lambda: propagate(engine, few)))
    found["full, half unknown"] = list(_median(lambda: propagate(engine, many)))
    chosen = np.random.default_rng(3).choice(leaves, min(_LEAVES, len(leaves)), replace=False)
    took = _changes(engine, conditions, chosen.tolist())
    found["leaf, median"] = [statistics.median(took)]
    found["leaf, p99"] = [percentile_99(took)]
    took = _changes(engine, conditions, [hottest] * 3)
    found["hottest"] = [statistics.median(took)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found["peak"] = [peak / 1024]
    return found


def measure_words(count: int) -> list[float]:
    """Seconds to fold words of a tenth as many services into their histories."""
    chance = np.random.default_rng(4)
    words = Words(
        service=chance.integers(0, count // 10, count),
        source=chance.integers(0, 3, count),
        condition=chance.integers(0, 4, count).astype(np.int8),
        at=chance.integers(0, 10**12, count),
        sequence=np.full(count, NO_SEQUENCE),
        recorded=chance.integers(0, 10**12, count),
        valid_for=np.where(chance.random(count) < 0.5, FOREVER, 10**8),
        plan=chance.integers(0, 3, count).astype(np.int8),
        share=np.full(count, EVERYBODY),
        withdrawn=np.full(count, NEVER),
    )
    return list(_median(lambda: history_of(words)))


def measure_propagation(note: Note, size: int = MILLION) -> None:
    """Note every figure of both engines."""
    for name, target in (("numba", 0.2), ("numpy", 0.6)):
        command = [sys.executable, "-m", "benchmarks.propagation", "--engine", name]
        ran = subprocess.run([*command, "--size", str(size)], capture_output=True, text=True)
        if ran.returncode:
            print(f"propagation with {name} was not measured: {ran.stderr[-300:]}")
            continue
        found = json.loads(ran.stdout)
        what = f"{found['dependencies'][0] / MILLION:.1f} million dependencies, {name}"
        if name == "numba":
            note("the chain compiled from its rows", *_pair(found["compile"], 1, "s", None))
            note("its arrays", found["chain"][0], "MB", None, None)
        full = f"propagation through {size:,} services, {what}: best, worst, planned, at risk"
        note(full, *_pair(found["full"], 1000, "ms", target * 1000))
        half = found["full, half unknown"]
        note("the same with half of everything unknown", *_pair(half, 1000, "ms", target * 1000))
        note(
            "one of the lowest services changes: median", *_single(found["leaf, median"], 1e6, "µs")
        )
        note("the same: p99", *_single(found["leaf, p99"], 1000, "ms"))
        note("the most shared service changes", *_single(found["hottest"], 1000, "ms"))
        note("peak memory of the process, inventing included", found["peak"][0], "MB", None, None)
    note("100,000 words folded into histories", *_pair(measure_words(100_000), 1000, "ms", 1000))


def _pair(
    took: list[float], scale: float, unit: str, target: float | None
) -> tuple[float, str, float | None, float]:
    return took[0] * scale, unit, target, took[1] * scale


def _single(took: list[float], scale: float, unit: str) -> tuple[float, str, None, None]:
    return took[0] * scale, unit, None, None


def main() -> None:
    """Print every figure, or those of one engine as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=MILLION)
    parser.add_argument("--engine", choices=["numba", "numpy"])
    options = parser.parse_args()
    if options.engine:
        engine = PlainEngine if options.engine == "numpy" else fastest
        print(json.dumps(measure_engine(engine, options.size)))
        return

    def note(
        name: str, value: float, unit: str, target: float | None, processor: float | None
    ) -> None:
        busy = "" if processor is None else f"  of it computing {processor:,.1f}"
        limit = "" if target is None else f"  (<= {target:g})"
        print(f"{name:95} {value:10,.1f} {unit}{limit}{busy}", flush=True)

    measure_propagation(note, options.size)


if __name__ == "__main__":
    main()
