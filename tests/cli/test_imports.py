"""Registries that nobody here wrote, brought in by the command line, looked at afterwards."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.installation import Installation

KINDS = {
    "osg": ["csv", "osg_topology", "--mapping", "examples/mappings/osg.yaml"],
    "govuk": ["compose", "govuk_services/govuk-docker", "--provider", "govuk"],
    "giantswarm": ["backstage", "backstage_catalogs/giantswarm"],
    "one-platform": ["backstage", "backstage_catalogs/redhat_one_platform"],
    "rhdh": ["backstage", "backstage_catalogs/rhdh_examples"],
}


def arguments_of(name: str, root: Path, data: Path) -> list[str]:
    kind, source, *more = KINDS[name]
    if "--mapping" in more:
        more = ["--mapping", str(root / more[1])]
    return ["import", kind, str(data / source), *more]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "organizations", "services", "dependencies"),
    [("osg", 190 + 115, 1100 + 1215, 1215), ("govuk", 1, 192, 370)],
)
def test_a_real_registry_is_taken_in_whole_and_once(
    installation: Installation,
    root: Path,
    shared_data: Path,
    tmp_path: Path,
    name: str,
    organizations: int,
    services: int,
    dependencies: int,
) -> None:
    command = arguments_of(name, root, shared_data)
    untouched = installation.digest()
    report = tmp_path / "report.csv"

    dry = installation.fine(*command, "--dry-run", "--report", report)
    assert installation.digest() == untouched
    first = installation.fine(*command, "--json").json
    taken = installation.digest()
    again = installation.fine(*command, "--json").json

    assert "Dry run: nothing was changed." in dry.out
    assert installation.counts() == {
        "organizations": organizations,
        "services": services,
        "dependencies": dependencies,
    }
    assert again["plan"]["changes"] == []
    assert installation.digest() == taken
    rows = list(csv.DictReader(report.open(encoding="utf-8", newline="")))
    assert len(rows) == len(first["report"]["lines"]) == sum(first["report"]["counts"].values())


@pytest.mark.real_data
def test_what_relies_on_publishing_api_is_found_in_one_command(
    installation: Installation, root: Path, shared_data: Path
) -> None:
    installation.fine(*arguments_of("govuk", root, shared_data))

    command = ("chain", "govuk/publishing-api-app", "--up", "--depth", "0", "--json")
    chain = installation.fine(*command).json
    checked = installation.run("check", "--json")

    assert chain["total-up"] == 31
    assert len(chain["services"]) == 1 + 31
    assert checked.code == 1
    codes = {finding["code"] for finding in checked.json["findings"]}
    assert "CAT408" not in codes  # no loop
    assert all(finding["remedy"] for finding in checked.json["findings"])


@pytest.mark.real_data
def test_three_backstage_catalogues_live_side_by_side(
    installation: Installation, root: Path, shared_data: Path
) -> None:
    reports: dict[str, Any] = {}
    for name in ("giantswarm", "one-platform", "rhdh"):
        reports[name] = installation.fine(*arguments_of(name, root, shared_data), "--json").json[
            "report"
        ]
    after = installation.digest()
    for name in reports:
        again = installation.fine(*arguments_of(name, root, shared_data), "--json").json
        assert again["plan"]["changes"] == []

    assert installation.digest() == after
    assert len(reports["giantswarm"]["lines"]) >= 75
    for report in reports.values():
        rejected = [line for line in report["lines"] if line["outcome"] == "rejected"]
        assert all(line["reason"] and line["line"] >= 0 for line in rejected)
    assert any(line["outcome"] == "rejected" for line in reports["one-platform"]["lines"])


def account_in(said: str) -> tuple[int, dict[str, int], int]:
    """The account at the end of an import: rows read, what they came to, and how many rejected
    rows have a reason."""
    lines = said[said.index("Rows read: ") :].splitlines()
    counts, reasons = {}, 0
    for line in lines[1:]:
        number, _, word = line.strip().partition(" ")
        if line.startswith("      "):
            reasons += int(number.replace(",", ""))
        elif line.startswith("  "):
            counts[word] = int(number.replace(",", ""))
        else:
            break
    return int(lines[0].removeprefix("Rows read: ").replace(",", "")), counts, reasons


def test_an_import_ends_with_one_account_that_adds_up_and_leads_there(
    installation: Installation, tmp_path: Path
) -> None:
    source, report = tmp_path / "compose.yaml", tmp_path / "report.csv"
    source.write_text(
        """services:
  web: {depends_on: [db, nowhere]}
  job: {depends_on: [elsewhere]}
  db: {}
