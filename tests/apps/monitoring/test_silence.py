"""A service that falls wholly silent: who followed it is told once that nobody knows any more, and
once that somebody does again; nobody is told of what nobody ever knew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from catenary.apps.monitoring.models import PackedChange
from catenary.apps.monitoring.operations import engine as engine_module
from catenary.apps.monitoring.operations import keeping, marking
from catenary.apps.monitoring.queries.since import silent_since
from catenary.apps.portfolio.models import Service
from catenary.connectors.notices.wording import letter_of
from catenary.connectors.webhooks.sending import body_of
from tests.apps.monitoring.test_telling import SECOND, SOON, Clock, follow, notices, told
from tests.apps.monitoring.worlds import DAWN, MINUTE, report, word, work
from tests.apps.worlds import begin, define
from tests.domain.estates import service

pytestmark = pytest.mark.django_db

GRID, POWER, DATABASE = "ironport/grid", "ironport/power", "bluewater-ops/database"
PATIENTS, ALONE = "bluewater-apps/patients", "bluewater-apps/alone"


@pytest.fixture(autouse=True)
def world(settings: Any) -> Iterator[None]:
    settings.NOTICE_SECONDS = 20
    begin()
    define(services=[service(ALONE, name="Alone")])
    yield


def beat(clock: Clock, reference: str, condition: str = "operational") -> None:
    """Its monitor says how a service is, which holds for five minutes."""
    clock.now += MINUTE
    said = word(reference, condition, clock.now, source="probe", valid_for="5 min")
    report(said, now=clock.now)
    work(clock.engine, clock.now)


def pass_by(clock: Clock, minutes: int = 6) -> None:
    """Time goes by, and nobody says anything."""
    clock.now += minutes * MINUTE
    work(clock.engine, clock.now)


def test_that_a_monitor_went_silent_is_told_once_and_that_it_is_back() -> None:
    follow("vera", "bluewater", about="provided", conditions=("unknown",))
    clock = Clock()
    beat(clock, ALONE)
    until = clock.now + 5 * MINUTE
    assert clock.tell() == 0

    pass_by(clock)
    assert clock.tell() == 1
    pass_by(clock, 60)
    assert clock.tell() == 0
    beat(clock, ALONE)
    assert clock.tell() == 1

    silent, back = notices()
    (change,) = silent.changes
    assert (change.name, change.was, change.now, change.since) == (
        "Alone",
        "fine",
        "unknown",
        until,
    )
    letter = letter_of(silent)
    assert letter.subject == "Alone: unknown"
    (line,) = dict(letter.parts)["Affected"]
    assert line.words.startswith("unknown: nobody has said how it is since ")
    assert body_of(silent)["data"]["changes"][0]["since"] == until.isoformat()
    # Of what nobody knew, nobody knows that it had stopped.
    letter = letter_of(back)
    assert letter.subject == "Alone is known to work"
    assert [heading for heading, _ in letter.parts] == ["Known to work"]
    assert "works again" not in letter.opening


def test_one_silence_that_hits_many_is_one_message_that_names_it() -> None:
    define(services=[service(f"bluewater-apps/s-{n}", DATABASE) for n in range(20)])
    follow("vera", "bluewater", about="provided", conditions=("unknown",))
    clock = Clock()
    beat(clock, GRID)

    pass_by(clock)
    clock.tell()

    (notice,) = notices()
    assert len(notice.changes) == 23
    assert all(change.is_silent for change in notice.changes)
    (cause,) = notice.causes
    assert (cause.condition, cause.hit) == ("unknown", 23)


def test_who_did_not_ask_for_unknown_is_told_only_the_end_of_what_they_were_told() -> None:
    follow("vera", "bluewater", about="provided", conditions=("down",))
    clock = Clock()
    beat(clock, ALONE)

    pass_by(clock)
    assert clock.tell() == 0
    beat(clock, ALONE, "down")
    clock.tell()
    pass_by(clock)
    clock.tell()

    assert [changes for _, changes in told()] == [[("Alone", "down")], [("Alone", "unknown")]]


def test_a_silence_that_stood_when_one_subscribed_is_no_news_but_its_end_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(marking, "_MOST_NAMED", 0)
    clock = Clock()
    beat(clock, ALONE)
    pass_by(clock)
    follow("vera", "bluewater", about="provided", conditions=("unknown",))

    beat(clock, GRID)
    assert clock.tell() == 0
    beat(clock, ALONE)
    clock.tell()

    assert [changes for _, changes in told()] == [[("Alone", "operational")]]


def test_everybody_is_looked_at_for_silence_when_very_many_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(marking, "_MOST_NAMED", 0)
    follow("vera", "bluewater", about="provided", conditions=("unknown",))
    clock = Clock()
    beat(clock, ALONE)
    assert clock.tell() == 0

    pass_by(clock)
    clock.tell()

    assert [changes for _, changes in told()] == [[("Alone", "unknown")]]


def test_what_nobody_ever_knew_is_not_silent() -> None:
    follow("vera", "bluewater", about="provided", conditions=("unknown", "down"))
    clock = Clock()

    clock.say(ALONE, "unknown")
    clock.tell()

    assert told() == []
    assert silent_since() == {}


def test_known_for_a_moment_within_the_time_that_is_waited_is_told_as_what_it_is_then() -> None:
    follow("vera", "bluewater", about="provided", conditions=("unknown",))
    clock = Clock()
    clock.say(ALONE, "operational")

    clock.say(ALONE, "unknown", after=SECOND)
    clock.tell(SOON)

    assert [changes for _, changes in told()] == [[("Alone", "unknown")]]


def test_in_quiet_hours_a_silence_waits_until_they_end() -> None:
    # It is 10:00 in UTC, and 11:00 in Berlin.
    follow(
        *("vera", "bluewater", "provided"),
        conditions=("unknown",),
        quiet_from=9 * 60,
        quiet_until=12 * 60,
        zone="Europe/Berlin",
    )
    clock = Clock()
    beat(clock, ALONE)
    pass_by(clock)
    assert clock.tell() == 0

    clock.now = DAWN + timedelta(minutes=61)
    assert clock.tell(timedelta(0)) == 1

    assert [changes for _, changes in told()] == [[("Alone", "unknown")]]


def test_silence_reads_alike_whether_it_is_packed_or_spread_out() -> None:
    clock = Clock()
    beat(clock, GRID)
    beat(clock, ALONE)
    clock.now += 10 * MINUTE
    numbers = dict(Service.objects.values_list("reference", "pk"))
    with (
        mock.patch.object(keeping, "MOST_DIRECT", 0),
        mock.patch.object(engine_module, "spread", lambda: False),
    ):
        clock.engine.step(clock.now)
    assert PackedChange.objects.exists()

    packed = silent_since()
    assert packed.keys() == {
        numbers[each] for each in (GRID, POWER, DATABASE, PATIENTS, "bluewater-apps/billing", ALONE)
    }
    assert silent_since([numbers[ALONE]]) == {numbers[ALONE]: packed[numbers[ALONE]]}
    work(clock.engine, clock.now)

    assert not PackedChange.objects.exists()
    assert silent_since() == packed
