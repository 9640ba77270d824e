"""Subscriptions over the API: made, changed, tried and ended by their owner alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from catenary import clock
from catenary.apps.access.models import Account
from catenary.apps.common.models import IdempotencyKey, OutboxRow
from catenary.apps.common.operations.outbox import take
from catenary.apps.monitoring.models import Delivery, Subscription
from catenary.apps.monitoring.operations.delivering import not_delivered
from catenary.apps.monitoring.queries.notices import notice_to_send
from catenary.connectors.mail.message import message_of
from catenary.connectors.webhooks.sending import body_of, secret_of
from catenary.domain.actors import Scope
from tests.api.worlds import Api

pytestmark = pytest.mark.django_db

ALL = "/api/v1/subscriptions"
CLEO = "another customer"
HOOK = {"about": "consumed", "channel": "webhook", "address": "https://hooks.example/here"}
MAIL = {"about": "service", "service": "alpha-it/ledger", "channel": "mail"}


def made(api: Api, body: Any, who: str = CLEO) -> Any:
    answer = api(who).post(ALL, body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_one_subscribes_and_the_secret_is_told_once(api: Api) -> None:
    quiet = {"from": "22:00", "until": "06:30", "zone": "Europe/Berlin"}

    hook = made(api, {**HOOK, "conditions": ["down"], "quiet": quiet})
    mail = made(api, MAIL)

    assert hook["secret"] == secret_of(hook["name"])
    assert mail["secret"] is None
    listed = api(CLEO).get(ALL)
    assert [each["name"] for each in listed.json()["items"]] == [hook["name"], mail["name"]]
    one = api(CLEO).get(f"{ALL}/{hook['name']}")
    assert {**one.json(), "outcome": "created", "secret": hook["secret"]} == hook
    assert (hook["conditions"], hook["quiet"], hook["organization"]) == (["down"], quiet, "charlie")
    assert mail["service"] == "alpha-it/ledger"
    assert hook["secret"] not in (listed.content + one.content).decode()


def test_subscribing_to_the_very_same_again_keeps_the_one_that_stands(api: Api) -> None:
    first, mail = made(api, HOOK), made(api, MAIL)

    again = made(api, {**HOOK, "address": f" {HOOK['address']} "})
    other = made(api, {**HOOK, "conditions": ["down"]})
    service = made(api, MAIL)
    somebody = made(api, HOOK, who="editor")

    assert again == {**first, "outcome": "unchanged"}
    assert service == {**mail, "outcome": "unchanged"}
    assert other["outcome"] == somebody["outcome"] == "created"
    assert len({each["name"] for each in (first, mail, other, somebody)}) == 4
    assert Subscription.objects.count() == 4
    api(CLEO).delete(f"{ALL}/{first['name']}")
    assert made(api, HOOK)["outcome"] == "created"


def test_what_takes_the_place_of_one_may_be_one_that_stands(api: Api) -> None:
    hook, mail = made(api, HOOK), made(api, MAIL)

    answer = api(CLEO).put(f"{ALL}/{hook['name']}", MAIL)

    assert answer.json()["name"] == mail["name"]
    assert [each["name"] for each in api(CLEO).get(ALL).json()["items"]] == [mail["name"]]


def test_what_is_sent_twice_with_a_key_subscribes_once(api: Api) -> None:
    first = api(CLEO).post(ALL, HOOK, idempotency_key="s-1")
    again = api(CLEO).post(ALL, HOOK, idempotency_key="s-1")
    other = api(CLEO).post(ALL, {**HOOK, "conditions": ["down"]}, idempotency_key="s-1")

    assert first.status_code == 200 and "Idempotency-Replayed" not in first.headers
    assert again.json() == first.json() and again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert Subscription.objects.count() == 1
    (kept,) = IdempotencyKey.objects.values_list("answer", flat=True)
    assert first.json()["secret"] not in str(kept)
    api(CLEO).delete(f"{ALL}/{first.json()['name']}")
    assert api(CLEO).post(ALL, HOOK, idempotency_key="s-1").status_code == 404


def test_what_is_refused_may_be_sent_again_with_its_key(api: Api) -> None:
    wrong = api(CLEO).post(ALL, {**HOOK, "address": "nowhere"}, idempotency_key="s-2")

    assert wrong.status_code >= 400
    assert api(CLEO).post(ALL, HOOK, idempotency_key="s-2").status_code == 200


def test_another_one_takes_its_place(api: Api) -> None:
    before = made(api, HOOK)

    answer = api(CLEO).put(f"{ALL}/{before['name']}", {**HOOK, "conditions": ["degraded"]})

    after = answer.json()
    assert (after["conditions"], after["address"]) == (["degraded"], HOOK["address"])
    assert after["name"] != before["name"] and after["secret"] != before["secret"]
    assert api(CLEO).get(f"{ALL}/{before['name']}").status_code == 404
    assert api(CLEO).put(f"{ALL}/{before['name']}", HOOK).status_code == 404
    assert Subscription.objects.count() == 2


def test_what_is_ended_is_gone_for_its_owner_too(api: Api) -> None:
    name = made(api, HOOK)["name"]

    assert api(CLEO).delete(f"{ALL}/{name}").json() == {"name": name}

    assert api(CLEO).delete(f"{ALL}/{name}").status_code == 404
    assert api(CLEO).ask("POST", f"{ALL}/{name}/test").status_code == 404
    assert api(CLEO).get(ALL).json() == {"items": []}


def test_a_test_leaves_like_any_notice_and_says_what_it_is(api: Api) -> None:
    hook, mail = made(api, HOOK)["name"], made(api, MAIL)["name"]

    assert api(CLEO).ask("POST", f"{ALL}/{hook}/test").json() == {"name": hook}
    assert api(CLEO).ask("POST", f"{ALL}/{mail}/test").status_code == 200
    again = api(CLEO).ask("POST", f"{ALL}/{hook}/test")

    assert again.status_code == 422
    assert again.json()["errors"][0]["code"] == "too-many"
    first, second = (
        notice_to_send(number=row.pk, payload=json.loads(row.payload), created_at=row.created_at)
        for row in OutboxRow.objects.filter(kind="notice").order_by("pk")
    )
    assert first is not None and second is not None
    assert (first.address, body_of(first)["type"]) == (HOOK["address"], "test")
    assert message_of(second).subject == "A test"
    assert "What you follow for Zcharlie reaches you this way." in message_of(second).body


@pytest.mark.parametrize("who", ["customer", "viewer at the provider", "operator"])
def test_to_everybody_else_there_is_none(api: Api, who: str) -> None:
    name = made(api, HOOK)["name"]
    missing = f"{ALL}/{'x' * 12}"

    for method, body in (("get", None), ("put", HOOK), ("delete", None)):
        asked = [api(who).ask(method.upper(), at, body) for at in (f"{ALL}/{name}", missing)]
        assert [each.status_code for each in asked] == [404, 404]
    assert api(who).ask("POST", f"{ALL}/{name}/test").status_code == 404
    assert api(who).get(ALL).json() == {"items": []}
    assert Subscription.objects.get().ended_at is None
    assert not OutboxRow.objects.filter(kind="notice").exists()


def test_subscribing_takes_a_token_made_to_administer(api: Api) -> None:
    name = made(api, HOOK)["name"]

    for scope in (Scope.READ, Scope.WRITE):
        speaker = api(CLEO, scope)
        assert speaker.get(ALL).status_code == 200
        assert speaker.post(ALL, HOOK).status_code == 403
        assert speaker.put(f"{ALL}/{name}", HOOK).status_code == 403
        assert speaker.delete(f"{ALL}/{name}").status_code == 403
        assert speaker.ask("POST", f"{ALL}/{name}/test").status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"about": "all"}, "/about"),
        ({"about": "service", "service": "alpha-it/engine"}, "/service"),
        ({"about": "service", "service": "nowhere/none"}, "/service"),
        ({"channel": "pigeon"}, "/channel"),
        ({"address": "javascript:alert(1)"}, "/address"),
        ({"address": 7}, "/address"),
        ({"conditions": []}, "/conditions"),
        ({"conditions": ["operational"]}, "/conditions"),
        ({"conditions": "down"}, "/conditions"),
        ({"quiet": {"from": "22:00"}}, "/quiet"),
        ({"quiet": {"from": "25:00", "until": "06:00"}}, "/quiet/from"),
        ({"quiet": {"from": "22:00", "until": "06:00", "zone": "Mars/North"}}, "/zone"),
        ({"colour": "red"}, "/colour"),
        ({"with-shared": "no"}, "/with-shared"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(api: Api, body: Any, pointer: str) -> None:
    answer = api(CLEO).post(ALL, {**HOOK, **body})

    assert answer.status_code == 422
    assert pointer in {each.get("pointer") for each in answer.json()["errors"]}
    assert not Subscription.objects.exists()


def test_what_is_delivered_is_told_beside_each(api: Api) -> None:
    hook, mail = made(api, HOOK), made(api, MAIL)
    row = Subscription.objects.get(public_id=hook["name"])
    api(CLEO).ask("POST", f"{ALL}/{hook['name']}/test")
    (letter,) = take(kinds=["notice"], at=clock.now(), most=9, lease=timedelta(seconds=30))

    not_delivered(letter=letter, at=clock.now(), sentence="10.1.2.3 said", trouble="answered 503")

    first, second = (each["delivery"] for each in api(CLEO).get(ALL).json()["items"])
    assert first["why"] == "it answered 503" and first["failing-since"] is not None
    assert (first["waiting"], first["given-up"], first["delivered-at"]) == (1, 0, None)
    assert timedelta(hours=20) < datetime.fromisoformat(first["tried-until"]) - clock.now()
    assert second == mail["delivery"] and not any(second.values())
    assert Delivery.objects.get().subscription_id == row.pk


def test_what_the_whole_house_uses_may_be_left_out(api: Api) -> None:
    all_of_it, own = made(api, HOOK), made(api, {**HOOK, "with-shared": False})

    assert (all_of_it["with-shared"], own["with-shared"]) == (True, False)
    assert own["outcome"] == "created"
    assert made(api, {**HOOK, "with-shared": False})["outcome"] == "unchanged"


def test_without_a_time_zone_quiet_hours_are_in_that_of_the_account(api: Api) -> None:
    quiet = {"from": "22:00", "until": "06:30"}

    before = made(api, {**HOOK, "quiet": quiet})
    Account.objects.update(time_zone="Asia/Tokyo")
    after = made(api, {**HOOK, "quiet": quiet})

    assert (before["quiet"]["zone"], after["quiet"]["zone"]) == ("UTC", "Asia/Tokyo")


NEVER = [
    "",
    "hooks.example/here",
    "http://hooks.example/here",
    "https://name:word@hooks.example/here",
    "https://localhost/here",
    "https://ci.localhost./here",
    "https://127.0.0.1:8443/here",
    "https://2130706433/here",
    "https://10.0.0.7/here",
    "https://[::1]/here",
    "https://169.254.169.254/latest/",
    f"https://hooks.example/{'x' * 979}",
]


@pytest.mark.parametrize("address", NEVER)
def test_an_address_that_can_never_be_called_is_refused_when_it_is_said(
    api: Api, address: str
) -> None:
    name = made(api, HOOK)["name"]

    answers = [
        api(CLEO).post(ALL, {**HOOK, "address": address}),
        api(CLEO).put(f"{ALL}/{name}", {**HOOK, "address": address}),
    ]

    for answer in answers:
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/address", "address-unfit")
        assert "word@" not in answer.content.decode()
    assert Subscription.objects.get().ended_at is None


def test_what_an_operator_listed_may_be_said_also_without_tls(api: Api, settings: Any) -> None:
    settings.OWN_NETWORKS = (ip_network("10.0.0.0/8"),)

    inside = api(CLEO).post(ALL, {**HOOK, "address": "http://10.0.0.7/here"})
    here = api(CLEO).post(ALL, {**HOOK, "address": "http://localhost/here"})
    other = api(CLEO).post(ALL, {**HOOK, "address": "ftp://10.0.0.7/here"})

    assert (inside.status_code, here.status_code, other.status_code) == (200, 422, 422)
    assert "https:// or http://" in other.content.decode()


def test_a_subscription_belongs_to_the_organization_one_looks_as(api: Api) -> None:
    answer = api("operator").post(f"{ALL}?as=delta", {**HOOK, "about": "provided"})

    assert answer.json()["organization"] == "delta"
    assert clock.now() >= Subscription.objects.get().created_at
