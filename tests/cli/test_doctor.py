"""The doctor: each thing that can be wrong is made so, and found with its remedy."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catenary.cli.doctor import Facts, Finding, diagnose
from tests.installation import Installation

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WELL = Facts(now=NOW, last_backup=NOW - timedelta(hours=3))


def codes(installation: Installation, **more: str) -> set[str]:
    ran = installation.run("doctor", "--json", cwd=None, **more)
    assert ran.code in (0, 1), ran
    found = {finding["code"] for finding in ran.json["findings"]}
    assert ran.code == (1 if found else 0)
    return found


@pytest.fixture
def well(installation: Installation, tmp_path: Path) -> Installation:
    """An installation with nothing wrong but its operator's second factor."""
    os.chmod(installation.data, 0o700)
    installation.fine("backup", tmp_path / "a.backup")
    return installation


def test_making_a_backup_is_no_reason_to_complain(
    installation: Installation, tmp_path: Path
) -> None:
    note = installation.data / "last-backup"
    note.touch(mode=0o644)
    note.chmod(0o644)

    installation.fine("backup", tmp_path / "a.backup")

    assert note.stat().st_mode & 0o777 == 0o600


def test_a_new_installation_is_told_what_is_left_to_do(installation: Installation) -> None:
    os.chmod(installation.data, 0o700)

    ran = installation.run("doctor")

    assert ran.code == 1
    assert "second-factor" in ran.out
    assert "no backup was made" in ran.out
    assert ran.out.count("to mend it: ") == 2


def test_what_is_well_is_not_complained_about(well: Installation) -> None:
    assert codes(well) == {"second-factor"}
    assert list(diagnose(WELL)) == []


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        ("secret-key", {"CATENARY_SECRET_KEY": "hunter2"}),
        ("hosts", {"CATENARY_HOSTS": "*", "CATENARY_TLS": "1"}),
        ("hosts-loopback", {"CATENARY_TLS": "1"}),
        ("tls", {"CATENARY_HOSTS": "catenary.example.org"}),
        ("metrics-token", {"CATENARY_METRICS_TOKEN": "short"}),
        ("second-factor-of-nobody", {"CATENARY_SECOND_FACTOR": "operators everbody"}),
        (
            "mail",
            {
                "CATENARY_MAIL_HOST": "127.0.0.1",
                "CATENARY_MAIL_PORT": "1",
                "CATENARY_MAIL_FROM": "cat@example.org",
                "CATENARY_ADDRESS": "https://catalogue.example",
            },
        ),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    well: Installation, code: str, settings: dict[str, str]
) -> None:
    assert codes(well, **settings) - {"second-factor"} == {code}


def test_inlets_that_are_silent_refuse_much_or_lost_their_secret_are_named(
    well: Installation,
) -> None:
    well.fine("apply", _acme(well.data))
    for name, proof in (("well", "secret"), ("silent", "secret"), ("signed", "hmac")):
        well.fine(*("inlet", "open", f"acme/{name}", "--kind", "alertmanager", "--proof", proof))
    assert codes(well) == {"second-factor"}

    well.write(
        "UPDATE monitoring_inlet SET opened_at = '2026-01-01 00:00:00+00:00' WHERE key = 'silent'"
    )
    for number in range(10):
        well.write(
            "INSERT INTO monitoring_refuseditem (inlet_id, at, reasons, excerpt)"
            f" SELECT id, '{datetime.now(UTC)}', '[]', '{number}' FROM monitoring_inlet"
            " WHERE key = 'well'"
        )
    well.write("UPDATE monitoring_inlet SET sealed = 'broken' WHERE key = 'signed'")

    ran = well.run("doctor")

    assert "inlets-silent: nothing came through acme/silent for a week" in ran.out
    assert "inlets-refusing: much of what came through acme/well within a day" in ran.out
    assert "inlets-secret: the secrets with which acme/signed signs" in ran.out


def _acme(data: Path, *, service: bool = False) -> Path:
    catalogue = data.parent / "acme.yaml"
    services = "services: {acme/mail: {name: Mail}}\n" if service else ""
    catalogue.write_text(f"catenary: 1\norganizations: {{acme: {{name: Acme}}}}\n{services}")
    return catalogue


def drop_guards(installation: Installation) -> None:
    on = " ON history_revision" if installation.url else ""
    installation.write(f"DROP TRIGGER history_revision_stays{on}")


def let_others_read(installation: Installation) -> None:
    os.chmod(installation.data, 0o755)
    os.chmod(installation.data / "secret-key", 0o644)


def give_example_account(installation: Installation) -> None:
    installation.write("UPDATE access_account SET email = 'dana@st-mary.example'")


