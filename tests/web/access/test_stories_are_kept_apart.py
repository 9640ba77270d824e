"""Somebody of every organization in the example stories opens all that is theirs to open. What
they may read is worked out from the files alone, by the words of the rule, and not by the
product's own query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from catenary.domain.documents.shapes import CatalogueDocument, PersonDocument
from catenary.exchange.catalogue.reading import read_catalogue
from tests.web.access.world import apply, give_account, kept_apart
from tests.web.test_permission_matrix import STARTS

pytestmark = pytest.mark.django_db

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
STORIES = sorted(p for p in EXAMPLES.iterdir() if p.name != "mappings" and any(p.rglob("*.yaml")))


def people() -> Iterator[tuple[Path, str]]:
    """Somebody of every top organization, and everybody who belongs to more than one."""
    for story in STORIES:
        catalogue, met = read_catalogue(story).catalogue, set()
        rule = Rule(catalogue)
        for email, person in catalogue.people.items():
            tops = tuple(sorted({rule.top(m.organization) for m in person.memberships}))
            if tops and (tops not in met or len(tops) > 1):
                met.add(tops)
                yield story, email


class Rule:
    """What may be seen between and within top organizations (SEMANTICS 2)."""

    def __init__(self, catalogue: CatalogueDocument) -> None:
        self.catalogue = catalogue

    def above(self, key: str) -> list[str]:
        """The organization and everything above it."""
        found = [key]
        while parent := self.catalogue.organizations[found[-1]].part_of:
            found.append(parent)
        return found

    def top(self, key: str) -> str:
        return self.above(key)[-1]

    def seen_by(self, person: PersonDocument) -> set[str]:
        """References of the services that somebody may see from their own top organization."""
        mine = {membership.organization for membership in person.memberships}
        home = self.top(person.organization)
        services, seen = self.catalogue.services, set()
        for reference, document in services.items():
            inside = self.top(document.provider) == home
            if inside and (not document.restricted or mine & set(self.above(document.provider))):
                seen.add(reference)
            if "*" in document.published_to:
                seen.add(reference)
            if home in {self.top(key) for key in document.published_to if key != "*"}:
                seen.add(reference)
            if inside and document.stage != "retired":
                relied = {m.service for group in document.relies_on for m in group.members}
                seen |= {r for r in relied if self.top(services[r].provider) != home}
        for consumer, reference in self.catalogue.consumption:
            if self.top(consumer) == home and self.top(services[reference].provider) != home:
                seen.add(reference)
        return seen


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Rule]:
    """All stories in one catalogue, as the demonstration has them."""
    whole = CatalogueDocument()
    with django_db_blocker.unblock(), kept_apart():
        for story in STORIES:
            apply(story)
            said = read_catalogue(story).catalogue
            whole.organizations.update(said.organizations)
            whole.people.update(said.people)
            whole.services.update(said.services)
            whole.consumption.update(said.consumption)
        yield Rule(whole)


@pytest.mark.parametrize(
    ("story", "who"), list(people()), ids=lambda value: getattr(value, "name", value)
)
def test_nobody_of_a_story_meets_a_service_that_is_not_theirs_to_see(
    loaded: Rule, story: Path, who: str
) -> None:
    client = Client()
    account = give_account(who)
    client.force_login(apps.get_model("access", "Account").objects.get(pk=account))
    services = loaded.catalogue.services
    allowed = loaded.seen_by(loaded.catalogue.people[who])
    met: dict[str, str] = {}

    pages = [reverse(name) for name in STARTS]
    for reference in sorted(allowed):
        provider = loaded.catalogue.services[reference].provider
        pages += [f"/services/{reference}/", f"/chain/?focus={reference}&depth=0"]
        pages += [f"/organizations/{provider}/", f"/catalogue/?provider={provider}"]
    for url in dict.fromkeys(pages):
        response = client.get(url)
        assert response.status_code == 200, url
        html = response.content.decode()
        words = set(re.findall(r"[\w.-]+/[\w.-]+", unquote(html)))
        words |= {
            w.removeprefix("services/") for w in re.findall(r"services/[\w.-]+/[\w.-]+", html)
        }
        met |= {reference: url for reference in words & services.keys()}

    assert {r: url for r, url in met.items() if r not in allowed} == {}
    assert allowed <= met.keys(), "what one may see is there"
    # The matrix asks for every hidden thing of its world; here a few of each person's will do.
    for reference in sorted(services.keys() - allowed)[::9]:
        assert client.get(f"/services/{reference}/").status_code == 404
