"""The worker tells people by e-mail, against a real SMTP server, and nobody twice when it is killed
in the middle."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from catenary.apps.common.operations.outbox import Letter
from catenary.cli import telling
from catenary.cli.telling import LEASE
from tests.installation import Installation
from tests.product import free_port

CATALOGUE = """
catenary: 1
organizations: {maker: {name: Maker}, ward: {name: Ward}}
people:
  uwe@ward.example: {name: Uwe, organization: ward, roles: [user]}
services:
  maker/portal: {name: Portal, stage: live, relies-on: [maker/engine]}
  maker/engine: {name: Engine, stage: live}
consumption: {ward: [{service: maker/portal, known-as: Our portal}]}
"""


class Server:
    """A real SMTP server: what it took, and whether it keeps senders waiting."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[bytes] = []
        self.asked = 0
        self.under_way = 0
        self.is_slow = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.asked += 1
        self.under_way += 1
        try:
            while self.is_slow:
                await asyncio.sleep(0.05)
            self.taken.append(envelope.content)
        finally:
            self.under_way -= 1
        return "250 taken"

    def numbers(self) -> list[bytes]:
        """The Message-ID of everything it took."""
        return [
            line
            for content in self.taken
            for line in content.splitlines()
            if line.lower().startswith(b"message-id:")
        ]


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    try:
        yield found
    finally:
        found.is_slow = False
        controller.stop()


@pytest.fixture
def told(installation: Installation, server: Server, tmp_path: Path) -> Installation:
    """An installation in which Uwe wants to hear by e-mail of everything his ward uses."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "catalogue.yaml").write_text(CATALOGUE)
    installation.fine("apply", folder)
    installation.fine("user", "uwe@ward.example")
    ((account,),) = installation.rows(
        "SELECT id FROM access_account WHERE email = 'uwe@ward.example'"
    )
    ((ward,),) = installation.rows("SELECT id FROM organizations_organization WHERE key = 'ward'")
    installation.write(
        "INSERT INTO monitoring_subscription (public_id, account_id, organization_id, about,"
        " channel, address, conditions, time_zone, created_at)"
        f" VALUES ('abc', {account}, {ward}, 'consumed', 'mail', '', 'down degraded', 'UTC',"
        " '2026-01-01 00:00:00+00:00')"
    )
    return installation


@contextlib.contextmanager
def worker(installation: Installation, server: Server) -> Iterator[Callable[[], None]]:
    """A worker that tells at once; what is given kills it with signal 9."""
    process = installation.start(
        "worker",
        CATENARY_MAIL_HOST="127.0.0.1",
        CATENARY_MAIL_PORT=str(server.port),
        CATENARY_MAIL_TLS="off",
        CATENARY_MAIL_FROM="cat@example.org",
        CATENARY_NOTICE_SECONDS="0",
    )

    def kill() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    try:
        yield kill
    finally:
        kill()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def notices(installation: Installation) -> list[tuple[Any, ...]]:
    return installation.rows(
        "SELECT CASE WHEN done_at IS NULL THEN 0 ELSE 1 END FROM common_outboxrow"
        " WHERE kind = 'notice'"
    )


def test_killed_in_the_middle_of_sending_it_tells_once(told: Installation, server: Server) -> None:
    server.is_slow = True
    with worker(told, server) as kill:
        told.fine("observe", "maker/engine", "down")
        wait_until(lambda: server.asked == 1)
        kill()
    server.is_slow = False
    wait_until(lambda: server.under_way == 0)
    server.taken.clear()
    assert notices(told) == [(0,)]

    # Nobody else takes what the dead one had before its time is over, which is soon.
    ((until,),) = told.rows("SELECT taken_until FROM common_outboxrow WHERE kind = 'notice'")
    moment = datetime.fromisoformat(str(until)).replace(tzinfo=UTC)
    assert moment <= datetime.now(UTC) + LEASE
    told.write("UPDATE common_outboxrow SET taken_until = created_at")
    with worker(told, server):
        wait_until(lambda: notices(told) == [(1,)])

    assert len(server.taken) == 1
    assert b"Our portal" in server.taken[0] and b"Engine" not in server.taken[0]


def test_killed_right_after_sending_the_receiver_knows_it_again(
    told: Installation, server: Server
) -> None:
    with worker(told, server) as kill:
        told.fine("observe", "maker/engine", "down")
        wait_until(lambda: len(server.taken) == 1)
        kill()
    told.write("UPDATE common_outboxrow SET taken_until = created_at")
    with worker(told, server):
        told.fine("observe", "maker/engine", "operational")
        wait_until(lambda: notices(told) == [(1,), (1,)])

    assert len(set(server.numbers())) == 2
    assert b"works again" in server.taken[-1]


def test_who_takes_long_says_that_it_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []
    is_asked, lost = threading.Semaphore(0), {2}

    def hold(letters: Sequence[Letter], *, until: datetime) -> set[int]:
        asked.append([letter.id for letter in letters])
        is_asked.release()
        return {letter.id for letter in letters} - lost

    monkeypatch.setattr("catenary.apps.common.operations.outbox.hold", hold)
    monkeypatch.setattr(telling, "_HOLD_SECONDS", 0.01)
    letters = [Letter(n, "notice", {}, datetime.now(UTC), 1) for n in (1, 2, 3)]

    with telling.Holding(letters) as holding:
        assert holding.has(letters[0])
        assert is_asked.acquire(timeout=30) and is_asked.acquire(timeout=30)
        holding.let_go(letters[0])
        assert [holding.has(letter) for letter in letters] == [False, False, True]
        # One that was being asked for when it was let go, and one more.
        assert is_asked.acquire(timeout=30) and is_asked.acquire(timeout=30)

    assert asked[0] == [1, 2, 3] and [3] in asked
