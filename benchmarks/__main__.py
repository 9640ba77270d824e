"""Speed and size of the real product: ``python -m benchmarks``, or ``make bench`` for both
databases.

Invents catalogues of 10,000 and of 100,000 services, runs the commands on them, serves them,
asks for pages as one signed-in person, and writes every figure beside its target into
docs/benchmarks.md. Takes about half an hour for each database; nothing else should run.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from benchmarks.engine import HUNDRED_THOUSAND, MILLION, measure_engine
from benchmarks.estate import COMMON, READER, SELECTIVE, UNIQUE, Invented, invented, write_files
from benchmarks.figures import (
    Figure,
    machine,
    median,
    pace,
    percentile_99,
    shown,
    sqlite_name,
    table,
    write_down,
)
from benchmarks.ingest import measure_ingest
from benchmarks.live import measure_live
from benchmarks.product import Cost, Installation, Served, Visitor, run, serving
from benchmarks.propagation import measure_propagation
from benchmarks.rest import measure_api, measure_impact, measure_saving

SMALL, LARGE = 10_000, 100_000
_SOURCE = ("--source", "invented")
_ROUNDS = 3
_ASKED = 200


class Bench:
    """Collects figures, and says each as soon as it is there."""

    def __init__(self, work: Path, database_url: str) -> None:
        self.work = work
        self.database_url = database_url
        self.figures: list[Figure] = []
        self.paces: list[float] = []
        self._databases: set[str] = set()

    def note(
        self,
        name: str,
        value: float,
        unit: str,
        target: float | None = None,
        processor: float | None = None,
    ) -> None:
        """Keep one figure."""
        figure = Figure(name, value, unit, target, processor)
        self.figures.append(figure)
        self.paces.append(pace())
        limit = (
            "" if target is None else f"  (< {target:g} {unit})  {figure.verdict.replace('*', '')}"
        )
        busy = "" if processor is None else f"  of it computing {shown(processor, unit)}"
        print(f"{name:70} {shown(value, unit):>12}{limit}{busy}", flush=True)

    def note_runs(self, name: str, costs: list[Cost], target: float | None = None) -> None:
        """Keep the median of some runs of one command."""
        seconds = median([cost.seconds for cost in costs])
        self.note(name, seconds, "s", target, median([cost.cpu_seconds for cost in costs]))

    def installation(self, size: int) -> Installation:
        """A new one with its tables."""
        data = self.work / f"data-{size}-{len(list(self.work.iterdir()))}"
        data.mkdir()
        place = Installation(data, self._new_database(f"bench_{size}"))
        run(place, "migrate")
        return place

    def _new_database(self, name: str) -> str:
        if not self.database_url:
            return ""
        import psycopg

        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
        self._databases.add(name)
        return urlunsplit(urlsplit(self.database_url)._replace(path=f"/{name}"))

    def clean(self) -> None:
        """Take away the databases that were made; folders go with the work."""
        if not self._databases:
            return
        import psycopg

        with psycopg.connect(self.database_url, autocommit=True) as connection:
            while self._databases:
                name = self._databases.pop()
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def measure_help(bench: Bench, place: Installation) -> None:
    """The first thing anybody runs."""
    bench.note_runs("`catenary --help`", [run(place, "--help") for _ in range(5)], 0.4)


def measure_small(bench: Bench) -> None:
    """What people wait for at 10,000 services."""
    made = invented(SMALL)
    files = bench.work / "files-small"
    size = write_files(made, files)
    print(f"{len(made.services):,} services, {made.dependencies:,} dependencies, {size:,} bytes")
    place = bench.installation(SMALL)
    measure_help(bench, place)
    cost = run(place, "apply", str(files), *_SOURCE)
    bench.note_runs("`apply` of 10,000 services with 30,000 dependencies", [cost], 20)
    costs = [run(place, "plan", str(files), *_SOURCE) for _ in range(_ROUNDS)]
    bench.note_runs("unchanged `plan` of 10,000 services", costs, 5)
    costs = [run(place, "check", str(files), code=1) for _ in range(_ROUNDS)]
    bench.note_runs("`check` of 10,000 services from files", costs, 5)
    with serving(place) as server:
        measure_impact(bench.note, place, server, 60)


def measure_large(bench: Bench) -> None:
    """Everything at 100,000 services."""
    made = invented(LARGE)
    files = bench.work / "files-large"
    size = write_files(made, files)
    print(f"{len(made.services):,} services, {made.dependencies:,} dependencies, {size:,} bytes")
    place = bench.installation(LARGE)
    cost = run(place, "apply", str(files), *_SOURCE)
    bench.note_runs("`apply` of 100,000 services with 300,000 dependencies", [cost], 240)
    bench.note("its peak memory, files and all", cost.peak_megabytes / 1024, "GB", 2)
    cost = run(place, "plan", str(files), *_SOURCE)
    bench.note_runs("unchanged `plan` of 100,000 services", [cost])
    costs = [run(place, "check", code=1) for _ in range(_ROUNDS)]
    bench.note_runs("`check` of the live catalogue of 100,000 services", costs, 10)
    bench.note("its peak memory", max(cost.peak_megabytes for cost in costs) / 1024, "GB")
    shutil.rmtree(files)
    said = run(place, "user", READER).said
    password = re.search(r"signs in with\s+(\S+)", said)
    assert password is not None, said
    measure_starts(bench, place, password[1])
    with serving(place) as server:
        visitor = Visitor(server.port)
        visitor.sign_in(READER, password[1])
        visitor.get("/catalogue/")
        measure_pages(bench, server, visitor, made)
        measure_api(bench.note, place, server, _ASKED)
        measure_saving(bench.note, place, server, _ASKED)
        measure_edit(bench, place, visitor, made)
        bench.note("memory of the server after all this", server.megabytes(), "MB")
    measure_live(bench.note, place, password[1])
    measure_chain(bench, place, made)


def measure_starts(bench: Bench, place: Installation, password: str) -> None:
    """Until it answers at all, and until the first page that needs the whole chain."""
    starts, firsts = [], []
    for _ in range(_ROUNDS):
        with serving(place) as server:
            starts.append(server.seconds_to_start)
            visitor = Visitor(server.port)
            visitor.sign_in(READER, password)
            firsts.append(visitor.time("/catalogue/") / 1000)
    bench.note("cold start of `catenary serve`", median(starts), "s", 5)
    bench.note("the first page after it, which loads the chain", median(firsts), "s")


def measure_pages(bench: Bench, server: Served, visitor: Visitor, made: Invented) -> None:
    """Pages as one person gets them, one after the other on one connection."""
    chance = random.Random(1)
    # What the reader may open: their own top organization's, unless restricted.
    own = [
        reference
        for reference, plain in made.services.items()
        if re.match(r"top-0[-/]", reference) and "restricted" not in plain
    ]
    services = chance.sample(own, _ASKED)
    tags = sorted({tag for plain in made.services.values() for tag in plain["tags"]})
    words = sorted({w for r in services for w in made.services[r]["description"].lower().split()})
    pages: list[tuple[str, list[str]]] = [
        ("catalogue page, no filter", ["/catalogue/"] * _ASKED),
        ("catalogue page, filtered", _filtered(chance, made, tags)),
        ("catalogue page, fifty pages on", _deep(visitor)),
        ("service page", [f"/services/{reference}/" for reference in services]),
        ("search page, any word", [f"/catalogue/?q={w}" for w in chance.choices(words, k=_ASKED)]),
        ("search page, a selective word", [f"/catalogue/?q={SELECTIVE}"] * _ASKED),
        ("search page, two words", [f"/catalogue/?q={SELECTIVE}+{COMMON}"] * _ASKED),
        ("search page, a word found once", [f"/catalogue/?q={UNIQUE}"] * _ASKED),
        (
            "search page, beginning of a word",
            [f"/catalogue/?q={w[:3]}" for w in chance.choices(words, k=_ASKED)],
        ),
    ]
    # The word that nearly everything holds may take longer: its matches are cut off and counted.
    pages.append(("search page, a word in nearly every document", [f"/catalogue/?q={COMMON}"] * 99))
    for name, asked in pages:
        slow = "nearly" in name
        took, busy = _times(server, visitor, asked)
        bench.note(f"{name}: median", median(took), "ms", 150 if slow else 50, busy)
        bench.note(f"{name}: p99", percentile_99(took), "ms", 150)
    for name, address in (
        ("the same within a filter", f"/catalogue/?q={COMMON}&stage=live"),
        ("search page, a single letter", "/catalogue/?q=b"),
        ("service page of the hottest shared service", f"/services/{made.hottest}/"),
        ("home", "/"),
        ("chain page of one service, two steps", f"/chain/?focus={quote(made.deep)}"),
    ):
        took, busy = _times(server, visitor, [address] * 30)
        bench.note(f"{name}: median", median(took), "ms", None, busy)
    up = f"/chain/?focus={quote(made.hottest)}&direction=up&depth=0"
    took, busy = _times(server, visitor, [up] * 30)
    name = "chain page, everything upstream of the hottest shared service: median"
    bench.note(name, median(took) / 1000, "s", 0.3, busy / 1000)
    bench.note("the same: p99", percentile_99(took) / 1000, "s")


def _times(server: Served, visitor: Visitor, asked: list[str]) -> tuple[list[float], float]:
    """Milliseconds for each page, and the server's processor time for one on average."""
    before = server.cpu_seconds()
    took = [visitor.time(address) for address in asked]
    return took, (server.cpu_seconds() - before) * 1000 / len(asked)


