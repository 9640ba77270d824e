"""Reading over HTTP: lists, single objects, batches, sparse fields, ETags and pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.worlds import ONE, Api
from tests.web.access.world import World

pytestmark = pytest.mark.django_db

PORTAL = "/api/v1/services/alpha-it/portal"


def get(world: World, who: str, address: str, **headers: str) -> Any:
    return world.client(who).get(address, headers=headers)


def test_a_service_is_the_document_of_catalogue_files_and_a_little_more(world: World) -> None:
    answer = get(world, "exactly right", f"{PORTAL}?as=alpha")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    said = answer.json()
    etag = said.pop("etag")
    assert answer.headers["ETag"].startswith(f'"{etag}.')
    assert said == {
        "reference": "alpha-it/portal",
        "name": "Zportal",
        "description": "Zportaltext",
        "owner": "ann@alpha.example",
        "stage": "live",
        "tags": ["zportaltag"],
        "outcomes": {
            "seen": {
                "statement": "Zportaloutcome",
                "said-by": "Zsaidby",
                "wanted-by": "charlie",
            }
        },
        "service-hours": "alpha-it/hours",
        "relies-on": ["alpha-it/engine", "alpha-lab/vault"],
        "role": "customer-facing",
    }


def test_a_restricted_supporter_is_a_place_holder_to_those_who_may_not_see_it(
    world: World,
) -> None:
    said = get(world, "viewer at the provider", PORTAL).json()

    assert said["relies-on"] == ["alpha-it/engine", "hidden-1"]
    full = get(world, "exactly right", PORTAL).json()
    assert said["etag"] != full["etag"], "an ETag must not be a way to guess what is hidden"


def test_another_top_organization_reads_promises_alone(world: World) -> None:
    said = get(world, "customer", PORTAL).json()

    assert said["known-as"] == "Zbravoword"
    assert not {"relies-on", "tags", "published-to", "restricted"} & said.keys()
    assert said["outcomes"] == {"seen": {"statement": "Zportaloutcome"}}


def test_who_has_it_is_not_sent_it_again(world: World) -> None:
    first = get(world, "exactly right", PORTAL)

    again = get(world, "exactly right", PORTAL, if_none_match=first.headers["ETag"])

    assert again.status_code == 304
    assert again.content == b""
    other = get(
        world, "exactly right", f"{PORTAL}?fields=name", if_none_match=first.headers["ETag"]
    )
    assert other.json() == {"reference": "alpha-it/portal", "name": "Zportal"}


def test_a_field_that_does_not_exist_is_not_silently_left_out(world: World) -> None:
    answer = get(world, "exactly right", f"{PORTAL}?fields=nmae")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "fields"


@pytest.mark.parametrize("kind", ["services", "organizations", "people", "consumption"])
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_follow_each_other_and_hold_everything_once(
    world: World, kind: str, limit: int
) -> None:
    whole = get(world, "exactly right", f"/api/v1/{kind}?limit=100").json()

    found, after, pages = [], "", 0
    while True:
        answer = get(
            world, "exactly right", f"/api/v1/{kind}?fields=etag&limit={limit}&after={after}"
        )
        page = answer.json()
        assert page["total"] == len(whole["items"])
        assert page["total_is_capped"] is False
        found += page["items"]
        pages += 1
        if page["next"] is None:
            assert "Link" not in answer.headers
            break
        assert 'rel="next"' in answer.headers["Link"]
        after = page["next"]

    assert len(found) == len(whole["items"]) > 2
    assert found == [
        {"reference": item["reference"], "etag": item["etag"]} for item in whole["items"]
    ]
    assert pages == -(-len(found) // limit)


@pytest.mark.parametrize("kind", ["services", "organizations", "people", "consumption"])
@pytest.mark.parametrize("after", ["x", "bm90aGluZw", "W10", "%00", "null", "e30", "é"])
def test_a_place_that_was_never_given_is_refused(world: World, kind: str, after: str) -> None:
    answer = get(world, "exactly right", f"/api/v1/{kind}?after={after}")

    assert answer.status_code in {400, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("kind", "references"),
    [
        ("services", ["alpha-it/portal", "delta/quiet", "no/such", "alpha-it/engine", "é\0"]),
        ("organizations", ["bravo", "delta", "alpha", "nowhere", "\0"]),
        ("people", ["ann@alpha.example", "ben@bravo.example", "lara@alpha.example", "\0"]),
        (
            "consumption",
            [
                "charlie > alpha-it/portal",
                "echo > bravo-ward/care",
                "bravo-ward > alpha-it/portal",
                ">",
            ],
        ),
    ],
)
def test_a_batch_gives_what_may_be_seen_and_names_the_rest(
    world: World, kind: str, references: list[str]
) -> None:
    client = world.client("exactly right")
    answer = client.post(
        f"/api/v1/{kind}/batch", {"references": references}, content_type="application/json"
    )

    assert answer.status_code == 200, answer.content
    said = answer.json()
    found = [item["reference"] for item in said["items"]]
    assert found == [r for r in references if r in found]
    assert len(found) == 2
    assert said["missing"] == [r for r in references if r not in found]


def test_a_past_moment_is_read_as_it_was(api: Api) -> None:
    editor = api("editor")
    before = editor.get(PORTAL).json()
    editor.patch(PORTAL, {"description": "Znow"})

    then = editor.get(f"{PORTAL}?as_of=2026-11-03T12:30Z").json()

    assert then == {**before, "etag": then["etag"]}
    assert editor.get(PORTAL).json()["description"] == "Znow"
    assert editor.get(f"{PORTAL}?as_of=2020-01-01").status_code == 404
    assert editor.get(f"{PORTAL}/chain?as_of=2026-11-03T12:30Z").status_code == 200


def test_of_those_hit_a_hundred_of_each_kind_are_listed_unless_more_are_asked_for(
    api: Api,
) -> None:
    editor = api("editor")
    one = {"name": "More", "provider": "alpha-it", "stage": "live"}
    changes = [
        {
            "kind": "service",
            "reference": f"{ONE.removeprefix('/api/v1/services/')}/more-{number}",
            "document": {**one, "relies-on": ["alpha-it/engine"]},
        }
        for number in range(101)
    ]
    made = editor.post("/api/v1/changes", {"changes": changes})
    assert made.status_code in (200, 202), made.content

    first = editor.get("/api/v1/impact?service=alpha-it/engine").json()
    whole = editor.get("/api/v1/impact?service=alpha-it/engine&limit=1000000").json()

    assert len(first["services"]) == 100
    assert len(whole["services"]) == whole["counts"]["down"] == 102
    assert first["services"] == whole["services"][:100]
    assert first["counts"] == whole["counts"]


def test_of_those_hit_as_many_are_listed_as_were_asked_for_and_all_are_counted(api: Api) -> None:
    editor = api("editor")
    one = {
        "name": "More",
        "provider": "alpha-it",
        "stage": "live",
        "relies-on": ["alpha-it/engine"],
    }
    for number in range(3):
        assert editor.put(f"{ONE}/more-{number}", one).status_code == 201

    whole = editor.get("/api/v1/impact?service=alpha-it/engine").json()
    first = editor.get("/api/v1/impact?service=alpha-it/engine&limit=2").json()
    posted = editor.post("/api/v1/impact?limit=2", {"services": ["alpha-it/engine"]}).json()

    assert len(whole["services"]) == whole["counts"]["down"] == 4
    assert first["services"] == whole["services"][:2]
    assert first["counts"] == whole["counts"]
    assert posted == first
