"""Changing things over HTTP: preconditions, merge patches, refusals, and many at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.worlds import ONE, Api, standing

pytestmark = pytest.mark.django_db

LEDGER = "/api/v1/services/alpha-it/ledger"
BROCHURE = "/api/v1/services/alpha-it/brochure"
NEW = {"name": "Znew", "stage": "live"}


def test_a_service_is_created_read_changed_and_removed(api: Api) -> None:
    editor = api("editor")

    created = editor.put(f"{ONE}/new", NEW, if_none_match="*")
    assert created.status_code == 201
    assert created.headers["Location"] == f"{ONE}/new"
    assert created.json() == {
        "kind": "service",
        "reference": "alpha-it/new",
        "outcome": "created",
        "etag": created.headers["ETag"].strip('"'),
    }

    read = editor.get(f"{ONE}/new")
    assert read.json()["etag"] == created.json()["etag"]
    again = editor.put(f"{ONE}/new", read.json(), if_match=read.headers["ETag"])
    assert again.json()["outcome"] == "unchanged"
    changed = editor.patch(f"{ONE}/new", {"tags": ["a"]}, if_match=again.headers["ETag"])
    assert changed.json()["outcome"] == "changed"
    removed = editor.delete(f"{ONE}/new", if_match=changed.headers["ETag"])
    assert removed.json()["outcome"] == "removed"
    assert removed.json()["etag"] is None
    assert editor.get(f"{ONE}/new").status_code == 404


def test_the_same_can_be_done_with_every_kind(api: Api) -> None:
    root = api("operator")
    for address, document in (
        ("organizations/alpha-new", {"name": "Zalphanew", "part-of": "alpha"}),
        ("people/nia@alpha.example", {"name": "Znia", "organization": "alpha-new"}),
        ("services/alpha-new/thing", {"name": "Zthing", "stage": "live"}),
        ("consumption/alpha-lab/alpha-new/thing", {"known-as": "Zword"}),
    ):
        answer = root.put(f"/api/v1/{address}", document, if_none_match="*")
        assert answer.status_code == 201, answer.content
        shown = root.get(f"/api/v1/{address}")
        assert shown.status_code == 200, shown.content
        assert shown.json()["etag"] == answer.json()["etag"]
    for address in (
        "consumption/alpha-lab/alpha-new/thing",
        "services/alpha-new/thing",
        "people/nia@alpha.example",
        "organizations/alpha-new",
    ):
        answer = root.delete(f"/api/v1/{address}")
        assert answer.json()["outcome"] == "removed", answer.content
        assert root.get(f"/api/v1/{address}").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize("tag", ['"0123"', '"00000000000000000000000000000000"'])
def test_a_change_of_what_one_has_not_seen_is_refused_with_the_current_etag(
    api: Api, method: str, tag: str
) -> None:
    editor = api("editor")
    before, etag = standing(), editor.get(BROCHURE).json()["etag"]

    answer = getattr(editor, method)(BROCHURE, {"name": "Zother", "stage": "live"}, if_match=tag)

    assert answer.status_code == 412
    said = answer.json()
    assert said["code"] == "changed-meanwhile"
    assert said["conflicts"] == [
        {"kind": "service", "reference": "alpha-it/brochure", "etag": etag}
    ]
    assert answer.headers["ETag"] == f'"{etag}"'
    assert standing() == before


def test_new_means_new_and_there_means_there(api: Api) -> None:
    editor = api("editor")

    assert editor.put(LEDGER, NEW, if_none_match="*").status_code == 412
    assert editor.put(f"{ONE}/none-yet", NEW, if_match="*").status_code == 412
    assert editor.put(LEDGER, NEW, if_match="nonsense").status_code == 422
    assert editor.put(LEDGER, NEW, if_match="*", if_none_match="*").status_code == 422


def test_a_patch_leaves_alone_what_it_does_not_name(api: Api) -> None:
    editor = api("editor")
    before = editor.get(LEDGER).json()

    editor.patch(LEDGER, {"warranty": {"availability": "99.9%", "security": None}})

    after = editor.get(LEDGER).json()
    assert after.pop("warranty") == {"availability": "99.9 %"}
    del before["etag"], after["etag"]
    assert after == before


def test_what_somebody_needs_is_not_removed_and_the_list_says_who(api: Api) -> None:
    before = standing()

    answer = api("editor").delete(LEDGER)

    assert answer.status_code == 409
    (error,) = answer.json()["errors"]
    assert error["code"] == "still-needed"
    assert error["detail"] == "foxtrot/fair and 1 more still needs alpha-it/ledger"
    assert error["remedy"]
    assert standing() == before


def test_every_mistake_is_told_with_its_place(api: Api) -> None:
    answer = api("editor").put(
        LEDGER,
        {
            "nmae": "x",
            "stage": "lively",
            "warranty": {"availability": "often"},
            "relies-on": [{"at-least": 3, "of": ["a/b"]}],
        },
    )

    assert answer.status_code == 422
    places = {error["pointer"] for error in answer.json()["errors"]}
    assert {"/nmae", "/name", "/stage", "/warranty/availability"} <= places
    assert all(error["detail"] for error in answer.json()["errors"])


def test_the_document_of_another_object_is_refused(api: Api) -> None:
    answer = api("editor").put(LEDGER, {**NEW, "reference": "alpha-it/engine"})

    assert answer.json()["errors"][0]["pointer"] == "/reference"


def test_what_files_manage_is_only_changed_when_somebody_says_so(api: Api) -> None:
    editor = api("editor", take_over=False)

    answer = editor.put(LEDGER, NEW)

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "managed-elsewhere"
    assert editor.put(f"{LEDGER}?take_over=true", NEW).status_code == 200
    assert editor.patch(LEDGER, {"description": "Zours"}).status_code == 200


def test_a_customers_service_one_may_not_see_is_not_named(api: Api) -> None:
    answer = api("editor").delete(f"{ONE}/portal")

    assert answer.status_code == 409
    assert "care" not in answer.content.decode()


def test_a_supporter_one_may_not_see_stays_when_its_place_holder_is_sent_back(api: Api) -> None:
    editor, portal = api("editor"), f"{ONE}/portal"
    seen = editor.get(portal)
    assert seen.json()["relies-on"] == ["alpha-it/engine", "hidden-1"]

    document = {**seen.json(), "description": "Zours"}
    changed = editor.put(portal, document, if_match=seen.headers["ETag"])
    assert changed.status_code == 200, changed.content
    stale = editor.put(portal, document, if_match=seen.headers["ETag"])
    assert stale.status_code == 412
    patched = editor.patch(portal, {"description": "Zmore"})
    assert patched.json()["outcome"] == "changed", patched.content

    whole = api("exactly right").get(portal).json()
    assert whole["relies-on"] == ["alpha-it/engine", "alpha-lab/vault"]
    for hidden in ("hidden-2", "alpha-lab/vault"):
        answer = editor.patch(portal, {"relies-on": [hidden]})
        assert answer.status_code == 422
        assert ("vault" in answer.content.decode()) is (hidden == "alpha-lab/vault")
    without = editor.patch(portal, {"relies-on": ["hidden-1", {"any": ["hidden-1", "hidden-1"]}]})
    assert without.status_code == 422
    assert "vault" not in without.content.decode()


def test_a_name_that_is_hidden_is_not_found_out_by_keeping_another_place_holder(api: Api) -> None:
    editor, portal = api("editor"), f"{ONE}/portal"
    relies = ["alpha-it/engine", "alpha-lab/vault", "alpha-lab/cellar"]
    assert api("operator").patch(portal, {"relies-on": relies}).status_code == 200
    assert editor.get(portal).json()["relies-on"][1:] == ["hidden-1", "hidden-2"]

    right, wrong = (
        editor.patch(portal, {"relies-on": ["hidden-1", guess]})
        for guess in ("alpha-lab/cellar", "alpha-lab/cellxx")
    )

    assert right.status_code == wrong.status_code == 422
    assert right.content.replace(b"cellar", b"cellxx") == wrong.content


# --------------------------------------------------------------------------- many at once


def changes(*each: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"take_over": True, "changes": list(each), **more}


def service(key: str, document: Any = None, **more: Any) -> dict[str, Any]:
    said = NEW if document is None else document
    return {"kind": "service", "reference": f"alpha-it/{key}", "document": said, **more}


def test_many_changes_stand_or_fall_together(api: Api) -> None:
    editor = api("editor")
    before = standing()

    answer = editor.post("/api/v1/changes", changes(service("a"), service("b", {"name": 7.5})))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/changes/1/document")
    answer = editor.post(
        "/api/v1/changes",
        changes(service("a"), service("b", {**NEW, "relies-on": ["delta/quiet"]})),
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/changes/1/document/relies-on/0"
    answer = editor.post("/api/v1/changes", changes(service("a"), service("b", expected="1" * 32)))
    assert answer.status_code == 412
    assert standing() == before

    answer = editor.post("/api/v1/changes", changes(service("a"), service("b", expected="")))
    assert answer.status_code == 200, answer.content
    assert [each["outcome"] for each in answer.json()["results"]] == ["created", "created"]
    tags = {each["reference"]: each["etag"] for each in answer.json()["results"]}
    gone = [
        {"kind": "service", "reference": reference, "document": None, "expected": tag}
        for reference, tag in tags.items()
    ]
    answer = editor.post("/api/v1/changes", changes(*gone))
    assert [each["outcome"] for each in answer.json()["results"]] == ["removed", "removed"]


def test_the_same_request_sent_again_is_not_carried_out_twice(api: Api) -> None:
    editor = api("editor")
    body = changes(service("once", expected=""), note="Znote")

    first = editor.post("/api/v1/changes", body, idempotency_key="k-1")
    after = standing()
    again = editor.post("/api/v1/changes", body, idempotency_key="k-1")

    assert first.status_code == again.status_code == 200
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert standing() == after
    other = editor.post("/api/v1/changes", changes(service("two")), idempotency_key="k-1")
    assert other.status_code == 422
    assert other.json()["code"] == "key-reused"
    # Somebody else's key is somebody else's.
    assert api("operator").post("/api/v1/changes", body, idempotency_key="k-1").status_code == 412
    assert standing() == after


def test_a_refused_request_may_be_sent_again_with_its_key(api: Api) -> None:
    editor = api("editor")
    wrong = changes(service("late", {**NEW, "relies-on": ["alpha-it/later"]}))

    assert editor.post("/api/v1/changes", wrong, idempotency_key="k-2").status_code == 422
    editor.put(f"{ONE}/later", NEW)

    assert editor.post("/api/v1/changes", wrong, idempotency_key="k-2").status_code == 200


def test_while_a_request_is_carried_out_its_key_is_taken(api: Api) -> None:
    from datetime import timedelta
    from hashlib import blake2b

    from catenary import clock
    from catenary.apps.common.models import IdempotencyKey
    from catenary.apps.common.operations import claim_key

    editor = api("editor")
    body = changes(service("slow"))
    raw = b"/api/v1/changes\0admin read write\0" + json.dumps(body).encode()
    fingerprint = blake2b(raw, digest_size=16).hexdigest()
    claim_key(account_id=editor.account, key="k-3", fingerprint=fingerprint, at=clock.now())

    answer = editor.post("/api/v1/changes", body, idempotency_key="k-3")

    assert answer.status_code == 409
    assert answer.json()["code"] == "in-progress"
    assert answer.headers["Retry-After"] == "1"
    # Whoever carried it out was cut off: nothing of it was kept, and it may be done now.
    IdempotencyKey.objects.update(claimed_at=clock.now() - timedelta(minutes=11))
    assert editor.post("/api/v1/changes", body, idempotency_key="k-3").status_code == 200
    # After a day the key is free again.
    IdempotencyKey.objects.update(claimed_at=clock.now() - timedelta(hours=25))
    other = editor.post("/api/v1/changes", changes(service("other")), idempotency_key="k-3")
    assert other.status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 201, "é", "a\tb"])
def test_what_is_no_key_is_refused(api: Api, key: str) -> None:
    answer = api("editor").post("/api/v1/changes", changes(service("x")), idempotency_key=key)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"


# ------------------------------------------------------------------ ETags tell nothing hidden


def _right_guess(portal: dict[str, Any]) -> str:
    """The digest of what a service says whole, for whoever guesses what is hidden in it."""
    from catenary.domain.documents.plain import digest

    kept = {name: held for name, held in portal.items() if name not in {"reference", "etag"}}
    kept = {name: held for name, held in kept.items() if name not in {"role", "known-as"}}
    return digest({**kept, "relies-on": ["alpha-it/engine", "alpha-lab/vault"]})


def test_the_digest_of_a_guess_is_no_etag_and_none_is_given_out(api: Api) -> None:
    editor, portal = api("editor"), f"{ONE}/portal"
    seen = editor.get(portal).json()
    guess = _right_guess(seen)
    assert guess == api("exactly right").get(portal).json()["etag"], "the guess is right"
    assert seen["etag"] != guess
    document = {"name": "Zportal", "relies-on": ["alpha-it/engine", "hidden-1"]}
    bulk = {"kind": "service", "reference": "alpha-it/portal", "document": document}

    answers = [
        editor.put(portal, document, if_match=f'"{guess}"'),
        editor.patch(portal, {"name": "Z"}, if_match=f'"{guess}"'),
        editor.delete(portal, if_match=f'"{guess}"'),
        editor.post("/api/v1/changes", changes({**bulk, "expected": guess})),
    ]

    # Deleting is refused for another reason before anybody compares.
    assert [answer.status_code for answer in answers] == [412, 412, 409, 412]
    done = editor.post("/api/v1/changes", changes({**bulk, "expected": seen["etag"]}))
    assert done.status_code == 200, done.content
    assert done.json()["results"][0]["etag"] == editor.get(portal).json()["etag"]


def test_no_form_gives_the_digest_of_what_is_hidden_out(api: Api) -> None:
    from django.apps import apps
    from django.test import Client

    editor = api("editor")
    guess = _right_guess(editor.get(f"{ONE}/portal").json())
    browser = Client()
    browser.force_login(apps.get_model("access", "Account").objects.get(pk=editor.account))
    form = "/services/alpha-it/portal/edit/"

    assert guess not in browser.get(form).content.decode()
    assert guess not in browser.get("/services/alpha-it/portal/delete/").content.decode()
    # Nor does sending it tell whether it is right.
    said = {"f.name": "Zother", "take-over": "on", "do": "save"}
    right = browser.post(form, {**said, "seen": guess}).status_code
    wrong = browser.post(form, {**said, "seen": "0" * 32}).status_code
    assert right == wrong != 302
