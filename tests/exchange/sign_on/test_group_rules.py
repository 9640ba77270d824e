"""The mapping file of single sign-on: read whole, every mistake with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catenary.domain.documents.shapes import Role
from catenary.exchange.importers.report import ImportRefused
from catenary.exchange.sign_on.groups import GroupRule, given_by, read_group_rules
from tests.conftest import ROOT

VALID = """
catenary-sign-on: 1
groups:
  staff: {organization: hospital-it, roles: [viewer, service-owner]}
  everybody:
    - {organization: st-mary, roles: [user]}
    - {organization: hospital-it, roles: [customer]}
"""


def read(folder: Path, text: str) -> tuple[GroupRule, ...]:
    (folder / "groups.yaml").write_text(text, encoding="utf-8")
    return read_group_rules(folder / "groups.yaml")


def test_rules_are_read_in_their_order(tmp_path: Path) -> None:
    rules = read(tmp_path, VALID)

    assert [(rule.group, rule.organization) for rule in rules] == [
        ("staff", "hospital-it"),
        ("everybody", "st-mary"),
        ("everybody", "hospital-it"),
    ]
    assert given_by(rules, ["everybody", "staff", "other"]) == {
        "hospital-it": {Role.VIEWER, Role.SERVICE_OWNER, Role.CUSTOMER},
        "st-mary": {Role.USER},
    }
    assert given_by(rules, []) == {}


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("catenary-sign-on: 1", "catenary-sign-on: 2"), 1, "catenary-sign-on: 1 is expected"),
        (("groups:", "group:"), 3, 'did you mean "groups"?'),
        (
            ("organization: hospital-it, roles: [viewer", "organisation: x, roles: [viewer"),
            4,
            "no field",
        ),
        (("hospital-it, roles: [viewer", "Not A Key, roles: [viewer"), 4, "the key of an organ"),
        (("service-owner", "service-ower"), 4, 'did you mean "service-owner"?'),
        (("viewer, service-owner", "[viewer], {a: b}"), 4, "there is no role"),
        (("roles: [user]", "rules: [user]"), 6, "at least one role"),
        (("{organization: st-mary, roles: [user]}", "st-mary"), 5, "expected {organization"),
        (("  everybody:", "  staff:"), 5, "staff"),
        (("groups:", "groups: ["), 5, "not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, change: tuple[str, str], line: int, words: str
) -> None:
    with pytest.raises(ImportRefused) as refused:
        read(tmp_path, VALID.replace(*change))

    told = [p for p in refused.value.problems if words in p]
    assert told, refused.value.problems
    assert re.search(rf":{line}: ", told[0]), told


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no such file"):
        read_group_rules(tmp_path / "none.yaml")


def test_the_sample_of_the_page_is_a_mapping_file(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "single-sign-on.md").read_text(encoding="utf-8")
    sample = re.search(r"```yaml\n(.*?)```", page, re.S)
    assert sample

    assert len(read(tmp_path, sample[1])) == 4