WRONG: dict[str, Callable[[Installation], object]] = {
    "data-folder": let_others_read,
    "history-unguarded": drop_guards,
    "example-people": give_example_account,
    "migrations": lambda it: it.write(
        "DELETE FROM django_migrations WHERE app = 'portfolio' AND name = '0002_search'"
    ),
    "database-newer": lambda it: it.write(
        "INSERT INTO django_migrations (app, name, applied)"
        " VALUES ('portfolio', '9999_flying', '2030-01-01')"
    ),
    "backup": lambda it: (it.data / "last-backup").write_text("2020-01-01T00:00:00+00:00"),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_made_wrong_is_found(well: Installation, code: str) -> None:
    WRONG[code](well)

    assert codes(well) - {"second-factor"} == {code}


def test_nobody_left_to_run_it_is_found(well: Installation) -> None:
    off = "FALSE" if well.url else "0"
    well.write(f"UPDATE access_account SET is_operator = {off}")

    assert codes(well) == {"no-operator"}


def test_a_database_out_of_reach_is_one_finding_and_no_crash(well: Installation) -> None:
    found = well.run("doctor", "--json", DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/x")

    assert [finding["code"] for finding in found.json["findings"]] == ["database"]
    assert "hunter2" not in found.out + found.err


def test_a_damaged_file_is_found(well: Installation, on_sqlite: None) -> None:
    file = well.data / "catenary.sqlite3"
    with well.sqlite() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    raw = bytearray(file.read_bytes())
    # Pages in the middle: the first ones say what the file is, and would make it none at all.
    raw[len(raw) // 2 : len(raw) // 2 + 40_000] = b"\xff" * 40_000
    file.write_bytes(bytes(raw))

    assert codes(well) & {"database-damaged", "database"}


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("database-damaged", replace(WELL, damage=("row missing",))),
        ("write-ahead-log", replace(WELL, log_mode="delete")),
        ("disk", replace(WELL, free_bytes=5_000_000)),
        ("clock", replace(WELL, clock_differs=timedelta(seconds=-7))),
        ("time-zones", replace(WELL, has_time_zones=False)),
        ("backup", replace(WELL, last_backup=NOW - timedelta(days=1, minutes=1))),
    ],
)
def test_what_no_test_should_do_to_a_machine_is_told_from_its_facts(
    code: str, facts: Facts
) -> None:
    [found] = diagnose(facts)

    assert isinstance(found, Finding)
    assert found.code == code
    assert found.sentence and found.remedy


def test_every_finding_stands_in_the_reference(root: Path) -> None:
    text = (root / "src/catenary/cli/doctor.py").read_text(encoding="utf-8")
    page = (root / "docs/reference/command-line.md").read_text(encoding="utf-8")
    import re

    known = set(re.findall(r'Finding\(\s*"([a-z-]+)"', text))

    assert len(known) >= 17
    assert {code for code in known if f"`{code}`" not in page} == set()


def test_messages_that_nobody_sends_are_found() -> None:
    late = replace(WELL, waiting_letters=3, letters_late=timedelta(minutes=17))

    (finding,) = diagnose(late)

    assert (finding.code, finding.grave) == ("outbox-waiting", True)
    assert finding.sentence == "3 messages wait, the oldest for 17 minutes"
    assert list(diagnose(replace(late, letters_late=timedelta(minutes=1)))) == []


def test_a_worker_that_is_not_there_is_found_once_anything_was_reported(
    well: Installation,
) -> None:
    well.fine("apply", _acme(well.data, service=True))
    assert codes(well) == {"second-factor"}

    well.fine("observe", "acme/mail", "down")
    never = well.run("doctor")
    well.write(
        "INSERT INTO monitoring_propagation (id, number, seen_at)"
        " VALUES (1, 0, '2026-01-01 00:00:00+00:00')"
    )
    long_ago = well.run("doctor")
    well.write(f"UPDATE monitoring_propagation SET seen_at = '{datetime.now(UTC)}'")

    assert "engine: no worker has followed what is reported yet" in never.out
    assert "`catenary worker`" in never.out
    assert "engine: no worker has followed what is reported since 2026-01-01" in long_ago.out
    assert codes(well) == {"second-factor"}


def test_a_worker_that_is_far_behind_is_found() -> None:
    behind = replace(WELL, waiting_words=700, words_late=timedelta(minutes=11))

    (finding,) = diagnose(behind)

    assert (finding.code, finding.grave) == ("engine-behind", True)
    assert (
        finding.sentence == "700 words and moments wait to be followed, the oldest for 11 minutes"
    )
    assert list(diagnose(replace(behind, words_late=timedelta(minutes=2)))) == []
    # That nobody follows says it all.
    (finding,) = diagnose(replace(behind, is_followed=False))
    assert finding.code == "engine"
