"""What if over the API: services in supposed conditions, and what is wrong with a question."""

from __future__ import annotations

from typing import Any

import pytest

from catenary import clock
from catenary.apps.monitoring.models import Observation
from catenary.apps.monitoring.operations.engine import Engine
from tests.api.worlds import Api

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
ENGINE = "alpha-it/engine"


def suppose(condition: str = "down", **more: Any) -> dict[str, Any]:
    return {"service": ENGINE, "condition": condition, **more}


def test_everybody_hit_is_told_from_what_to_what_and_why(api: Api) -> None:
    editor = api("editor")
    editor.post(
        f"{V1}/observations", {"observations": [{"service": ENGINE, "condition": "operational"}]}
    )
    Engine().step(clock.now())
    body = {"suppositions": [suppose("maintenance")], "basis": "live"}

    answer = editor.post(f"{V1}/impact", body)

    assert answer.status_code == 200
    [piece] = answer.json()["pieces"]
    [engine] = [each for each in piece["services"] if each["reference"] == ENGINE]
    assert engine["before"]["condition"] == "operational"
    assert (engine["after"]["condition"], engine["after"]["planned"]) == ("maintenance", True)
    assert engine["causes"] == [
        {"path": [ENGINE], "condition": "maintenance", "supposed": True, "announced": False}
    ]
    assert engine["only-with-others"] is False and piece["meanwhile"] == []
    assert piece["worse"] == len(piece["services"])
    assert Observation.objects.count() == 1


def test_a_window_makes_pieces_of_time(api: Api) -> None:
    window = {"from": "2026-11-29T02:00Z", "until": "2026-11-29T04:00Z"}

    answer = api("editor").post(
        f"{V1}/impact", {"suppositions": [suppose(**window)], "basis": "fine"}
    )

    [piece] = answer.json()["pieces"]
    assert (piece["from"], piece["until"]) == (
        "2026-11-29T02:00:00+00:00",
        "2026-11-29T04:00:00+00:00",
    )


def test_the_older_question_is_answered_as_before(api: Api) -> None:
    answer = api("editor").post(f"{V1}/impact", {"services": [ENGINE], "condition": "degraded"})

    assert (answer.status_code, answer.json()["condition"]) == (200, "degraded")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"suppositions": []}, "/suppositions"),
        ({"suppositions": {}}, "/suppositions"),
        ({"suppositions": [suppose()] * 51}, "/suppositions"),
        ({"suppositions": [suppose(), suppose("degraded")]}, "/suppositions"),
        ({"suppositions": ["x"]}, "/suppositions/0"),
        ({"suppositions": [suppose(at="now")]}, "/suppositions/0/at"),
        ({"suppositions": [{"condition": "down"}]}, "/suppositions/0/service"),
        ({"suppositions": [suppose("broken")]}, "/suppositions/0/condition"),
        ({"suppositions": [suppose(until="soon")]}, "/suppositions/0/until"),
        ({"suppositions": [suppose()], "basis": "hope"}, "/basis"),
        ({"suppositions": [suppose()], "condition": "down"}, "/condition"),
    ],
)
def test_what_is_wrong_is_answered_with_its_place(api: Api, body: Any, place: str) -> None:
    answer = api("editor").post(f"{V1}/impact", body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == place


def test_what_may_not_be_seen_cannot_be_supposed(api: Api) -> None:
    hidden = {"suppositions": [{"service": "alpha-lab/vault", "condition": "down"}]}
    nothing = {"suppositions": [{"service": "alpha-lab/vaulx", "condition": "down"}]}

    answers = [
        api("viewer at the provider").post(f"{V1}/impact", body) for body in (hidden, nothing)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    one, other = (answer.json() for answer in answers)
    assert one["errors"][0]["detail"].replace("vault", "vaulx") == other["errors"][0]["detail"]
