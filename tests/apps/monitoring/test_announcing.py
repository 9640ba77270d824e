"""Maintenance is announced to those it touches: once each, in their words, and nothing more."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from catenary.apps.common.models import OutboxRow
from catenary.apps.common.operations.outbox import TakenByAnother
from catenary.apps.monitoring.choices import NOTICE
from catenary.apps.monitoring.models import ToldMaintenance
from catenary.apps.monitoring.operations import announcing, taking_up
from catenary.apps.monitoring.operations.announcing import tell_what_is_planned
from catenary.apps.monitoring.operations.maintenance import (
    cancel_maintenance,
    cancel_occurrence,
    change_maintenance,
)
from catenary.apps.monitoring.operations.subscriptions import end_subscriptions
from catenary.apps.monitoring.queries.announcements import MaintenanceTold
from catenary.apps.monitoring.queries.notices import Notice, notice_to_send
from catenary.connectors.mail.message import message_of
from catenary.connectors.webhooks.sending import body_of
from catenary.domain.documents.shapes import ConsumptionDocument
from tests.apps.monitoring.test_maintenance import DATABASE, PATIENTS, announce, plan, wall
from tests.apps.monitoring.test_telling import follow
from tests.apps.monitoring.worlds import DAWN
from tests.apps.worlds import OPERATOR, begin, define
from tests.domain.estates import service

pytestmark = pytest.mark.django_db

SOON = timedelta(seconds=21)
BEGINS = DAWN + timedelta(hours=1)


@pytest.fixture(autouse=True)
def world(settings: Any) -> None:
    settings.NOTICE_SECONDS = 20
    begin()


def told() -> list[tuple[Notice, MaintenanceTold]]:
    """Every notice of maintenance that waits, as it may be read now."""
    found = []
    for row in OutboxRow.objects.filter(kind=NOTICE).order_by("pk"):
        notice = notice_to_send(
            number=row.pk, payload=json.loads(row.payload), created_at=row.created_at
        )
        if notice is not None:
            assert notice.maintenance is not None
            found.append((notice, notice.maintenance))
    return found


def became() -> list[tuple[str, str, list[str]]]:
    """Who is told what, in short."""
    return [
        (notice.email.partition("@")[0], one.became, [each.name for each in one.services])
        for notice, one in told()
    ]


def test_who_consumes_what_stands_on_it_is_told_once_in_their_words() -> None:
    define(consumption=[ConsumptionDocument("ward-3", PATIENTS, known_as="Our patients")])
    follow("uwe", "ward-3")
    follow("nora", "north-clinic", about="service", service="bluewater-apps/billing")
    announce(services=[PATIENTS], text="New release.")

    assert tell_what_is_planned(at=DAWN) == 0
    assert tell_what_is_planned(at=DAWN + SOON) == 1
    assert tell_what_is_planned(at=DAWN + 2 * SOON) == 0

    ((notice, one),) = told()
    assert became() == [("uwe", "announced", ["Our patients"])]
    assert one.times == ((BEGINS, BEGINS + timedelta(hours=2)),)
    text = str(message_of(notice).body)
    assert "Our patients: down" in text
    assert "New disks: New release." in text
    body = body_of(notice)
    assert (body["type"], body["data"]["title"]) == ("maintenance.announced", "New disks")


def test_whoever_may_not_see_what_is_worked_on_hears_what_it_does_to_them() -> None:
    follow("uwe", "ward-3")
    announce()

    tell_what_is_planned(at=DAWN + SOON)

    ((notice, one),) = told()
    assert [(each.name, each.condition) for each in one.services] == [("Patients", "down")]
    assert one.title == one.text == one.note == ""
    message = message_of(notice)
    everything = f"{message.subject} {message.body} {message.alternatives} {body_of(notice)}"
    assert "Patients" in everything
    assert not [hidden for hidden in ("Database", "New disks", DATABASE) if hidden in everything]


def test_one_window_that_touches_many_services_is_one_message() -> None:
    define(services=[service(f"bluewater-apps/s-{n}", DATABASE) for n in range(60)])
    follow("vera", "bluewater", about="provided")
    follow("vera", "bluewater", about="service", service=PATIENTS)
    announce()

    assert tell_what_is_planned(at=DAWN + SOON) == 1

    ((notice, one),) = told()
    assert len(one.services) == 63
    assert len(notice.subscriptions) == 2
    assert "and 13 more services" in str(message_of(notice).body)


def test_a_change_and_its_calling_off_are_told_too() -> None:
    follow("vera", "bluewater", about="provided")
    key = announce(repeats="FREQ=DAILY;COUNT=3")
    tell_what_is_planned(at=DAWN + SOON)
    cancel_occurrence(
        actor=OPERATOR, at=DAWN + SOON, key=key, occurrence=BEGINS.replace(tzinfo=None)
    )
    tell_what_is_planned(at=DAWN + 2 * SOON)
    cancel_maintenance(actor=OPERATOR, at=DAWN + 2 * SOON, key=key, note="not needed")
    tell_what_is_planned(at=DAWN + 4 * SOON)

    found = [one for _, one in told()]
    assert [one.became for one in found] == ["announced", "changed", "called-off"]
    assert [len(one.times) for one in found] == [3, 2, 2]
    assert found[-1].note == "not needed"
    assert "called off" in message_of(told()[-1][0]).subject
    assert not ToldMaintenance.objects.exists()


def test_what_no_longer_touches_somebody_is_called_off_for_them_alone() -> None:
    follow("uwe", "ward-3")
    follow("nora", "north-clinic")
    key = announce()
    tell_what_is_planned(at=DAWN + SOON)
    change_maintenance(
        actor=OPERATOR, at=DAWN + SOON, key=key, plain=plan(services=["bluewater-apps/billing"])
    )
    tell_what_is_planned(at=DAWN + 3 * SOON)

    assert became()[2:] == [("uwe", "called-off", ["Patients"]), ("nora", "changed", ["Billing"])]


def test_what_was_called_off_before_anybody_heard_of_it_is_no_news() -> None:
    follow("vera", "bluewater", about="provided")
    key = announce()
    cancel_maintenance(actor=OPERATOR, at=DAWN, key=key)

    assert tell_what_is_planned(at=DAWN + SOON) == 0
    assert not OutboxRow.objects.exists()


def test_what_stood_when_one_subscribed_is_no_news_but_its_change_is() -> None:
    key = announce(now=DAWN - timedelta(minutes=5))
    follow("vera", "bluewater", about="provided")
    tell_what_is_planned(at=DAWN + SOON)
    assert became() == []

    cancel_maintenance(actor=OPERATOR, at=DAWN + SOON, key=key)
    tell_what_is_planned(at=DAWN + 3 * SOON)

    assert [one[:2] for one in became()] == [("vera", "called-off")]


def test_in_quiet_hours_it_waits_and_then_the_last_word_is_told() -> None:
    minute = DAWN.hour * 60
    follow("vera", "bluewater", about="provided", quiet_from=minute - 60, quiet_until=minute + 30)
    key = announce()
    assert tell_what_is_planned(at=DAWN + SOON) == 0
    change_maintenance(
        actor=OPERATOR,
        at=DAWN + SOON,
        key=key,
        plain=plan(start=wall(BEGINS + timedelta(hours=5))),
    )
    assert tell_what_is_planned(at=DAWN + 3 * SOON) == 0

    assert tell_what_is_planned(at=DAWN + timedelta(minutes=31)) == 1
    assert tell_what_is_planned(at=DAWN + timedelta(minutes=32)) == 0

    ((_, one),) = told()
    assert (one.became, one.times[0][0]) == ("announced", BEGINS + timedelta(hours=5))


def test_who_does_not_want_to_hear_of_maintenance_hears_nothing() -> None:
    follow("vera", "bluewater", about="provided", conditions=("down",))
    announce()

    assert tell_what_is_planned(at=DAWN + SOON) == 0


def test_permission_and_the_wish_are_asked_again_when_it_is_sent() -> None:
    follow("otto", "bluewater-apps", about="service", service=DATABASE)
    name = follow("uwe", "ward-3")
    follow("vera", "bluewater", about="provided")
    announce()
    tell_what_is_planned(at=DAWN + SOON)
    assert len(told()) == 3

    end_subscriptions(public_ids=[name], at=DAWN)
    define(services=[service(DATABASE, "ironport/power", restricted=True, name="Database")])

    # Otto belongs to another unit than the database; Vera to the house above both.
    assert [who for who, _, _ in became()] == ["vera"]


def test_whoever_dies_in_between_tells_nothing_twice_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    follow("vera", "bluewater", about="provided")
    announce()

    for room, place in ((announcing, "_keep"), (taking_up, "take_away")):
        with monkeypatch.context() as patched:
            patched.setattr(room, place, _dies)
            with pytest.raises(RuntimeError):
                tell_what_is_planned(at=DAWN + SOON)
        assert not OutboxRow.objects.filter(kind=NOTICE).exists()
        assert not ToldMaintenance.objects.exists()
    with monkeypatch.context() as patched:
        patched.setattr(taking_up, "take_away", _taken)
        assert tell_what_is_planned(at=DAWN + SOON) == 0
    assert tell_what_is_planned(at=DAWN + SOON) == 1
    assert len(told()) == 1


def _dies(*given: Any, **named: Any) -> None:
    raise RuntimeError


def _taken(*given: Any) -> None:
    raise TakenByAnother


def test_a_plan_that_is_not_kept_is_announced_to_nobody() -> None:
    follow("vera", "bluewater", about="provided")

    with pytest.raises(RuntimeError), transaction.atomic():
        announce()
        raise RuntimeError

    assert tell_what_is_planned(at=DAWN + SOON) == 0
