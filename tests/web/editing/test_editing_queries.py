"""How many queries editing puts to the database: pinned, and no more for a larger form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catenary.domain.documents.shapes import OutcomeDocument
from tests.domain.estates import group
from tests.web.editing.conftest import EDIT, form_of, service
from tests.web.editing.test_editing import say_meanwhile

pytestmark = pytest.mark.django_db

PINNED = {"check": 42, "pick": 11}
#: What writes differs a little from one database to the other, and so does the first look after it.
AT_MOST = {"form": 50, "add": 50, "save": 61}


def counted(client: Client) -> dict[str, int]:
    """The queries of each step of an edit, the second time."""
    found: dict[str, int] = {}

    def ask(step: str, method: Any, *arguments: Any) -> Any:
        with CaptureQueriesContext(connection) as context:
            answer = method(*arguments)
        found[step] = len(context)
        assert answer.status_code in (200, 302)
        return answer

    for number in range(2):
        form = form_of(ask("form", client.get, EDIT)) | {"f.description": f"Said {number}"}
        ask("check", client.post, EDIT, {**form, "do": "check"})
        asked = {"pick": "service", "for": "owner", "f.owner": "data"}
        ask("pick", client.get, "/editing/pick/", asked)
        ask("add", client.post, EDIT, {**form, "do": "add outcomes"})
        ask("save", client.post, EDIT, {**form, "do": "save"})
    return found


def test_editing_takes_just_so_many_queries(edith: Client) -> None:
    found = counted(edith)

    assert {step: found[step] for step in PINNED} == PINNED
    assert all(found[step] <= most for step, most in AT_MOST.items()), found


def test_a_larger_service_takes_no_more(edith: Client) -> None:
    outcomes = tuple(OutcomeDocument(f"o-{n}", f"Outcome {n}") for n in range(30))
    relying = (*service().relies_on, group("bluewater-apps/billing"))
    say_meanwhile(outcomes=outcomes, relies_on=relying)

    many = counted(edith)

    assert many["check"] <= PINNED["check"] + 2
    assert many["save"] <= AT_MOST["save"]
    assert replace(service()).outcomes == outcomes