def _filtered(chance: random.Random, made: Invented, tags: list[str]) -> list[str]:
    providers = list(made.organizations)
    kinds = (
        lambda: f"role={chance.choice(['customer-facing', 'supporting', 'idle', 'external'])}",
        lambda: f"stage={chance.choice(['live', 'proposed', 'retiring'])}",
        lambda: f"provider={chance.choice(providers)}",
        lambda: f"tag={chance.choice(tags)}",
    )
    return [f"/catalogue/?{kinds[n % 4]()}&{kinds[(n + 1) % 4]()}" for n in range(_ASKED)]


def _deep(visitor: Visitor) -> list[str]:
    """The address of a page far down, walked to as a reader would."""
    address = "/catalogue/"
    for _ in range(50):
        found = re.findall(r'href="(/catalogue/\?[^"]*after=[^"]*)"', visitor.get(address))
        address = found[-1].replace("&amp;", "&")
    return [address] * _ASKED


def measure_edit(bench: Bench, place: Installation, visitor: Visitor, made: Invented) -> None:
    """One service changes: the next page waits for the chain to be loaded again."""
    firsts = []
    for number in range(_ROUNDS):
        plain = {**made.services[made.deep], "description": f"Changed for the {number}th time"}
        folder = bench.work / f"edit-{number}"
        write_files(Invented(services={made.deep: plain}), folder)
        cost = run(place, "apply", str(folder), *_SOURCE)
        firsts.append(visitor.time("/catalogue/") / 1000)
    bench.note_runs("`apply` of one changed service", [cost])
    bench.note("the first page after one service was changed", median(firsts), "s")


