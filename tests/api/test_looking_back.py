"""Reading as of a past moment over HTTP."""

from __future__ import annotations

import pytest

from tests.api.worlds import ONE, Api

pytestmark = pytest.mark.django_db

THEN = "2026-11-03T12:30:00Z"


def test_a_service_its_chain_and_impact_are_those_of_then(api: Api) -> None:
    editor = api("editor")
    assert editor.patch(f"{ONE}/engine", {"name": "Motor"}).status_code == 200

    now, then = editor.get(f"{ONE}/engine"), editor.get(f"{ONE}/engine?as_of={THEN}")
    chain = editor.get(f"{ONE}/portal/chain?as_of={THEN}").json()
    hit = editor.get(f"/api/v1/impact?service=alpha-it/engine&as_of={THEN}").json()

    assert (now.json()["name"], then.json()["name"]) == ("Motor", "Zengine")
    assert "Zengine" in [each["name"] for each in chain["services"]]
    assert hit["services"][0]["path"] == ["alpha-it/portal", "alpha-it/engine"]
    assert editor.get(f"{ONE}/engine?as_of=9999-12-31").json()["name"] == "Motor"


@pytest.mark.parametrize("address", [f"{ONE}/engine?", f"{ONE}/engine/chain?"])
def test_a_moment_that_is_none_is_refused_and_one_before_all_shows_nothing(
    api: Api, address: str
) -> None:
    editor = api("editor")

    assert editor.get(f"{address}as_of=yesterday").status_code == 422
    assert editor.get(f"{address}as_of=2001-01-01").status_code == 404


def test_what_one_may_not_see_today_is_not_there_then(api: Api) -> None:
    hidden = api("customer").get(f"{ONE}/engine?as_of={THEN}")
    missing = api("customer").get(f"{ONE}/enxxxx?as_of={THEN}")

    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"].replace("engine", "enxxxx") == missing.json()["detail"]
