"""The checks on one service as it is written say what the checks on everything would say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from catenary.apps.organizations.queries import top_organizations, viewpoint_of
from catenary.apps.portfolio.queries.checks import live_findings
from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.apps.portfolio.queries.scoped_checks import findings_about
from catenary.domain.documents.shapes import OrganizationDocument
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


def is_own(organizations: dict[str, OrganizationDocument], key: str, root: str) -> bool:
    """Is this organization the root, or below it?"""
    while key and key != root:
        key = organizations[key].part_of if key in organizations else ""
    return key == root
