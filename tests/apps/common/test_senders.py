"""Several senders at one outbox, at the same time: each row is one sender's, and none is left."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from catenary.apps.common.models import OutboxRow
from catenary.apps.common.operations.outbox import leave, settle, take

pytestmark = pytest.mark.usefixtures("on_postgresql", "kept_rows")

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
SECONDS = 30


@pytest.fixture
def kept_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows that really are committed, so that other connections see them, and gone afterwards.
    Emptying every table, as is usual for this, is what the database itself refuses here."""
    with django_db_blocker.unblock():
        yield
        OutboxRow.objects.all().delete()
        connection.close()


def put(count: int) -> None:
    with transaction.atomic():
        leave(kind="mail", payloads=[{"n": number} for number in range(count)], at=NOON)


def test_a_sender_does_not_wait_for_one_that_is_just_taking() -> None:
    put(4)
    took: list[int] = []

    def another() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            letters = take(kinds=["mail"], at=NOON, most=10, lease=LEASE)
            took.extend(letter.payload["n"] for letter in letters)
        finally:
            connection.close()

    with transaction.atomic():
        mine = take(kinds=["mail"], at=NOON, most=2, lease=LEASE)
        # The first one has locked its rows, and nothing of it is committed.
        thread = threading.Thread(target=another)
        thread.start()
        thread.join(SECONDS)
        assert not thread.is_alive()

    assert [letter.payload["n"] for letter in mine] == [0, 1]
    assert took == [2, 3]


def test_two_senders_carry_out_everything_and_nothing_twice() -> None:
    put(300)
    done: Counter[int] = Counter()
    lock, together = threading.Lock(), threading.Barrier(2)

    def send() -> None:
        try:
            together.wait(SECONDS)
            while letters := take(kinds=["mail"], at=NOON, most=7, lease=LEASE):
                for letter in letters:
                    with lock:
                        done[letter.payload["n"]] += 1
                    settle(letter=letter, at=NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * SECONDS)
        assert not thread.is_alive()

    assert done == Counter(range(300))
    assert not OutboxRow.objects.filter(done_at__isnull=True).exists()
    assert set(OutboxRow.objects.values_list("attempts", flat=True)) == {1}
