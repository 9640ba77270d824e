"""Reading as of a past moment over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.worlds import ONE, Api, Speaker

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
THEN = "2026-11-03T12:30:00Z"
SAID = "2026-11-03T12:30:00+00:00"
LISTS = ["services", "organizations", "people", "consumption"]


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(answer).splitlines()]


def renamed(api: Api) -> Speaker:
    """The editor, after the engine got another name."""
    editor = api("editor")
    assert editor.patch(f"{ONE}/engine", {"name": "Motor"}).status_code == 200
    return editor


def test_a_service_its_chain_and_impact_are_those_of_then(api: Api) -> None:
    editor = renamed(api)

    now, then = editor.get(f"{ONE}/engine"), editor.get(f"{ONE}/engine?as_of={THEN}")
    chain = editor.get(f"{ONE}/portal/chain?as_of={THEN}").json()
    hit = editor.get(f"{V1}/impact?service=alpha-it/engine&as_of={THEN}")
    many = editor.post(f"{V1}/impact?as_of={THEN}", {"services": ["alpha-it/engine"] * 60})

    assert (now.json()["name"], then.json()["name"]) == ("Motor", "Zengine")
    assert "Zengine" in [each["name"] for each in chain["services"]]
    assert hit.json()["services"][0]["path"] == ["alpha-it/portal", "alpha-it/engine"]
    assert many.json() == hit.json()
    assert editor.get(f"{ONE}/engine?as_of=9999-12-31").json()["name"] == "Motor"


def test_lists_batches_search_and_export_are_those_of_then(api: Api) -> None:
    editor = renamed(api)
    asked = {"references": ["alpha-it/engine", "alpha-it/nothing"], "fields": ["name"]}

    for query, found in ((f"&as_of={THEN}", ["Zengine"]), ("", ["Motor"])):
        listed = editor.get(f"{V1}/services?q=zengine{query}").json()
        assert [each["name"] for each in listed["items"]] == found
        assert listed["total"] == len(found)
        searched = editor.get(f"{V1}/search?q=zengine{query}").json()
        assert [each["name"] for each in searched["services"]] == found
    batch = editor.post(f"{V1}/services/batch?as_of={THEN}", asked).json()
    exported = lines(editor.get(f"{V1}/export?as_of={THEN}"))

    assert batch["items"] == [{"reference": "alpha-it/engine", "name": "Zengine"}]
    assert batch["missing"] == ["alpha-it/nothing"]
    assert "Zengine" in [each.get("name") for each in exported]
    assert exported[-1]["counts"]["service"] == len(
        [each for each in exported if each["kind"] == "service"]
    )


@pytest.mark.parametrize("kind", LISTS)
def test_every_list_is_paged_in_the_past(api: Api, kind: str) -> None:
    editor = api("editor")
    whole = editor.get(f"{V1}/{kind}?limit=100&as_of={THEN}").json()
    today = editor.get(f"{V1}/{kind}?limit=100").json()
    found, after = [], ""
    while after is not None:
        query = f"limit=2&as_of={THEN}" + (f"&after={after}" if after else "")
        page = editor.get(f"{V1}/{kind}?{query}").json()
        found += page["items"]
        assert page["total"] == whole["total"] == len(whole["items"])
        after = page["next"]

    assert found == whole["items"]
    # Nothing was changed since, but that the editor came after noon.
    assert [each["reference"] for each in found] == [each["reference"] for each in today["items"]]


def test_every_answer_says_the_moment_it_speaks_of(api: Api) -> None:
    editor = api("editor")
    for place in (*LISTS, "search?q=zportal", "export", "services/alpha-it/portal",
                  "services/alpha-it/portal/chain", "organizations/alpha-it",
                  "people/lara@alpha.example", "consumption/charlie/alpha-it/portal",
                  "impact?service=alpha-it/engine"):  # fmt: skip
        query = ("&" if "?" in place else "?") + f"as_of={THEN}"
        then, now = editor.get(f"{V1}/{place}{query}"), editor.get(f"{V1}/{place}")

        assert then.status_code == now.status_code == 200, place
        assert then.headers["Catenary-As-Of"] == SAID
        assert "Catenary-As-Of" not in now.headers
        if place in {*LISTS, "search?q=zportal"}:
            assert (then.json()["as_of"], "as_of" in now.json()) == (SAID, False)
    assert lines(editor.get(f"{V1}/export?as_of={THEN}"))[-1]["as_of"] == SAID
    for kind in LISTS:
        batch = editor.post(f"{V1}/{kind}/batch?as_of={THEN}", {"references": []})
        assert batch.json() == {"items": [], "missing": [], "as_of": SAID}


@pytest.mark.parametrize(
    "address", [f"{ONE}/engine?", f"{ONE}/engine/chain?", f"{V1}/organizations/alpha-it?"]
)
def test_a_moment_that_is_none_is_refused_and_one_before_all_shows_nothing(
    api: Api, address: str
) -> None:
    editor = api("editor")

    assert editor.get(f"{address}as_of=yesterday").status_code == 422
    assert editor.get(f"{address}as_of=2001-01-01").status_code == 404


@pytest.mark.parametrize("kind", LISTS)
def test_before_everything_every_list_is_empty(api: Api, kind: str) -> None:
    page = api("editor").get(f"{V1}/{kind}?as_of=2001-01-01").json()

    assert (page["items"], page["total"], page["next"]) == ([], 0, None)


def test_what_one_may_not_see_today_is_not_there_then(api: Api) -> None:
    hidden = api("customer").get(f"{ONE}/engine?as_of={THEN}")
    missing = api("customer").get(f"{ONE}/enxxxx?as_of={THEN}")

    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"].replace("engine", "enxxxx") == missing.json()["detail"]
