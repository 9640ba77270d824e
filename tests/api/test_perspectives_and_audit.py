"""Both sides of one service, and the audit, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from catenary.domain.actors import Scope
from tests.api.worlds import Api

pytestmark = pytest.mark.django_db

COMPARE = "/api/v1/services/alpha-it/portal/compare"
AUDIT = "/api/v1/audit"


def test_both_sides_of_one_record_and_where_they_differ(api: Api) -> None:
    editor, ward = api("editor"), api("customer")

    ours = editor.get(f"{COMPARE}?customer=bravo-ward").json()
    own = editor.get("/api/v1/services/alpha-it/portal?fields=name,relies-on").json()
    theirs = ward.get("/api/v1/services/alpha-it/portal?fields=name,relies-on").json()

    assert ours["provider"]["organization"] == "alpha-it"
    assert ours["customer"]["organization"] == "bravo-ward"
    assert ours["provider"]["sees"]["document"]["relies-on"] == own["relies-on"]
    assert "relies-on" not in ours["customer"]["sees"]["document"]
    assert "relies-on" not in theirs
    assert "relies-on" in ours["different"] and "role" in ours["different"]
    assert "name" not in ours["different"]
    assert {each["organization"] for each in ours["customers"]} >= {"bravo-ward", "charlie"}


def test_a_customer_reads_their_own_side_alone(api: Api) -> None:
    found = api("customer").get(COMPARE).json()

    assert found["provider"]["sees"] is None and found["different"] is None
    assert found["customer"]["organization"] == "bravo-ward"
    assert [each["organization"] for each in found["customers"]] == ["bravo-ward"]


@pytest.mark.parametrize("customer", ["echo", "nobody-at-all", "alpha"])
def test_who_is_no_customer_is_not_there(api: Api, customer: str) -> None:
    answer = api("editor").get(f"{COMPARE}?customer={customer}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


def read(answer: Any) -> list[str]:
    return [each["what"] for each in answer.json()["items"]]


def test_the_audit_is_read_page_by_page(api: Api) -> None:
    operator = api("operator")
    operator.patch("/api/v1/people/lara@alpha.example", {"roles": ["service-owner"]})

    whole = operator.get(f"{AUDIT}?limit=100")
    found, after = [], ""
    while after is not None:
        page = operator.get(f"{AUDIT}?limit=2&after={after}").json()
        found += page["items"]
        after = page["next"]

    assert found == whole.json()["items"]
    assert {"changed", "token-issued"} <= set(read(whole))
    latest = next(each for each in found if each["what"] == "changed")
    assert latest["objects"] == [
        {"kind": "person", "reference": "lara@alpha.example", "action": "changed"}
    ]
    assert [(each["role"], each["given"]) for each in latest["roles"]] == [
        ("service-owner", True),
        ("viewer", False),
    ]
    assert set(read(operator.get(f"{AUDIT}?what=changes"))) == {"changed"}
    assert "changed" not in read(operator.get(f"{AUDIT}?what=ways-in"))
    assert read(operator.get(f"{AUDIT}?to=2001-01-01")) == []


def test_an_administrator_reads_what_is_theirs(api: Api) -> None:
    person = apps.get_model("organizations", "Person").objects.get(email="eda@alpha.example")
    assert person.account_id is not None
    document = {"name": "Zeda", "organization": "alpha", "roles": ["administrator"]}
    changed = api("operator").put("/api/v1/people/eda@alpha.example", document)
    assert changed.status_code == 200, changed.content

    found = api("editor", Scope.READ, Scope.ADMIN).get(f"{AUDIT}?limit=100")

    assert found.status_code == 200
    told = {o["reference"] for e in found.json()["items"] for o in e.get("objects", ())}
    assert "eda@alpha.example" in told
    assert not {each for each in told if each and "bravo" in each}


def test_a_place_that_no_page_gave(api: Api) -> None:
    # Not a list, not numbers, below nothing, no such text at all.
    for after in ("WyJhIl0", "bm8", "eyJhIjoxfQ", "WzEsLTJd", "***"):
        assert api("operator").get(f"{AUDIT}?after={after}").status_code == 422, after


def test_a_moment_that_is_none(api: Api) -> None:
    for name in ("from", "to"):
        answer = api("operator").get(f"{AUDIT}?{name}=yesterday")
        assert answer.status_code == 422
        assert name in answer.json()["detail"]
