"""How fast the engine keeps what follows from words, and loads a chain it has never seen.

``python -m benchmarks.engine --size 100000`` prints it, on SQLite or on the database that
``DATABASE_URL`` names, which must be empty; ``make bench`` writes it into docs/benchmarks.md.
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
from decimal import Decimal
from typing import Any

import numpy as np

from benchmarks.chains import invented_chain
from benchmarks.figures import median, percentile_99
from benchmarks.product import Installation, run
from catenary import clock
from catenary.domain.estate import Ints
from catenary.domain.impact import Gates

Note = Callable[[str, float, str, float | None, float | None], None]
HUNDRED_THOUSAND, MILLION = 100_000, 1_000_000
_UNIT = Decimal(1_000_000)
_WORDS = 200
_ALERTS = 100_000


def write_catalogue(gates: Gates) -> Ints:
    """The chain as services of one organization; their numbers by position."""
    from catenary.apps.common.operations import (
        insert_rows,
        refresh_statistics,
        reserve_ids,
        waiting_turn,
    )
    from catenary.apps.organizations.models import Organization
    from catenary.apps.portfolio.models import Dependency, DependencyGroup, Service

    root = Organization.objects.get(key="giant")
    with waiting_turn():
        numbers = reserve_ids(Service, gates.size)
        columns = ["id", "reference", "name", "name_key", "description", "provider_id"]
        columns += ["provider_path", "root_id", "owner", "stage", "restricted", "digest"]
        insert_rows(
            Service,
            [*columns, "managed_by"],
            (
                (number, f"giant/s{place}", f"S {place}", f"s {place:07}", "", root.pk)
                + (root.path, root.pk, "", "live", False, "", "bench")
                for place, number in enumerate(numbers)
            ),
        )
        groups = reserve_ids(DependencyGroup, len(gates.group_reliant))
        insert_rows(
            DependencyGroup,
            ["id", "service_id", "position", "minimum", "full", "soft"],
            (
                (number, numbers[reliant], 0, minimum / _UNIT, full / _UNIT, soft)
                for number, reliant, minimum, full, soft in zip(
                    groups,
                    gates.group_reliant.tolist(),
                    map(Decimal, gates.group_minimum.tolist()),
                    map(Decimal, gates.group_full.tolist()),
                    gates.group_soft.tolist(),
                    strict=True,
                )
            ),
        )
        reliant = gates.group_reliant[gates.member_group].tolist()
        insert_rows(
            Dependency,
            ["group_id", "reliant_id", "supporter_id", "weight"],
            (
                (groups[group], numbers[above], numbers[below], Decimal(1))
                for group, above, below in zip(
                    gates.member_group.tolist(),
                    reliant,
                    gates.member_supporter.tolist(),
                    strict=True,
                )
            ),
        )
    refresh_statistics()
    return np.array(numbers)


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


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(size: int) -> None:
    """Fill the database, in a process of its own."""
    from catenary.apps.history.queries import last_mark
    from catenary.apps.monitoring.operations.keeping import follow_to

    gates = invented_chain(size)
    numbers = write_catalogue(gates)
    leaves = np.flatnonzero(~np.isin(np.arange(size), gates.group_reliant))
    hottest = int(np.argmax(np.bincount(gates.member_supporter)))
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
    *took, _ = _timed(lambda: engine.step(clock.now()))
    found["load"], found["load, peak"] = took, [_megabytes()]
    settle()
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

    def hit() -> None:
        say([(hottest, "down", "probe")])
        engine.step(clock.now())

    *took, _ = _timed(hit)
    packed = sum(PackedChange.objects.values_list("services", flat=True))
    *seen, _ = _timed(lambda: conditions_at(clock.now(), range(hottest + 1, hottest + 51)))
    found["hottest"], found["hottest, read"], found["hit"] = took, seen, [packed]
    before = standing_codes()

    def out() -> None:
        while keeping.spread():
            pass

    *found["spread"], _ = _timed(out)
    after = standing_codes()
    assert [each.tolist() for each in before] == [each.tolist() for each in after]
    say([(hottest, "operational", "probe")])
    settle()
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


def measure_engine(note: Note, installation: Callable[[int], Installation]) -> None:
    """Note every figure at both sizes."""
    for size in (HUNDRED_THOUSAND, MILLION):
        place = installation(size)
        files = place.data / "giant"
        files.mkdir()
        (files / "giant.yaml").write_text("catenary: 1\norganizations:\n  giant: {name: Giant}\n")
        run(place, "apply", str(files), "--source", "invented")
        facts = _ran(place, "--write", "--size", str(size))
        asked = json.dumps(facts)
        found = _ran(place, "--size", str(size), "--facts", "-", said=asked)
        _note(note, size, found)


def _ran(place: Installation, *arguments: str, said: str = "") -> Any:
    chosen = {**place.environment(), "DJANGO_SETTINGS_MODULE": "catenary.config.settings"}
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.engine", *arguments],
        env=chosen,
        input=said,
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr[-2_000:])
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
    parser.add_argument("--facts", default="")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catenary.config.settings")
    import django

    django.setup()
    if options.write:
        write(options.size)
        return
    facts = json.loads(sys.stdin.read() if options.facts == "-" else options.facts)
    print(json.dumps(measure(options.size, facts["leaves"], facts["hottest"])))


if __name__ == "__main__":
    main()
