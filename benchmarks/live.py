"""From a word to a changed page: ``python -m benchmarks.live [--pages 200] [--data FOLDER]``.

Serves a catalogue of 100,000 services (invented, or one that is kept in a folder, which is changed)
with its worker, and keeps two hundred boards open: streams that fetch their part of the page again
as a browser's script does, and among them one real browser. Then a program reports conditions of
services one after the other. Printed is how long each page took to hear of it, to be whole again,
and to show other pixels; and what the board itself costs.

With ``--customers`` the pages are those of one customer, each of a session of its own, and the
words are of what it consumes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.estate import READER, invented, write_files
from benchmarks.figures import median, percentile_99, print_figure
from benchmarks.product import Failed, Installation, Served, Visitor, run, serving
from benchmarks.rest import Program, program_of, references_seen

SIZE = 100_000
REPORTER = "reporter@operators.example"
#: Fetching is done by so many at the same time: the server has sixteen threads for it.
FETCHING = 16
SECONDS = 40.0
Browser = tuple[Callable[[], float], Callable[[], float]]
Note = Callable[..., None]


@dataclass(frozen=True)
class Looked:
    """A page that many look at: where it is, which part of it changes, who reads it, and what in it
    is other when a service is. ``sessions``: everybody has signed in for himself."""

    name: str
    address: str
    part: str
    reader: str
    figure: str
    sessions: bool = False


BOARD = Looked("board", "/status/", "board", READER, "[data-count-of=down]")
OURS = Looked(
    "customer's page",
    "/our-services/",
    "ours",
    "person-0@top-1.example",
    "[data-condition-of]",
    sessions=True,
)


@dataclass
class Heard:
    """When pages heard of a word and were whole again, in seconds after it was reported."""

    begun: float = 0.0
    heard: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """A word is reported now."""
        with self.lock:
            self.begun, self.heard, self.whole = time.perf_counter(), [], []

    def note(self, what: str) -> None:
        """One page heard of it, or is whole again."""
        with self.lock:
            getattr(self, what).append(time.perf_counter() - self.begun)


class Page(threading.Thread):
    """One open page: its stream is read, and when something changed its part is fetched."""

    def __init__(
        self,
        visitor: Visitor,
        port: int,
        looked: Looked,
        heard: Heard,
        pool: ThreadPoolExecutor,
    ) -> None:
        super().__init__(daemon=True)
        self._visitor, self._looked, self._heard, self._pool = visitor, looked, heard, pool
        found = re.search(r'data-live="([^"]+)"', visitor.get(looked.address))
        if found is None:
            raise Failed(f"the {looked.name} is not live")
        self.is_open, self._waits = threading.Event(), threading.Event()
        self._line = socket.create_connection(("localhost", port), timeout=None)
        cookies = "; ".join(f"{name}={value}" for name, value in visitor._cookies.items())
        self._line.sendall(
            f"GET {found[1].replace('&amp;', '&')} HTTP/1.1\r\nHost: localhost:{port}\r\n"
            f"Cookie: {cookies}\r\n\r\n".encode()
        )

    def run(self) -> None:
        """Read until the line is closed."""
        with suppress(OSError), self._line.makefile("rb") as lines:
            is_changed = False
            for line in lines:
                if line.startswith(b"event: "):
                    # The first thing said is whether somebody follows what is reported.
                    self.is_open.set()
                    is_changed = line.startswith(b"event: changed")
                    if is_changed:
                        self._heard.note("heard")
                elif line.startswith(b"data: ") and is_changed and not self._waits.is_set():
                    # As live.js does: one fetch for whatever was said until then.
                    self._waits.set()
                    wait = 0.1 + random.uniform(0, json.loads(line[6:])["within"])
                    threading.Timer(wait, lambda: self._pool.submit(self._fetch)).start()

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    def _fetch(self) -> None:
        self._waits.clear()
        self._visitor.beside().part(self._looked.address, self._looked.part)
        self._heard.note("whole")


@contextmanager
def browser_at(port: int, looked: Looked, password: str) -> Any:
    """A real browser on the page: what its clock says, and when its figures changed first."""
    from playwright.sync_api import sync_playwright

    from tests.browser import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(base_url=f"http://localhost:{port}").new_page()
        page.goto("/sign-in/")
        page.locator("input[name=email]").fill(looked.reader)
        page.locator("input[name=password]").fill(password)
        page.locator("form:has(input[name=password]) [type=submit]").click()
        page.goto(looked.address)
        page.get_by_text("Live", exact=True).wait_for()
        page.evaluate(
            """(selector) => {
              window.changes = [];
              const figure = () =>
                [...document.querySelectorAll(selector)].map((each) => each.textContent).join();
              let was = figure();
              const look = () => {
                if (figure() !== was) { was = figure(); window.changes.push(Date.now()); }
                requestAnimationFrame(look);
              };
              look();
            }""",
            looked.figure,
        )
        yield (
            lambda: begin(page),
            lambda: float(page.evaluate("window.changes[0] ?? 0")) / 1000,
        )
        browser.close()


def begin(page: Any) -> float:
    """The browser's clock, when the page is whole; what changes from here on is counted anew. When
    it is whole again rows may stand in another order: that is not what a word is waited for."""
    page.wait_for_function("!document.querySelector('[data-refresh][aria-busy]')")
    return float(page.evaluate("window.changes = [], Date.now()")) / 1000


def measure_words(
    program: Program, references: list[str], heard: Heard, pages: int, browser: Browser
) -> tuple[list[float], list[float], list[float]]:
    """Report one service after the other; seconds until pages heard, were whole, and the browser
    drew other pixels."""
    all_heard, all_whole, pixels = [], [], []
    clock, drawn = browser
    for number, reference in enumerate(references):
        condition = ("down", "operational")[number % 2]
        subject = references[number - number % 2]
        heard.begin()
        begun = clock()
        program.post(
            "/api/v1/observations",
            {"observations": [{"service": subject, "condition": condition, "source": "bench"}]},
        )
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end and (len(heard.whole) < pages or drawn() < begun):
            time.sleep(0.02)
        if len(heard.heard) < pages:
            print(f"{reference}: {len(heard.heard)} of {pages} pages heard of it", flush=True)
        all_heard += heard.heard
        all_whole += heard.whole
        if drawn() >= begun:
            pixels.append(drawn() - begun)
    return all_heard, all_whole, pixels


def measure_board(note: Note, server: Served, visitor: Visitor, times: int, when: str) -> None:
    """What the board costs as a whole page, and the part of it that a page fetches again."""
    for name, address in (
        ("the status board", "/status/"),
        ("the status board, everything", "/status/?all=1"),
        ("the status board, one condition", "/status/?only=unknown&role=customer-facing"),
        ("the status board, what is mine", "/status/?mine=1&all=1"),
    ):
        visitor.get(address)
        before = server.cpu_seconds()
        took = [visitor.time(address) for _ in range(times)]
        busy = (server.cpu_seconds() - before) * 1000 / times
        note(f"{name}{when}: median", median(took), "ms", None, busy)


def measure_live(
    note: Note,
    place: Installation,
    password: str,
    pages: int = 200,
    words: int = 40,
    looked: Looked = BOARD,
) -> None:
    """Note every figure, on a catalogue that the page's reader, whose password this is, may
    read."""
    # All pages are of one account here, which may hold a quarter of the streams.
    os.environ["CATENARY_STREAMS"] = str(4 * (pages + 2))
    run(place, "user", REPORTER, "--operator")
    with ExitStack() as stack:
        server = stack.enter_context(serving(place))
        visitor = Visitor(server.port)
        visitor.sign_in(looked.reader, password)
        references = _reported(place, server, visitor, looked, words)
        program = program_of(place, server, REPORTER, "write")
        # Something is known, and the worker has loaded its chain.
        said = [{"service": name, "condition": "operational"} for name in references]
        program.post("/api/v1/observations", {"observations": said})
        time.sleep(20)
        server.settle()
        # The server hangs up on lines that are silent for so long.
        program = program_of(place, server, REPORTER, "write")
        if looked is BOARD:
            measure_board(note, server, visitor.beside(), 50, "")
        before, heard = server.megabytes(), Heard()
        pool = stack.enter_context(ThreadPoolExecutor(FETCHING))
        # The server hangs up on who signs in and then asks for nothing.
        opened = [
            Page(_another(visitor, looked, password), server.port, looked, heard, pool)
            for _ in range(pages)
        ]
        for page in opened:
            stack.callback(page.close)
            page.start()
        for page in opened:
            if not page.is_open.wait(SECONDS):
                raise Failed("a stream did not open")
        note(f"memory for {pages} open pages", server.megabytes() - before, "MB")
        browser = stack.enter_context(browser_at(server.port, looked, password))
        processor = server.cpu_seconds()
        streams, whole, pixels = measure_words(program, references, heard, pages, browser)
        spent = (server.cpu_seconds() - processor) / len(references)
        those = f"{pages} pages" if looked is BOARD else f"{pages} {looked.name}s"
        _spread(note, f"a word until {those} heard of it", streams)
        _spread(note, f"a word until the {looked.name}s of {those} were whole again", whole)
        _spread(note, f"a word until a browser among {those} drew other pixels", pixels, 1)
        note(f"what one word and {those} cost the server", spent, "s")
        if looked is BOARD:
            measure_board(note, server, visitor.beside(), 20, f" with {pages} open pages")


def _reported(
    place: Installation, server: Served, visitor: Visitor, looked: Looked, words: int
) -> list[str]:
    """The services that are reported of: seen by the reader, or on the customer's page."""
    if looked is BOARD:
        return references_seen(program_of(place, server, looked.reader), words)
    found = re.findall(r'data-condition-of="([^"]+)"', visitor.get(looked.address))
    if not found:
        raise Failed(f"nothing is consumed on the {looked.name}")
    return [found[number % len(found)] for number in range(words)]


