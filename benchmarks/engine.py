"""How fast the engine keeps what follows from words, and loads a chain it has never seen.

``python -m benchmarks`` measures it at 100,000 services, ``python -m benchmarks --million`` prints
it at a million, which takes some ten minutes, on the database that ``DATABASE_URL`` names or
SQLite.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import numpy as np

from benchmarks.chain_rows import import_chain, prepare, rows_of_chain, write_catalogue
from benchmarks.chains import invented_chain
from benchmarks.figures import median, percentile_99
from benchmarks.product import Installation
from catenary import clock
from catenary.domain.estate import Ints

Note = Callable[[str, float, str, float | None, float | None], None]
HUNDRED_THOUSAND, MILLION = 100_000, 1_000_000
#: So many services are brought in both ways, to see that they come to the same.
_COMPARED = 2_000
_WORDS = 200
_ALERTS = 100_000


def say_that_all_works(numbers: Ints, leaves: Ints) -> None:
    """Every lowest service is said to work since yesterday, and everybody stands in a row."""
    from catenary.apps.common.operations import insert_rows, refresh_statistics, waiting_turn
    from catenary.apps.monitoring.models import EffectiveCondition, OwnCondition
    from catenary.apps.monitoring.queries.stored import EFFECTIVE, OWN

    yesterday = clock.now() - timedelta(days=1)
    is_leaf = np.zeros(len(numbers), dtype=np.bool_)
    is_leaf[leaves] = True
    with waiting_turn():
        insert_rows(
            OwnCondition,
            ["service_id", "starts_at", *OWN],
            ((number, yesterday, 0, 0, 0) for number in numbers[leaves].tolist()),
        )
        insert_rows(
            EffectiveCondition,
            ["service_id", "starts_at", *EFFECTIVE],
            (
                (number, yesterday, 0, 0, False, 0, 0, not leaf, False)
                for number, leaf in zip(numbers.tolist(), is_leaf.tolist(), strict=True)
            ),
        )
    refresh_statistics()


def _timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    started, busy = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - started, time.process_time() - busy, found


def _progress(what: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(size: int) -> None:
    """Fill the database, in a process of its own."""
    from catenary.apps.history.queries import last_mark
    from catenary.apps.monitoring.operations.keeping import follow_to

    _progress(f"inventing a chain of {size:,}")
    gates = invented_chain(size)
    _progress("writing it")
    numbers = write_catalogue(gates)
    leaves = np.flatnonzero(~np.isin(np.arange(size), gates.group_reliant))
    hottest = int(np.argmax(np.bincount(gates.member_supporter)))
    _progress("saying that all of them work")
    say_that_all_works(numbers, leaves)
    # Everything that is in the catalogue is followed.
    follow_to(last_mark())
    print(
        json.dumps({"leaves": leaves.tolist()[:: max(1, len(leaves) // 2_000)], "hottest": hottest})
    )


def measure(size: int, leaves: list[int], hottest: int) -> dict[str, list[float]]:
    """The figures, from a process that has loaded nothing yet: seconds and processor seconds."""
    from catenary.apps.monitoring.models import Observation, PackedChange, Waiting
    from catenary.apps.monitoring.operations import keeping
    from catenary.apps.monitoring.operations.engine import Engine
    from catenary.apps.monitoring.operations.recording import record_observations
    from catenary.apps.monitoring.queries.kept import conditions_at, standing_codes
    from catenary.domain.actors import Actor

    operator = Actor(is_operator=True, door="bench")
    found: dict[str, list[float]] = {"before": [_megabytes()]}
    engine = Engine()

    def say(words: Iterable[tuple[int, str, str]]) -> None:
        now = clock.now()
        said = [
            {
                "service": f"giant/s{place}",
                "condition": condition,
                "at": now.isoformat(),
                "source": source,
                "sequence": number,
            }
            for number, (place, condition, source) in enumerate(words)
        ]
        record_observations(actor=operator, at=now, words=said)

    def settle() -> None:
        while (step := engine.step(clock.now())).is_more or step.consumed:
            pass

    say([(leaves[0], "operational", "load")])
    _progress("loading it")
    *took, _ = _timed(lambda: engine.step(clock.now()))
    found["load"], found["load, peak"] = took, [_megabytes()]
    settle()
    _progress("words of lowest services")
    chance = np.random.default_rng(5)
    words = []
    for place in chance.choice(leaves, _WORDS).tolist():
        for condition in ("down", "operational"):

            def one(place: int = place, condition: str = condition) -> None:
                say([(place, condition, "probe")])
                engine.step(clock.now())

            words.append(_timed(one)[0])
            settle()
    found["leaf"] = [median(words), percentile_99(words)]

    _progress("the most shared service goes down")

    def hit() -> None:
        say([(hottest, "down", "probe")])
        engine.step(clock.now())

    *took, _ = _timed(hit)
    packed = sum(PackedChange.objects.values_list("services", flat=True))
    *seen, _ = _timed(lambda: conditions_at(clock.now(), range(hottest + 1, hottest + 51)))
    found["hottest"], found["hottest, read"], found["hit"] = took, seen, [packed]
    before = standing_codes()
    _progress("spreading out what follows")

    def out() -> None:
        while keeping.spread():
            pass

    *found["spread"], _ = _timed(out)
    after = standing_codes()
    assert [each.tolist() for each in before] == [each.tolist() for each in after]
    say([(hottest, "operational", "probe")])
    settle()
    _progress("a storm of alerts")
    # A storm: every alert of a thousand services is repeated a hundred times.
    storm = chance.choice(leaves, 1_000).tolist()
    known = Observation.objects.count()

    def storms() -> None:
        for start in range(0, _ALERTS, 10_000):
            say(
                (storm[number % len(storm)], ("down", "operational")[number // 1_000 % 2], "storm")
                for number in range(start, start + 10_000)
            )

    *found["storm, recorded"], _ = _timed(storms)
    assert Observation.objects.count() == known + _ALERTS
    *found["storm, followed"], _ = _timed(settle)
    assert not Waiting.objects.filter(due_at__lte=clock.now()).exists()
    return found


def measure_engine(note: Note, installation: Callable[[int], Installation], size: int) -> None:
    """Note every figure at one size."""
    compare_with_import(installation)
    place = installation(size)
    prepare(place)
    started = time.perf_counter()
    facts = _ran(place, "--write", "--size", str(size))
    print(f"{size:,} services written in {time.perf_counter() - started:.0f} s", flush=True)
    found = _ran(place, "--size", str(size), "--facts", "-", said=json.dumps(facts))
    _note(note, size, found)


def compare_with_import(installation: Callable[[int], Installation]) -> None:
    """See that a chain written straight into the tables is the chain that would be imported.
    Raises RuntimeError when it is not: then something else would be measured."""
    gates = invented_chain(_COMPARED)
    imported = installation(_COMPARED)
    import_chain(imported, gates)
    expected = _ran(imported, "--rows")
    written = installation(_COMPARED + 1)
    prepare(written)
    _ran(written, "--write", "--size", str(_COMPARED))
    found = _ran(written, "--rows")
    if found != expected:
        raise RuntimeError(f"the chain written is another than the one imported: {expected, found}")


def _ran(place: Installation, *arguments: str, said: str = "") -> Any:
    chosen = {**place.environment(), "DJANGO_SETTINGS_MODULE": "catenary.config.settings"}
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.engine", *arguments],
        env=chosen,
        input=said,
        # How far it is, and why it could not go on, is seen at once.
        stdout=subprocess.PIPE,
        text=True,
    )
    if ran.returncode:
        raise RuntimeError("it did not come to its end: see above")
    return json.loads(ran.stdout.splitlines()[-1])


def _note(note: Note, size: int, found: dict[str, list[float]]) -> None:
    is_large = size == MILLION

    def target(limit: float) -> float | None:
        return limit if is_large else None

    what = f"{size:,} services with three dependencies each"
    load, hottest, spread = found["load"], found["hottest"], found["spread"]
    note(f"engine: {what}, loaded", load[0], "s", target(20), load[1])
    note("the same: peak memory", found["load, peak"][0], "MB", target(1_500), None)
    median_word, slowest = (1_000 * each for each in found["leaf"])
    note("one word of a lowest service until all is kept: median", median_word, "ms", None, None)
    note("the same: p99", slowest, "ms", None if is_large else 50, None)
    hit = f"the most shared service goes down, {found['hit'][0]:,.0f} are hit: kept"
    note(hit, hottest[0], "s", target(1), hottest[1])
    note("the same: fifty of them read", found["hottest, read"][0] * 1_000, "ms", None, None)
    note("the same: spread out", spread[0], "s", target(15), spread[1])
    note("100,000 alerts of 1,000 services: recorded", *_pair(found["storm, recorded"]))
    note("the same: followed", *_pair(found["storm, followed"]))


def _pair(took: list[float]) -> tuple[float, str, None, float]:
    return took[0], "s", None, took[1]


def main() -> None:
    """Fill a database, or measure on one that is filled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=HUNDRED_THOUSAND)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--rows", action="store_true")
    parser.add_argument("--facts", default="")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catenary.config.settings")
    import django

    django.setup()
    if options.rows:
        print(json.dumps(rows_of_chain()))
        return
    if options.write:
        write(options.size)
        return
    facts = json.loads(sys.stdin.read() if options.facts == "-" else options.facts)
    print(json.dumps(measure(options.size, facts["leaves"], facts["hottest"])))


if __name__ == "__main__":
    main()
