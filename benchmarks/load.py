"""Two hundred people and programs at once: ``python -m benchmarks.load [--minutes 5]``.

Serves a catalogue of 100,000 services with one process and lets two hundred visitors ask for
pages for as long as told, each thinking some seconds between two pages as people do; among them
programs that read through the API and editors who save. Prints how long answers took by kind,
every error, and how the server's memory grew after the first minute. Ends with 1 when there was
an error.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.estate import COMMON, READER, SELECTIVE, Invented, invented, write_files
from benchmarks.figures import median, percentile_99
from benchmarks.product import Installation, Visitor, run, serving

VISITORS = 200
#: Seconds between two pages of one visitor, on average; people read what they asked for.
THINKING = 8.0
#: Of so many visitors one is a program that reads, one an editor who saves.
PROGRAMS, EDITORS = 10, 20

#: What somebody asks for: a name to count it under, and an address.
Wish = tuple[str, str]


@dataclass
class Tally:
    """What happened, told by many threads."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, name: str, milliseconds: float) -> None:
        """Keep how long one answer took."""
        with self.lock:
            self.took[name].append(milliseconds)

    def fail(self, sentence: str) -> None:
        """Keep an error."""
        with self.lock:
            self.errors.append(sentence)


def wishes(made: Invented, chance: random.Random) -> Callable[[], Wish]:
    """What people ask for, in the proportions in which they do."""
    own = [r for r, plain in made.services.items() if _is_open(r, plain)]
    words = sorted({w for r in own[:500] for w in made.services[r]["description"].lower().split()})
    kinds: list[tuple[int, Callable[[], Wish]]] = [
        (12, lambda: ("home", "/")),
        (20, lambda: ("catalogue", "/catalogue/")),
        (12, lambda: ("catalogue, filtered", "/catalogue/?stage=live&role=supporting")),
        (15, lambda: ("search", f"/catalogue/?q={chance.choice(words)}")),
        (5, lambda: ("search, selective", f"/catalogue/?q={SELECTIVE}")),
        (3, lambda: ("search, common", f"/catalogue/?q={COMMON}")),
        (28, lambda: ("service", f"/services/{chance.choice(own)}/")),
        (5, lambda: ("chain", f"/chain/?focus={chance.choice(own)}")),
    ]
    weights = [weight for weight, _ in kinds]
    return lambda: chance.choices([make for _, make in kinds], weights)[0]()


def _is_open(reference: str, plain: dict[str, object]) -> bool:
    return bool(re.match(r"top-0[-/]", reference)) and "restricted" not in plain


def visit(visitor: Visitor, wish: Callable[[], Wish], until: float, tally: Tally) -> None:
    """One person: a page, a while, another page."""
    chance = random.Random()
    time.sleep(chance.random() * THINKING)
    while time.monotonic() < until:
        name, address = wish()
        try:
            took = visitor.time(address)
        except http.client.RemoteDisconnected:
            # The server let go of a connection that was quiet for long; browsers ask once more.
            visitor = visitor.beside()
            try:
                took = visitor.time(address)
            except Exception as error:
                tally.fail(f"{name} {address}: {type(error).__name__}: {error}")
                continue
        except Exception as error:
            visitor = visitor.beside()
            tally.fail(f"{name} {address}: {type(error).__name__}: {error}")
            continue
        tally.note(name, took)
        time.sleep(chance.expovariate(1 / THINKING))


def program(port: int, token: str, references: list[str], until: float, tally: Tally) -> None:
    """One program: services one by one, and now and then a list, through the API."""
    chance = random.Random()
    while time.monotonic() < until:
        name, path = chance.choices(
            [
                ("API: a service", f"/api/v1/services/{chance.choice(references)}"),
                ("API: a list", "/api/v1/services?limit=20"),
                ("API: a search", f"/api/v1/services?q={SELECTIVE}&limit=20"),
            ],
            [8, 1, 1],
        )[0]
        status, took, said = _call(port, token, "GET", path)
        tally.note(name, took) if status == 200 else tally.fail(f"{path}: {status} {said[:80]!r}")
        time.sleep(chance.expovariate(1 / 2))


def editor(port: int, token: str, references: list[str], until: float, tally: Tally) -> None:
    """One editor: another sentence in the description of some service, through the API."""
    chance = random.Random()
    while time.monotonic() < until:
        time.sleep(chance.expovariate(1 / (3 * THINKING)))
        path = f"/api/v1/services/{chance.choice(references)}?take_over=true"
        body = json.dumps({"description": f"Said anew at {time.monotonic():.3f}."})
        status, took, said = _call(port, token, "PATCH", path, body)
        good = status in {200, 204}
        tally.note("API: an edit", took) if good else tally.fail(f"{path}: {status} {said[:80]!r}")


