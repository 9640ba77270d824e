"""How fast reports come in through the webhook of Alertmanager: ``python -m benchmarks.ingest``.

The real server and its worker, on the database that ``DATABASE_URL`` names or SQLite. Alerts come
in batches as Alertmanager sends a group, then one by one from several senders, then 100,000 in one
storm over a thousand services; afterwards every one of them must be there, once, and the last
condition that the storm changed be on the board.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import median, percentile_99, print_figure
from benchmarks.product import Failed, Installation, Served, run, serving
from benchmarks.rest import program_of

SERVICES = 1_000
SENDERS = 8
STORM = 100_000
_AT_ONCE = 1_000
_PATIENCE = 600.0
_HOUSE = "storm"
_WATCHER = "watcher@operators.example"
_CATALOGUE = {
    "catenary": 1,
    "organizations": {_HOUSE: {"name": "Storm"}},
    "services": {
        f"{_HOUSE}/{kind}{n}": {"name": f"Service {kind} {n}", "stage": "live"}
        for kind in "st"
        for n in range(SERVICES)
    },
}
Note = Callable[..., None]


@dataclass(frozen=True)
class Sender:
    """Whoever delivers to one inlet over one connection that stays open."""

    port: int
    address: str
    secret: str

    def connect(self) -> http.client.HTTPConnection:
        """A connection of its own."""
        return http.client.HTTPConnection("localhost", self.port, timeout=120)

    def send(self, connection: http.client.HTTPConnection, alerts: list[dict[str, Any]]) -> float:
        """Deliver some alerts, all of which must be taken; the seconds until that was said."""
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Content-Type": "application/json",
        }
        body = json.dumps({"version": "4", "alerts": alerts})
        begun = time.perf_counter()
        connection.request("POST", self.address, body, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        if answer.status != 202 or said["taken"] != len(alerts):
            raise Failed(f"{answer.status}: {str(said)[:300]}")
        return time.perf_counter() - begun


def alerts(kind: str = "s", last: int = 0) -> Iterator[dict[str, Any]]:
    """Alerts without end, each another one. Of a ``kind`` of services; with ``last``, those from
    that number on are critical and those before are not, otherwise every second one is."""
    for number in itertools.count():
        minute, second = divmod(number // 1_000, 60)
        is_critical = number >= last if last else bool(number % 2)
        yield {
            "status": "firing",
            "labels": {
                "alertname": "Down",
                "service": f"{kind}{number % SERVICES}",
                "severity": "critical" if is_critical else "warning",
                "instance": f"host-{number}",
            },
            "annotations": {"summary": "It does not answer"},
            "startsAt": f"2026-11-03T09:{minute % 60:02}:{second:02}Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example:9090/graph",
            "fingerprint": f"{kind.encode().hex()}{number:014x}",
        }


def measure_ingest(
    note: Note, place: Installation, seconds: float = 20, storm: int = STORM
) -> None:
    """Note every figure."""
    # On PostgreSQL 2,000 observations a second, on SQLite 500.
    target = 0.5 if place.database_url else 2.0
    sender = _prepared(place)
    told, count = alerts(), 0
    with serving(place) as server:
        # The worker begins to compile a moment after the server answers.
        time.sleep(5)
        server.settle()
        for size in (500, 20):
            count += _batches(note, server, sender, told, size, seconds, target)
        count += _singles(note, server, sender, told, seconds, target)
        count += _storm(note, place, server, sender, storm)
    counted = run(place, "inlet", "show", f"{_HOUSE}/am", "--json").said
    taken = json.loads(counted[counted.index("{") :])["taken"]
    if taken != count:
        raise Failed(f"{count:,} observations were sent, and {taken:,} taken")
    note("observations through the webhook, all kept", taken, "")


def _prepared(place: Installation) -> Sender:
    os.environ["CATENARY_INLET_ITEMS_PER_MINUTE"] = "0"
    catalogue = place.data / "storm.yaml"
    place.data.mkdir(parents=True, exist_ok=True)
    catalogue.write_text(json.dumps(_CATALOGUE))
    run(place, "migrate")
    run(place, "apply", str(catalogue), "--source", "storm")
    run(place, "user", _WATCHER, "--operator")
    opened = run(place, "inlet", "open", f"{_HOUSE}/am", "--kind", "alertmanager", "--json").said
    inlet = json.loads(opened[opened.index("{") :])
    return Sender(0, inlet["address"], inlet["secret"])


def _batches(
    note: Note,
    server: Served,
    sender: Sender,
    told: Iterator[dict[str, Any]],
    size: int,
    seconds: float,
    target: float,
) -> int:
    sender = Sender(server.port, sender.address, sender.secret)
    connection = sender.connect()
    begun, processor, sent = time.perf_counter(), server.cpu_seconds(), 0
    while time.perf_counter() - begun < seconds:
        sender.send(connection, list(itertools.islice(told, size)))
        sent += size
    _note(note, f"an observation, in batches of {size} by one sender", sent, begun,
          server.cpu_seconds() - processor, target)  # fmt: skip
    return sent


def _singles(
    note: Note,
    server: Served,
    sender: Sender,
    told: Iterator[dict[str, Any]],
    seconds: float,
    target: float,
) -> int:
    sender = Sender(server.port, sender.address, sender.secret)
    begun, processor = time.perf_counter(), server.cpu_seconds()
    took: list[float] = []
    lock = threading.Lock()

    def one() -> None:
        connection = sender.connect()
        while time.perf_counter() - begun < seconds:
            with lock:
                alert = next(told)
            said = sender.send(connection, [alert])
            with lock:
                took.append(said)

    threads = [threading.Thread(target=one) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _note(note, f"an observation, one by one by {SENDERS} senders", len(took), begun,
          server.cpu_seconds() - processor, target)  # fmt: skip
    note("such a delivery until it was on the disk: median", median(took) * 1000, "ms")
    note("such a delivery until it was on the disk: p99", percentile_99(took) * 1000, "ms")
    return len(took)


def _storm(note: Note, place: Installation, server: Served, sender: Sender, count: int) -> int:
    sender = Sender(server.port, sender.address, sender.secret)
    program, connection = program_of(place, server, _WATCHER), sender.connect()
    told = alerts("t", count - SERVICES)
    begun, processor = time.perf_counter(), server.cpu_seconds()
    for _ in range(0, count, _AT_ONCE):
        sender.send(connection, list(itertools.islice(told, _AT_ONCE)))
    took = time.perf_counter() - begun
    note(f"a storm of {count:,} alerts over {SERVICES:,} services until all were on the disk",
         took, "s", None, server.cpu_seconds() - processor)  # fmt: skip
    begun = time.perf_counter()
    # Every second one of those that the batches spoke of, and all of these.
    expected = SERVICES // 2 + SERVICES
    while (down := _down(program)) < expected:
        if time.perf_counter() - begun > _PATIENCE:
            raise Failed(f"{expected:,} services should be down, not {down:,}")
        time.sleep(0.1)
    note("from there until the last condition it changed was on the board",
         time.perf_counter() - begun, "s")  # fmt: skip
    return count


def _down(program: Any) -> int:
    counts = program.get("/api/v1/status?limit=1")["counts"]
    return int(counts["down"])


def _note(note: Note, what: str, sent: int, begun: float, processor: float, target: float) -> None:
    wall = time.perf_counter() - begun
    note(f"{what}: observations a second", sent / wall, "")
    note(what, wall * 1000 / max(1, sent), "ms", target, processor * 1000 / max(1, sent))


def main() -> None:
    """Measure on a throw-away installation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--storm", type=int, default=STORM)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Installation(Path(folder) / "data", os.environ.get("DATABASE_URL", ""))
        measure_ingest(print_figure, place, chosen.seconds, chosen.storm)


if __name__ == "__main__":
    main()