def measure_chain(bench: Bench, place: Installation, made: Invented) -> None:
    """The chain as a query, without a page around it."""
    os.environ.update(place.environment(), DJANGO_SETTINGS_MODULE="catenary.config.settings")
    import django

    django.setup()
    from catenary.apps.organizations.queries import actor_of_person, home_viewpoint
    from catenary.apps.portfolio.queries.chain import Direction, chain_of

    actor = actor_of_person(READER, door="benchmark")
    assert actor is not None
    viewpoint = home_viewpoint(actor)
    assert viewpoint is not None

    def ask() -> int:
        view = chain_of(
            actor=actor,
            viewpoint=viewpoint,
            reference=made.hottest,
            direction=Direction.UP,
            depth=None,
        )
        assert view is not None
        return view.total_up + view.beyond

    upstream = ask()
    took = []
    for _ in range(30):
        before = time.perf_counter()
        ask()
        took.append(time.perf_counter() - before)
    bench.note("services upstream of it", upstream, "")
    bench.note("the same as a query: median", median(took), "s", 0.3)


def measure_programs(bench: Bench) -> None:
    """What programs ask for alone, at both sizes: a few minutes."""
    for size in (SMALL, LARGE):
        files = bench.work / f"files-{size}"
        write_files(invented(size), files)
        place = bench.installation(size)
        run(place, "apply", str(files), *_SOURCE)
        shutil.rmtree(files)
        run(place, "user", READER)
        with serving(place) as server:
            if size == SMALL:
                measure_impact(bench.note, place, server, 60)
            else:
                measure_api(bench.note, place, server, _ASKED)
                measure_saving(bench.note, place, server, _ASKED)


