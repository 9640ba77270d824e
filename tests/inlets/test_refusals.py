"""What inlets do not take: what whoever sent it is answered, and what is kept of it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError

from catenary.apps.monitoring.models import Observation, RefusedItem
from catenary.apps.monitoring.queries.inlets import REFUSALS_KEPT, RefusedRow, inlet_view
from tests.apps.worlds import OPERATOR, begin
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


def told() -> list[tuple[int, str, str]]:
    """Of what was refused: how often, of which service, and the first of the reasons."""
    return [(row.times, row.service, row.reasons[0].code) for row in latest()]


def latest() -> tuple[RefusedRow, ...]:
    view = inlet_view(OPERATOR, "bluewater-ops", "monitor")
    assert view is not None
    return view.latest


def test_what_is_refused_again_is_counted_and_pushes_nothing_out() -> None:
    monitor = sender()
    monitor.send(notification(alert("gone-missing")))
    for number in range(2 * REFUSALS_KEPT):
        one, other = (alert("no-such-service", fingerprint=f"{number}{each}") for each in "ab")
        monitor.send(notification(one, other, alert("ironport/grid", summary=f"<b>{number}</b>")))

    assert told() == [
        (100, "ironport/grid", "unknown-service"),
        (200, "bluewater-ops/no-such-service", "unknown-service"),
        (1, "bluewater-ops/gone-missing", "unknown-service"),
    ]
    first, second, third = latest()
    assert third.at == third.since < first.since <= second.since < second.at <= first.at
    assert "<b>99</b>" in first.excerpt, "the last of them is shown"
    assert monitor.account().refused == 301


def test_refusals_for_other_reasons_are_others() -> None:
    inlet = webhook(at="$.at")
    inlet.send(
        [
            {"s": "database", "c": "strange"},
            {"s": "database", "c": "odd"},
            {"s": "database", "c": "down", "at": "1969-01-01T00:00:00Z"},
            {"s": "vault", "c": "down", "at": "1969-01-01T00:00:00Z"},
            {"s": "vault", "c": "down", "at": "1968-01-01T00:00:00Z"},
        ]
    )

    assert told() == [
        (2, "bluewater-ops/vault", "before-the-epoch"),
        (1, "bluewater-ops/database", "before-the-epoch"),
        (1, "", "invalid"),
        (1, "", "invalid"),
    ]


def test_a_clock_that_is_ahead_is_one_mistake_whatever_it_speaks_of() -> None:
    inlet = webhook(at="$.at")
    for service in ("database", "vault", "database"):
        inlet.send({"s": service, "c": "down", "at": "2099-01-01T00:00:00Z"})

    assert told() == [(3, "", "in-the-future")]


def test_of_kinds_of_refusals_the_latest_are_kept() -> None:
    monitor = sender()
    for batch in range(3):
        names = [f"no-{number}" for number in range(batch * 30, batch * 30 + 30)]
        monitor.send(notification(*[alert(name, fingerprint=name) for name in names]))
    monitor.send(notification(alert("no-40", fingerprint="x")))

    found = told()
    assert len(found) == RefusedItem.objects.count() == REFUSALS_KEPT
    assert found[0] == (2, "bluewater-ops/no-40", "unknown-service")
    assert found[1][1] == "bluewater-ops/no-89"


def test_what_was_kept_before_it_was_counted_is_shown_as_it_is() -> None:
    monitor = sender()
    monitor.send(notification(alert("no-such-service")))
    RefusedItem.objects.update(digest=None, since=None)
    monitor.send(notification(alert("no-such-service")))

    assert [row[0] for row in told()] == [1, 1]
    assert latest()[1].since == latest()[1].at


def test_names_that_no_reader_could_print_are_no_trouble() -> None:
    answer = webhook().send({"s": "bluewater-ops/x\u0000\u202e" + "y" * 400, "c": "down"})

    assert answer.status_code == 202
    assert "\0" not in RefusedItem.objects.get().excerpt


def test_alerts_of_no_service_are_told_by_their_names() -> None:
    monitor = sender()
    for name in ("NodeDown", "Watchdog", "NodeDown"):
        monitor.send(notification(alert("", name=name, fingerprint=name)))

    assert [(row.times, row.reasons[0].text.split(";")[0]) for row in latest()] == [
        (2, "service: nothing says which service “NodeDown” is of"),
        (1, "service: nothing says which service “Watchdog” is of"),
    ]


def test_alerts_of_no_service_may_be_of_no_concern() -> None:
    monitor = sender(without_service="ignore", rules=[{"match": {"job": "a"}, "service": "vault"}])
    without = alert("", fingerprint="b")
    del without["labels"]["service"]

    answer = monitor.send(
        notification(
            alert(""),
            without,
            alert("", job="a", fingerprint="c"),
            alert("no-such-service", fingerprint="d"),
            alert("no service at all", fingerprint="e"),
        )
    )

    said = answer.json()
    assert (answer.status_code, said["passed-over"], said["taken"]) == (202, 2, 1)
    assert said["refused-in-all"] == 2, "a label that names no service is a mistake, no silence"
    assert monitor.account().passed_over == 2


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "gzip, identity"])
def test_a_compressed_delivery_is_refused_in_words_before_it_is_read(coding: str) -> None:
    monitor = sender()
    body = gzip.compress(json.dumps(notification(alert())).encode())

    answer = monitor.send(
        body,
        headers={"Authorization": f"Bearer {monitor.secret}", "Content-Encoding": coding},
    )

    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "identity"
    assert f"not compressed (Content-Encoding: {coding})" in answer.json()["detail"]
    assert not Observation.objects.exists()


def test_that_a_delivery_is_not_compressed_may_be_said() -> None:
    monitor = sender()
    headers = {"Authorization": f"Bearer {monitor.secret}", "Content-Encoding": "identity"}

    assert monitor.send(notification(alert()), headers=headers).status_code == 202


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (gzip.compress(b"{}", mtime=0), "the body is compressed (gzip); send it as it is"),
        (b'{"a": "\xff"}', "the body is no text in UTF-8, from byte 8 on"),
        (b'{"a": "\xed\xa0\x80"}', "the body is no text in UTF-8, from byte 8 on"),
    ],
)
def test_bytes_that_are_no_text_are_refused_in_words(body: bytes, detail: str) -> None:
    answer = sender().send(body)

    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


def test_what_was_refused_is_shown_in_the_words_it_was_sent_in() -> None:
    inlet = webhook()
    inlet.send({"s": "database", "c": True, "a": None, "b": {"x": False, "y": [1], "z": {"u": 1}}})
    inlet.send({"s": None, "c": "down", "n": [], "f": 1.5})

    unnamed, odd = latest()

    assert unnamed.excerpt == "{s: null, c: down, n: [], f: 1.5}"
    assert unnamed.reasons[0].text.startswith("service: “null” names no service")
    excerpt = "{s: database, c: true, a: null, b: {x: false, y: [1 values], z: {…}}}"
    assert odd.excerpt == excerpt
    assert odd.reasons[0].text.startswith("condition: “true” means no condition here")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("server closed the connection: Zsecret"), 503, "unavailable"),
        (InterfaceError("connection already closed: Zsecret"), 503, "unavailable"),
        (DataError("Zsecret"), 500, "internal"),
        (IntegrityError("Zsecret"), 500, "internal"),
        (RuntimeError("Zsecret"), 500, "internal"),
    ],
)
def test_only_a_database_that_is_away_is_said_to_be_away(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def broken(**_: Any) -> None:
        raise error

    counted: list[int] = []
    monkeypatch.setattr("catenary.inlets.views.hear_together", broken)
    monkeypatch.setattr("catenary.inlets.views.turn_away", lambda inlet, _at: counted.append(inlet))

    answer = delivered(sender(), notification(alert()))

    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code)
    assert "Zsecret" not in str(said) and "Zsecret" in caplog.text
    assert len(counted) == (status == 503)
    if status == 500:
        number = said["detail"].partition("the number ")[2].partition(" ")[0]
        assert number and number in caplog.text
