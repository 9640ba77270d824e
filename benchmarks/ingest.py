"""How fast reports come in through the webhook of Alertmanager: ``python -m benchmarks.ingest``.

The real server and its worker, on the database that ``DATABASE_URL`` names or SQLite. Alerts come
in batches as Alertmanager sends a group, then one by one from several senders, then 100,000 in one
storm over a thousand services; afterwards every one of them must be there, once.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.product import Failed, Installation, Served, run, serving

SERVICES = 1_000
_HOUSE = "storm"
_CATALOGUE = {
    "catenary": 1,
    "organizations": {_HOUSE: {"name": "Storm"}},
    "services": {
        f"{_HOUSE}/s{n}": {"name": f"Service {n}", "stage": "live"} for n in range(SERVICES)
    },
}


@dataclass(frozen=True)
class Sender:
    """Whoever delivers to one inlet over one connection that stays open."""

    port: int
    address: str
    secret: str

    def connect(self) -> http.client.HTTPConnection:
        """A connection of its own."""
        return http.client.HTTPConnection("localhost", self.port, timeout=120)

    def send(self, connection: http.client.HTTPConnection, alerts: list[dict[str, Any]]) -> Any:
        """Deliver some alerts; what became of them."""
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Content-Type": "application/json",
        }
        body = json.dumps({"version": "4", "alerts": alerts})
        connection.request("POST", self.address, body, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        if answer.status != 202 or said["taken"] != len(alerts):
            raise Failed(f"{answer.status}: {str(said)[:300]}")
        return said


def alerts() -> Iterator[dict[str, Any]]:
    """Alerts without end, each another one."""
    for number in itertools.count():
        minute, second = divmod(number // 1_000, 60)
        yield {
            "status": "firing",
            "labels": {
                "alertname": "Down",
                "service": f"s{number % SERVICES}",
                "severity": "critical" if number % 2 else "warning",
                "instance": f"host-{number}",
            },
            "annotations": {"summary": "It does not answer"},
            "startsAt": f"2026-11-03T09:{minute % 60:02}:{second:02}Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example:9090/graph",
            "fingerprint": f"{number:016x}",
        }


def measure(place: Installation, seconds: float, storm: int) -> None:
    """Print every figure."""
    catalogue = place.data / "storm.yaml"
    place.data.mkdir(parents=True, exist_ok=True)
    catalogue.write_text(json.dumps(_CATALOGUE))
    run(place, "migrate")
    run(place, "apply", str(catalogue), "--source", "storm")
    opened = run(place, "inlet", "open", f"{_HOUSE}/am", "--kind", "alertmanager", "--json").said
    inlet = json.loads(opened[opened.index("{") :])
    told = alerts()
    with serving(place) as server:
        sender = Sender(server.port, inlet["address"], inlet["secret"])
        sent = _batches(server, sender, told, 500, seconds)
        sent += _batches(server, sender, told, 20, seconds)
        sent += _singles(server, sender, told, 8, seconds)
        sent += _storm(server, sender, told, storm)
    counted = run(place, "inlet", "show", f"{_HOUSE}/am", "--json").said
    taken = json.loads(counted[counted.index("{") :])["taken"]
    print(f"sent {sent:,}, taken {taken:,}: {'nothing lost' if sent == taken else 'LOST'}")


def _batches(
    server: Served, sender: Sender, told: Iterator[dict[str, Any]], size: int, seconds: float
) -> int:
    connection = sender.connect()
    begun, processor, sent = time.perf_counter(), server.cpu_seconds(), 0
    while time.perf_counter() - begun < seconds:
        sender.send(connection, list(itertools.islice(told, size)))
        sent += size
    _print(f"batches of {size}, one sender", sent, begun, server.cpu_seconds() - processor)
    return sent


def _singles(
    server: Served, sender: Sender, told: Iterator[dict[str, Any]], senders: int, seconds: float
) -> int:
    begun, processor, counts = time.perf_counter(), server.cpu_seconds(), [0] * senders
    lock = threading.Lock()

    def one(number: int) -> None:
        connection = sender.connect()
        while time.perf_counter() - begun < seconds:
            with lock:
                alert = next(told)
            sender.send(connection, [alert])
            counts[number] += 1

    threads = [threading.Thread(target=one, args=(n,)) for n in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _print(f"one by one, {senders} senders", sum(counts), begun, server.cpu_seconds() - processor)
    return sum(counts)


def _storm(server: Served, sender: Sender, told: Iterator[dict[str, Any]], count: int) -> int:
    connection = sender.connect()
    begun, processor = time.perf_counter(), server.cpu_seconds()
    for _ in range(0, count, 1_000):
        sender.send(connection, list(itertools.islice(told, 1_000)))
    _print(f"a storm of {count:,} in batches of 1,000", count, begun,
           server.cpu_seconds() - processor)  # fmt: skip
    return count


def _print(what: str, sent: int, begun: float, processor: float) -> None:
    wall = time.perf_counter() - begun
    print(
        f"{what}: {sent:,} alerts, {sent / wall:,.0f} a second; "
        f"{processor * 1000 / max(1, sent):.2f} ms of the server's processor each",
        flush=True,
    )


def main() -> None:
    """Measure on a throw-away installation."""
    import os

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--storm", type=int, default=100_000)
    chosen = parser.parse_args()
    os.environ["CATENARY_INLET_ITEMS_PER_MINUTE"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        place = Installation(Path(folder) / "data", os.environ.get("DATABASE_URL", ""))
        measure(place, chosen.seconds, chosen.storm)


if __name__ == "__main__":
    main()