def measure_reports(bench: Bench) -> None:
    """What monitors report, and what open pages show of it: some ten minutes."""
    measure_ingest(bench.note, bench.installation(0))
    place = bench.installation(LARGE)
    files = bench.work / "files-reports"
    write_files(invented(LARGE), files)
    run(place, "apply", str(files), *_SOURCE)
    shutil.rmtree(files)
    password = re.search(r"signs in with\s+(\S+)", run(place, "user", READER).said)
    assert password is not None
    measure_live(bench.note, place, password[1])


def measure_picture(bench: Bench) -> None:
    """The chain picture of 300 services, from marks to a painted window."""
    command = [sys.executable, "-m", "benchmarks.picture"]
    ran = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"^ +300 +\d+ +\d+ +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)", ran.stdout, re.M)
    if found is None:
        print(f"the picture was not measured: {(ran.stderr or ran.stdout)[-300:]}")
        return
    _, layout, svg, browser = map(float, found.groups())
    bench.note("picture of 300 services: layout and SVG on the server", layout + svg, "ms")
    bench.note("picture of 300 services drawn in the browser", browser / 1000, "s", 1)


def database_name(database_url: str) -> tuple[str, str]:
    """The kind of database, and its name with its version."""
    if not database_url:
        return "sqlite", sqlite_name()
    import psycopg

    with psycopg.connect(database_url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    assert row is not None
    return "postgresql", f"PostgreSQL {str(row[0]).split()[0]}"


def measure_part(bench: Bench, options: argparse.Namespace) -> bool:
    """Measure what was asked for alone; false when that is everything."""
    if options.only_api:
        measure_programs(bench)
    elif options.only_reports:
        measure_reports(bench)
    elif options.only_engine or options.million:
        if options.million:
            measure_propagation(bench.note)
        size = MILLION if options.million else HUNDRED_THOUSAND
        measure_engine(bench.note, bench.installation, size)
    else:
        return False
    return True


def measure_whole(bench: Bench, kind: str) -> None:
    """Measure everything; what hangs on no database once."""
    measure_small(bench)
    measure_large(bench)
    if kind == "sqlite":
        measure_picture(bench)
        measure_propagation(bench.note)
    measure_engine(bench.note, bench.installation, HUNDRED_THOUSAND)


def main() -> None:
    """Measure, print, write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only-print", action="store_true", help="leave the page as it is")
    parser.add_argument("--only-api", action="store_true", help="what programs ask for; print it")
    parser.add_argument(
        "--only-engine", action="store_true", help="words at 100,000 services; print it"
    )
    parser.add_argument("--million", action="store_true", help="words at a million; print it")
    parser.add_argument(
        "--only-reports", action="store_true", help="inlets and open pages; print it"
    )
    options = parser.parse_args()
    database_url = os.environ.get("DATABASE_URL", "")
    kind, name = database_name(database_url)
    measured_on = machine(name)
    print(measured_on)
    with tempfile.TemporaryDirectory(prefix="catenary-bench-") as work:
        bench = Bench(Path(work), database_url)
        try:
            is_part = measure_part(bench, options)
            if not is_part:
                measure_whole(bench, kind)
        finally:
            bench.clean()
    if is_part:
        print(f"pace: {median(bench.paces):.1f} ms")
        return
    missed = sum(figure.verdict not in {"", "met"} for figure in bench.figures)
    print(f"{missed} of {sum(f.target is not None for f in bench.figures)} targets missed.")
    if not options.only_print:
        paces = sorted(bench.paces)
        said = (
            f"Measured on: {measured_on} A fixed piece of Python took {paces[0]:.1f} ms "
            f"of processor time at best and {median(paces):.1f} ms in the middle meanwhile."
        )
        write_down(kind, f"\n{said}\n\n{table(bench.figures)}\n")


if __name__ == "__main__":
    main()
