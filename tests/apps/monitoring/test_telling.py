"""Who is told what: one notice for one event, nothing twice, nothing one may not see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from catenary.apps.common.models import OutboxRow
from catenary.apps.monitoring.choices import NOTICE
from catenary.apps.monitoring.models import Subscription
from catenary.apps.monitoring.operations import telling
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.subscriptions import (
    MOST_SUBSCRIPTIONS,
    Wish,
    end_subscriptions,
    subscribe,
)
from catenary.apps.monitoring.operations.telling import tell
from catenary.apps.monitoring.queries import shared_causes
from catenary.apps.monitoring.queries.notices import Notice, notice_to_send
from catenary.apps.organizations.operations.people import give_account
from catenary.connectors.mail.message import message_of
from catenary.connectors.notices.wording import letter_of
from catenary.connectors.webhooks.sending import body_of
from catenary.domain.actors import Actor
from catenary.domain.refusals import Refused
from tests.apps.monitoring.worlds import DAWN, MINUTE, report, word, work
from tests.apps.worlds import as_person, begin, change, define, looking_from, person
from tests.domain.estates import group, service

pytestmark = pytest.mark.django_db

GRID, POWER, DATABASE = "ironport/grid", "ironport/power", "bluewater-ops/database"
PATIENTS, BILLING = "bluewater-apps/patients", "bluewater-apps/billing"
SECOND = timedelta(seconds=1)
#: A change made now is worked out then.
SOON = 21 * SECOND


@pytest.fixture(autouse=True)
def world(settings: Any) -> Iterator[None]:
    settings.NOTICE_SECONDS = 20
    begin()
    yield


def reader(name: str) -> Actor:
    """Somebody of the small world who may sign in."""
    actor = as_person(name)
    with transaction.atomic():
        give_account(email=actor.email, password="x" * 12, is_operator=False, change=change())
    return as_person(name)


def follow(name: str, seen: str, about: str = "consumed", **wish: Any) -> str:
    """Subscribe somebody, by e-mail unless said otherwise."""
    actor = reader(name)
    asked = Wish(**({"about": about, "channel": "mail"} | wish))
    viewpoint = looking_from(actor, seen)
    return subscribe(actor=actor, viewpoint=viewpoint, wish=asked, at=DAWN).public_id


class Clock:
    """An engine and a moment that goes on."""

    def __init__(self) -> None:
        self.engine, self.now = Engine(), DAWN

    def say(self, service: str, condition: str, after: timedelta = MINUTE) -> None:
        self.now += after
        report(word(service, condition, self.now, source="probe"), now=self.now)
        work(self.engine, self.now)

    def tell(self, after: timedelta = SOON) -> int:
        self.now += after
        return tell(at=self.now)


def notices() -> list[Notice]:
    """Every notice that waits to be sent, as it may be read now."""
    return [notice for _, notice in _outbox() if notice is not None]


def _outbox() -> list[tuple[OutboxRow, Notice | None]]:
    import json

    return [
        (
            row,
            notice_to_send(
                number=row.pk, payload=json.loads(row.payload), created_at=row.created_at
            ),
        )
        for row in OutboxRow.objects.filter(kind=NOTICE).order_by("pk")
    ]


def told() -> list[tuple[str, list[tuple[str, str]]]]:
    """Who is told what, in short."""
    return [
        (notice.email, [(change.name, change.now) for change in notice.changes])
        for notice in notices()
    ]


def test_a_failure_and_its_end_are_told_once_each() -> None:
    follow("uwe", "ward-3")
    clock = Clock()

    clock.say(GRID, "down")
    assert clock.tell(10 * SECOND) == 0
    assert clock.tell(11 * SECOND) == 1
    assert clock.tell() == 0
    clock.say(GRID, "operational")
    clock.tell()

    assert told() == [
        ("uwe@st-mary.example", [("Patients", "down")]),
        ("uwe@st-mary.example", [("Patients", "operational")]),
    ]


def test_one_shared_failure_is_one_message_that_names_its_cause() -> None:
    define(services=[service(f"bluewater-apps/s-{n}", DATABASE) for n in range(400)])
    follow("vera", "bluewater", about="provided")
    clock = Clock()

    clock.say(DATABASE, "down")
    clock.tell()

    (notice,) = notices()
    assert len(notice.changes) == 403
    (cause,) = notice.causes
    assert (cause.name, cause.condition, cause.hit) == ("Database", "down", 402)


def test_two_failures_are_two_causes() -> None:
    follow("vera", "bluewater", about="provided")
    clock = Clock()
    clock.say("bluewater-ops/vault", "degraded")

    clock.say(GRID, "down", after=SECOND)
    clock.tell()

    (notice,) = notices()
    causes = {(cause.name, cause.provider, cause.condition, cause.hit) for cause in notice.causes}
    assert causes == {
        ("", "Ironport", "down", 3),
        ("Vault", "Bluewater Operations", "degraded", 0),
    }
    assert [change.name for change in notice.changes] == [
        "Billing",
        "Database",
        "Patients",
        "Vault",
    ]


def test_who_has_two_subscriptions_gets_one_message() -> None:
    follow("uwe", "ward-3")
    follow("uwe", "ward-3", about="service", service=PATIENTS)
    clock = Clock()

    clock.say(GRID, "down")
    clock.tell()

    assert told() == [("uwe@st-mary.example", [("Patients", "down")])]


def test_what_comes_and_goes_within_the_time_that_is_waited_is_told_to_nobody() -> None:
    follow("uwe", "ward-3")
    clock = Clock()

    clock.say(GRID, "down")
    clock.say(GRID, "operational", after=10 * SECOND)

    assert clock.tell(60 * SECOND) == 0
    assert not OutboxRow.objects.exists()


def test_one_that_flaps_is_told_less_and_less_often_and_how_it_ends() -> None:
    follow("uwe", "ward-3")
    clock = Clock()

    for _ in range(15):
        for condition in ("down", "operational"):
            clock.say(GRID, condition)
            clock.tell(30 * SECOND)
    clock.say(GRID, "down")
    for _ in range(40):
        clock.tell(MINUTE)

    conditions = [changes[0][1] for _, changes in told()]
    assert conditions[:2] == ["down", "operational"]
    assert conditions[-1] == "down"
    assert len(conditions) <= 5


def test_only_the_conditions_one_wanted_to_hear_of_are_told_and_that_they_are_over() -> None:
    follow("uwe", "ward-3", conditions=("down",))
    clock = Clock()

    for condition in ("degraded", "down", "degraded", "operational"):
        clock.say(GRID, condition, after=5 * MINUTE)
        clock.tell()

    assert told() == [
        ("uwe@st-mary.example", [("Patients", "down")]),
        ("uwe@st-mary.example", [("Patients", "degraded")]),
    ]


def test_what_stands_when_one_subscribes_is_no_news_but_its_end_is() -> None:
    clock = Clock()
    clock.say(GRID, "down")
    follow("uwe", "ward-3")

    clock.tell()
    assert told() == []
    clock.say(GRID, "operational")
    clock.tell()

    assert told() == [("uwe@st-mary.example", [("Patients", "operational")])]


def _follow_the_suite() -> None:
    """Everything of Bluewater, of which nobody ever knew anything; the suite does not need the
    database."""
    relies_on = (group(DATABASE, soft=True), group("bluewater-ops/quiet"))
    suite = replace(service("bluewater-apps/suite", name="Suite"), relies_on=relies_on)
    define(services=[service("bluewater-ops/quiet", name="Quiet"), suite])
    every = ("down", "degraded", "unknown", "maintenance")
    follow("vera", "bluewater", about="provided", conditions=every)


def test_what_nobody_ever_knew_is_no_news_and_no_cause_of_what_is() -> None:
    _follow_the_suite()
    clock = Clock()

    clock.say(DATABASE, "down")
    clock.tell()

    (notice,) = notices()
    assert [(change.name, change.words or change.now) for change in notice.changes] == [
        ("Billing", "down"),
        ("Database", "down"),
        ("Patients", "down"),
        ("Suite", "degraded, possibly down"),
    ]
    (cause,) = notice.causes
    assert (cause.name, cause.hit) == ("Database", 3)
    lines = dict(letter_of(notice).parts)["Affected"]
    assert lines[-1].words.startswith("degraded, possibly down since")
    assert body_of(notice)["data"]["changes"][-1]["now"] == "unknown"


def test_that_one_knows_no_more_is_news_with_what_it_comes_from() -> None:
    _follow_the_suite()
    clock = Clock()
    clock.say("bluewater-ops/quiet", "operational")
    clock.say(DATABASE, "down")
    clock.tell()

    clock.say("bluewater-ops/quiet", "unknown")
    clock.tell()

    last = notices()[-1]
    assert [(change.name, change.was, change.words) for change in last.changes] == [
        ("Quiet", "fine", ""),
        ("Suite", "degraded", "degraded, possibly down"),
    ]
    assert {(cause.name, cause.condition, cause.hit) for cause in last.causes} == {
        ("Database", "down", 1),
        ("Quiet", "unknown", 1),
    }


def test_in_quiet_hours_nothing_is_sent_and_afterwards_what_still_stands() -> None:
    # It is 10:00 in UTC, and 11:00 in Berlin.
    follow("uwe", "ward-3", quiet_from=9 * 60, quiet_until=12 * 60, zone="Europe/Berlin")
    clock = Clock()
    clock.say(GRID, "down")
    clock.say(BILLING, "down")
    assert clock.tell() == 0

    clock.now = DAWN + timedelta(minutes=59)
    assert tell(at=clock.now) == 0
    assert tell(at=DAWN + timedelta(minutes=61)) == 1

    assert told() == [("uwe@st-mary.example", [("Patients", "down")])]


def test_a_customer_is_told_in_its_words_and_nothing_of_what_is_behind() -> None:
    follow("uwe", "ward-3")
    clock = Clock()

    clock.say(GRID, "down")
    clock.tell()

    (notice,) = notices()
    (cause,) = notice.causes
    assert (cause.name, cause.reference, cause.provider) == ("", "", "Bluewater Applications")


def test_what_one_may_no_longer_see_is_no_longer_told() -> None:
    follow("otto", "bluewater-apps", about="service", service=DATABASE)
    follow("vera", "bluewater", about="provided")
    clock = Clock()
    clock.say(GRID, "down")
    clock.tell()
    assert len(notices()) == 2

    define(services=[service(DATABASE, POWER, restricted=True, name="Database")])

    # Otto belongs to another unit than the database; Vera to the house above both.
    assert [email for email, _ in told()] == ["vera@bluewater.example"]


def test_who_left_is_told_nothing_any_more() -> None:
    follow("uwe", "ward-3")
    clock = Clock()
    clock.say(GRID, "down")
    clock.tell()

    define(people=[person("uwe@st-mary.example", "ward-3")])

    assert told() == []
    clock.say(GRID, "operational")
    assert clock.tell() == 0


def test_who_ended_the_subscription_is_told_nothing_even_of_what_waits() -> None:
    public_id = follow("uwe", "ward-3")
    clock = Clock()
    clock.say(GRID, "down")
    clock.tell()

    assert end_subscriptions(public_ids=[public_id], at=clock.now) == 1

    assert told() == []
    assert end_subscriptions(public_ids=[public_id], at=clock.now) == 0


def test_broken_off_anywhere_it_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    follow("uwe", "ward-3")
    clock = Clock()
    clock.say(GRID, "down")

    def broken(**_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(telling, "leave", broken)
        with pytest.raises(KeyboardInterrupt):
            clock.tell()
    clock.tell()

    assert told() == [("uwe@st-mary.example", [("Patients", "down")])]


def test_two_who_work_it_out_at_once_tell_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    follow("uwe", "ward-3")
    clock = Clock()
    clock.say(GRID, "down")
    real = telling._worked_out

    def overtaken(marks: Any, at: datetime) -> Any:
        found = real(marks, at)
        monkeypatch.setattr(telling, "_worked_out", real)
        assert tell(at=at) == 1
        return found

    monkeypatch.setattr(telling, "_worked_out", overtaken)

    assert clock.tell() == 0
    assert len(told()) == 1


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"about": "all"}, "about-unknown"),
        ({"about": "service", "service": "bluewater-ops/vault"}, "service-unknown"),
        ({"about": "service", "service": "nobody/nothing"}, "service-unknown"),
        ({"channel": "pigeon"}, "channel-unknown"),
        ({"channel": "webhook", "address": "ftp://example.org"}, "address-unfit"),
        ({"channel": "webhook", "address": "https://a:b@example.org/"}, "address-unfit"),
        ({"channel": "webhook", "address": "https://example.org/\r\nX: y"}, "address-unfit"),
        ({"conditions": ("operational",)}, "conditions-missing"),
        ({"quiet_from": 60}, "quiet-unfit"),
        ({"quiet_from": 60, "quiet_until": 24 * 60}, "quiet-unfit"),
        ({"zone": "Mars/Olympus"}, "zone-unknown"),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(wish: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        follow("uwe", "ward-3", **wish)

    assert [refusal.code for refusal in refused.value.refusals] == [code]
    assert not Subscription.objects.exists()


def test_nobody_has_more_subscriptions_than_anybody_needs() -> None:
    hooks = [f"https://hooks.example/{number}" for number in range(MOST_SUBSCRIPTIONS + 1)]
    for address in hooks[:-1]:
        follow("uwe", "ward-3", channel="webhook", address=address)

    with pytest.raises(Refused):
        follow("uwe", "ward-3", channel="webhook", address=hooks[-1])
    # What stands already needs no room.
    follow("uwe", "ward-3", channel="webhook", address=hooks[0])
    assert Subscription.objects.count() == MOST_SUBSCRIPTIONS


def test_everybody_is_looked_at_when_very_many_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    from catenary.apps.monitoring.operations import marking

    follow("uwe", "ward-3")
    monkeypatch.setattr(marking, "_MOST_NAMED", 2)
    clock = Clock()

    clock.say(GRID, "down")
    clock.tell()
    clock.say(GRID, "operational")
    clock.tell()

    assert [changes for _, changes in told()] == [
        [("Patients", "down")],
        [("Patients", "operational")],
    ]


def test_a_moment_is_told_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    follow("uwe", "ward-3")
    clock = Clock()

    clock.say(GRID, "down")
    clock.tell()

    (notice,) = notices()
    assert notice.changes[0].since == DAWN + MINUTE
    assert isinstance(notice.at, datetime)


def test_who_is_hit_by_what_is_told_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = "bluewater-ops/one", "bluewater-ops/other"
    pair = (group(one, other),)
    spared = [replace(service(f"bluewater-apps/s-{n}"), relies_on=pair) for n in range(9)]
    define(services=[service(one, name="One"), service(other, name="Other"), *spared])
    define(services=[service("bluewater-apps/both", one, other)])
    monkeypatch.setattr(shared_causes, "_AT_ONCE", 2)
    follow("vera", "bluewater", about="provided", conditions=["down"])
    clock = Clock()
    clock.say(one, "down")

    clock.say(other, "down", after=SECOND)
    clock.tell()

    (notice,) = notices()
    assert len(notice.changes) == 12
    assert {(each.name, each.hit, each.together) for each in notice.causes} == {
        ("One", 10, 9),
        ("Other", 10, 9),
    }
    assert _words(notice, "One").endswith("hits 10 of them, 9 of these only together with others")


def _words(notice: Notice, name: str) -> str:
    causes = dict(letter_of(notice).parts)["Because of"]
    (line,) = (line for line in causes if line.name == name)
    return line.words


def test_more_causes_than_are_named_are_counted_with_where_they_stand(settings: Any) -> None:
    settings.ADDRESS = "https://catalogue.example"
    leaves = [service(f"bluewater-ops/leaf-{n:02d}") for n in range(23)]
    define(services=leaves)
    follow("vera", "bluewater", about="provided", conditions=["down"])
    clock = Clock()
    for leaf in leaves:
        report(word(leaf.reference, "down", clock.now, source="probe"), now=clock.now)
    clock.say("bluewater-ops/leaf-00", "down")
    clock.tell()

    (notice,) = notices()
    causes = dict(letter_of(notice).parts)["Because of"]
    assert (len(causes), causes[-1].name) == (21, "and 3 more causes")
    assert "  - and 3 more causes: https://catalogue.example/status/" in message_of(notice).body
    assert len(body_of(notice)["data"]["causes"]) == 23
