"""The checks on one service as it is written say what the checks on everything would say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from catenary.apps.organizations.queries import top_organizations, viewpoint_of
from catenary.apps.portfolio.queries.checks import live_findings
from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.apps.portfolio.queries.scoped_checks import findings_about
from catenary.apps.portfolio.queries.scoped_house_checks import findings_about_house
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    ConsumptionDocument,
    MembershipDocument,
    OrganizationDocument,
    PersonDocument,
    Role,
    ServiceDocument,
)
from catenary.domain.findings import Finding
from catenary.exchange.catalogue.reading import read_catalogue
from tests.apps.worlds import OPERATOR, as_person, begin, looking_from, say
from tests.domain.estates import service
from tests.web.access.world import kept_apart

pytestmark = pytest.mark.django_db
STORIES = sorted(
    folder
    for folder in (Path(__file__).parents[3] / "examples").iterdir()
    if (folder / "README.md").exists()
)


@pytest.fixture(scope="module")
def stories(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """All example stories in one catalogue."""
    with django_db_blocker.unblock(), kept_apart():
        for folder in STORIES:
            say(read_catalogue(folder).catalogue, source=f"folder:{folder.name}")
        yield


def test_what_is_typed_is_judged_and_nothing_is_written() -> None:
    begin()
    actor = as_person("edith")
    viewpoint = looking_from(actor, "bluewater-apps")
    document = live_catalogue(OPERATOR, None).services["bluewater-apps/patients"]
    typed = replace(document, relies_on=(), owner="nobody@bluewater.example")

    codes = {finding.code for finding in findings_about(actor, viewpoint, typed)}

    assert {"CAT106", "CAT401"} <= codes
    assert live_catalogue(OPERATOR, None).services["bluewater-apps/patients"] == document


@pytest.mark.parametrize("named", ["north-clinic", "nowhere-at-all"])
def test_an_organization_of_others_is_not_told_from_one_that_is_not_there(named: str) -> None:
    begin()
    actor = as_person("stella")
    viewpoint = looking_from(actor, "st-mary")
    typed = replace(service("st-mary/ward-round", name="Round"), owner=named)

    found = findings_about(actor, viewpoint, typed)

    assert "CAT106" in {finding.code for finding in found}


# Bluewater's vault is restricted: colleagues of another team do not see it either. What the
# North clinic is, its own provider knows and others do not.
HIDDEN: dict[str, tuple[str, Callable[[str], ServiceDocument]]] = {
    "its own address": ("vault", lambda n: service(f"bluewater-ops/{n}", name="Q")),
    "reliance": ("vault", lambda n: service("st-mary/q", f"bluewater-ops/{n}", name="Q")),
    "house": ("north-clinic", lambda n: service(f"{n}/q", name="Q")),
}


@pytest.mark.parametrize("who", ["stella@st-mary", "edith@bluewater-apps", "ira@ironport"])
@pytest.mark.parametrize("what", HIDDEN)
def test_what_is_hidden_is_not_told_from_what_is_not_there(who: str, what: str) -> None:
    begin()
    person, _, house = who.partition("@")
    actor = as_person(person)
    viewpoint = looking_from(actor, house)
    name, document = HIDDEN[what]

    def found(tried: str) -> list[tuple[str, str]]:
        findings = findings_about(actor, viewpoint, document(tried))
        return [(each.code, str(each.sentence).replace(tried, "NAME")) for each in findings]

    is_known = what == "house" and person == "edith"
    assert (found(name) == found("missing")) is not is_known
    assert found("missing") != []


@pytest.mark.parametrize("who", ["stella", "edith"])
def test_the_name_of_a_hidden_service_is_not_found_out_by_trying_names(who: str) -> None:
    begin()
    actor = as_person(who)
    viewpoint = looking_from(actor, {"stella": "st-mary", "edith": "bluewater-apps"}[who])
    typed = service("bluewater-ops/zeta", name="Vault")

    assert "CAT221" not in {each.code for each in findings_about(actor, viewpoint, typed)}
    assert "CAT221" in {
        each.code for each in findings_about(OPERATOR, looking_from(OPERATOR, "bluewater"), typed)
    }


def test_a_hidden_supporter_that_stays_is_not_called_missing() -> None:
    begin()
    actor = as_person("edith")
    viewpoint = looking_from(actor, "bluewater-apps")
    typed = service("bluewater-apps/q", "bluewater-ops/vault", name="Q")

    def codes(kept: frozenset[str]) -> set[str]:
        return {each.code for each in findings_about(actor, viewpoint, typed, kept)}

    assert "CAT402" in codes(frozenset())
    assert "CAT402" not in codes(frozenset({"bluewater-ops/vault"}))


P = "p@bluewater.example"
NAMING = [
    lambda key: OrganizationDocument("bluewater-new", "New", key),
    lambda key: PersonDocument(P, "P", key),
    lambda key: PersonDocument(P, "P", "bluewater", (MembershipDocument(key, (Role.VIEWER,)),)),
]


@pytest.mark.parametrize("document", NAMING)
def test_a_house_of_others_is_not_told_from_one_that_is_not_there(document: Any) -> None:
    begin()
    ada = as_person("ada")
    viewpoint = looking_from(ada, "bluewater")

    def found(key: str) -> list[tuple[str, str]]:
        typed = document(key)
        return [
            (finding.code, str(finding.sentence).replace(key, "KEY"))
            for finding in findings_about_house(ada, viewpoint, typed)
        ]

    assert found("st-mary") == found("st-mery") != []
    assert found("bluewater-ops") == []


def test_what_a_consumer_would_be_told_is_told_while_it_is_typed() -> None:
    begin()
    say(
        CatalogueDocument(
            consumption={
                ("st-mary", ref): ConsumptionDocument("st-mary", ref, known)
                for ref, known in (("bluewater-apps/patients", "The list"),)
            }
        ),
        source="browser",
    )
    stella, edith = as_person("stella"), as_person("edith")
    at_home, elsewhere = looking_from(stella, "st-mary"), looking_from(edith, "bluewater")

    def codes(document: ConsumptionDocument, by_provider: bool = False) -> set[str]:
        who, viewpoint = (edith, elsewhere) if by_provider else (stella, at_home)
        return {finding.code for finding in findings_about_house(who, viewpoint, document)}

    same = ConsumptionDocument("st-mary", "bluewater-apps/billing", "the LIST")
    own = ConsumptionDocument("bluewater-apps", "bluewater-apps/billing")
    assert "CAT508" not in codes(same, by_provider=True)  # what they call the rest is theirs
    assert codes(own, by_provider=True) == {"CAT505"}
    hidden = ConsumptionDocument("st-mary", "bluewater-ops/vault")
    missing = ConsumptionDocument("st-mary", "bluewater-ops/vaulx")
    assert codes(hidden) == codes(missing) == {"CAT501"}


# The stories stay until the end of this file: what needs another world stands above.


def said(findings: list[Finding]) -> list[tuple[str, str]]:
    """Rule and place: what a reader would see marked. Sentences count what the catalogue holds
    in all, which somebody who looks at one service does not."""
    return sorted((finding.code, str(finding.path)) for finding in findings)


def test_one_service_alone_is_judged_as_among_all(stories: None) -> None:
    compared = 0
    for top in top_organizations():
        viewpoint = viewpoint_of(OPERATOR, top.key)
        assert viewpoint is not None
        catalogue, findings = live_findings(OPERATOR, viewpoint)
        for reference, document in catalogue.services.items():
            if not is_own(catalogue.organizations, document.provider, viewpoint.root_key):
                continue
            mine = [finding for finding in findings if finding.subject == reference]
            assert said(findings_about(OPERATOR, viewpoint, document)) == said(mine), reference
            compared += 1

    assert compared > 50


def test_organizations_people_and_consumption_are_judged_as_among_all(stories: None) -> None:
    compared = 0
    for top in top_organizations():
        viewpoint = viewpoint_of(OPERATOR, top.key)
        assert viewpoint is not None
        catalogue, findings = live_findings(OPERATOR, viewpoint)
        own = {k for k in catalogue.organizations if is_own(catalogue.organizations, k, top.key)}
        houses = [document for key, document in catalogue.organizations.items() if key in own]
        people = [person for person in catalogue.people.values() if person.organization in own]
        taken = [c for c in catalogue.consumption.values() if c.consumer in own]
        documents: list[Any] = [*houses, *people, *taken]
        for document in documents:
            path = path_of(document)
            mine = [f for f in findings if f.path[: len(path)] == path]
            assert said(findings_about_house(OPERATOR, viewpoint, document)) == said(mine), path
            compared += 1

    assert compared > 100


def path_of(document: Any) -> tuple[str, ...]:
    """Where findings about an organization, a person or a consumption stand."""
    if isinstance(document, ConsumptionDocument):
        return ("consumption", document.consumer, document.service)
    if isinstance(document, PersonDocument):
        return ("people", document.email)
    return ("organizations", document.key)


def is_own(organizations: dict[str, OrganizationDocument], key: str, root: str) -> bool:
    """Is this organization the root, or below it?"""
    while key and key != root:
        key = organizations[key].part_of if key in organizations else ""
    return key == root