def _another(visitor: Visitor, looked: Looked, password: str) -> Visitor:
    """Who has one more of the pages open."""
    if looked.sessions:
        other = Visitor(visitor.port)
        other.sign_in(looked.reader, password)
        return other
    return visitor.beside()


def _spread(note: Note, name: str, values: list[float], target: float | None = None) -> None:
    if not values:
        raise Failed(f"{name}: nothing came")
    note(f"{name}: median", median(values), "s")
    note(f"{name}: p99", percentile_99(values), "s", target)


def prepared(work: Path, data: Path | None, reader: str) -> tuple[Installation, str]:
    """An installation with a catalogue, and the password of this reader."""
    place = Installation(data or work / "data")
    if data is None:
        place.data.mkdir()
        run(place, "migrate")
        write_files(invented(SIZE), work / "files")
        run(place, "apply", str(work / "files"), "--source", "invented")
    said = run(place, "user", reader).said
    password = re.search(r"signs in with\s+(\S+)", said)
    if password is None:
        raise Failed(said)
    return place, password[1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--words", type=int, default=40)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--customers", action="store_true", help="pages of a customer, not boards")
    options = parser.parse_args()
    looked = OURS if options.customers else BOARD
    with tempfile.TemporaryDirectory(prefix="catenary-live-") as folder:
        place, password = prepared(Path(folder), options.data, looked.reader)
        measure_live(print_figure, place, password, options.pages, options.words, looked)


if __name__ == "__main__":
    main()
