"""A condition that is said with its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from catenary.domain.observations.lasting import lasting

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORD = {"service": "acme/db", "condition": "down", "source": "probe", "text": "no answer"}


def test_an_end_that_has_passed_says_that_it_worked_from_then_on() -> None:
    first, over = lasting(WORD, start=NOON - 2 * HOUR, until=NOON, now=NOON)

    assert first == WORD
    assert over == {
        "service": "acme/db",
        "source": "probe",
        "condition": "operational",
        "at": "2026-11-03T12:00:00+00:00",
    }


def test_until_an_end_to_come_the_word_holds() -> None:
    ends = NOON + HOUR + timedelta(milliseconds=1)

    assert lasting(WORD, start=NOON, until=ends, now=NOON) == [{**WORD, "valid-for": "3601 s"}]
