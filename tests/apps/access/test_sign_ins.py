"""Guessing passwords: from one address, from a thousand, at one account, at all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from catenary.apps.access.models import AccessEvent, SignInThrottle
from catenary.apps.access.operations.accounts import create_account
from catenary.apps.access.operations.sign_ins import (
    Attempt,
    TooManyAttempts,
    admit_sign_in,
    sign_in_failed,
    sign_in_succeeded,
)
from catenary.domain.actors import Origin
from tests.apps.worlds import START

pytestmark = pytest.mark.django_db

ADA, NOBODY = "ada@bluewater.example", "nobody@bluewater.example"
SECOND = timedelta(seconds=1)


@pytest.fixture
def ada() -> int:
    """The number of an account."""
    return create_account(email=ADA, password="x" * 20, is_operator=False, at=START)


def tried(
    email: str = ADA, address: str = "192.0.2.7", at: datetime = START, device: str = ""
) -> Attempt | timedelta:
    """An attempt that fails if it is looked at at all, else how long to wait."""
    origin = Origin("web", address)
    try:
        attempt = admit_sign_in(email=email, known_device=device, origin=origin, at=at)
    except TooManyAttempts as refused:
        return refused.retry_after
    sign_in_failed(attempt=attempt, origin=origin, at=at)
    return attempt


def looked_at(tries: Iterable[Attempt | timedelta]) -> int:
    """How many passwords were looked at."""
    return sum(isinstance(one, Attempt) for one in tries)


def houses(count: int) -> list[str]:
    """Addresses, each of another house."""
    return [f"198.51.{n // 250}.{n % 250 + 1}" for n in range(count)]


def test_from_one_address_at_one_account_the_wait_grows(ada: int) -> None:
    tries = [tried() for _ in range(10)]

    assert looked_at(tries) == 6
    assert tries[6:] == [2 * SECOND] * 4
    assert isinstance(tried(at=START + 2 * SECOND), Attempt)
    assert tried(at=START + 2 * SECOND) == 4 * SECOND


def test_a_thousand_addresses_at_one_account_get_as_far_as_one(ada: int) -> None:
    assert looked_at(tried(address=address) for address in houses(1000)) == 6


def test_in_a_day_a_thousand_addresses_make_about_a_hundred_guesses(ada: int) -> None:
    minutes = (START + timedelta(minutes=n) for n in range(24 * 60))

    guesses = looked_at(
        tried(address=address, at=at) for at, address in zip(minutes, houses(1440), strict=True)
    )

    assert guesses <= 24 * 4 + 14


def test_one_address_at_a_thousand_accounts_is_kept_waiting() -> None:
    assert looked_at(tried(email=f"user{n}@bluewater.example") for n in range(1000)) == 21


def test_all_addresses_of_one_ipv6_house_are_one() -> None:
    addresses = [f"2001:db8:1:2::{n:x}" for n in range(1, 200)]

    tries = [
        tried(email=f"user{n}@bluewater.example", address=address)
        for n, address in enumerate(addresses)
    ]

    assert looked_at(tries) == 21
    assert isinstance(tried(NOBODY, "2001:db8:1:3::1"), Attempt)


def test_the_owner_is_not_kept_waiting_by_others_in_a_browser_that_is_known(ada: int) -> None:
    for address in houses(100):
        tried(address=address)
    assert isinstance(tried(address="203.0.113.9"), timedelta)

    assert isinstance(tried(address="203.0.113.9", device="a mark"), Attempt)


def test_a_known_browser_waits_for_its_own_failures() -> None:
    assert looked_at(tried(device="a mark", address=a) for a in houses(50)) == 11
    # Known for one account, it is a stranger for the others: its mark counts for each alone.
    assert isinstance(tried(NOBODY, device="a mark"), Attempt)


def test_the_longest_wait_has_an_end(ada: int) -> None:
    at = START
    for _ in range(60):
        found = tried(at=at)
        at += found if isinstance(found, timedelta) else SECOND

    found = tried(at=at)
    while isinstance(found, timedelta):
        assert found <= timedelta(minutes=15)
        at += found
        found = tried(at=at)


def test_success_forgets_the_failures_of_the_account_and_keeps_those_of_the_address(
    ada: int,
) -> None:
    for n in range(15):
        tried(email=f"user{n}@bluewater.example")
    for _ in range(4):
        tried()
    origin = Origin("web", "192.0.2.7")
    for _ in range(5):
        attempt = admit_sign_in(email=ADA, known_device="", origin=origin, at=START)
        sign_in_succeeded(attempt=attempt, at=START)

    assert looked_at(tried(address=a) for a in houses(50)) == 6  # the account began anew
    assert looked_at(tried(email=f"more{n}@x.example") for n in range(50)) == 2  # 19 + 2


def test_a_new_password_lets_the_owner_try_at_once(ada: int) -> None:
    for address in houses(20):
        tried(address=address)
    assert isinstance(tried(address="203.0.113.9"), timedelta)

    create_account(email=ADA, password="y" * 20, is_operator=False, at=START)

    assert isinstance(tried(address="203.0.113.9"), Attempt)


def test_behind_a_proxy_that_is_not_named_people_hardly_wait_for_one_another() -> None:
    tries = [tried(email=f"user{n}@x.example", address="127.0.0.1") for n in range(300)]

    assert looked_at(tries) == 201
    assert max(one for one in tries if isinstance(one, timedelta)) <= 10 * SECOND


def test_known_and_unknown_accounts_wait_alike_and_cost_as_many_queries(ada: int) -> None:
    from django.test.utils import CaptureQueriesContext

    def told(email: str) -> list[tuple[object, int]]:
        found: list[tuple[object, int]] = []
        for n in range(9):
            with CaptureQueriesContext(connection) as queries:
                answer = tried(email, f"203.0.113.{n + 1}")
            found.append((isinstance(answer, Attempt) or answer, len(queries)))
        return found

    assert told(ADA) == told(NOBODY)


def test_what_is_kept_names_nobody(ada: int) -> None:
    tried("a password typed in the wrong field")
    tried()

    rows = [str(value) for row in SignInThrottle.objects.values_list() for value in row]
    rows += [str(value) for row in AccessEvent.objects.values_list() for value in row]

    assert not any("ada@" in value or "typed" in value for value in rows)


def test_failures_are_written_down_and_a_flood_is_written_once(ada: int) -> None:
    for _ in range(500):
        tried()

    kinds = [kind for kind in AccessEvent.objects.values_list("kind", flat=True) if "sign" in kind]
    assert sorted(kinds) == ["sign-in-delayed"] + ["sign-in-failed"] * 6
    event = AccessEvent.objects.filter(kind="sign-in-failed").first()
    assert event is not None
    assert (event.account_id, event.address) == (ada, "192.0.2.7")

    tried(NOBODY, "203.0.113.1")
    last = AccessEvent.objects.order_by("-pk")[0]
    assert (last.kind, last.account_id) == ("sign-in-failed", None)


def test_what_is_old_is_forgotten_when_somebody_signs_in(ada: int) -> None:
    for n in range(20):
        tried(email=f"user{n}@x.example", address=f"198.51.100.{n + 1}")
    later = START + timedelta(days=400)
    before = AccessEvent.objects.count()

    attempt = admit_sign_in(email=ADA, known_device="", origin=Origin("web", "::1"), at=later)
    sign_in_succeeded(attempt=attempt, at=later)

    assert before > 20
    assert SignInThrottle.objects.count() == 1
    assert not AccessEvent.objects.filter(at__lt=later - timedelta(days=365)).exists()


def test_many_attempts_at_one_moment_are_not_all_the_first(on_postgresql: None) -> None:
    # On SQLite every transaction that writes has the database to itself from its first word.
    found: list[Attempt | timedelta] = []

    def attack(n: int) -> None:
        found.append(tried(NOBODY, f"198.51.100.{n + 1}"))

    def forget() -> None:
        # What other connections commit does not go away with this test's transaction.
        SignInThrottle.objects.all().delete()
        AccessEvent.objects.all().delete()

    try:
        elsewhere(*(partial(attack, n) for n in range(16)))
    finally:
        elsewhere(forget)

    assert len(found) == 16
    assert looked_at(found) == 6


def elsewhere(*calls: Callable[[], None]) -> None:
    """Make these calls at the same time, each on a connection of its own."""

    def call(one: Callable[[], None]) -> None:
        try:
            one()
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(one,)) for one in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
