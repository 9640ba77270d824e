"""Names are of the whole installation: whoever tries a list of them is stopped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_permission_matrix import state
from tests.api.worlds import Api, Speaker
from tests.web.access.world import PASSWORD

pytestmark = pytest.mark.django_db

ALLOWED = 100


@pytest.fixture
def administrator(api: Api) -> Speaker:
    """Eda administers alpha, in which nobody may see delta."""
    api("operator").patch(
        "/api/v1/people/eda@alpha.example", {"roles": {"alpha": ["administrator"]}}
    )
    return Speaker(api("editor").client, api("editor").account, api("editor").token, False)


def try_names(speaker: Speaker, *names: str, poison: bool = False) -> Any:
    """One request that would create organizations of these names."""
    changes = [
        {"kind": "organization", "reference": name, "document": {"name": "Z", "part-of": "alpha"}}
        for name in names
    ]
    if poison:
        # Never carried out, so that what is free stays free.
        changes.append({"kind": "service", "reference": "delta/x", "document": {"name": "Z"}})
    return speaker.post("/api/v1/changes", {"changes": changes})


def test_a_taken_name_is_told_and_nothing_about_it(administrator: Speaker) -> None:
    taken = try_names(administrator, "delta")

    assert (taken.status_code, taken.json()["code"]) == (403, "not-allowed")
    assert "Zdelta" not in taken.content.decode()


def test_after_a_hundred_taken_names_nothing_is_told_about_any(administrator: Speaker) -> None:
    taken = ["bravo", "charlie", "delta", "echo", "foxtrot"]
    for _ in range(ALLOWED // len(taken)):
        assert try_names(administrator, *taken, poison=True).status_code == 403
    before = state()

    answers = [
        try_names(administrator, name, poison=poison)
        for name in ("delta", "zzfree")
        for poison in (True, False)
    ]

    assert {answer.status_code for answer in answers} == {429}
    assert {answer.json()["code"] for answer in answers} == {"too-many-requests"}
    assert all(0 < int(answer.headers["Retry-After"]) <= 60 for answer in answers)
    assert len({answer.content for answer in answers}) == 1
    assert state() == before
    page = {"f.key": "zzfree", "f.name": "Z", "f.part-of": "alpha", "do": "save"}
    browser = administrator.client
    browser.post("/sign-in/", {"email": "eda@alpha.example", "password": PASSWORD})
    said = browser.post("/new/organization/", page)
    assert said.status_code == 422, "the form is told by the same count"
    assert "too many names" in said.content.decode()
    # Services of one's own are no names of others.
    own = administrator.put("/api/v1/services/alpha-it/zown", {"name": "Zown", "stage": "live"})
    assert own.status_code == 201


def test_a_change_that_goes_beyond_is_told_none_of_its_names(administrator: Speaker) -> None:
    taken = ["bravo", "charlie", "delta", "echo", "foxtrot"]
    for _ in range(ALLOWED // len(taken) - 1):
        try_names(administrator, *taken, poison=True)
    try_names(administrator, "delta", "echo", "foxtrot")

    beyond = try_names(administrator, *taken, "zzfree", poison=True)

    assert beyond.status_code == 429
    assert not {name for name in taken if name in beyond.content.decode()}
    assert try_names(administrator, "zzfree").status_code == 429


def test_operators_see_all_and_are_not_counted(api: Api) -> None:
    for _ in range(ALLOWED // 50 + 1):
        names = [f"zz-{n}" for n in range(50)]
        assert try_names(api("operator"), *names).status_code == 200
