"""The first release's own database, brought up to today, still says the same."""

from __future__ import annotations

import hashlib
import lzma
import tarfile
from pathlib import Path

import pytest

from tests.installation import Installation

FIRST = Path(__file__).parent / "first-release"
KEPT = ("access_account", "history_change", "history_revision", "organizations_organization",
        "organizations_person", "portfolio_service", "portfolio_dependency",
        "portfolio_consumption")  # fmt: skip


def columns_then(installation: Installation) -> dict[str, list[str]]:
    """The columns each kept table had, before anything ran on it."""
    return {
        table: [row[1] for row in installation.rows(f"PRAGMA table_info({table})")]
        for table in KEPT
    }


def said(installation: Installation, columns: dict[str, list[str]]) -> str:
    """A fingerprint of what the kept tables say in those columns."""
    digest = hashlib.sha256()
    for table, names in columns.items():
        rows = installation.rows(f"SELECT {', '.join(names)} FROM {table} ORDER BY id")
        digest.update(repr((table, rows)).encode())
    return digest.hexdigest()


def exported_then() -> dict[str, str]:
    with tarfile.open(FIRST / "exported.tar.xz") as archive:
        found = ((member.name, archive.extractfile(member)) for member in archive)
        return {name: file.read().decode() for name, file in found if file is not None}


def exported_now(installation: Installation, folder: Path) -> dict[str, str]:
    installation.fine("export", folder)
    return {path.name: path.read_text() for path in folder.glob("*.yaml")}


@pytest.fixture
def first_release(tmp_path: Path) -> Installation:
    """The database as that version left it; always SQLite, whatever the tests run on."""
    data = tmp_path / "first"
    data.mkdir()
    packed = (FIRST / "catenary.sqlite3.xz").read_bytes()
    (data / "catenary.sqlite3").write_bytes(lzma.decompress(packed))
    return Installation(data, "")


def test_it_must_be_migrated_and_then_says_what_it_said(
    first_release: Installation, tmp_path: Path
) -> None:
    columns = columns_then(first_release)
    before = said(first_release, columns)
    refused = first_release.run("check")

    first_release.fine("migrate")

    assert refused.code == 2
    assert "catenary migrate" in refused.err
    assert said(first_release, columns) == before
    assert exported_now(first_release, tmp_path / "out") == exported_then()
    shown = first_release.fine("show", "hospital-it/patient-management", "--json").json
    assert shown["name"] == "Patient management"
    planned = first_release.fine("plan", tmp_path / "out", "--source", "x", "--json").json
    assert planned["changes"] == []


def test_its_backup_goes_into_todays_database(
    first_release: Installation, nothing_yet: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "old.backup"
    made = first_release.fine("backup", file, "--json").json

    restored = nothing_yet.fine("restore", file, "--json").json

    assert restored["digest"] == made["digest"]
    assert exported_now(nothing_yet, tmp_path / "out") == exported_then()
    assert nothing_yet.run("restore", file, "--replace").code == 2, "its tables are newer now"
