"""Events as the official SDK makes and sends them (https://github.com/cloudevents/sdk-python)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.http import (
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.v1.event import CloudEvent

from catenary.apps.monitoring.models import Observation
from tests.apps.worlds import begin
from tests.inlets.worlds import sender

pytestmark = pytest.mark.django_db
WAYS = {"binary": to_binary_event, "structured": to_structured_event}


@pytest.fixture(autouse=True)
def world() -> None:
    begin()


def event(number: int, condition: str) -> CloudEvent:
    attributes: dict[str, Any] = {
        "id": f"A234-{number}",
        "source": "/monitors/7",
        "type": "example.condition",
        "subject": "database",
        "time": datetime(2026, 3, 1, 11, 0, number, tzinfo=UTC),
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes, {"condition": condition, "text": "as it says: ünwell"})


@pytest.mark.parametrize("way", WAYS)
def test_what_the_sdk_sends_is_understood(way: str) -> None:
    inlet = sender("cloudevents")

    for number, condition in enumerate(("down", "operational")):
        message = WAYS[way](event(number, condition))
        headers = {name: str(value) for name, value in message.headers.items()}
        kind = {name.lower(): value for name, value in headers.items()}["content-type"]
        others = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()

        answer = inlet.send(body, content_type=kind, headers=others)

        assert (answer.status_code, answer.json()["taken"]) == (202, 1), answer.content

    conditions = Observation.objects.order_by("at").values_list("condition", flat=True)
    assert list(conditions) == [2, 0]
    last = Observation.objects.latest("at")
    assert (last.reference, last.text) == ("A234-1", "as it says: ünwell")
    assert last.at == datetime(2026, 3, 1, 11, 0, 1, tzinfo=UTC)
