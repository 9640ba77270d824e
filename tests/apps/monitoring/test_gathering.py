"""Deliveries that come at once: recorded together, each answered after that, none at the cost of
others. What records is slow or broken here; with the real one see tests/journeys/test_deliveries.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError

from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.monitoring.operations import gathering
from catenary.apps.monitoring.operations.gathering import Gathering, TooManyWaiting
from catenary.apps.monitoring.operations.hearing import MOST_IN_A_PART, Heard, Part
from catenary.apps.monitoring.queries.inlets import InletRow
from catenary.domain.observations.heard import Item

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
SECONDS = 20


class Recording:
    """Stands where words are recorded: waits until it is let go, and keeps what came in groups."""

    def __init__(self, fails: Callable[[Part], Exception | None] = lambda part: None) -> None:
        self.groups: list[list[str]] = []
        self.kept: list[str] = []
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self._fails = fails

    def __call__(self, parts: Sequence[Part]) -> list[Heard]:
        """Record all, or nothing when one of them cannot be."""
        said = [word.said.text for part in parts for word in part.words]
        self.groups.append(said)
        self.begun.release()
        assert self.go.acquire(timeout=SECONDS)
        for part in parts:
            error = self._fails(part)
            if error is not None:
                raise error
        self.kept += said
        return [Heard(taken=len(part.words)) for part in parts]


class Sent(threading.Thread):
    """A delivery in a thread of its own, and what became of it."""

    def __init__(self, into: Gathering, inlet: int, *texts: str) -> None:
        super().__init__(daemon=True)
        self._into, self._inlet, self._texts = into, inlet, texts
        self.heard: Heard | None = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Deliver."""
        try:
            self.heard = self._into.hear(
                inlet=inlet(self._inlet), items=items(*self._texts), at=NOW
            )
        except BaseException as error:
            self.error = error

    def done(self) -> Sent:
        """Wait until it was answered."""
        self.join(SECONDS)
        assert not self.is_alive()
        return self


def inlet(number: int) -> InletRow:
    inlet: list[Any] = [number, f"i{number}", "webhook", "secret", "", "", "{}"]
    organization: list[Any] = [1, "acme", "Acme", "/1/", 1]
    return InletRow(*inlet, *organization)


def items(*texts: str) -> list[Item]:
    word = {"service": "acme/shop", "condition": "down"}
    return [Item(n, {**word, "text": text}) for n, text in enumerate(texts)]


def waiting(together: Gathering) -> int:
    return sum(map(len, together._waiting.values()))


def let_wait(together: Gathering, count: int) -> None:
    """Until so many wait."""
    end = threading.Event()
    for _ in range(SECONDS * 100):
        if waiting(together) == count:
            return
        end.wait(0.01)
    raise AssertionError(f"{waiting(together)} wait, not {count}")


def test_what_comes_while_one_is_recorded_is_recorded_together_and_answered_after() -> None:
    record = Recording()
    together = Gathering(record)
    first = Sent(together, 1, "a")
    assert record.begun.acquire(timeout=SECONDS)

    others = [Sent(together, 1 + n % 2, f"b{n}") for n in range(6)]
    let_wait(together, 6)
    record.go.release()
    assert record.begun.acquire(timeout=SECONDS)

    assert first.done().heard == Heard(taken=1)
    assert all(each.is_alive() for each in others), "answered before it was kept"
    record.go.release()
    assert [each.done().heard for each in others] == [Heard(taken=1)] * 6
    assert [len(group) for group in record.groups] == [1, 6]
    assert sorted(record.kept) == sorted(["a", *(f"b{n}" for n in range(6))])
    assert not together._is_led


def test_one_that_cannot_be_recorded_never_stops_the_others() -> None:
    def fails(part: Part) -> Exception | None:
        return DataError("poison") if part.words[0].said.text == "poison" else None

    record = Recording(fails)
    together = Gathering(record)
    first = Sent(together, 1, "a")
    assert record.begun.acquire(timeout=SECONDS)
    sent = [Sent(together, 2, text) for text in ("b", "poison", "c")]
    let_wait(together, 3)
    record.go.release(10)

    assert isinstance(sent[1].done().error, DataError)
    assert [first.done().heard, sent[0].done().heard, sent[2].done().heard] == [Heard(taken=1)] * 3
    assert sorted(record.kept) == ["a", "b", "c"]


def test_when_the_turn_to_write_does_not_come_nobody_is_told_it_was_taken() -> None:
    record = Recording(lambda part: CatalogueBusy())
    together = Gathering(record)
    sent = [Sent(together, 1, "a")]
    assert record.begun.acquire(timeout=SECONDS)
    sent += [Sent(together, n, "b") for n in range(3)]
    let_wait(together, 3)
    record.go.release(10)

    assert all(isinstance(each.done().error, CatalogueBusy) for each in sent)
    assert record.kept == []
    # Not tried again one by one: each would wait as long for its turn.
    assert len(record.groups) == 2


def test_a_flood_through_one_inlet_leaves_the_others_their_turn() -> None:
    record = Recording()
    together = Gathering(record)
    large = [f"{n}" for n in range(3 * MOST_IN_A_PART)]
    flood = [Sent(together, 1, *large) for _ in range(3)]
    assert record.begun.acquire(timeout=SECONDS)
    let_wait(together, 2)

    other = Sent(together, 2, "mine")
    let_wait(together, 3)
    # One part of the flood is being recorded, and one more may come before.
    record.go.release(3)

    assert other.done().heard == Heard(taken=1)
    record.go.release(50)
    assert [each.done().heard for each in flood] == [Heard(taken=len(large))] * 3
    assert max(map(len, record.groups)) <= MOST_IN_A_PART + 1


def test_of_one_inlet_only_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_WAITING", 2)
    record = Recording()
    together = Gathering(record)
    sent = [Sent(together, 1, "a")]
    assert record.begun.acquire(timeout=SECONDS)
    sent += [Sent(together, 1, "b"), Sent(together, 1, "c")]
    let_wait(together, 2)

    one_more, other = Sent(together, 1, "d"), Sent(together, 2, "e")

    assert isinstance(one_more.done().error, TooManyWaiting)
    record.go.release(10)
    assert all(each.done().heard for each in [*sent, other])


def test_when_whoever_records_is_thrown_out_the_next_one_takes_over() -> None:
    record = Recording(lambda part: KeyboardInterrupt() if len(record.groups) == 1 else None)  # type: ignore[arg-type,return-value]
    together = Gathering(record)
    first = Sent(together, 1, "a")
    assert record.begun.acquire(timeout=SECONDS)
    other = Sent(together, 2, "b")
    let_wait(together, 1)
    record.go.release(10)

    assert isinstance(first.done().error, KeyboardInterrupt)
    assert other.done().heard == Heard(taken=1)
    assert not together._is_led
