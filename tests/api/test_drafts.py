"""Unfinished edits over the API: the same ones as in the forms, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from catenary.domain.actors import Scope
from tests.api.worlds import Api, Speaker

pytestmark = pytest.mark.django_db

DRAFTS = "/api/v1/drafts"
SHOWCASE = "/api/v1/services/alpha-it/showcase"
OF = f"{DRAFTS}/service?of=alpha-it/showcase"
NEW = f"{DRAFTS}/service"
FORM = "/services/alpha-it/showcase/edit/"


def browser(account: int) -> Client:
    client = Client()
    client.force_login(apps.get_model("access", "Account").objects.get(pk=account))
    return client


def fields(page: Any) -> dict[str, list[str]]:
    """What a browser would post of the form on a page."""
    from html.parser import HTMLParser

    found: dict[str, list[str]] = {}

    class Reader(HTMLParser):
        area = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            said = dict(attrs)
            name = said.get("name") or ""
            if tag == "input" and said.get("type") not in {"submit", "checkbox", "radio"}:
                found.setdefault(name, []).append(said.get("value") or "")
            elif tag == "textarea":
                self.area = name
                found.setdefault(name, []).append("")
            elif tag == "option" and "selected" in said and self.choice:
                found.setdefault(self.choice, []).append(said.get("value") or "")
            elif tag == "select":
                self.choice = name

        choice = ""

        def handle_data(self, data: str) -> None:
            if self.area:
                found[self.area][-1] += data

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                # What follows the tag at once is no part of what stands in it.
                found[self.area][-1] = found[self.area][-1].removeprefix("\n")
                self.area = ""

    Reader().feed(page.content.decode())
    return found


def kept(speaker: Speaker, of: str = OF) -> Any:
    return speaker.get(of).json()


def test_a_draft_is_kept_read_listed_and_thrown_away(api: Api) -> None:
    editor = api("editor")
    before = editor.get(SHOWCASE).json()
    document = {"name": "Zdrafted", "tags": ["one", "two"], "relies-on": ["alpha-it/engine"]}

    put = editor.put(OF, {"document": document, "etag": before["etag"]})

    assert put.status_code == 200, put.content
    assert put.json() == kept(editor)
    said = kept(editor)
    assert said["document"] == {**document, "stage": "proposed"}
    assert (said["etag"], said["is-current"], said["problems"]) == (before["etag"], True, [])
    (row,) = editor.get(DRAFTS).json()["items"]
    assert (row["kind"], row["reference"], row["title"]) == (
        "service",
        "alpha-it/showcase",
        "Zdrafted",
    )
    assert editor.get(SHOWCASE).json() == before, "a draft is no part of the catalogue"
    assert editor.delete(OF).status_code == 200
    assert editor.get(OF).status_code == editor.delete(OF).status_code == 404
    assert editor.get(DRAFTS).json()["items"] == []


def test_what_a_program_put_there_opens_in_the_form(api: Api) -> None:
    editor = api("editor")
    document = {
        "name": "Zdrafted",
        "outcomes": {"sooner": {"statement": "Zsooner"}},
        "service-hours": {"zone": "Europe/Berlin", "mon": "08:00-17:00"},
    }
    editor.put(OF, {"document": document})

    page = browser(editor.account).get(FORM)

    typed = fields(page)
    assert typed["f.name"] == ["Zdrafted"]
    assert typed["f.outcomes.0.statement"] == ["Zsooner"]
    assert typed["f.service-hours.mon"] == ["08:00-17:00"]


def test_what_somebody_types_is_a_document_over_the_api(api: Api) -> None:
    editor = api("editor")
    form = browser(editor.account)
    typed = fields(form.get(FORM))

    form.post(FORM, {**typed, "f.name": "Ztyped", "f.warranty.availability": "soon", "do": "draft"})

    said = kept(editor)
    assert said["document"]["name"] == "Ztyped"
    assert said["document"]["warranty"]["availability"] == "soon"
    (problem,) = said["problems"]
    assert problem["pointer"] == "/document/warranty/availability"
    assert said["etag"] == editor.get(SHOWCASE).json()["etag"]


def test_a_finished_draft_is_saved_by_writing_the_object(api: Api) -> None:
    editor = api("editor")
    editor.put(OF, {"document": {"name": "Zfinished", "stage": "live"}})
    said = kept(editor)

    done = editor.put(SHOWCASE, said["document"], if_match=f'"{said["etag"]}"')

    assert done.status_code == 200, done.content
    later = kept(editor)
    assert (later["etag"], later["is-current"]) == (None, False)
    stale = editor.put(OF, {"document": {"name": "Zagain"}, "etag": said["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "changed-meanwhile")


def test_something_new_may_lack_its_name_and_opens_in_the_form(api: Api) -> None:
    editor = api("editor")
    put = editor.put(NEW, {"document": {"reference": "alpha-it/znew", "tags": ["a"]}})
    assert put.status_code == 200, put.content

    said = kept(editor, NEW)
    typed = fields(browser(editor.account).get("/new/service/"))

    assert said["document"] == {"reference": "alpha-it/znew", "stage": "proposed", "tags": ["a"]}
    assert said["reference"] is None
    assert [each["pointer"] for each in said["problems"]] == ["/document/name"]
    assert (typed["f.born"], typed["f.key"], typed["f.tags"]) == (["alpha-it"], ["znew"], ["a"])


@pytest.mark.parametrize(
    ("kind", "document", "place", "expected"),
    [
        ("service", {"name": "Zn", "provider": "alpha-it"}, "service", {"f.born": ["alpha-it"]}),
        ("organization", {"reference": "zlab", "name": "Zn"}, "organization", {"f.key": ["zlab"]}),
        (
            "person",
            {"reference": "z@alpha.example", "roles": {"alpha-lab": ["viewer"]}},
            "person",
            {"f.email": ["z@alpha.example"], "f.roles.0.organization": ["alpha-lab"]},
        ),
        (
            "consumption",
            {"consumer": "charlie", "service": "alpha-it/portal", "known-as": "Zk"},
            "consumption",
            {"f.consumer": ["charlie"], "f.service": ["alpha-it/portal"], "f.known-as": ["Zk"]},
        ),
    ],
)
def test_drafts_of_every_kind_go_both_ways(
    api: Api, kind: str, document: dict[str, Any], place: str, expected: dict[str, list[str]]
) -> None:
    operator = api("operator")
    put = operator.put(f"{DRAFTS}/{kind}", {"document": document})
    assert put.status_code == 200, put.content
    form = browser(operator.account)

    typed = fields(form.get(f"/new/{place}/"))
    assert {name: typed[name] for name in expected} == expected
    form.post(f"/new/{place}/", {**typed, "do": "draft"})

    said = kept(operator, f"{DRAFTS}/{kind}")["document"]
    assert {name: said[name] for name in document if name != "roles"} == {
        name: value for name, value in document.items() if name != "roles"
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"document": {"name": "x", "nam": "y"}}, "/document/nam"),
        ({"document": {"name": "x", "outcomes": {"a": {}}}}, "/document/outcomes/a/statement"),
        ({"document": {"name": "x", "relies-on": [7]}}, "/document/relies-on/0"),
        ({"document": {"name": "x", "service-hours": "soon"}}, "/document/service-hours"),
        ({"document": []}, "/document"),
        ({}, "/document"),
        ({"document": {"name": "x"}, "etag": 7}, "/etag"),
        ({"document": {"name": "x"}, "state": {}}, "/state"),
        ({"document": {"reference": ["alpha-it/x"]}}, "/document/reference"),
        ({"document": {"reference": "alpha it/x"}}, "/document"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(
    api: Api, body: dict[str, Any], pointer: str
) -> None:
    editor = api("editor")

    answer = editor.put(NEW, body)

    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert editor.get(DRAFTS).json()["items"] == []


def test_a_draft_may_have_a_megabyte(api: Api) -> None:
    answer = api("editor").put(NEW, {"document": {"description": "x" * 1_000_001}})

    assert (answer.status_code, answer.json()["detail"]) == (413, "the body is larger than 1 MB")


def test_nobody_reads_changes_or_drops_the_draft_of_another(api: Api) -> None:
    editor, operator = api("editor"), api("operator")
    editor.put(OF, {"document": {"name": "Zsecret"}})

    assert operator.get(OF).status_code == operator.delete(OF).status_code == 404
    assert operator.get(DRAFTS).json()["items"] == []
    operator.put(OF, {"document": {"name": "Zmine"}})

    assert kept(editor)["document"]["name"] == "Zsecret"
    assert kept(operator)["document"]["name"] == "Zmine"
    page = browser(operator.account).get(FORM).content.decode()
    assert "Zsecret" not in page


def test_who_may_not_change_it_any_more_does_not_read_their_draft_but_drops_it(api: Api) -> None:
    editor = api("editor")
    editor.put(OF, {"document": {"name": "Zsecret"}})
    api("operator").patch("/api/v1/people/eda@alpha.example", {"roles": ["viewer"]})

    answer = editor.get(OF)

    assert answer.status_code == 403
    assert "Zsecret" not in answer.content.decode()
    assert editor.put(OF, {"document": {"name": "Zmore"}}).status_code == 403
    assert editor.delete(OF).status_code == 200


def test_a_token_that_does_not_administer_reaches_no_draft_of_a_house(api: Api) -> None:
    whole, narrow = api("operator"), api("operator", Scope.WRITE)
    place = f"{DRAFTS}/organization?of=alpha-lab"
    whole.put(place, {"document": {"name": "Zlab", "part-of": "alpha"}})

    assert narrow.get(place).status_code == 403
    assert narrow.put(place, {"document": {"name": "Zplanted"}}).status_code == 403
    assert narrow.delete(place).status_code == 404
    assert narrow.get(DRAFTS).json()["items"] == []
    assert kept(whole, place)["document"]["name"] == "Zlab"


def test_what_is_not_there_has_no_draft(api: Api) -> None:
    editor = api("editor")
    body = {"document": {"name": "x"}}

    for place in ("service?of=alpha-it/none", "service?of=delta/secret", "service?of=x", "nothing"):
        for answer in (editor.put(f"{DRAFTS}/{place}", body), editor.get(f"{DRAFTS}/{place}")):
            assert answer.status_code == 404, (place, answer.content)
    assert api("viewer at the provider").put(NEW, body).status_code == 403
