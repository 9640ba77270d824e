"""The REST API as a program gets it: one token, one connection that stays open."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.estate import READER, SELECTIVE
from benchmarks.figures import median, percentile_99
from benchmarks.product import Failed, Installation, Served, run


class Program:
    """Somebody who asks with a personal token."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("localhost", port, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, address: str) -> Any:
        """The answer at an address."""
        return json.loads(self._ask("GET", address))

    def post(self, address: str, body: Any) -> Any:
        """What a body is answered."""
        return json.loads(self._ask("POST", address, json.dumps(body)))

    def patch(self, address: str, etag: str, change: Any) -> Any:
        """What a merge patch of the object with this ETag is answered."""
        return json.loads(self._ask("PATCH", address, json.dumps(change), etag))

    def lines(self, address: str) -> int:
        """How many lines a stream has, read piece by piece."""
        self._connection.request("GET", address, headers=self._headers)
        response = self._connection.getresponse()
        lines = 0
        while piece := response.read(1 << 20):
            lines += piece.count(b"\n")
        return lines

    def _ask(self, method: str, address: str, body: str | None = None, etag: str = "") -> bytes:
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        if etag:
            headers |= {
                "Content-Type": "application/merge-patch+json",
                "If-Match": f'"{etag}"',
            }
        self._connection.request(method, address, body, headers)
        response = self._connection.getresponse()
        said = response.read()
        if response.status not in (200, 202):
            raise Failed(f"{method} {address} answers {response.status}: {said[:300]!r}")
        return said


def timed(server: Served, asked: Sequence[Any], ask: Any) -> tuple[list[float], float]:
    """Milliseconds for each request, and the server's processor time for one on average."""
    before = server.cpu_seconds()
    took = []
    for each in asked:
        started = time.perf_counter()
        ask(each)
        took.append((time.perf_counter() - started) * 1000)
    return took, (server.cpu_seconds() - before) * 1000 / len(asked)


def program_of(place: Installation, server: Served, email: str, scope: str = "read") -> Program:
    """A program with a token of somebody who may sign in."""
    asked = ("token", "issue", "benchmark", "--for", email, "--scope", scope)
    issued = run(place, *asked).said
    token = next(word for word in issued.split() if word.startswith("cat_"))
    return Program(server.port, token)


def references_seen(program: Program, count: int) -> list[str]:
    """References of services that the program may see, from all over the catalogue."""
    found: list[str] = []
    after = ""
    while len(found) < count * 2:
        page = program.get(f"/api/v1/services?fields=reference&limit=100&after={after}")
        found += [item["reference"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    return random.Random(1).sample(found, min(count, len(found)))


def measure_api(
    note: Callable[[str, float, str, float | None, float | None], None],
    place: Installation,
    server: Served,
    rounds: int,
) -> None:
    """What a program pays: processor time of the server for one request, against its target, and
    the export of everything it may see. ``note`` takes name, value, unit, target and processor."""
    program = program_of(place, server, READER)
    references = references_seen(program, rounds)
    batch = {"references": references[:100]}
    asked: list[tuple[str, float, Callable[[int], Any]]] = [
        (
            "get one service by reference",
            2.5,
            lambda n: program.get(f"/api/v1/services/{references[n % len(references)]}"),
        ),
        ("list of 20 services with total", 10, lambda n: program.get("/api/v1/services")),
        (
            "list for a selective word",
            10,
            lambda n: program.get(f"/api/v1/services?q={SELECTIVE}"),
        ),
        ("search for a selective word", 10, lambda n: program.get(f"/api/v1/search?q={SELECTIVE}")),
        ("batch of 100 references", 10, lambda n: program.post("/api/v1/services/batch", batch)),
    ]
    for name, target, ask in asked:
        took, busy = timed(server, range(rounds), ask)
        note(f"API: {name}: processor time", busy, "ms", target, None)
        note(f"API: {name}: median", sorted(took)[len(took) // 2], "ms", None, busy)
    before, busy_before = server.megabytes(), server.cpu_seconds()
    started = time.perf_counter()
    lines = program.lines("/api/v1/export")
    seconds = time.perf_counter() - started
    busy = server.cpu_seconds() - busy_before
    note("API: export, microseconds for one object (50: 20,000/s)", seconds * 1e6 / lines, "µs", 50,
         busy * 1e6 / lines)  # fmt: skip
    note("API: memory that the export added", max(0.0, server.megabytes() - before), "MB", 50, None)


def measure_impact(
    note: Callable[[str, float, str, float | None, float | None], None],
    place: Installation,
    server: Served,
    rounds: int,
) -> None:
    """Who is hit when one service fails, for services whose failure reaches six hops or more."""
    run(place, "user", READER)
    program = program_of(place, server, READER)
    far, hit = [], []
    for reference in references_seen(program, 5_000):
        found = program.get(f"/api/v1/impact?service={reference}")["services"]
        if max((len(each["path"]) for each in found), default=0) > 6:
            far.append(f"/api/v1/impact?service={reference}")
            hit.append(len(found))
        if len(far) == rounds:
            break
    took, busy = timed(server, far, program.get)
    note("API: impact over six hops and more: median", median(took), "ms", 30, busy)
    note("API: the same: p99", percentile_99(took), "ms", None, None)
    note("API: services hit in it: median", median(hit), "", None, None)
    first = [f"{address}&limit=100" for address in far]
    took, busy = timed(server, first, program.get)
    note("API: a hundred of each kind, counts of all: median", median(took), "ms", 30, busy)


def measure_saving(
    note: Callable[[str, float, str, float | None, float | None], None],
    place: Installation,
    server: Served,
    rounds: int,
) -> None:
    """Saving another sentence in the description of a service, checks and history included."""
    editor = "editor@benchmark.example"
    run(place, "user", editor, "--operator")
    program = program_of(place, server, editor, "write")
    asked = [f"/api/v1/services/{each}?take_over=true" for each in references_seen(program, rounds)]
    saves = [(address, program.get(address.partition("?")[0])["etag"]) for address in asked]
    change = {"description": "Said anew."}
    took, busy = timed(server, saves, lambda save: program.patch(save[0], save[1], change))
    note("API: saving an edit: median", median(took), "ms", None, busy)
    note("API: saving an edit: p99", percentile_99(took), "ms", 100, None)
