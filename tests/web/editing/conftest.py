"""The small world of the rooms, with everybody able to sign in."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from catenary.apps.history.operations import open_change
from catenary.apps.organizations.operations.people import give_account
from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.domain.documents.shapes import ServiceDocument
from tests.apps.worlds import FILES, OPERATOR, SERVICES, START, everything, say
from tests.domain.estates import group

PATIENTS = "bluewater-apps/patients"
VAULT = "bluewater-ops/vault"
EDIT = f"/services/{PATIENTS}/edit/"


def world(*, source: str = "browser") -> None:
    """Bluewater and its neighbours; Patients also rests on the vault, which is restricted."""
    said = everything()
    relying = (*SERVICES[0].relies_on, group(VAULT))
    said.services[PATIENTS] = replace(SERVICES[0], relies_on=relying)
    say(said, source=source)


def managed_by_files() -> None:
    """The same world, written in files."""
    world(source=FILES)


def client_of(name: str) -> Client:
    """A browser in which somebody of the small world has signed in; nobody for no name."""
    client = Client()
    if name:
        change = open_change(actor=OPERATOR, at=START, source="tests")
        email = "opal@here.example"
        if name != "operator":
            email = next(e for e in everything().people if e.partition("@")[0] == name)
        number = give_account(
            email=email, password="x" * 20, is_operator=name == "operator", change=change
        )
        client.force_login(apps.get_model("access", "Account").objects.get(pk=number))
    return client


def service(reference: str = PATIENTS) -> ServiceDocument:
    """What a service says now."""
    return live_catalogue(OPERATOR, None).services[reference]


class Form(HTMLParser):
    """Every field of a page as it stands: what a browser would post."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.values: dict[str, Any] = {}
        self._name = ""
        self._is_select = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the value of a field."""
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "option" and self._is_select and "selected" in given:
            self.values[self._name] = given.get("value") or ""
        elif tag == "textarea" and name:
            self._name, self.values[name] = name, ""
        elif tag == "select" and name:
            self._name, self._is_select, self.values[name] = name, True, ""
        elif tag == "input" and name and name != "csrfmiddlewaretoken":
            if given.get("type") not in ("checkbox", "radio"):
                self.values[name] = given.get("value") or ""
            elif "checked" in given:
                self.values.setdefault(name, []).append(given["value"])

    def handle_data(self, data: str) -> None:
        """Take the text of a field of several lines."""
        if self._name and not self._is_select:
            self.values[self._name] += data

    def handle_endtag(self, tag: str) -> None:
        """A field ends; the line end it begins with is none of its text."""
        if tag in ("textarea", "select"):
            if tag == "textarea":
                self.values[self._name] = self.values[self._name].removeprefix("\n")
            self._name, self._is_select = "", False


def form_of(response: Any) -> dict[str, Any]:
    """What a browser would post of the form on a page: every field as it stands."""
    html = response.content.decode()
    return Form(html[html.index("<main") : html.index("</main>")]).values


@pytest.fixture
def edith() -> Client:
    """Edith, who edits the catalogue of the applications unit."""
    world()
    return client_of("edith")
