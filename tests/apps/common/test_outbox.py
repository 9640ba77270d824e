"""What is told leaves by the outbox: with what it tells of, once, again when it failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from catenary.apps.common.models import OutboxRow
from catenary.apps.common.operations.outbox import (
    Letter,
    TakenByAnother,
    fail,
    hold,
    leave,
    seen,
    settle,
    sweep,
    take,
    take_away,
    try_again,
)
from catenary.apps.common.queries.outbox import bundles, dead_count, dead_letters, outbox_counts
from catenary.domain.backoff import MOST_ATTEMPTS

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = 5 * MINUTE


def put(*said: str, due_at: datetime = NOON) -> None:
    with transaction.atomic():
        leave(kind="mail", payloads=[{"said": each} for each in said], at=NOON, due_at=due_at)


def taken(at: datetime = NOON, most: int = 10) -> list[Letter]:
    return take(kinds=["mail"], at=at, most=most, lease=LEASE)


def words(letters: list[Letter]) -> list[str]:
    return [letter.payload["said"] for letter in letters]


def test_nothing_is_left_by_a_transaction_that_is_undone() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        leave(kind="mail", payloads=[{}], at=NOON)
        raise ZeroDivisionError

    assert not OutboxRow.objects.exists()


def test_what_is_taken_is_nobody_elses_until_the_lease_ends() -> None:
    put("one", "two", "three")

    assert words(taken(most=2)) == ["one", "two"]
    assert words(taken()) == ["three"]
    assert taken(NOON + LEASE - MINUTE) == []
    again = taken(NOON + LEASE)
    assert [(letter.payload["said"], letter.attempt) for letter in again] == [
        ("one", 2),
        ("two", 2),
        ("three", 2),
    ]


def test_who_says_it_still_works_keeps_what_it_took() -> None:
    put("slow")
    (letter,) = taken()

    assert hold([letter], until=NOON + 2 * LEASE) == {letter.id}

    assert taken(NOON + LEASE) == []
    assert words(taken(NOON + 2 * LEASE)) == ["slow"]


def test_who_seemed_dead_and_is_not_has_lost_what_another_took() -> None:
    put("slow")
    (first,) = taken()
    (second,) = taken(NOON + LEASE)

    assert hold([first], until=NOON + 9 * LEASE) == set()
    settle(letter=first, at=NOON + LEASE)
    assert not fail(letter=first, at=NOON + LEASE, trouble="too late")

    row = OutboxRow.objects.get()
    assert (row.done_at, row.trouble, row.taken_until) == (None, "", NOON + 2 * LEASE)
    settle(letter=second, at=NOON + LEASE)
    assert OutboxRow.objects.get().done_at == NOON + LEASE


def test_what_is_done_or_not_yet_due_is_not_taken() -> None:
    put("now")
    put("later", due_at=NOON + MINUTE)
    (letter,) = taken()

    settle(letter=letter, at=NOON)

    assert taken(NOON) == []
    assert words(taken(NOON + MINUTE)) == ["later"]


def test_what_fails_is_tried_again_later_each_time_and_then_given_up() -> None:
    put("one")
    at, waits = NOON, []
    for _ in range(MOST_ATTEMPTS):
        (letter,) = taken(at)
        fail(letter=letter, at=at, trouble="nobody answers there")
        due = OutboxRow.objects.get().due_at
        waits.append(due - at)
        at = max(at, due)

    assert taken(at + timedelta(days=9)) == []
    assert sorted(waits[:8]) == waits[:8] and waits[0] >= timedelta(seconds=5)
    (dead,) = dead_letters()
    assert (dead.trouble, dead.attempts, dead.payload) == (
        "nobody answers there",
        MOST_ATTEMPTS,
        {"said": "one"},
    )


def test_the_dead_are_tried_again_by_hand_from_the_first_attempt_on() -> None:
    put("one")
    (letter,) = taken()
    assert fail(letter=letter, at=NOON, trouble="refused", is_final=True)
    assert dead_count() == 1

    assert try_again(ids=[letter.id, 99], at=NOON) == 1

    assert [each.attempt for each in taken()] == [1]
    assert dead_count() == 0


def test_what_was_done_long_ago_is_swept_away() -> None:
    put("one", "two")
    first, second = taken()
    settle(letter=first, at=NOON)
    fail(letter=second, at=NOON, trouble="", is_final=True)

    assert sweep(at=NOON + timedelta(days=29)) == 0
    assert sweep(at=NOON + timedelta(days=31)) == 1
    assert [(each.kind, each.waiting, each.dead) for each in outbox_counts()] == [("mail", 0, 1)]


def test_what_is_taken_away_is_back_when_the_rest_is_undone() -> None:
    put("one")
    letters = seen(kind="mail", at=NOON, most=5)
    assert words(letters) == ["one"]

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        take_away(letters)
        raise ZeroDivisionError

    assert words(seen(kind="mail", at=NOON, most=5)) == ["one"]


def test_what_another_took_away_meanwhile_is_not_done_again() -> None:
    put("one", "two")
    letters = seen(kind="mail", at=NOON, most=5)
    take_away(letters[:1])

    with pytest.raises(TakenByAnother), transaction.atomic():
        take_away(letters)

    assert words(seen(kind="mail", at=NOON, most=5)) == ["two"]


def test_what_is_not_done_is_gathered_by_whom_it_is_for() -> None:
    with transaction.atomic():
        for numbers, times in (([7], 3), ([7, 12], 2), ([70], 1)):
            leave(kind="mail", payloads=[{"for": numbers, "x": "]"}] * times, at=NOON)
        leave(kind="other", payloads=[{}, {"for": []}, {"for": ["x]"]}], at=NOON)
    OutboxRow.objects.filter(payload__contains="12]").update(
        dead_at=NOON + MINUTE, attempts=3, trouble="gone"
    )

    found = bundles(kinds=["mail"])

    assert {(each.numbers, each.is_dead, each.rows) for each in found} == {
        ((7,), False, 3),
        ((70,), False, 1),
        ((7, 12), True, 2),
    }
    (dead,) = bundles(is_dead=True)
    assert (dead.trouble, dead.attempts, dead.first_at) == ("gone", 3, NOON + MINUTE)
    assert {each.numbers for each in bundles(kinds=["other"])} == {()}
