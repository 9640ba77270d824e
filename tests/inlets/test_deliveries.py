"""Deliveries to inlets: who may, how much, once, and never one item at the cost of the others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from catenary import clock
from catenary.apps.access.models import AccessEvent
from catenary.apps.monitoring.models import Inlet, Observation, RefusedItem
from catenary.apps.monitoring.operations.inlets import InletMissing, close_inlet, renew_inlet
from catenary.apps.monitoring.queries.inlets import REFUSALS_KEPT, inlet_view
from catenary.connectors.opening import changed
from catenary.domain.condition.codes import DEGRADED, DOWN
from catenary.domain.refusals import Refused
from tests.apps.monitoring.worlds import now_is
from tests.apps.worlds import NOBODY, OPERATOR, as_person, begin
from tests.inlets.worlds import HERE, Sender, alert, follow, notification, sender

pytestmark = pytest.mark.django_db

DATABASE, VAULT = "bluewater-ops/database", "bluewater-ops/vault"


@pytest.fixture(autouse=True)
def world() -> None:
    begin()


def test_an_alert_turns_the_service_down_and_its_end_up_again() -> None:
    monitor = sender()

    first = monitor.send(notification(alert()))
    follow()
    fired = now_is(DATABASE)
    last = monitor.send(notification(alert(status="resolved", ended="2024-03-01T10:05:00Z")))
    follow()

    assert (first.status_code, fired) == (202, "down")
    assert last.json()["taken"] == 1
    assert list(Observation.objects.order_by("at").values_list("condition", "at__minute")) == [
        (2, 0),
        (0, 5),
    ]


def test_the_same_delivery_five_times_is_one() -> None:
    monitor = sender()
    body = notification(alert(), alert("vault", fingerprint="b"))

    answers = [monitor.send(body).json() for _ in range(5)]

    assert [(each["taken"], each["repeated"]) for each in answers] == [(2, 0), *[(0, 2)] * 4]
    assert Observation.objects.count() == 2
    account = monitor.account()
    assert (account.taken, account.repeated) == (2, 8)


def test_an_alert_that_is_resolved_says_nothing_of_another_one() -> None:
    monitor = sender()
    monitor.send(
        notification(
            alert(fingerprint="a", name="Down"),
            alert(fingerprint="b", name="Slow", severity="warning"),
        )
    )

    monitor.send(
        notification(
            alert(fingerprint="a", name="Down", status="resolved", ended="2024-03-01T10:05:00Z")
        )
    )
    follow()

    assert now_is(DATABASE) == "degraded, possibly down"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"labels": {}}, "unreadable"),
        ("no alert at all", "unreadable"),
        (alert("no-such-service"), "unknown-service"),
        (alert("ironport/grid"), "unknown-service"),
        (alert("bluewater-apps/billing"), "not-allowed"),
        (alert(begun="yesterday"), "invalid"),
        (alert(begun="1962-01-01T00:00:00Z"), "before-the-epoch"),
        ({**alert(), "startsAt": 7}, "invalid"),
        (None, "unreadable"),
    ],
)
def test_a_bad_item_never_stops_the_good_ones(wrong: Any, code: str) -> None:
    monitor = sender()

    answer = monitor.send(notification(wrong, alert(), wrong))

    said = answer.json()
    assert answer.status_code == 202
    assert (said["taken"], said["refused-in-all"]) == (1, 2)
    assert [each["place"] for each in said["refused"]] == [0, 2]
    assert {error["code"] for each in said["refused"] for error in each["errors"]} == {code}
    assert sum(RefusedItem.objects.values_list("times", flat=True)) == 2


def test_of_what_was_refused_the_latest_are_kept_and_markup_in_it_is_text() -> None:
    monitor = sender()
    for number in range(3):
        bad = [alert("<b>", name=f"<script>{number}</script>{n}") for n in range(30)]
        monitor.send(notification(*bad))

    assert RefusedItem.objects.count() == REFUSALS_KEPT
    view = inlet_view(OPERATOR, "bluewater-ops", "monitor")
    assert view is not None and view.refused == 90
    assert "<script>2</script>" in view.latest[0].excerpt


def test_a_time_that_has_not_come_is_taken_as_now_and_told() -> None:
    monitor = sender()
    body = notification(alert(begun="2099-01-01T00:00:00Z"))

    first, again = monitor.send(body).json(), monitor.send(body).json()

    assert (first["taken"], first["corrected"]) == (1, 1)
    assert (again["taken"], again["repeated"]) == (0, 1)
    assert Observation.objects.get().at <= clock.now()
    assert "in-the-future" in RefusedItem.objects.latest("id").reasons


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic !!!"},
        {"X-Hub-Signature-256": "sha256=00"},
    ],
)
def test_without_the_secret_nothing_is_taken(headers: dict[str, str]) -> None:
    answer = sender().plain(notification(alert()), headers=headers)

    assert answer.status_code == 401
    assert not Observation.objects.exists()


def test_the_secret_may_be_a_password() -> None:
    assert sender().basic(notification(alert())).status_code == 202


def test_who_signs_never_sends_the_secret() -> None:
    monitor = sender(proof="hmac")

    assert monitor.signed(notification(alert())).status_code == 202
    assert monitor.send(notification(alert())).status_code == 401
    assert Inlet.objects.get().digest == ""
    assert monitor.secret not in Inlet.objects.get().sealed


def test_a_signature_is_of_the_body() -> None:
    monitor = sender(proof="hmac")
    other = sender(proof="hmac", key="other")

    assert other.signed(notification(alert())).status_code == 202
    assert (
        monitor.plain(
            json.dumps(notification(alert())).encode(), headers={"X-Hub-Signature-256": "sha256="}
        ).status_code
        == 401
    )


def the_monitor() -> dict[str, Any]:
    """What says to every operation which inlet is meant, and who asks for it now."""
    return {
        "actor": OPERATOR,
        "at": clock.now(),
        "organization": "bluewater-ops",
        "key": "monitor",
        "origin": HERE,
    }


def test_nobody_answers_at_a_closed_address_or_with_an_old_secret() -> None:
    monitor = sender()
    where = the_monitor()

    renewed = renew_inlet(**where)
    old = monitor.send(notification(alert()))
    new = monitor.plain(
        notification(alert()), headers={"Authorization": f"Bearer {renewed.secret}"}
    )
    close_inlet(**where)
    closed = monitor.send(notification(alert()))

    assert [each.status_code for each in (old, new, closed)] == [401, 202, 404]
    assert [each for each in AccessEvent.objects.order_by("id").values_list("kind", flat=True)] == [
        "inlet-opened",
        "inlet-changed",
        "inlet-closed",
    ]
    with pytest.raises(InletMissing):
        close_inlet(**where)
    assert sender().key == "monitor", "a name that is closed may be opened again"


@pytest.mark.parametrize("proof", ["secret", "hmac"])
def test_an_inlet_that_was_seen_is_asked_for_as_it_stands_before_anything_is_kept(
    proof: str, django_assert_max_num_queries: Any
) -> None:
    monitor = sender(proof=proof)
    where = the_monitor()

    def send(by: Sender, number: int) -> int:
        told = notification(alert(fingerprint=f"{number:016x}"))
        answer = by.signed(told) if proof == "hmac" else by.send(told)
        return int(answer.status_code)

    assert send(monitor, 1) == 202
    with django_assert_max_num_queries(12):
        assert send(monitor, 2) == 202
    changed(**where, kind="alertmanager", settings={"severities": {"critical": "degraded"}})
    assert send(monitor, 3) == 202
    renewed = replace(monitor, secret=renew_inlet(**where).secret)
    assert [send(monitor, 4), send(renewed, 5)] == [401, 202]
    close_inlet(**where)
    assert [send(renewed, 6), send(monitor, 7)] == [404, 404]
    assert renewed.plain(b"no JSON").status_code == 404

    words = Observation.objects.order_by("id").values_list("source__name", "condition")
    assert [(name[-1], condition) for name, condition in words] == [
        ("1", DOWN),
        ("2", DOWN),
        ("3", DEGRADED),
        ("5", DEGRADED),
    ]


def test_a_body_without_its_length_is_refused_in_words() -> None:
    monitor = sender()
    headers = {"Authorization": f"Bearer {monitor.secret}", "Transfer-Encoding": "chunked"}

    answer = Client().generic(
        "POST", monitor.address, b"", content_type="application/json", headers=headers
    )

    assert answer.status_code == 400
    assert "Content-Length" in answer.json()["detail"]
    assert not Observation.objects.exists()


def test_a_body_too_large_is_refused_before_it_is_read() -> None:
    monitor = sender()

    class Unread:
        def read(self, *_: Any) -> bytes:
            raise AssertionError("it was read")

        readline = read

    more: dict[str, Any] = {"CONTENT_LENGTH": "10000000", "wsgi.input": Unread()}
    answer = Client().generic(
        "POST",
        monitor.address,
        b"",
        content_type="application/json",
        headers={"Authorization": f"Bearer {monitor.secret}"},
        **more,
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"alerts": 1}',
        b"[" * 2_000 + b"]" * 2_000,
        b'{"version": "3", "alerts": []}',
    ],
)
def test_what_cannot_be_read_is_answered_and_nothing_happens(body: bytes) -> None:
    answer = sender().send(body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "unreadable"


def test_a_flood_through_one_inlet_leaves_others_flowing(settings: Any, tmp_path: Path) -> None:
    settings.INLET_ITEMS_PER_MINUTE = 10
    settings.RATE_LIMITS_FILE = tmp_path / "limits"
    flooding, other = sender(key="flooding"), sender(key="other")
    flood = notification(*[alert(fingerprint=f"{n}") for n in range(9)])

    answers = [flooding.send(flood) for _ in range(3)]

    assert [each.status_code for each in answers] == [202, 503, 503]
    assert int(answers[1].headers["Retry-After"]) > 0
    assert other.send(notification(alert("vault"))).status_code == 202


def test_what_was_left_out_is_told() -> None:
    answer = sender().send(notification(alert(), truncatedAlerts=70))

    assert answer.json()["refused"][0]["errors"][0]["code"] == "left-out"


def test_only_who_may_report_of_everything_there_opens_inlets() -> None:
    for name in ("vera", "stella", "uwe", "nora", "ira", "edith", "adam"):
        with pytest.raises(InletMissing):
            sender(actor=as_person(name))
    with pytest.raises(InletMissing):
        sender(actor=NOBODY)

    assert sender(actor=as_person("ada")).key == "monitor"
    with pytest.raises(Refused):
        sender(actor=as_person("ada"))


@pytest.mark.parametrize(
    "settings",
    [
        {"no_such": 1},
        {"service_label": 7},
        {"services": {"a": "not a reference!"}},
        {"rules": [{"match": {}}]},
        {"rules": [{"match": {"job": "*a*b*c*d*e*"}, "service": "database"}]},
        {"severities": {"critical": "exploded"}},
        {"resolved": "down"},
        {"valid_for": "-5 min"},
        {"otherwise": []},
        {"without_service": "down"},
    ],
)
def test_settings_that_mean_nothing_are_refused_with_their_name(settings: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        sender(**settings)

    (name,) = settings
    assert str(refused.value.refusals[0].path[1]).startswith(name.replace("_", "-"))
    assert not Inlet.objects.exists()


def test_rules_and_names_lead_to_services() -> None:
    monitor = sender(
        services={"db": "database"},
        rules=[{"match": {"job": "node", "instance": "db-?:*"}, "service": "bluewater-ops/vault"}],
        severities={"SEV1": "down"},
    )

    answer = monitor.send(
        notification(
            alert("db", severity="sev1", fingerprint="a"),
            alert("", job="node", instance="db-1:9100", fingerprint="b"),
            alert("", job="node", instance="web-1:9100", fingerprint="c"),
        )
    )

    assert answer.json()["taken"] == 2
    assert set(Observation.objects.values_list("service__reference", flat=True)) == {
        DATABASE,
        VAULT,
    }


def test_with_a_lifetime_an_alert_that_is_not_repeated_becomes_unknown() -> None:
    monitor = sender(valid_for="10 min")
    begun = clock.now().isoformat()

    answers = [monitor.send(notification(alert(begun=begun))).json() for _ in range(3)]

    assert [each["taken"] for each in answers] == [1, 0, 0]
    assert Observation.objects.get().valid_until is not None
