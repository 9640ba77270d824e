"""Bodies that never come end in time, and do not take every place."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from catenary.config import uploads
from catenary.config.uploads import PIECE, NotInTime, Uploads


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers with the body it was sent."""
    return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))]


class Stalled:
    """A body of which nothing comes until the line breaks."""

    def __init__(self) -> None:
        self.broken = threading.Event()

    def read(self, size: int) -> bytes:
        self.broken.wait(30)
        return b""


def sent(body: Any, length: int) -> dict[str, Any]:
    return {"wsgi.input": body, "CONTENT_LENGTH": str(length)}


@pytest.mark.parametrize("length", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_a_body_that_comes_is_read_whole(length: int) -> None:
    body = bytes(range(256)) * (length // 256 + 1)

    assert b"".join(Uploads(echo)(sent(io.BytesIO(body), length), None)) == body[:length]


def test_a_body_cut_off_is_as_short_as_it_came() -> None:
    assert Uploads(echo)(sent(io.BytesIO(b"abc"), 500), None) == [b"abc"]


def test_a_body_that_does_not_come_ends_in_time() -> None:
    stalled = Stalled()

    with pytest.raises(NotInTime):
        Uploads(echo, seconds=0.05)(sent(stalled, 500), None)

    stalled.broken.set()


def test_places_held_by_bodies_that_do_not_come_are_given_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "SECONDS_FOR_A_PLACE", 60)
    application = Uploads(echo, at_once=1, seconds=0.3)
    stalled = Stalled()

    def hold() -> None:
        with pytest.raises(NotInTime):
            application(sent(stalled, 500), None)

    holding = threading.Thread(target=hold)
    holding.start()
    assert application(sent(io.BytesIO(b"abc"), 3), None) == [b"abc"]
    holding.join()
    stalled.broken.set()


def test_what_the_line_says_when_it_breaks_is_heard() -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        Uploads(echo)(sent(Broken(), 500), None)
