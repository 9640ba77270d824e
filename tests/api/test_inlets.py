"""Inlets over the API: opened, used, looked at, changed and closed by those who may."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from catenary.apps.monitoring.models import Inlet
from catenary.apps.monitoring.operations.turning_away import write_down
from catenary.domain.actors import Scope
from tests.api.worlds import Api

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
ONE = f"{V1}/inlets/alpha-it/monitor"
NEW = {"organization": "alpha-it", "name": "monitor", "kind": "webhook"}
SETTINGS = {"service": "$.s", "condition": "$.c"}


def opened(api: Api) -> Any:
    answer = api("editor").post(f"{V1}/inlets", {**NEW, "settings": SETTINGS})
    assert answer.status_code == 200, answer.content
    return answer.json()


def delivered(inlet: Any, body: Any) -> Any:
    return Client().post(
        inlet["address"],
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {inlet['secret']}"},
    )


def test_an_inlet_is_opened_used_looked_at_and_closed(api: Api) -> None:
    inlet = opened(api)
    delivered(inlet, [{"s": "engine", "c": "down"}, {"s": "engine", "c": "<b>odd</b>"}])

    found = api("editor").get(ONE)
    closed = api("editor").post(ONE, {"do": "close"})

    said = found.json()
    assert inlet["secret"] not in found.content.decode()
    assert (said["taken"], said["refused"], said["settings"]) == (1, 1, SETTINGS)
    assert "<b>odd</b>" in said["latest-refused"][0]["excerpt"]
    assert closed.json()["address"] is None
    assert delivered(inlet, []).status_code == 404


def test_what_is_refused_again_is_counted(api: Api) -> None:
    inlet = opened(api)
    for _ in range(3):
        delivered(inlet, [{"s": "no-such-service", "c": "down"}, {"s": "engine", "c": "odd"}])

    odd, unknown = api("editor").get(ONE).json()["latest-refused"][::-1]

    assert (odd["times"], odd["service"]) == (3, None)
    assert (unknown["times"], unknown["service"]) == (3, "alpha-it/no-such-service")
    assert unknown["since"] < unknown["at"]


def test_whom_an_inlet_told_to_wait_is_told(api: Api) -> None:
    opened(api)
    before = api("editor").get(ONE).json()
    at = datetime(2026, 11, 23, 5, 53, 4, tzinfo=UTC)
    write_down({Inlet.objects.get().id: (1_345, at)})

    after = api("editor").get(ONE).json()

    assert (before["told-to-wait"], before["told-to-wait-at"]) == (0, None)
    assert (after["told-to-wait"], after["told-to-wait-at"]) == (1_345, at.isoformat())


def test_settings_are_changed_and_secrets_renewed(api: Api) -> None:
    inlet = opened(api)

    wrong = api("editor").post(ONE, {"do": "change", "settings": {"service": "$.x"}})
    fine = api("editor").post(ONE, {"do": "change", "settings": {**SETTINGS, "service": "$.x"}})
    renewed = api("editor").post(ONE, {"do": "renew"}).json()

    assert wrong.status_code == 422
    assert "/settings/condition" in {each["pointer"] for each in wrong.json()["errors"]}
    assert fine.json()["settings"]["service"] == "$.x"
    assert delivered(inlet, {"x": "engine", "c": "down"}).status_code == 401
    assert delivered(renewed, {"x": "engine", "c": "down"}).status_code == 202


def test_of_services_that_are_not_there_the_answer_warns(api: Api) -> None:
    settings = {**SETTINGS, "services": {"e": "alpha-it/engin", "p": "alpha-it/portal"}}

    made = api("editor").post(f"{V1}/inlets", {**NEW, "settings": settings})
    again = api("editor").post(ONE, {"do": "change", "settings": settings})
    mended = api("editor").post(ONE, {"do": "change", "settings": SETTINGS})

    (warning,) = made.json()["warnings"]
    assert warning["code"] == "service-unknown"
    assert warning["pointer"].startswith("/settings/") and "alpha-it/engin " in warning["detail"]
    assert warning["remedy"] == 'did you mean "alpha-it/engine"?'
    assert again.json()["warnings"] == [warning]
    assert mended.json()["warnings"] == []
    assert "warnings" not in api("editor").get(ONE).json()


@pytest.mark.parametrize(
    "who", ["viewer at the provider", "customer", "of an unrelated organization"]
)
def test_to_others_there_is_no_inlet(api: Api, who: str) -> None:
    opened(api)

    answers = [
        api(who).get(ONE),
        api(who).get(f"{V1}/inlets?organization=alpha-it"),
        api(who).post(ONE, {"do": "close"}),
        api(who).post(f"{V1}/inlets", {**NEW, "name": "other", "settings": SETTINGS}),
    ]

    assert {each.status_code for each in answers} == {404}
    assert Inlet.objects.filter(closed_at=None).count() == 1


def test_a_token_that_may_only_write_opens_none(api: Api) -> None:
    answer = api("editor", Scope.WRITE).post(f"{V1}/inlets", {**NEW, "settings": SETTINGS})

    assert answer.status_code == 403
    assert not Inlet.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {**NEW, "kind": "none"},
        {**NEW, "name": "No Name!"},
        {**NEW, "proof": "trust"},
        {**NEW, "settings": []},
        {**NEW, "settings": "x"},
        {**NEW, "name": 7},
        {**NEW, "more": 7},
    ],
)
def test_what_is_wrong_is_said_and_nothing_opened(api: Api, body: Any) -> None:
    full = {"settings": SETTINGS, **body} if isinstance(body, dict) and body else body

    assert api("editor").post(f"{V1}/inlets", full).status_code == 422
    assert not Inlet.objects.exists()


def test_what_a_closed_inlet_said_last_is_read_and_taken_back(api: Api) -> None:
    inlet = opened(api)
    delivered(inlet, [{"s": "engine", "c": "down"}, {"s": "portal", "c": "operational"}])

    before = api("editor").get(f"{ONE}/last-words").json()
    closed = api("editor").post(ONE, {"do": "close"}).json()
    first = api("editor").get(f"{ONE}/last-words?limit=1").json()
    second = api("editor").get(f"{ONE}/last-words?limit=1&after={first['next']}").json()
    taken = api("editor").post(ONE, {"do": "take-back"}).json()
    again = api("editor").post(ONE, {"do": "take-back"}).json()
    after = api("editor").get(f"{ONE}/last-words").json()

    assert before == {"items": [], "total": 0, "services": 0, "next": None}
    assert "taken-back" not in closed
    told = [(each["reference"], each["condition"]) for each in first["items"] + second["items"]]
    assert told == [("alpha-it/engine", "down"), ("alpha-it/portal", "operational")]
    assert (first["total"], first["services"], second["next"]) == (2, 2, None)
    assert (taken["taken-back"], again["taken-back"], after["total"]) == (2, 0, 0)


def test_it_is_closed_and_taken_back_in_one_request(api: Api) -> None:
    delivered(opened(api), [{"s": "engine", "c": "down"}])

    wrong = api("editor").post(ONE, {"do": "close", "take-back": "yes"})
    early = api("editor").post(ONE, {"do": "take-back"})
    closed = api("editor").post(ONE, {"do": "close", "take-back": True})

    assert (wrong.status_code, early.status_code) == (422, 404)
    assert wrong.json()["errors"][0]["pointer"] == "/take-back"
    assert closed.json()["taken-back"] == 1
    assert closed.json()["closed-at"]


@pytest.mark.parametrize(
    "who", ["viewer at the provider", "customer", "of an unrelated organization"]
)
def test_others_read_and_take_back_no_last_words(api: Api, who: str) -> None:
    delivered(opened(api), [{"s": "engine", "c": "down"}])
    api("editor").post(ONE, {"do": "close"})

    answers = [api(who).get(f"{ONE}/last-words"), api(who).post(ONE, {"do": "take-back"})]

    assert {each.status_code for each in answers} == {404}
    assert api("editor").get(f"{ONE}/last-words").json()["total"] == 1


def test_a_token_that_may_only_write_takes_nothing_back(api: Api) -> None:
    delivered(opened(api), [{"s": "engine", "c": "down"}])
    api("editor").post(ONE, {"do": "close"})

    assert api("editor", Scope.WRITE).post(ONE, {"do": "take-back"}).status_code == 403
    assert api("editor").get(f"{ONE}/last-words").json()["total"] == 1
