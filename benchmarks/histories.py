"""How fast a long history is brought in and followed: ``python -m benchmarks.histories``.

A table of outages over ten years, of services that share supporters, imported by the command as a
user does; then the engine follows it in this process. On the database that ``DATABASE_URL`` names
or SQLite.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.product import Installation, run

SERVICES, SHARED = 2_000, 100
_BEGIN = datetime(2016, 1, 1, tzinfo=UTC)
_HOUSE = "history"
_MAPPING = """
catenary-mapping: 1
source: ledger
files:
  outages:
    observations:
      - service: "{service}"
        condition: "{condition}"
        planned: "{planned}"
        from: "{from}"
        until: "{until}"
        text: "{text}"
"""


def write_world(folder: Path, records: int) -> None:
    """The catalogue, the table and its mapping."""
    chance = random.Random(10)
    services: dict[str, object] = {
        f"{_HOUSE}/shared-{n}": {"name": f"Shared {n}", "stage": "live"} for n in range(SHARED)
    }
    for n in range(SERVICES):
        supporters = sorted({chance.randrange(SHARED) for _ in range(2)})
        services[f"{_HOUSE}/s{n}"] = {
            "name": f"Service {n}",
            "stage": "live",
            "relies-on": [f"{_HOUSE}/shared-{m}" for m in supporters],
        }
    catalogue = {
        "catenary": 1,
        "organizations": {_HOUSE: {"name": "History"}},
        "services": services,
    }
    (folder / "catalogue").mkdir()
    (folder / "catalogue" / "world.yaml").write_text(json.dumps(catalogue))
    (folder / "mapping.yaml").write_text(_MAPPING)
    names = sorted(services)
    lines = ["service,condition,planned,from,until,text"]
    for number in range(records):
        start = _BEGIN + timedelta(minutes=chance.randrange(10 * 365 * 24 * 60))
        end = start + timedelta(minutes=chance.randrange(5, 600))
        condition = "down" if chance.random() < 0.5 else "degraded"
        planned = "true" if chance.random() < 0.5 else "false"
        lines.append(
            f"{chance.choice(names)},{condition},{planned},{start.isoformat()},"
            f"{end.isoformat()},outage {number}"
        )
    (folder / "outages.csv").write_text("\n".join(lines) + "\n")


def measure(place: Installation, folder: Path, records: int) -> None:
    """Print every figure."""
    write_world(folder, records)
    run(place, "migrate")
    run(place, "apply", str(folder / "catalogue"), "--source", "history")
    command = ["import", "csv", str(folder / "outages.csv")]
    command += ["--mapping", str(folder / "mapping.yaml"), "--json"]
    for what in ("imported", "imported again"):
        begun = time.perf_counter()
        said = run(place, *command).said
        words = json.loads(said[said.index("{") :])["observations"]["added"]
        _print(f"{records:,} records {what}, {words:,} words", words, begun)
    os.environ |= {"CATENARY_DATA": str(place.data)}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catenary.config.settings")
    import django

    django.setup()
    from catenary import clock
    from catenary.apps.monitoring.models import EffectiveCondition, Observation, OwnCondition
    from catenary.apps.monitoring.operations.engine import Engine

    engine, longest = Engine(), 0.0
    begun = time.perf_counter()
    while True:
        at = time.perf_counter()
        step = engine.step(clock.now())
        longest = max(longest, time.perf_counter() - at)
        if not step.is_more and not step.consumed:
            break
    words = Observation.objects.count()
    kept = OwnCondition.objects.count(), EffectiveCondition.objects.count()
    _print(f"{words:,} words followed into {kept[0]:,} + {kept[1]:,} intervals", words, begun)
    print(f"longest step: {longest:.2f} s", flush=True)


def _print(what: str, count: int, begun: float) -> None:
    wall = time.perf_counter() - begun
    print(f"{what}: {wall:.1f} s, {count / wall:,.0f} a second", flush=True)


def main() -> None:
    """Measure on a throw-away installation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=150_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = Installation(folder / "data", os.environ.get("DATABASE_URL", ""))
        measure(place, folder, chosen.records)


if __name__ == "__main__":
    main()
