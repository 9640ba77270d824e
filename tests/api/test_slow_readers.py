"""Readers who hardly read: they keep nobody waiting, and are cut off in the end."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from catenary.api.places import Places
from catenary.api.problems import Trouble
from catenary.client import Catenary, Problem
from catenary.config.downloads import BYTES_A_SECOND, SECONDS, Downloads, Line, SlowReaders, look
from tests.product import catenary, clean_environment, serving

WHO = "dana.reyes@st-mary.example"
#: More than the buffers between a server and somebody who does not read.
LINES, LENGTH = 1_800, 3_900


class Answer(Iterator[bytes]):
    """A long answer in pieces."""

    streaming = True

    def __init__(self) -> None:
        self.closed = False

    def __next__(self) -> bytes:
        return b"x"

    def close(self) -> None:
        self.closed = True


def test_an_account_has_two_places_and_all_together_four() -> None:
    places = Places("exports")
    leave = places.take(1)
    places.take(1)

    with pytest.raises(Trouble) as own:
        places.take(1)
    places.take(2)
    places.take(2)
    with pytest.raises(Trouble) as all_taken:
        places.take(3)
    leave()
    leave()
    places.take(3)
    with pytest.raises(Trouble) as again:
        places.take(4)

    assert (own.value.code, own.value.headers["Retry-After"]) == ("too-many-requests", "20")
    assert all_taken.value.code == again.value.code == "overloaded", "leaving twice is leaving once"


def test_a_thread_waits_from_giving_a_piece_to_being_asked_for_the_next() -> None:
    answer = Answer()
    downloads = Downloads(lambda environ, start: answer)
    pieces = downloads({}, None)
    now = time.monotonic()

    assert not downloads.waits(now + 2 * SECONDS), "nothing is given yet"
    next(iter(pieces))
    assert not downloads.waits(now + SECONDS / 2)
    assert downloads.waits(now + 2 * SECONDS)
    pieces.close()  # type: ignore[attr-defined]
    assert answer.closed
    assert not downloads.waits(now + 2 * SECONDS)


def test_short_answers_are_left_as_they_are() -> None:
    short = [b"whole"]

    assert Downloads(lambda environ, start: short)({}, None) is short


@pytest.mark.parametrize(
    ("taken", "is_slow"),
    [
        (0, True),
        (int(SECONDS * BYTES_A_SECOND) - 1, True),
        (int(SECONDS * BYTES_A_SECOND), False),
    ],
)
def test_slow_is_who_takes_too_little_for_the_whole_time(taken: int, is_slow: bool) -> None:
    readers = SlowReaders()
    begun = Line(1, 7, 1_000)

    assert readers.slow_among([begun], 100.0) == []
    assert readers.slow_among([begun], 100.0 + SECONDS - 1) == []
    now = Line(1, 7, 1_000 + taken)
    assert bool(readers.slow_among([now], 100.0 + SECONDS)) is is_slow


def test_a_line_on_which_nothing_waited_meanwhile_begins_anew() -> None:
    readers = SlowReaders()
    line = Line(1, 7, 0)
    readers.slow_among([line], 0.0)
    readers.slow_among([], 10.0)

    assert readers.slow_among([line], SECONDS) == []


def test_only_lines_that_came_in_and_are_not_read_are_cut() -> None:
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        # Somebody who does not read, somebody who does, and a line of ours to somewhere else.
        elsewhere = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        slow = stack.enter_context(socket.create_connection(listening.getsockname()))
        theirs, _ = listening.accept()
        quick = stack.enter_context(socket.create_connection(listening.getsockname()))
        other, _ = listening.accept()
        ours = stack.enter_context(socket.create_connection(elsewhere.getsockname()))
        elsewhere.close()
        for line in (stack.enter_context(theirs), stack.enter_context(other), ours):
            line.setblocking(False)
        for line in (theirs, ours):
            try:
                while line.send(b"x" * 65_536):
                    pass
            except OSError:
                pass
        other.send(b"x")
        assert quick.recv(1) == b"x"
        downloads = Downloads(lambda environ, start: Answer())
        pieces = downloads({}, None)
        readers = SlowReaders()
        now = time.monotonic()

        assert look(downloads, readers, now) == 0
        assert look(downloads, readers, now + SECONDS) == 0, "no thread waits for anybody"
        next(iter(pieces))
        assert look(downloads, readers, now + 3 * SECONDS) == 1

        with pytest.raises(OSError):
            theirs.send(b"x")
        assert other.send(b"x") == 1
        assert slow.recv(1) == b"x"


@pytest.fixture(scope="module")
def much(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """The port of the product with a large catalogue, and a token."""
    data = tmp_path_factory.mktemp("slow")
    with serving(demo, data) as product:
        said = subprocess.run(
            catenary("token", "issue", "tests", "--for", WHO, "--scope", "write"),
            env=clean_environment(data),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        token = next(word for word in said.split() if word.startswith("cat_"))
        document = {"stage": "live", "description": "x" * LENGTH}
        Catenary(product.url, token=token).change(
            [
                {
                    "kind": "service",
                    "reference": f"hospital-it/long-{at}",
                    "document": {"name": f"Long {at}", **document},
                }
                for at in range(LINES)
            ]
        )
        yield urlsplit(product.url).port or 0, token


def stalled(port: int, token: str) -> socket.socket:
    """Somebody who asks for an export and reads its first bytes."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.settimeout(30)
    line.connect(("127.0.0.1", port))
    head = (
        f"GET /api/v1/export HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    line.sendall(head.encode())
    return line


def test_fifty_readers_who_hardly_read_keep_nobody_waiting(much: tuple[int, str]) -> None:
    port, token = much
    with ExitStack() as stack:
        heads = [stack.enter_context(stalled(port, token)).recv(12) for _ in range(50)]

        assert sorted(set(heads)) == [b"HTTP/1.1 200", b"HTTP/1.1 429"]
        assert heads.count(b"HTTP/1.1 200") == 2
        client = Catenary(f"http://localhost:{port}", token=token)
        assert client.me()["email"] == WHO
        with pytest.raises(Problem) as refused:
            list(client.export())
        assert (refused.value.status, refused.value.retry_after) == (429, 20)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200

    # Their places are free again when they have gone.
    for _ in range(600):
        try:
            assert sum(1 for _ in client.export()) > LINES
            break
        except Problem as problem:
            assert problem.status == 429
            time.sleep(0.1)
    else:
        pytest.fail("the places were not left")


@pytest.mark.soak
def test_whoever_hardly_reads_is_cut_off_in_the_end(much: tuple[int, str], tmp_path: Path) -> None:
    port, token = much
    with ExitStack() as stack:
        lines = [stack.enter_context(stalled(port, token)) for _ in range(2)]
        for line in lines:
            assert line.recv(12) == b"HTTP/1.1 200"
        client = Catenary(f"http://localhost:{port}", token=token)
        until = time.monotonic() + 3 * SECONDS
        while time.monotonic() < until:
            for line in lines:
                line.recv(1)
            try:
                assert json.dumps(next(iter(client.export())))
                return
            except Problem as problem:
                assert problem.status == 429
            time.sleep(1)
    pytest.fail("nobody was cut off")
