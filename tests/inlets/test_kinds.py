"""What each kind of inlet makes of what is sent to it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from catenary import clock
from catenary.apps.monitoring.models import Inlet, Observation
from catenary.apps.monitoring.operations.engine import Engine
from catenary.connectors.paths import MISSING, path_of
from catenary.domain.refusals import Refused
from tests.apps.monitoring.worlds import now_is, work
from tests.apps.worlds import begin
from tests.inlets.worlds import sender

pytestmark = pytest.mark.django_db

DATABASE, VAULT = "bluewater-ops/database", "bluewater-ops/vault"


@pytest.fixture(autouse=True)
def world() -> None:
    begin()


def recorded() -> list[tuple[str, int, str]]:
    rows = Observation.objects.order_by("at", "id")
    return list(rows.values_list("service__reference", "condition", "text"))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", {"a": {"b c": [{"d": 1}, {"d": 2}]}}),
        ("$.a['b c'][1].d", 2),
        ('$.a["b c"][*].d', 1),
        ("$.a.none", MISSING),
        ("$.a['b c'][7]", MISSING),
        ("$.a[0]", MISSING),
    ],
)
def test_a_path_leads_to_one_place(path: str, found: Any) -> None:
    read = path_of(path)

    assert read is not None
    assert read.first({"a": {"b c": [{"d": 1}, {"d": 2}]}}) == found


@pytest.mark.parametrize(
    "text", ["", "a", "$a", "$..a", "$.a[?(@.b)]", "$.a[-1]", "$.a[1:2]", "$.a b", "$" + ".a" * 300]
)
def test_what_is_no_path_is_none(text: str) -> None:
    assert path_of(text) is None


MAPPING: dict[str, Any] = {
    "items": "$.events[*]",
    "service": "$.host.name",
    "services": {"db01": "database"},
    "condition": "$.state",
    "conditions": {"OK": "operational", "CRIT": "down", "MUTED": "ignore", "0": "operational"},
    "at": "$.time",
    "text": "$.message",
    "reference": "$.link",
    "voice": "$.check",
}


def event(name: str = "db01", state: Any = "crit", **more: Any) -> dict[str, Any]:
    return {"host": {"name": name}, "state": state, "message": "<b>full</b>", **more}


def test_a_mapping_says_what_stands_where() -> None:
    webhook = sender("webhook", **MAPPING)

    answer = webhook.send(
        {
            "events": [
                event(time="2024-03-01T10:59:00Z", check="disk", link="http://x.example/1"),
                event("vault", 0, time=1_709_290_800),
                event("vault", "OK", time="1709290860000", check="other"),
                event(state="muted"),
                event(state="strange"),
                event("../../etc", time="2024-03-01T11:00:00Z"),
                {"host": 7},
                "nothing",
            ]
        }
    ).json()

    assert (answer["taken"], answer["passed-over"]) == (3, 1)
    assert [each["place"] for each in answer["refused"]] == [4, 5, 6, 7]
    assert recorded() == [
        (DATABASE, 2, "<b>full</b>"),
        (VAULT, 0, "<b>full</b>"),
        (VAULT, 0, "<b>full</b>"),
    ]
    assert list(Observation.objects.order_by("at").values_list("at__minute", "source__name")) == [
        (59, "bluewater-ops/monitor: disk"),
        (0, "bluewater-ops/monitor"),
        (1, "bluewater-ops/monitor: other"),
    ]


@pytest.mark.parametrize("body", [{}, [], {"events": {"a": 1}}, {"event": [event()]}])
def test_a_body_without_the_place_of_its_items_is_told(body: Any) -> None:
    webhook = sender("webhook", **MAPPING)

    answer = webhook.send(body)

    # Nothing is recorded and nothing passed over in silence: the monitor changed its form.
    assert answer.status_code == 422
    (refused,) = answer.json()["refused"]
    assert refused["errors"][0]["field"] == "items"
    assert recorded() == []
    # A list without anything in it says that there is nothing to say.
    empty = webhook.send({"events": []})
    assert (empty.status_code, empty.json()["refused-in-all"]) == (202, 0)


def test_without_a_time_saying_the_same_again_is_no_news() -> None:
    webhook = sender("webhook", service="$.s", condition="$.c")
    down, up = {"s": "database", "c": "down"}, {"s": "database", "c": "operational"}

    answers = [webhook.send(each).json()["taken"] for each in (down, down, down, up, up, down)]

    assert answers == [1, 0, 0, 1, 0, 1]
    assert [condition for _, condition, _ in recorded()] == [2, 0, 2]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({}, "service"),
        ({"service": "$.a"}, "condition"),
        ({"service": "$.a[*]", "condition": "$.b"}, "service"),
        ({"service": "$..a", "condition": "$.b"}, "service"),
        ({"service": "$.a", "condition": "$.b", "items": "events"}, "items"),
        ({"service": "$.a", "condition": "$.b", "conditions": {"x": "bad"}}, "conditions.x"),
        ({"service": {"$": 1}, "condition": "$.b"}, "service"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        sender("webhook", **settings)

    assert field in [refusal.path[1] for refusal in refused.value.refusals]
    assert not Inlet.objects.exists()


def cloud_event(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"A234-{number}",
        "source": "/monitors/7",
        "type": "example.condition",
        "subject": "database",
        "time": f"2024-03-01T11:00:{number:02}Z",
        "data": {"condition": "down", "text": "It is gone"},
        **more,
    }


def test_cloud_events_are_read_in_every_form() -> None:
    inlet = sender("cloudevents")
    binary = {
        "ce-specversion": "1.0",
        "ce-id": "A234-4",
        "ce-source": "/monitors/7",
        "ce-type": "example.condition",
        "ce-subject": "d%61tabase",
        "ce-time": "2024-03-01T11:00:04Z",
    }
    packed = base64.b64encode(json.dumps({"condition": "degraded"}).encode()).decode()
    hidden = {**cloud_event(3), "data_base64": packed}
    del hidden["data"]

    answers = [
        inlet.send(cloud_event(1), content_type="application/cloudevents+json; charset=utf-8"),
        inlet.send(
            [cloud_event(2), hidden, {"specversion": "0.3"}, "x"],
            content_type="application/cloudevents-batch+json",
        ),
        inlet.send({"condition": "operational"}, headers={**binary, **shown(inlet)}),
        inlet.send(cloud_event(9)),
        inlet.send(cloud_event(9), content_type="application/cloudevents+xml"),
    ]

    assert [each.status_code for each in answers] == [202, 202, 202, 400, 400]
    assert answers[1].json()["refused-in-all"] == 2
    assert [condition for _, condition, _ in recorded()] == [2, 2, 1, 0]
    assert Observation.objects.latest("at").reference == "A234-4"


def shown(inlet: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {inlet.secret}"}


def test_passive_check_results_are_read_line_by_line() -> None:
    inlet = sender(
        "nagios",
        services={"db01;postgres": "database", "vault01": "vault"},
        valid_for="10 min",
        otherwise="refuse",
    )
    lines = """[1709290800] PROCESS_SERVICE_CHECK_RESULT;db01;postgres;2;CRITICAL;really|time=3s
