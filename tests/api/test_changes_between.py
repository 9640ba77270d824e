"""What changed between two moments over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from catenary import clock
from tests.api.worlds import Api

pytestmark = pytest.mark.django_db

CHANGES = "/api/v1/changes"


def rows(answer: Any) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["reference"], row["action"]) for row in answer.json()["items"]]


def test_what_changed_by_whom_and_how(api: Api) -> None:
    begun = clock.now().isoformat().replace("+00:00", "Z")
    editor = api("editor")
    body = {
        "note": "as agreed",
        "take_over": True,
        "changes": [
            {"kind": "service", "reference": "alpha-it/engine", "document": {"name": "Motor"}},
            {
                "kind": "consumption",
                "reference": "charlie > alpha-it/ledger",
                "document": {"known-as": "Books"},
            },
        ],
    }
    assert editor.post(CHANGES, body).status_code == 200

    answer = editor.get(f"{CHANGES}?from={begun}")

    assert sorted(rows(answer)) == [
        ("consumption", "charlie > alpha-it/ledger", "changed"),
        ("service", "alpha-it/engine", "changed"),
    ]
    motor = next(row for row in answer.json()["items"] if row["kind"] == "service")
    assert (motor["before"]["name"], motor["after"]["name"]) == ("Zengine", "Motor")
    assert (motor["by"], motor["door"], motor["note"]) == ("Zeda", "api", "as agreed")
    assert {row["source"] for row in answer.json()["items"]} == {"api"}
    assert rows(editor.get(f"{CHANGES}?from={begun}&source=api")) == rows(answer)
    assert rows(editor.get(f"{CHANGES}?from={begun}&source=browser")) == []
    assert rows(editor.get(f"{CHANGES}?to={begun}&reference=alpha-it/engine")) == [
        ("service", "alpha-it/engine", "created")
    ]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("kind=organization", {("organization", "created")}),
        ("kind=person", {("person", "created"), ("person", "removed")}),
        ("reference=alpha-it", {("organization", "created")}),
        ("reference=lara@alpha.example", {("person", "created")}),
        ("reference=charlie > alpha-it/portal", {("consumption", "created")}),
        ("reference=alpha-it/portal&kind=person", set()),
        ("reference=nothing", set()),
        ("reference=bravo", set()),
        ("person=eda@alpha.example", set()),
        ("organization=alpha-lab&kind=organization", {("organization", "created")}),
        ("to=2001-01-01", set()),
    ],
)
def test_the_filters_narrow(api: Api, query: str, wanted: set[tuple[str, str]]) -> None:
    answer = api("editor").get(f"{CHANGES}?{query}&limit=100")

    assert answer.status_code == 200, answer.content
    assert {(kind, action) for kind, _, action in rows(answer)} == wanted


def test_pages_hold_everything_once(api: Api) -> None:
    editor = api("editor")
    whole = editor.get(f"{CHANGES}?limit=100").json()
    found, after = [], ""
    while after is not None:
        page = editor.get(f"{CHANGES}?limit=5" + (f"&after={after}" if after else ""))
        found += page.json()["items"]
        after = page.json()["next"]
        assert ("Link" in page.headers) == (after is not None)

    assert whole["next"] is None
    assert found == whole["items"]


def test_only_the_fields_asked_for_are_given(api: Api) -> None:
    first = api("editor").get(f"{CHANGES}?fields=kind,at&limit=1").json()["items"][0]

    assert set(first) == {"reference", "kind", "at"}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("kind=thing", "kind"),
        ("after=nonsense", "after"),
        ("fields=price", "fields"),
        ("limit=0", "limit"),
        ("as_of=2026-01-01", "as_of"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(api: Api, query: str, name: str) -> None:
    answer = api("editor").get(f"{CHANGES}?{query}")

    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [name]


def test_what_happened_in_another_house_answers_like_nothing(api: Api) -> None:
    for who in ("customer", "another customer", "of an unrelated organization"):
        for reference in ("alpha-it/engine", "alpha-it/nothing", "alpha-it", "alpha-xx"):
            answer = api(who).get(f"{CHANGES}?reference={reference}")
            assert answer.json() == {"items": [], "next": None}
