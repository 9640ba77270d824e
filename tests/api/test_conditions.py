"""Reporting conditions and reading them, as programs do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from catenary import clock
from catenary.apps.monitoring.models import Observation
from catenary.apps.monitoring.operations.engine import Engine
from tests.api.worlds import Api
from tests.web.test_live import nobody_follows, waits

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
ENGINE = "alpha-it/engine"


def word(service: str = ENGINE, **more: Any) -> dict[str, Any]:
    return {"service": service, "condition": "down", "source": "probe", **more}


def follow() -> None:
    engine = Engine()
    while engine.step(clock.now()).is_more:
        pass


def test_what_is_wrong_is_answered_with_its_place_and_the_rest_is_taken(api: Api) -> None:
    answer = api("editor").post(
        f"{V1}/observations",
        {"observations": [word(condition="broken"), word(), word(), word("alpha-it/none")]},
    )

    assert answer.status_code == 202
    said = answer.json()
    assert [(each["place"], each["outcome"]) for each in said["taken"]] == [
        (1, "recorded"),
        (2, "repeated"),
    ]
    assert [
        (each["place"], [(error["code"], error["pointer"]) for error in each["errors"]])
        for each in said["refused"]
    ] == [
        (0, [("unknown-condition", "/observations/0/condition")]),
        (3, [("unknown-service", "/observations/3/service")]),
    ]


def test_when_nothing_could_be_taken_it_is_an_error_that_says_why(api: Api) -> None:
    wrong = api("editor").post(f"{V1}/observations", {"observations": [word("alpha-it/none")]})
    forbidden = api("viewer at the provider").post(f"{V1}/observations", {"observations": [word()]})

    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "not-allowed")
    assert not Observation.objects.exists()


@pytest.mark.parametrize("body", [{}, [], {"observations": []}, {"observations": {}}, {"x": 1}])
def test_what_is_no_list_of_words_is_refused(api: Api, body: Any) -> None:
    answer = api("editor").post(f"{V1}/observations", body)

    assert answer.status_code == 422


def test_the_same_request_with_its_key_is_carried_out_once(api: Api) -> None:
    speaker, body = api("editor"), {"observations": [word()]}

    first = speaker.post(f"{V1}/observations", body, idempotency_key="n-1")
    again = speaker.post(f"{V1}/observations", body, idempotency_key="n-1")
    other = speaker.post(
        f"{V1}/observations", {"observations": [word(text="x")]}, idempotency_key="n-1"
    )

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["code"] == "key-reused"
    assert Observation.objects.count() == 1


def test_the_status_tells_the_path_as_far_as_one_may_see(api: Api) -> None:
    api("editor").post(f"{V1}/observations", {"observations": [word(text="no oil")]})
    follow()

    home = api("viewer at the provider").get(f"{V1}/services/alpha-it/portal/status").json()
    outside = api("customer").get(f"{V1}/services/alpha-it/portal/status")

    assert (home["condition"], home["derived"]) == ("down", True)
    (cause,) = (each for each in home["causes"] if each["path"][-1]["reference"] == ENGINE)
    assert cause["said"][0] | {"at": ""} == {
        "source": "probe",
        "kind": "monitor",
        "by": "Zeda",
        "at": "",
        "text": "no oil",
        "reference": None,
        "share": None,
        "planned": False,
    }
    said = outside.json()
    assert said["condition"] == "down"
    assert [step["name"] for step in said["causes"][0]["path"]] == [
        "Zportal",
        "a supporting service of Zalphait",
    ]
    assert "engine" not in outside.content.decode().lower()


@pytest.mark.parametrize("address", ["status", "services/alpha-it/engine/status"])
def test_answers_that_may_be_out_of_date_say_so(api: Api, address: str) -> None:
    api("editor").post(f"{V1}/observations", {"observations": [word()]})
    follow()
    reader = api("viewer at the provider")

    def told(more: str = "") -> tuple[bool, str | None]:
        body = reader.get(f"{V1}/{address}{more}").json()
        return body["is-current"], body["current-until"]

    assert told() == (True, None)
    waiting = waits(datetime(2026, 3, 4, 14, 5, 59, tzinfo=UTC))
    assert told() == (False, "2026-03-04T14:05:00+00:00")
    waiting.delete()
    nobody_follows(datetime(2026, 3, 4, 14, 5, 59, tzinfo=UTC))
    assert told() == (False, "2026-03-04T14:05:59+00:00")
    # Of the past nobody needs to follow anything.
    assert told(f"?as_of={clock.now():%Y-%m-%dT%H:%M:%SZ}") == (True, None)


def test_the_board_is_paged_and_narrowed(api: Api) -> None:
    api("editor").post(f"{V1}/observations", {"observations": [word()]})
    follow()
    speaker = api("viewer at the provider")

    whole = speaker.get(f"{V1}/status?limit=100").json()
    pages, after = [], ""
    while True:
        page = speaker.get(f"{V1}/status?limit=2&after={after}").json()
        pages += page["items"]
        after = page["next"]
        if after is None:
            break
    down = speaker.get(f"{V1}/status?condition=down").json()

    assert pages == whole["items"]
    assert [each["condition"] for each in pages][:2] == ["down", "down"]
    assert {each["reference"] for each in down["items"]} == {ENGINE, "alpha-it/portal"}
    assert speaker.get(f"{V1}/status?condition=broken").status_code == 422
    assert speaker.get(f"{V1}/status?after=x").status_code == 422


@pytest.mark.parametrize("name", ["schedule:abc", "Schedule : abc", "schedule:"])
def test_nobody_speaks_with_the_voice_of_planned_maintenance(api: Api, name: str) -> None:
    answer = api("editor").post(f"{V1}/observations", {"observations": [word(source=name)]})

    (error,) = answer.json()["errors"]
    assert answer.status_code == 422
    assert (error["code"], error["pointer"]) == ("reserved", "/observations/0/source")
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    ("who", "name"),
    [("viewer at the provider", "Zengine"), ("customer", "a supporting service of Zalphait")],
)
def test_what_is_planned_is_said_to_be_seen_or_not(api: Api, who: str, name: str) -> None:
    words = [
        word("alpha-it/portal", condition="operational"),
        word(planned=True),
        word("alpha-lab/vault", condition="operational"),
    ]
    api("operator").post(f"{V1}/observations", {"observations": words})
    follow()

    status = api(who).get(f"{V1}/services/alpha-it/portal/status").json()

    assert status["condition"] == "maintenance"
    causes = [cause for cause in status["causes"] if cause["path"][-1]["name"] == name]
    assert [cause["condition"] for cause in causes] == ["maintenance"]