[1709290801] PROCESS_HOST_CHECK_RESULT;vault01;0;PING OK

[1709290802] PROCESS_SERVICE_CHECK_RESULT;vault01;disk;1;DISK WARNING\r
[1709290803] PROCESS_SERVICE_CHECK_RESULT;other;disk;1;DISK WARNING
[1709290804] PROCESS_SERVICE_CHECK_RESULT;db01;postgres;9;?
[1709290805] SHUTDOWN_PROGRAM
[999999999999] PROCESS_HOST_CHECK_RESULT;vault01;0;x
rubbish
"""
    answer = inlet.send(lines.encode(), content_type="text/plain").json()

    assert answer["taken"] == 3
    assert [each["place"] for each in answer["refused"]] == [4, 5, 6, 7, 8]
    assert recorded() == [
        (DATABASE, 2, "CRITICAL;really"),
        (VAULT, 0, "PING OK"),
        (VAULT, 1, "DISK WARNING"),
    ]


def test_a_host_that_is_a_service_needs_no_settings() -> None:
    inlet = sender("nagios")

    answer = inlet.send(b"[1709290801] PROCESS_HOST_CHECK_RESULT;database;1;gone")

    assert answer.json()["taken"] == 1
    assert recorded() == [(DATABASE, 2, "gone")]


def test_silence_is_not_known_to_be_well() -> None:
    inlet = sender("heartbeat", services=["vault"], silent_after="5 min")
    engine = Engine()

    answers = [inlet.send(b"").json()["taken"] for _ in range(3)]
    now = clock.now()
    work(engine, now)
    alive = now_is(VAULT)
    work(engine, now + timedelta(minutes=6))

    assert answers == [1, 0, 0], "signs of life in quick succession are one"
    assert (alive, now_is(VAULT)) == ("operational", "possibly down")


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        (b"fail: no space left", 2),
        (b'{"condition": "degraded", "text": "slow"}', 1),
        (b'{"condition": ["x"]}', 0),
        (b"{", 0),
        (b"\xff\x00", 0),
    ],
)
def test_a_sign_of_life_may_say_that_something_is_wrong(body: bytes, condition: int) -> None:
    inlet = sender("heartbeat", services=["vault"], silent_after="5 min")

    assert inlet.send(body).status_code == 202
    assert Observation.objects.get().condition == condition


def test_a_switch_without_services_or_patience_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        sender("heartbeat")

    assert {refusal.path[1] for refusal in refused.value.refusals} == {"services", "silent-after"}
