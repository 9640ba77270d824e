"""Who and what is found by a part of its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.organizations.queries.listing import organization_paths, people_called
from tests.apps.worlds import begin, define, person
from tests.domain.estates import organization

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("mary", ["st-mary"]),
        ("MARY'S", ["st-mary"]),
        ("bluewater", ["bluewater", "bluewater-apps", "bluewater-ops"]),
        ("100 %", ["percent"]),
        ("%", ["percent"]),
        ("_", ["percent"]),
        ("\\", ["percent"]),
        ("'", ["st-mary"]),
        ("nobody", []),
    ],
)
def test_organizations_are_found_by_what_is_written_and_by_no_pattern(
    named: str, found: list[str]
) -> None:
    begin()
    define(organizations=[organization("percent", name="100 % _ \\")])
    numbers = {row.id: key for key, row in organizations_by_key().items()}

    assert [numbers[number] for number, _ in organization_paths(named=named)] == found


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("UWE", ["uwe@st-mary.example"]),
        ("@st-mary", ["odd@st-mary.example", "stella@st-mary.example", "uwe@st-mary.example"]),
        ("50 %", ["odd@st-mary.example"]),
        ("_", []),
        ("ada", []),
    ],
)
def test_people_are_found_in_their_own_top_organization_alone(named: str, found: list[str]) -> None:
    begin()
    define(people=[replace(person("odd@st-mary.example", "st-mary"), name="Odd 50 % of it")])
    root = organizations_by_key(["st-mary"])["st-mary"].id

    called = people_called(root, named=named, limit=20)

    assert [email for email, _ in called] == found
    assert people_called(root, named=named, limit=1) == called[:1]
