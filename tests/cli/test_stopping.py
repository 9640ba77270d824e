"""Told to stop, the server says so, finishes what it has begun, takes nothing new, and ends."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.installation import Installation
from tests.product import answers, free_port


@contextlib.contextmanager
def serving(
    installation: Installation, **more: str
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    process = installation.start("serve", "--port", str(port), **more)
    try:
        deadline = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}"):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process, port
    finally:
        # The group: a worker left alone would hold the pipes open.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@contextlib.contextmanager
def nobody_writes(installation: Installation) -> Iterator[None]:
    """Another program holds the database: whoever writes now waits, and answers slowly."""
    if installation.url:
        with psycopg.connect(installation.url) as connection:
            connection.execute("LOCK TABLE access_session IN EXCLUSIVE MODE")
            yield
        return
    with contextlib.closing(installation.sqlite()) as connection:
        connection.isolation_level = None
        connection.execute("BEGIN IMMEDIATE")
        yield


class SlowRequest(threading.Thread):
    """Somebody signs in while the database is held."""

    def __init__(self, port: int, password: str) -> None:
        super().__init__()
        self.port, self.password, self.status = port, password, 0
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.request("GET", "/sign-in/")
        page = self.connection.getresponse()
        self.cookie = (page.headers["Set-Cookie"] or "").split(";")[0]
        found = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page.read().decode())
        assert found
        self.token = found[1]

    def run(self) -> None:
        form = {
            "csrfmiddlewaretoken": self.token,
            "email": "administrator@localhost",
            "password": self.password,
        }
        self.connection.request(
            "POST",
            "/sign-in/",
            urllib.parse.urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie},
        )
        with contextlib.suppress(ConnectionError):
            self.status = self.connection.getresponse().status


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def password(installation: Installation) -> str:
    """Of the administrator of this installation."""
    said = installation.fine("user", "administrator@localhost", "--operator").out
    found = re.search(r"signs in with\s+(\S+)", said)
    assert found, said
    return found[1]


def test_a_slow_request_is_finished_and_no_new_one_is_taken(
    installation: Installation, password: str
) -> None:
    with serving(installation) as (process, port):
        slow = SlowRequest(port, password)
        with nobody_writes(installation):
            slow.start()
            time.sleep(2)
            assert slow.is_alive(), slow.status
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: not answers(f"http://127.0.0.1:{port}"))
            assert process.poll() is None
        slow.join(60)
        code = process.wait(60)

    assert slow.status == 302
    assert code == 0


def test_a_request_without_end_does_not_keep_it_for_ever(
    installation: Installation, password: str
) -> None:
    with serving(installation, CATENARY_LOCK_SECONDS="600") as (process, port):
        slow = SlowRequest(port, password)
        slow.daemon = True
        with nobody_writes(installation):
            slow.start()
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            # The request waits as long as nobody writes, which is longer than this.
            process.wait(120)

    assert slow.status == 0


def test_whom_it_told_to_wait_is_written_down_before_it_ends(installation: Installation) -> None:
    catalogue = installation.data.parent / "acme.yaml"
    catalogue.write_text("catenary: 1\norganizations: {acme: {name: Acme}}\n")
    installation.fine("apply", catalogue)
    new = ("inlet", "open", "acme/monitor", "--kind", "webhook", "--json", "--settings")
    mapping = installation.data.parent / "mapping.yaml"
    mapping.write_text("service: $.s\ncondition: $.c\n")
    inlet = json.loads(installation.fine(*new, mapping).out)
    headers = {"Authorization": f"Bearer {inlet['secret']}"}

    def waited() -> tuple[int, bool]:
        told = json.loads(installation.fine("inlet", "show", "acme/monitor", "--json").out)
        return told["told-to-wait"], told["told-to-wait-at"] is not None

    with serving(installation, CATENARY_INLET_ITEMS_PER_MINUTE="1") as (process, port):

        def send() -> int:
            sending = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            sending.request("POST", inlet["address"], "[]", headers)
            with contextlib.closing(sending):
                return sending.getresponse().status

        statuses = [send() for _ in range(30)]
        wait_until(lambda: waited() == (statuses.count(429), True))
        statuses += [send() for _ in range(30)]
        process.send_signal(signal.SIGTERM)
        process.wait(60)

    assert statuses.count(429) > 50
    assert waited() == (statuses.count(429), True)


def test_it_says_that_it_stops_while_it_goes_on_answering(installation: Installation) -> None:
    def ready(port: int) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, str(json.loads(answer.read())["status"])

    with serving(installation, CATENARY_DRAIN_SECONDS="8") as (process, port):
        assert ready(port) == (200, "ready")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: ready(port) == (503, "stopping"))
        assert answers(f"http://127.0.0.1:{port}")
        code = process.wait(60)

    assert code == 0
    assert list(installation.data.glob("stopping.*")) == []
