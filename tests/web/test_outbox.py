"""What could not be sent, by address: operators try it again, or discard it and are noted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from catenary import clock
from catenary.apps.access.models import AccessEvent
from catenary.apps.common.models import OutboxRow
from catenary.apps.common.operations.outbox import leave
from catenary.apps.monitoring.models import Subscription
from catenary.apps.monitoring.operations.subscriptions import end_subscriptions
from tests.web.access.world import World
from tests.web.test_hearing import CLEO, HOOK, NOTHING, subscribed

pytestmark = pytest.mark.django_db

PAGE = "/outbox/"
OTHER = "https://other.example/secret-path"


def given_up(
    row: Subscription, number: int, at: datetime, trouble: str = "it answered 500"
) -> None:
    payload = {"subscriptions": [row.pk], **NOTHING}
    with transaction.atomic():
        leave(kind="notice", payloads=[payload] * number, at=at)
    rows = OutboxRow.objects.filter(dead_at=None)
    rows.update(dead_at=at, trouble=trouble, attempts=16)


@pytest.fixture
def rows(world: World) -> tuple[Subscription, Subscription]:
    """Two webhooks of Cleo, with three and one message that were given up."""
    one = subscribed(world, channel="webhook", address=HOOK)
    two = subscribed(world, channel="webhook", address=OTHER)
    day = timedelta(days=1)
    given_up(one, 2, clock.now() - 2 * day, "nobody answers there")
    given_up(one, 1, clock.now() - day)
    given_up(two, 1, clock.now() - day, "<b>550</b>")
    return one, two


def act(world: World, **form: Any) -> str:
    return world.client("operator").post(PAGE, form, follow=True).content.decode()


def dead() -> int:
    return OutboxRow.objects.filter(dead_at__isnull=False).count()


def test_what_was_given_up_is_told_by_address(world: World, rows: Any) -> None:
    html = world.client("operator").get(PAGE).content.decode()

    assert "messages could not be sent and were given up" in html
    first, second = html.index(HOOK), html.index(OTHER)
    assert first < second
    assert "3 messages, the first given up" in html[first:second]
    assert "it answered 500" in html[first:second] and "nobody answers there" not in html
    assert "&lt;b&gt;550" in html[second:]


def test_to_others_there_is_no_such_page(world: World, rows: Any) -> None:
    for do in ("try", "ask", "discard"):
        form = {"do": do, "of": "all", "until": clock.now().isoformat()}
        assert world.client(CLEO).post(PAGE, form).status_code == 404
    assert world.client(CLEO).get(PAGE).status_code == 404
    assert dead() == 4


def test_all_of_an_address_is_tried_again(world: World, rows: Any) -> None:
    assert "3 are tried again." in act(world, do="try", address=HOOK)
    assert dead() == 1
    assert "1 is tried again." in act(world, do="try", of="all")
    assert dead() == 0


def test_discarding_is_asked_about_and_written_down(world: World, rows: Any) -> None:
    asked = act(world, do="ask", address=OTHER)
    assert "Discard 1 message to " in asked and dead() == 4
    (until,) = re.findall(r'name="until" value="([^"]+)"', asked)
    given_up(rows[1], 1, clock.now())

    done = act(world, do="discard", address=OTHER, until=until)

    # What was given up after somebody was asked was not meant.
    assert "1 message was discarded." in done and dead() == 4
    event = AccessEvent.objects.get(kind="messages-discarded")
    assert (event.about, event.account_id) == ("1, other.example", world.accounts["operator"])
    audit = world.client("operator").get("/audit/").content.decode()
    assert "discarded messages that could not be sent (1, other.example)" in audit
    assert "secret-path" not in audit


def test_everything_may_be_discarded_at_once(world: World, rows: Any) -> None:
    asked = act(world, do="ask", of="all")
    assert "Discard 4 messages to all addresses?" in asked
    (until,) = re.findall(r'name="until" value="([^"]+)"', asked)

    assert "4 messages were discarded." in act(world, do="discard", of="all", until=until)

    assert not OutboxRow.objects.exists()
    assert AccessEvent.objects.get(kind="messages-discarded").about == "4, all"
    assert "There is nothing to discard." in act(world, do="ask", address=HOOK)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"do": "burn"},
        {"do": "discard", "of": "all"},
        {"do": "discard", "of": "all", "until": "2026-01-01T00:00:00"},
    ],
)
def test_an_odd_wish_does_nothing(world: World, rows: Any, form: dict[str, str]) -> None:
    assert world.client("operator").post(PAGE, form).status_code == 404
    assert dead() == 4


def test_messages_nobody_wants_any_more_are_told_as_such(world: World, rows: Any) -> None:
    end_subscriptions(public_ids=[rows[0].public_id], at=clock.now())
    Subscription.objects.filter(pk=rows[1].pk).delete()

    html = world.client("operator").get(PAGE).content.decode()

    assert html.count("nobody is subscribed there any more") == 1
    assert HOOK in html and "nobody any more</bdi>" in html and OTHER not in html
    act(world, do="try", address="-")
    assert dead() == 3
