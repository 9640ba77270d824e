"""What inlets do not take: what whoever sent it is answered, and what is kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from catenary.apps.monitoring.models import Observation
from tests.apps.worlds import begin
from tests.inlets.worlds import Sender, alert, notification, sender

pytestmark = pytest.mark.django_db

EVENT = {"specversion": "1.0", "id": "7", "source": "/monitor", "type": "condition"}


@pytest.fixture(autouse=True)
def world() -> None:
    begin()


def delivered(to: Sender, body: Any) -> Any:
    kind = "application/cloudevents+json" if "/cloudevents/" in to.address else "application/json"
    return to.send(body, content_type=kind)


def webhook(**more: Any) -> Sender:
    return sender("webhook", service="$.s", condition="$.c", **more)


@pytest.mark.parametrize(
    ("opened", "body", "code"),
    [
        (sender, notification(alert("no-such-service")), "unknown-service"),
        (sender, notification(alert("ironport/grid")), "unknown-service"),
        (sender, notification(alert("bluewater-apps/billing")), "not-allowed"),
        (sender, notification(alert(""), alert("", fingerprint="b")), "invalid"),
        (sender, notification(alert(begun="1962-01-01T00:00:00Z")), "before-the-epoch"),
        (webhook, {"s": "no-such-service", "c": "down"}, "unknown-service"),
        (webhook, {"s": "database", "c": "strange"}, "invalid"),
        (webhook, [{"c": "down"}, {"s": None, "c": "down"}], "invalid"),
        (
            lambda: sender("cloudevents"),
            {**EVENT, "subject": "no-such-service", "data": {"condition": "down"}},
            "unknown-service",
        ),
        (lambda: sender("cloudevents"), {**EVENT, "subject": "database"}, "invalid"),
        (
            lambda: sender("nagios"),
            b"[1709290801] PROCESS_HOST_CHECK_RESULT;no-such-service;1;gone",
            "unknown-service",
        ),
        (
            lambda: sender("heartbeat", services=["no-such-service"], silent_after="5 min"),
            b"",
            "unknown-service",
        ),
    ],
)
def test_what_was_read_and_refused_for_good_is_no_error_of_its_delivery(
    opened: Any, body: Any, code: str
) -> None:
    monitor = opened()

    answer = delivered(monitor, body)

    said = answer.json()
    assert answer.status_code == 202
    assert {error["code"] for each in said["refused"] for error in each["errors"]} == {code}
    assert monitor.account().refused == said["refused-in-all"] > 0
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    ("opened", "body"),
    [
        (sender, notification("no alert", {"labels": {}})),
        (webhook, {"service": "database", "state": "down"}),
        (webhook, [7, "text", {"s": None}]),
        (lambda: sender("webhook", items="$.events[*]", service="$.s", condition="$.c"), {}),
        (lambda: sender("webhook", service="$.s", condition="down"), {"service": "database"}),
        (lambda: sender("cloudevents"), {**EVENT, "specversion": "0.3"}),
        (lambda: sender("nagios"), b"[1709290801] SHUTDOWN_PROGRAM\nrubbish"),
    ],
)
def test_a_delivery_of_another_form_is_an_error_and_counted(opened: Any, body: Any) -> None:
    monitor = opened()

    answer = delivered(monitor, body)

    said = answer.json()
    assert answer.status_code == 422
    assert {error["code"] for each in said["refused"] for error in each["errors"]} == {"unreadable"}
    assert monitor.account().refused == said["refused-in-all"] > 0


def test_one_item_that_was_read_makes_a_delivery_well_formed() -> None:
    answer = webhook().send([{}, {"s": "no-such-service", "c": "down"}])

    assert answer.status_code == 202
    assert answer.json()["refused-in-all"] == 2
