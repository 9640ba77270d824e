"""Nothing becomes readable by choosing a date: one sweep through the doors, of what was closed
since, of what was opened since, and of a house that was left since (decision 0025)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client

from tests.api.worlds import ONE, Api, Speaker

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
THEN = "2026-11-03T12:30:00Z"
LARA = "exactly right"
LISTS = ("services", "organizations", "people", "consumption", "export")
PAGES = (
    "/catalogue/?as_of={then}",
    "/catalogue/?q=z&as_of={then}",
    "/chain/?as_of={then}",
    "/changes/?from=2026-01-01",
    "/organizations/alpha-it/?as_of={then}",
    "/organizations/alpha-lab/?as_of={then}",
    "/status/",
    "/checks/",
)
ONES = ("", "/chain", "/history", "/workshop", "/status")
PAGES_OF_ONE = ("", "history/", "compare/", "workshop/", "edit/")


def answers(speaker: Speaker, reference: str) -> Iterator[tuple[str, str]]:
    """Every address that could tell of a service, and what it answers of then."""
    short = reference.partition("/")[2]
    for name in LISTS:
        whole = "" if name == "export" else "limit=100&"
        yield from told(speaker, f"{V1}/{name}?{whole}as_of={THEN}")
    for name in ("changes?limit=100", "status?limit=100", "checks?limit=100"):
        yield from told(speaker, f"{V1}/{name}")
    for query in (f"services?q=z{short}", f"search?q=z{short}", f"impact?service={reference}"):
        yield from told(speaker, f"{V1}/{query}&as_of={THEN}")
    for tail in ONES:
        yield from told(speaker, f"{V1}/services/{reference}{tail}?as_of={THEN}")
        yield from told(speaker, f"{V1}/services/{reference}{tail}")
    for about in ("alpha-it/portal", "foxtrot/fair"):
        yield from told(speaker, f"{V1}/services/{about}/chain?direction=down&as_of={THEN}")
    body = {"references": [reference]}
    batch = speaker.post(f"{V1}/services/batch?as_of={THEN}", body).json()["items"]
    yield "batch", str(batch)
    browser = Client()
    browser.force_login(apps.get_model("access", "Account").objects.get(pk=speaker.account))
    places = [page.format(then=THEN) for page in PAGES]
    places += [f"/services/{reference}/{tail}?as_of={THEN}" for tail in PAGES_OF_ONE]
    for place in places:
        yield place, browser.get(place).content.decode()


def told(speaker: Speaker, address: str) -> Iterator[tuple[str, str]]:
    answer = speaker.get(address)
    body = b"".join(answer) if answer.streaming else answer.content
    # A refusal repeats what was asked for.
    yield address, body.decode() if answer.status_code == 200 else ""


def found(speaker: Speaker, reference: str, *marks: str) -> dict[str, list[str]]:
    """Where one of the marks is told."""
    tells = {
        place: [mark for mark in marks if mark in text]
        for place, text in answers(speaker, reference)
    }
    return {place: marks for place, marks in tells.items() if marks}


def test_what_was_open_then_and_is_restricted_now_is_not_read_as_of_then(api: Api) -> None:
    lara, ledger = api(LARA), "alpha-it/ledger"
    assert found(lara, ledger, "Zledger"), "it was open, so the sweep finds something"

    assert api("operator").patch(f"{ONE}/ledger", {"restricted": True}).status_code == 200

    assert found(lara, ledger, "Zledger") == {}
    assert found(api("viewer at the provider"), ledger, "Zledgertext"), "its own unit goes on"


def test_what_was_restricted_then_and_is_open_now_does_not_tell_what_it_said(api: Api) -> None:
    operator, editor = api("operator"), api("editor")
    vault = f"{V1}/services/alpha-lab/vault"
    opened = {"restricted": False, "description": "Zopened", "name": "Znow"}

    assert operator.patch(vault, opened).status_code == 200

    assert editor.get(vault).json()["description"] == "Zopened"
    assert found(editor, "alpha-lab/vault", "Zvaulttext", '"Zvault"', ">Zvault<") == {}
    assert "Zvaulttext" in api(LARA).get(f"{vault}/history").content.decode(), "its own unit does"


def test_a_unit_that_moved_leaves_its_past_to_neither_house(api: Api) -> None:
    operator = api("operator")
    renamed = {"name": "Znow", "description": "Zlater"}
    assert operator.patch(f"{V1}/services/alpha-lab/cellar", renamed).status_code == 200
    moved = operator.patch(f"{V1}/organizations/alpha-lab", {"part-of": "delta"})
    assert moved.status_code == 200, moved.content

    for who in ("of an unrelated organization", "viewer at the provider"):
        tells = found(api(who), "alpha-lab/cellar", "Zcellar", "Zvaulttext")
        # What was written about it went along: its history is read where it is now.
        of_then = {place for place in tells if "as_of" in place and "/history" not in place}
        assert of_then == set(), who
    assert tells == {}, "the house it left reads nothing of it"