def _call(
    port: int, token: str, method: str, path: str, body: str | None = None
) -> tuple[int, float, str]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json"}
    before = time.perf_counter()
    connection = http.client.HTTPConnection("localhost", port, timeout=120)
    try:
        connection.request(method, path, body, headers if body else {**headers})
        response = connection.getresponse()
        said = response.read().decode(errors="replace")
        return response.status, (time.perf_counter() - before) * 1000, said
    except OSError as error:
        return 0, 0.0, str(error)
    finally:
        connection.close()


def _password(place: Installation, email: str) -> str:
    said = run(place, "user", email).said
    found = re.search(r"signs in with\s+(\S+)", said)
    assert found is not None, said
    return found[1]


def _token(place: Installation, email: str, scope: str) -> str:
    said = run(place, "token", "issue", "load", "--for", email, "--scope", scope).said
    found = re.search(r"cat_\w+", said)
    assert found is not None, said
    return found[0]


def loaded(place: Installation, made: Invented, folder: Path) -> str:
    """Fill an installation; the administrator's address."""
    said = run(place, "migrate").said
    found = re.search(r"signs in with\s+(\S+)", said)
    assert found is not None, said
    write_files(made, folder)
    run(place, "apply", str(folder), "--source", "invented")
    return found[1]


def measure(place: Installation, made: Invented, administrator: str, minutes: float) -> Tally:
    """Let everybody in, and wait until they have left."""
    password = _password(place, READER)
    reading, writing = _token(place, READER, "read"), _token(place, administrator, "write")
    tally = Tally()
    own = [reference for reference, plain in made.services.items() if _is_open(reference, plain)]
    with serving(place) as server:
        first = Visitor(server.port)
        first.sign_in(READER, password)
        first.get("/catalogue/")
        until = time.monotonic() + minutes * 60
        threads = []
        for number in range(VISITORS):
            if number % PROGRAMS == 1:
                work = threading.Thread(
                    target=program, args=(server.port, reading, own, until, tally)
                )
            elif number % EDITORS == 2:
                work = threading.Thread(
                    target=editor, args=(server.port, writing, own, until, tally)
                )
            else:
                wish = wishes(made, random.Random(number))
                same = first.beside()
                work = threading.Thread(target=visit, args=(same, wish, until, tally))
            work.start()
            threads.append(work)
        sizes = []
        while time.monotonic() < until:
            time.sleep(15)
            sizes.append(server.megabytes())
            print(
                f"{(until - time.monotonic()) / 60:4.1f} minutes left,"
                f" {sum(map(len, tally.took.values())):,} answers,"
                f" {len(tally.errors)} errors, {sizes[-1]:,.0f} MB",
                flush=True,
            )
        for work in threads:
            work.join()
        _say(tally, sizes, minutes, server.cpu_seconds())
    return tally


def _say(tally: Tally, sizes: list[float], minutes: float, cpu: float) -> None:
    answers = sum(map(len, tally.took.values()))
    for name, took in sorted(tally.took.items()):
        print(
            f"{name:22} {len(took):6,} answers   median {median(took):7.1f} ms"
            f"   p99 {percentile_99(took):8.1f} ms"
        )
    rate = answers / (minutes * 60)
    print(f"{answers:,} answers, {rate:.1f} a second; {len(tally.errors)} errors; {cpu:.0f} CPU-s")
    third = max(1, len(sizes) // 3)
    settled, last = median(sizes[third : 2 * third] or sizes), median(sizes[-third:])
    print(f"memory: {settled:,.0f} MB in the middle third of the time, {last:,.0f} MB in the last")
    for sentence in tally.errors[:20]:
        print(f"  {sentence}")


def main() -> None:
    """Fill, serve, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--services", type=int, default=100_000)
    options = parser.parse_args()
    made = invented(options.services)
    with tempfile.TemporaryDirectory(prefix="catenary-load-") as work:
        data = Path(work) / "data"
        data.mkdir()
        place = Installation(data, os.environ.get("DATABASE_URL", ""))
        administrator = loaded(place, made, Path(work) / "files")
        tally = measure(place, made, administrator, options.minutes)
    sys.exit(1 if tally.errors else 0)


if __name__ == "__main__":
    main()
