"""Whoever sends too much at once is told to wait, and that is counted without a write for each."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from catenary.apps.monitoring.operations import turning_away
from catenary.apps.monitoring.operations.turning_away import TurningAway, Waited
from catenary.apps.monitoring.queries.inlets import InletView, inlet_view
from tests.apps.worlds import OPERATOR, begin
from tests.inlets.worlds import alert, notification, sender

AT = datetime(2026, 11, 23, 5, 53, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Book:
    """Where it is written down, or not."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.counts: Counter[int] = Counter()
        self.last: dict[int, datetime] = {}
        self.writes = 0

    def write(self, waited: Waited) -> None:
        if self.errors:
            raise self.errors.pop()
        self.writes += 1
        for inlet_id, (number, at) in waited.items():
            self.counts[inlet_id] += number
            self.last[inlet_id] = at


def test_many_are_one_write_and_each_is_written_once() -> None:
    book = Book()
    account = TurningAway(book.write)
    for number in range(1_345):
        account.count(7, AT + number * SECOND)
    account.count(8, AT)

    assert [account.settle(), account.settle()] == [True, True]
    assert (book.writes, book.counts) == (1, {7: 1_345, 8: 1})
    assert book.last == {7: AT + 1_344 * SECOND, 8: AT}
    assert account.so_far(7) == 1_345


def test_what_could_not_be_written_is_kept_and_added_to() -> None:
    book = Book(OperationalError("it is away"))
    account = TurningAway(book.write)
    account.count(7, AT + SECOND)

    written = account.settle()
    # Clocks of requests that come at once need not be in order.
    account.count(7, AT)

    assert (written, account.settle()) == (False, True)
    assert (book.counts, book.last) == ({7: 2}, {7: AT + SECOND})


def test_nobody_is_lost_between_those_who_count_and_those_who_write() -> None:
    book = Book()
    account = TurningAway(book.write)
    is_over = threading.Event()

    def count() -> None:
        for _ in range(2_000):
            account.count(7, AT)

    def write() -> None:
        while not is_over.is_set():
            account.settle()

    counting = [threading.Thread(target=count) for _ in range(4)]
    writing = [threading.Thread(target=write) for _ in range(2)]
    for thread in counting + writing:
        thread.start()
    for thread in counting:
        thread.join()
    is_over.set()
    for thread in writing:
        thread.join()
    account.settle()

    assert book.counts == {7: 8_000}


def view(key: str) -> InletView:
    found = inlet_view(OPERATOR, "bluewater-ops", key)
    assert found is not None
    return found


@pytest.mark.django_db
def test_a_flood_is_accounted_for_and_costs_the_database_nothing(
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:
    begin()
    account = TurningAway()
    monkeypatch.setattr(turning_away, "TURNING_AWAY", account)
    settings.INLET_ITEMS_PER_MINUTE = 10
    settings.RATE_LIMITS_FILE = tmp_path / "limits"
    flooding, other = sender("nagios", key="flooding"), sender(key="other")
    body = b"[1709290801] PROCESS_HOST_CHECK_RESULT;database;1;gone\n" * 9
    assert flooding.send(body).status_code == 202

    with django_assert_num_queries(0):
        answers = [flooding.send(body).status_code for _ in range(40)]
    other.send(notification(alert("vault")))
    account.settle()

    assert answers == [429] * 40
    assert view("flooding").told_to_wait == 40
    assert view("flooding").told_to_wait_at is not None
    assert (view("other").told_to_wait, view("other").told_to_wait_at) == (0, None)
    assert view("flooding").taken == 1, "what was told to wait was not heard"
