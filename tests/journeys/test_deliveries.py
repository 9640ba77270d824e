"""Many deliveries at once into the real server, which is killed, or loses its database, while they
come: what was answered is kept, what was not is sent again, and everything is there once."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.installation import Installation
from tests.journeys.test_conditions import wait_until, with_stories
from tests.product import answers, catenary, free_port

SENDERS = 8
EACH = 25
FLOODING = 30
SERVICES = ("pharmacy-inventory", "patient-management")


@dataclass
class Senders:
    """Monitors that deliver one alert after the other, each on its own line, until all of them
    were answered with 202; whatever else comes, they send again."""

    port: int
    address: str
    secret: str
    answered: list[str] = field(default_factory=list)
    others: set[int] = field(default_factory=set)
    pause: int = SENDERS * EACH
    """When so many were answered they wait, so that some are left; `go_on` lets them."""
    _may_go_on: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> list[threading.Thread]:
        """One thread for each sender."""
        threads = [
            threading.Thread(target=self._send, args=(n,), daemon=True) for n in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        return threads

    def go_on(self) -> None:
        """Send the rest."""
        self._may_go_on.set()

    def has_answered(self, count: int) -> bool:
        """Whether so many were answered."""
        return len(self.answered) >= count

    def _send(self, sender: int) -> None:
        for number in range(EACH):
            if self.has_answered(self.pause):
                self._may_go_on.wait()
            fingerprint = f"{sender:04x}{number:04x}"
            while not self._is_taken(fingerprint):
                time.sleep(0.2)
            with self._lock:
                self.answered.append(fingerprint)

    def _is_taken(self, fingerprint: str) -> bool:
        # A line of its own each time: the one before may have been cut.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        alert = {
            "status": "firing",
            "labels": {"alertname": "Down", "service": SERVICES[int(fingerprint, 16) % 2]},
            "startsAt": "2026-03-01T09:00:00Z",
            "fingerprint": fingerprint,
        }
        try:
            connection.request("POST", self.address, json.dumps({"alerts": [alert]}), headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status != 202:
            self.others.add(answer.status)
        return answer.status == 202


@contextlib.contextmanager
def serving(
    installation: Installation, port: int, lock_seconds: str = "1"
) -> Iterator[subprocess.Popen[bytes]]:
    """The server without a worker, in a group of its own, which is killed at the end."""
    environment = installation.environment(
        CATENARY_ENGINE="off", CATENARY_LOCK_SECONDS=lock_seconds
    )
    with (installation.data / "served.log").open("ab") as out:
        process = subprocess.Popen(
            catenary("serve", "--port", str(port)),
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until(lambda: answers(f"http://localhost:{port}"))
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def senders(installation: Installation, root: Path, port: int) -> Senders:
    with_stories(installation, root)
    said: Any = installation.fine(
        "inlet", "open", "hospital-it/am", "--kind", "alertmanager", "--json"
    ).json
    return Senders(port, said["address"], said["secret"])


def kept(installation: Installation) -> list[str]:
    """The fingerprint of every alert that was recorded."""
    rows = installation.rows(
        "SELECT s.name FROM monitoring_observation o JOIN monitoring_source s ON s.id = o.source_id"
    )
    return [name.rpartition(" ")[2] for (name,) in rows]


def everything() -> list[str]:
    return sorted(
        f"{sender:04x}{number:04x}" for sender in range(SENDERS) for number in range(EACH)
    )


def finish(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()


def test_what_was_answered_survives_that_the_server_is_killed(
    installation: Installation, root: Path
) -> None:
    port = free_port()
    sent = senders(installation, root, port)
    sent.pause = SENDERS * EACH * 3 // 4
    with serving(installation, port) as first:
        threads = sent.begin()
        wait_until(partial(sent.has_answered, SENDERS * EACH // 4))
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        time.sleep(0.5)
        answered = set(sent.answered)
        assert answered < set(everything()), "all were answered before it was killed"
        assert answered <= set(kept(installation))

        sent.go_on()
        with serving(installation, port):
            finish(threads)

    assert sorted(kept(installation)) == everything()


def gone_for_a_moment(installation: Installation) -> Callable[[], None]:
    """Take the database away from whoever has it; what is given back gives it back."""
    if installation.url:
        installation.write(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return lambda: None
    locked = installation.sqlite()
    locked.execute("BEGIN IMMEDIATE")
    return locked.close


def test_while_the_database_is_gone_nothing_is_said_to_be_taken_and_after_it_all_is(
    installation: Installation, root: Path
) -> None:
    port = free_port()
    sent = senders(installation, root, port)
    sent.pause = SENDERS * EACH // 2
    with serving(installation, port):
        threads = sent.begin()
        for count in (10, 50):
            wait_until(partial(sent.has_answered, count))
            give_back = gone_for_a_moment(installation)
            sent.go_on()
            time.sleep(2.5)
            if not installation.url:
                wait_until(lambda: bool(sent.others))
            give_back()
        finish(threads)

    assert sent.others <= {503}
    if not installation.url:
        assert sent.others == {503}
    assert sorted(kept(installation)) == everything()


def test_a_flood_through_one_inlet_leaves_another_its_turn(
    installation: Installation, root: Path
) -> None:
    port = free_port()
    flood = senders(installation, root, port)
    other: Any = installation.fine(
        "inlet", "open", "hospital-it/other", "--kind", "alertmanager", "--json"
    ).json
    mine = Senders(port, other["address"], other["secret"])
    with serving(installation, port, lock_seconds="30"):
        is_over = threading.Event()

        def pour(number: int) -> None:
            while not is_over.is_set():
                flood._is_taken(f"{number:04x}{time.monotonic_ns():x}")

        threads = [threading.Thread(target=pour, args=(n,), daemon=True) for n in range(FLOODING)]
        for thread in threads:
            thread.start()
        try:
            for number in range(20):
                assert mine._is_taken(f"ffff{number:04x}")
        finally:
            is_over.set()
            finish(threads)

    assert mine.others == set()
    assert flood.others <= {503}
