"""A workshop held by programs: both sides fill the blueprint and confirm it, as on the page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from catenary.domain.actors import Scope
from tests.api.worlds import Api, Speaker, standing

pytestmark = pytest.mark.django_db
TABLE = "/api/v1/services/alpha-it/portal/workshop"
NEW = {"name": "Znew", "stage": "live"}
AT = f"{TABLE}?customer=charlie"


def table(speaker: Speaker) -> Any:
    """What lies on the table."""
    return speaker.ask("GET", AT).json()["table"]


def act(speaker: Speaker, **said: Any) -> Any:
    """Do one thing at it."""
    return speaker.ask("POST", TABLE, {"customer": "charlie", **said})


def test_both_sides_fill_a_blueprint_and_agree(api: Api) -> None:
    editor, customer = api("editor"), api("another customer")
    proposed = act(
        customer,
        do="propose",
        side="customer",
        part="outcomes",
        statement="Zsooner",
        measure={"name": "wait", "unit": "min", "target": "30", "better": "lower"},
    )
    assert proposed.status_code == 200, proposed.content
    number = proposed.json()["table"]["proposals"][-1]["number"]

    accepted = act(editor, do="accept", proposal=number, words="Gladly", take_over=True)
    assert accepted.status_code == 200, accepted.content
    one = accepted.json()["table"]["proposals"][-1]
    assert (one["is-open"], one["said"][0]["kind"], one["said"][0]["words"]) == (
        False,
        "accepted",
        "Gladly",
    )
    outcomes = editor.ask("GET", "/api/v1/services/alpha-it/portal").json()["outcomes"]
    assert "Zsooner" in str(outcomes)

    version = table(customer)["version"]
    for speaker, side in ((customer, "customer"), (editor, "provider")):
        done = act(speaker, do="confirm", side=side, version=version)
        assert done.status_code == 200, done.content
    agreed = table(customer)
    assert (agreed["state"], agreed["agreement"]["version"]) == ("agreed", version)
    assert [(c["side"], c["version"]) for c in agreed["confirmations"]] == [
        ("customer", version),
        ("provider", version),
    ]
    written = act(
        editor, do="write", part="costs.removed", statement="Zpaper", version=version
    ).json()["table"]
    assert (written["state"], [d["part"] for d in written["changed"]]) == (
        "changed",
        ["costs.removed"],
    )


def test_promises_and_requirements_are_suggested_and_accepted(api: Api) -> None:
    editor, customer = api("editor"), api("another customer")
    for said in (
        {"part": "warranty.availability", "statement": "99.95%"},
        {"part": "utility", "statement": "Zlabels", "kind": "cost"},
        {"part": "supports-processes", "statement": "Zcare", "steps": "Zone\nZtwo"},
    ):
        proposed = act(customer, do="propose", side="customer", **said)
        assert proposed.status_code == 200, proposed.content
        number = proposed.json()["table"]["proposals"][-1]["number"]
        accepted = act(editor, do="accept", proposal=number, take_over=True)
        assert accepted.status_code == 200, accepted.content

    service = editor.ask("GET", "/api/v1/services/alpha-it/portal").json()

    assert service["warranty"]["availability"] == "99.95 %"
    assert {"cost": "Zlabels"} in service["utility"].values()
    assert service["supports-processes"]["Zcare"] == ["Zone", "Ztwo"]


def test_a_table_is_read_as_it_stood(api: Api) -> None:
    customer = api("another customer")
    then = datetime.now(UTC).isoformat()
    act(customer, do="propose", side="customer", part="words", statement="Zlater")

    past = customer.ask("GET", f"{AT}&as_of={quote(then)}").json()

    assert "Zlater" not in str(past) and "Zlater" in str(table(customer))
    assert (past["table"]["seats"], past["table"]["may-write"]) == ([], False)
    assert past["as_of"] == then
    assert api("customer").ask("GET", f"{AT}&as_of={quote(then)}").status_code == 404


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"do": "confirm", "side": "provider", "version": "old"}, 412),
    ({"do": "confirm", "side": "customer", "version": "old"}, 403),
    ({"do": "decline", "side": "provider", "proposal": 99}, 422),
    ({"do": "dance"}, 422),
    ({}, 422),
    ({"do": "propose", "side": "both", "part": "words", "statement": "x"}, 422),
    ({"do": "propose", "side": "provider", "part": "price", "statement": "x"}, 422),
    ({"do": "propose", "side": "provider", "part": "words", "statement": 7}, 422),
    ({"do": "propose", "side": "provider", "part": "words", "statement": "\0"}, 422),
    ({"do": "say", "proposal": True}, 422),
    ({"do": "say", "proposal": 2**64}, 422),
    ({"do": "write", "part": "outcomes", "measure": {"nonsense": "1"}}, 422),
    ({"do": "write", "part": "utility", "statement": "x", "kind": "wish"}, 422),
    ({"do": "write", "part": "warranty.availability", "statement": "much"}, 422),
    ({"do": "write", "part": "utility", "statement": "x", "kind": 7}, 422),
    ({"do": "write", "part": "words", "statement": "x"}, 422),
    ({"do": "say", "unknown": 1}, 422),
    ({"do": "confirm", "side": "provider", "customer": "charlie-none", "words": "x"}, 404),
]


def test_what_cannot_be_done_is_refused_and_changes_nothing(api: Api) -> None:
    editor = api("editor")
    before = standing()

    for said, status in REFUSED:
        answer = act(editor, **said)
        assert answer.status_code == status, (said, answer.content)
        assert answer.headers["Content-Type"] == "application/problem+json"

    assert standing() == before


def test_the_table_of_another_customer_is_not_there(api: Api) -> None:
    customer = api("customer")

    others = customer.ask("GET", f"{TABLE}?customer=charlie")
    nobodys = customer.ask("GET", f"{TABLE}?customer=charlxx")

    assert others.status_code == nobodys.status_code == 404
    assert others.json()["detail"] == nobodys.json()["detail"]
    assert "charlie" not in customer.ask("GET", TABLE).content.decode()


def test_an_act_sent_again_with_its_key_is_done_once(api: Api) -> None:
    editor = api("editor")
    said = {"customer": "charlie", "do": "propose", "side": "provider", "part": "words"}
    said |= {"statement": "Zonce"}

    first = editor.post(TABLE, said, idempotency_key="k-1")
    before = standing()
    again = editor.post(TABLE, said, idempotency_key="k-1")

    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert standing() == before
    other = editor.post(TABLE, {**said, "statement": "Zother"}, idempotency_key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")


def test_a_refused_act_may_be_sent_again_with_its_key(api: Api) -> None:
    editor = api("editor")
    said = {"customer": "charlie", "do": "confirm", "side": "provider"}

    late = editor.post(TABLE, {**said, "version": "old"}, idempotency_key="k-2")
    done = editor.post(TABLE, {**said, "version": table(editor)["version"]}, idempotency_key="k-2")

    assert (late.status_code, done.status_code) == (412, 200)


def test_a_key_sent_again_shows_the_table_as_it_is_and_only_to_who_still_sits_there(
    api: Api,
) -> None:
    editor, operator = api("editor"), api("operator")
    said = {"customer": "charlie", "do": "propose", "side": "provider", "part": "words"}
    said |= {"statement": "Zfirst"}
    editor.post(TABLE, said, idempotency_key="k-3")
    act(api("another customer"), do="propose", side="customer", part="words", statement="Zsince")

    assert "Zsince" in editor.post(TABLE, said, idempotency_key="k-3").content.decode()
    operator.patch("/api/v1/people/eda@alpha.example", {"organization": "delta", "roles": []})
    gone = editor.post(TABLE, said, idempotency_key="k-3")

    assert gone.status_code == 404
    assert "Zfirst" not in gone.content.decode()


def test_a_key_of_one_token_gets_no_answer_with_a_token_that_may_do_less(api: Api) -> None:
    whole, narrow = api("editor"), api("editor", Scope.WRITE)
    body = {"changes": [{"kind": "service", "reference": "alpha-it/znew", "document": NEW}]}

    done = whole.post("/api/v1/changes", body, idempotency_key="k-4")
    answer = narrow.post("/api/v1/changes", body, idempotency_key="k-4")

    assert done.status_code == 200
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")
    assert "etag" not in answer.content.decode()
