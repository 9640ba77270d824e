"""Asking a second factor of others, by a program: with the rules of the page."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.test import Client

from catenary.domain.actors import Scope
from tests.api.worlds import Api, Speaker
from tests.web.access.test_asking_others import set_up, signs_in

pytestmark = pytest.mark.django_db

ALPHA = "/api/v1/organizations/alpha/second-factor"
HERE = "/api/v1/second-factor"
EVERYBODY = {"asked-of": "everybody"}


def with_factor(speaker: Speaker) -> Speaker:
    """The same one, with a second factor of their own."""
    set_up(signs_in(apps.get_model("access", "Account").objects.get(pk=speaker.account).email))
    return speaker


def test_it_is_asked_and_taken_back_and_stands_in_the_audit(api: Api) -> None:
    operator = with_factor(api("operator"))
    assert operator.get(ALPHA).json()["asked-of"] == "nobody"

    asked = operator.put(ALPHA, {**EVERYBODY, "accepts-provider": True})
    again = operator.put(ALPHA, {**EVERYBODY, "accepts-provider": True})

    assert asked.status_code == 200, asked.content
    assert (asked.json()["changed"], again.json()["changed"]) == (True, False)
    told = operator.get(ALPHA).json()
    assert (told["asked-of"], told["accepts-provider"]) == ("everybody", True)
    assert 0 < told["without"] <= told["people"]
    assert operator.put(ALPHA, {"asked-of": "nobody"}).json()["asked-of"] == "nobody"
    rows = apps.get_model("access", "AccessEvent").objects.filter(about="alpha")
    assert [(row.kind, row.about, row.door) for row in rows.order_by("pk")] == [
        ("factor-asked", "alpha", "api"),
        ("factor-not-asked", "alpha", "api"),
    ]


def test_whoever_asks_it_of_others_has_one(api: Api) -> None:
    operator = api("operator")

    answer = operator.put(ALPHA, EVERYBODY)

    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert answer.json()["errors"][0]["code"] == "own-factor-missing"
    assert operator.get(ALPHA).json()["asked-of"] == "nobody"


def test_sessions_of_those_without_one_end_when_that_is_asked(api: Api) -> None:
    operator, editor = with_factor(api("operator")), api("editor")
    browser = Client()
    browser.force_login(apps.get_model("access", "Account").objects.get(pk=editor.account))
    assert browser.get("/").status_code == 200

    assert operator.put(ALPHA, {**EVERYBODY, "ends-sessions": True}).json()["sessions-ended"] >= 0

    assert operator.put(ALPHA, {"asked-of": "nobody"}).json()["sessions-ended"] == 0


def test_the_installation_is_for_operators_who_are_told_what_the_settings_ask(api: Api) -> None:
    operator = with_factor(api("operator"))

    done = operator.put(HERE, {"asked-of": "operators"})

    assert (done.json()["organization"], done.json()["asked-of"]) == (None, "operators")
    assert done.json()["asked-by-settings"] == []
    assert operator.put(ALPHA, {"asked-of": "operators"}).status_code == 422
    for who in ("editor", "viewer at the provider", "customer"):
        assert api(who).get(HERE).status_code == api(who).get(ALPHA).status_code == 404


def test_below_the_top_and_where_nobody_is_there_is_nothing_to_decide(api: Api) -> None:
    operator = api("operator")

    for key in ("alpha-it", "no-such"):
        place = f"/api/v1/organizations/{key}/second-factor"
        assert operator.get(place).status_code == 404
        assert operator.put(place, EVERYBODY).status_code == 404


def test_a_session_in_a_browser_or_a_smaller_token_does_not_decide(api: Api) -> None:
    operator = with_factor(api("operator"))
    assert api("operator", Scope.WRITE).get(ALPHA).status_code == 403
    client = Client(enforce_csrf_checks=True)
    client.force_login(apps.get_model("access", "Account").objects.get(pk=operator.account))
    client.get("/account/")
    csrf = client.cookies["csrftoken"].value

    answer = client.put(
        ALPHA, EVERYBODY, content_type="application/json", headers={"x-csrftoken": csrf}
    )

    assert answer.status_code == 403, answer.content
    assert "token" in answer.json()["detail"]
    assert operator.get(ALPHA).json()["asked-of"] == "nobody"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/asked-of"),
        ({"asked-of": ["everybody"]}, "/asked-of"),
        ({"asked-of": "everybody", "accepts-provider": 1}, "/accepts-provider"),
        ({"asked-of": "everybody", "ends-sessions": None}, "/ends-sessions"),
        ({"asked-of": "everybody", "since": "now"}, "/since"),
    ],
)
def test_what_is_no_decision_is_refused(api: Api, body: dict[str, object], pointer: str) -> None:
    answer = with_factor(api("operator")).put(ALPHA, body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