"""
    )
    command: list[str | Path] = [
        "import",
        "compose",
        source,
        "--provider",
        "acme",
        "--source",
        "acme",
    ]

    dry = installation.fine(*command, "--dry-run")
    first = installation.fine(*command, "--report", report)
    again = installation.fine(*command)
    value = installation.fine(*command, "--json").json

    read, counts, reasons = account_in(first.out)
    assert read == sum(counts.values()) == len(report.read_text().splitlines()) - 1
    assert counts["rejected"] == reasons == 2
    assert counts["taken"] == read - 2
    assert account_in(dry.out) == (read, {"could be taken": read - 2, "rejected": 2}, 2)
    assert account_in(again.out)[:2] == (
        read,
        {"taken": 0, "there already, just so": read - 2, "rejected": 2},
    )
    assert value["report"]["counts"]["unchanged"] == read - 2
    assert sum(each["rows"] for each in value["report"]["reasons"]) == 2
    assert f"Every row with what became of it: {report}" in first.out
    assert "Look at it" not in dry.out
    place = "http://localhost:8000/catalogue/?provider=acme"
    assert f"Look at it: {place} (3 services, looking as acme)" in first.out
    assert value["look_at"] == [{"organization": "acme", "services": 3, "address": place}]


def test_a_report_is_safe_to_open_in_a_spreadsheet(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "compose.yaml").write_text(
        """services:
  "=HYPERLINK(1)": {depends_on: [nowhere]}
  "+1+cmd|' /C calc'!A0": {}
  "<script>alert(1)</script>": {}
"""
    )
    report = tmp_path / "report.csv"

    installation.fine("import", "compose", tmp_path / "compose.yaml", "--report", report)

    cells = [cell for row in csv.reader(report.open(newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    assert any("=HYPERLINK" in cell for cell in cells)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "nonsense", "."], "nonsense"),
        (["import", "csv", "."], "mapping"),
        (["import", "csv", "missing.csv", "--mapping", "missing.yaml"], "missing"),
        (["import", "compose", "missing"], "missing"),
        (["import", "backstage", "/dev/null"], "/dev/null"),
    ],
)
def test_what_cannot_be_imported_is_named(
    installation: Installation, tmp_path: Path, arguments: list[str], words: str
) -> None:
    before = installation.digest()

    ran = installation.run(*arguments, cwd=tmp_path)

    assert ran.code == 2
    assert words in ran.err
    assert installation.digest() == before


@pytest.mark.real_data
def test_a_history_is_brought_in_once_and_a_dry_run_keeps_nothing(
    installation: Installation, shared_data: Path, tmp_path: Path
) -> None:
    page = str(shared_data / "jenkins_status" / "jenkins-status")
    command = ["import", "cstate", page, "--provider", "jenkins"]
    untouched = installation.digest()
    report = tmp_path / "report.csv"

    dry = installation.fine(*command, "--dry-run", "--json").json
    assert installation.digest() == untouched
    first = installation.fine(*command, "--json", "--report", report).json
    again = installation.fine(*command)

    assert dry["observations"] == first["observations"]
    words = first["observations"]["added"]
    assert installation.rows("SELECT COUNT(*) FROM monitoring_observation") == [(words,)]
    assert installation.rows("SELECT name FROM monitoring_source") == [("jenkins",)]
    assert "0 words recorded" in again.out
    read, counts, reasons = account_in(again.out)
    assert (
        read
        == sum(counts.values())
        == first["report"]["counts"]["taken"]
        + sum(count for outcome, count in first["report"]["counts"].items() if outcome != "taken")
    )
    assert counts["taken"] == 0 and counts["rejected"] == reasons > 100
    rows = list(csv.DictReader(report.open(encoding="utf-8", newline="")))
    assert len(rows) == len(first["report"]["lines"])
    unresolved = [row for row in rows if "nobody declared" in row["reason"]]
    assert all(row["outcome"] == "rejected" and int(row["line"]) > 1 for row in unresolved)
    assert len(unresolved) > 100
