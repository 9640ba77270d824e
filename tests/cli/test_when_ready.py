"""That the server serves is told when it does, not before."""

from __future__ import annotations

import socket
import threading

import pytest

from catenary.cli import server
from catenary.cli.server import when_ready


def test_it_is_told_when_it_answers_that_it_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_ASKED_AGAIN", 0.01)
    told = threading.Event()
    answers = [b"HTTP/1.1 503 No\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        when_ready("127.0.0.1", listening.getsockname()[1], told.set)
        was_told = []
        for answer in answers:
            asking, _ = listening.accept()
            with asking:
                was_told.append(told.is_set())
                assert asking.recv(1000).startswith(b"GET /readyz ")
                asking.sendall(answer)

    assert told.wait(10)
    assert was_told == [False, False]
