"""Findings as SARIF: what code hosts need to put each one at its line."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

import pytest

from catenary.domain.checks import RULES, check_catalogue
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    DependencyGroupDocument,
    OrganizationDocument,
    ServiceDocument,
    Supporter,
)
from catenary.domain.findings import FieldPath, Finding, Severity
from catenary.exchange.catalogue.places import Position
from catenary.exchange.catalogue.reading import FileProblem
from catenary.exchange.sarif import FINGERPRINT, UNREADABLE, to_sarif

BASE = PurePosixPath("/srv/catalogue")


def finding(
    code: str = "CAT402",
    severity: Severity = Severity.ERROR,
    path: FieldPath = ("services", "it/crm", "relies-on", 0),
    sentence: str = "CRM relies on it/db, which the catalogue does not hold.",
) -> Finding:
    return Finding(code, severity, "it/crm", path, sentence, "Describe it/db.")


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log["runs"][0]["results"]
    return found


def one_result(found: Finding, position: Position | None) -> dict[str, Any]:
    (result,) = results(to_sarif([(found, position)], RULES, BASE))
    return result


def fingerprint(found: Finding, line: int = 3) -> str:
    result = one_result(found, Position("a.yaml", line, 1))
    text: str = result["partialFingerprints"][FINGERPRINT]
    return text


def assert_is_sarif(log: dict[str, Any]) -> None:
    """What sections 3.13 to 3.49 of the standard demand of the parts we write."""
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"]
    assert len({each["id"] for each in rules}) == len(rules)
    for each in rules:
        assert re.fullmatch(r"CAT\d{3}", each["id"])
        assert re.fullmatch(r"[A-Z][A-Za-z]+", each["name"]), each["name"]
        assert each["defaultConfiguration"]["level"] in ("note", "warning", "error")
        for part in ("shortDescription", "fullDescription", "help"):
            assert each[part]["text"].strip()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("note", "warning", "error")
        assert result["message"]["text"].strip()
        assert all(isinstance(one, str) for one in result["partialFingerprints"].values())
        for location in result["locations"]:
            physical = location.get("physicalLocation")
            if physical:
                uri = physical["artifactLocation"]["uri"]
                assert re.fullmatch(r"[A-Za-z0-9/._~%:-]+", uri)
                relative = "uriBaseId" in physical["artifactLocation"]
                assert uri.startswith("file:///") is not relative
                assert physical["region"]["startLine"] >= 1
                assert physical["region"]["startColumn"] >= 1
    json.dumps(log).encode("ascii")


def test_the_findings_of_a_catalogue_make_a_valid_log() -> None:
    it = OrganizationDocument("it", "IT")
    group = DependencyGroupDocument((Supporter("it/db"),))
    catalogue = CatalogueDocument(
        {"it": it}, {}, {"it/crm": ServiceDocument("it/crm", "CRM", "it", relies_on=(group,))}
    )
    found = check_catalogue(catalogue)

    log = to_sarif([(each, Position("it.yaml", 7, 5)) for each in found], RULES, BASE)

    assert_is_sarif(log)
    assert [each["ruleId"] for each in results(log)] == [each.code for each in found]
    assert len(found) >= 2


def test_a_log_without_findings_still_describes_every_rule() -> None:
    log = to_sarif([], RULES, BASE, version="1.2.3")

    assert_is_sarif(log)
    driver = log["runs"][0]["tool"]["driver"]
    assert [each["id"] for each in driver["rules"]] == [UNREADABLE, *(r.code for r in RULES)]
    assert driver["version"] == "1.2.3"
    assert results(log) == []


def test_the_help_of_a_rule_is_its_idea_and_its_remedy() -> None:
    described = to_sarif([], RULES, BASE)["runs"][0]["tool"]["driver"]["rules"][1:]

    for each, rule in zip(described, RULES, strict=True):
        assert rule.idea in each["help"]["text"] and rule.remedy in each["help"]["text"]
        assert each["shortDescription"]["text"] == rule.title


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTICE, "note")],
)
def test_a_severity_becomes_the_level_hosts_know(severity: Severity, level: str) -> None:
    assert one_result(finding(severity=severity), None)["level"] == level


def test_the_region_is_the_place_of_the_field() -> None:
    result = one_result(finding(), Position("a.yaml", 12, 7))

    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 12, "startColumn": 7}


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a.yaml", "a.yaml"),
        ("/srv/catalogue/teams/a.yaml", "teams/a.yaml"),
        ("with space & ümlaut.yaml", "with%20space%20%26%20%C3%BCmlaut.yaml"),
        ("c:odd.yaml", "c%3Aodd.yaml"),
        ("50%.yaml", "50%25.yaml"),
        ("/elsewhere/a.yaml", "file:///elsewhere/a.yaml"),
    ],
)
def test_files_are_named_relative_to_the_base(file: str, uri: str) -> None:
    log = to_sarif([(finding(), Position(file, 1, 1))], RULES, BASE)

    artifact = results(log)[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == uri
    assert unquote(artifact["uri"]).endswith(PurePosixPath(file).name)
    assert_is_sarif(log)


def test_a_finding_without_a_place_names_its_subject_only() -> None:
    result = one_result(finding(), None)

    assert result["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "it/crm"}]}]


def test_the_message_says_what_is_wrong_and_how_to_mend_it() -> None:
    text = one_result(finding(), None)["message"]["text"]

    assert text == "CRM relies on it/db, which the catalogue does not hold. Describe it/db."


def test_a_fingerprint_survives_moving_lines_and_reordering() -> None:
    moved = finding(path=("services", "it/crm", "relies-on", 4))

    assert fingerprint(finding()) == fingerprint(moved, line=80)


@pytest.mark.parametrize(
    "other",
    [
        finding(code="CAT403"),
        finding(path=("services", "it/crm", "owner")),
        finding(sentence="CRM relies on it/net, which the catalogue does not hold."),
    ],
)
def test_another_finding_has_another_fingerprint(other: Finding) -> None:
    assert fingerprint(finding()) != fingerprint(other)


def test_equal_findings_are_told_apart() -> None:
    log = to_sarif([(finding(), None), (finding(), None)], RULES, BASE)

    first, second = (each["partialFingerprints"][FINGERPRINT] for each in results(log))
    assert first != second and second.startswith(first)


def test_what_cannot_be_read_is_an_error_at_its_line() -> None:
    problem = FileProblem("a.yaml", 4, 9, "999 % is no availability", "a percentage up to 100")

    log = to_sarif([], RULES, BASE, problems=[problem])

    assert_is_sarif(log)
    (result,) = results(log)
    assert (result["ruleId"], result["level"]) == (UNREADABLE, "error")
    assert result["message"]["text"] == (
        "999 % is no availability. Expected: a percentage up to 100."
    )
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 4


def test_hostile_text_leaves_a_log_that_can_be_written() -> None:
    hostile = finding(sentence="<script>\x00\u202e\ud800</script>")

    log = to_sarif([(hostile, Position("\u202e\ud800.yaml", 0, -5))], RULES, BASE)

    assert_is_sarif(log)
    assert results(log)[0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_a_code_no_rule_has_is_refused() -> None:
    with pytest.raises(ValueError, match="CAT999"):
        to_sarif([(finding(code="CAT999"), None)], RULES, BASE)
