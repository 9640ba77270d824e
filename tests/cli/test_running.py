"""First run, database and data folder: what the person at the machine is told."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.installation import Installation, run_command
from tests.product import catenary, clean_environment, free_port, running

SECRET = "hunter2"


def run_with(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    done = run_command(list(arguments), clean_environment(data, **more))
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def assert_one_clear_line(err: str) -> None:
    lines = err.strip().splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("catenary: ")


def passwords_in(out: str) -> list[str]:
    return re.findall(r"administrator@localhost {2}(\S+)", out)


def test_the_first_run_prints_a_generated_password_once(nothing_yet: Installation) -> None:
    first = nothing_yet.fine("migrate")
    second = nothing_yet.fine("migrate")

    assert len(passwords_in(first.out)) == 1
    assert len(passwords_in(first.out)[0]) >= 16
    assert passwords_in(second.out) == []
    stored = nothing_yet.rows("SELECT password FROM access_account")
    assert all("argon2id$v=19$m=102400,t=2,p=8$" in str(row[0]) for row in stored)


def test_no_two_installations_have_the_same_first_password(tmp_path: Path) -> None:
    found = {
        passwords_in(run_with(tmp_path / name, "migrate").stdout)[0] for name in ("one", "two")
    }

    assert len(found) == 2


def test_a_database_without_tables_names_the_command_that_makes_them(
    nothing_yet: Installation,
) -> None:
    ran = nothing_yet.run("check")

    assert ran.code == 2
    assert "catenary migrate" in ran.err
    assert_one_clear_line(ran.err)


def test_the_secret_of_an_installation_is_readable_by_its_owner_alone(
    installation: Installation,
) -> None:
    assert (installation.data / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x", "cannot be reached"),
        (f"postgresql://u:{SECRET}@nowhere.invalid/x", "cannot be reached"),
        (f"postgresql://u:pa/{SECRET}@host/x", "DATABASE_URL"),
        (f"postgresql://u:{SECRET}@host:{SECRET}/x", "DATABASE_URL"),
        (f"postgresql://[{SECRET}", "DATABASE_URL"),
        (f"mysql://u:{SECRET}@host/x", "DATABASE_URL"),
        (f"thing://{SECRET}", "DATABASE_URL"),
        (SECRET, "DATABASE_URL"),
        ("sqlite:////no/such/folder/x.sqlite3", "/no/such/folder/x.sqlite3"),
    ],
)
def test_a_wrong_database_is_one_line_without_its_password(
    tmp_path: Path, url: str, words: str
) -> None:
    ran = run_with(tmp_path, "check", DATABASE_URL=url)

    assert ran.returncode == 2
    assert_one_clear_line(ran.stderr)
    assert words in ran.stderr
    assert SECRET not in ran.stdout + ran.stderr


@pytest.mark.parametrize("command", ["migrate", "serve", "demo"])
def test_every_way_to_begin_says_that_the_database_cannot_be_reached(
    tmp_path: Path, command: str
) -> None:
    ran = run_with(tmp_path, command, DATABASE_URL=f"postgresql://u:{SECRET}@127.0.0.1:1/x")

    assert ran.returncode == 2
    assert_one_clear_line(ran.stderr)
    assert "cannot be reached" in ran.stderr


def test_a_demonstration_shows_services_that_somebody_watches(tmp_path: Path) -> None:
    def board(of: str) -> dict[str, int]:
        ran = run_with(tmp_path, "status", "--as", of, "--all", "--json")
        counts: dict[str, int] = json.loads(ran.stdout)["counts"]
        return counts

    def since(service: str) -> str:
        return run_with(tmp_path, "status", service).stdout.splitlines()[0]

    def demonstration() -> str:
        port = free_port()
        command = catenary("demo", "--port", str(port), "--data", str(tmp_path))
        with running(command, tmp_path, port, environment={"CATENARY_ENGINE": ""}):
            deadline = time.monotonic() + 90
            while board("hospital-it") != broken and time.monotonic() < deadline:
                time.sleep(0.5)
        return (tmp_path / "product.log").read_text(encoding="utf-8")

    # One database of two, what needs both of them, and what has only that one.
    broken = {"down": 2, "degraded": 3, "unknown": 0, "maintenance": 0, "operational": 14}

    said = demonstration()

    # A story that cannot be told would be complained of.
    assert "catenary: " not in said and "kept as it is" not in said
    assert "conditions" not in said and not re.search(r"^[a-z-]+: ", said, re.MULTILINE)
    assert board("hospital-it") == broken
    hotel = board("harbour-hotel")
    assert hotel["operational"] and hotel["operational"] == sum(hotel.values())
    ahead = run_with(tmp_path, "maintenance", "list", "--as", "hospital-it").stdout
    assert len(re.findall(r"^\S", ahead, re.MULTILINE)) == 2
    words = since("acme-cloud/db-2")
    # Starting it again says nothing again.
    demonstration()
    assert since("acme-cloud/db-2") == words
    assert run_with(tmp_path, "maintenance", "list", "--as", "hospital-it").stdout == ahead


@pytest.mark.parametrize("kind", ["a file", "below a file", "of the system"])
def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_text("")
    folder = {
        "a file": tmp_path / "file",
        "below a file": tmp_path / "file" / "data",
        "of the system": Path("/proc/catenary"),
    }[kind]

    ran = run_with(tmp_path, "migrate", "--data", str(folder))

    assert ran.returncode == 2
    assert_one_clear_line(ran.stderr)
    assert str(folder) in ran.stderr
    assert "--data" in ran.stderr


def test_a_data_folder_one_may_not_write_to_is_named(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)

    ran = run_with(tmp_path, "migrate", "--data", str(folder))

    assert ran.returncode == 2
    assert_one_clear_line(ran.stderr)


@pytest.mark.usefixtures("on_sqlite")
def test_a_file_that_is_no_database_is_left_alone(installation: Installation) -> None:
    path = installation.data / "catenary.sqlite3"
    path.write_bytes(b"my diary, not a database " * 100)

    ran = installation.run("check")

    assert ran.code == 2
    assert_one_clear_line(ran.err)
    assert str(path) in ran.err
    assert path.read_bytes().startswith(b"my diary")


@pytest.mark.parametrize("said", ["", "0", "-1", "ten", "²", "1e9", "99999999999999999999"])
def test_a_wrong_waiting_time_is_refused(tmp_path: Path, said: str) -> None:
    ran = run_with(tmp_path, "check", CATENARY_LOCK_SECONDS=said)

    assert ran.returncode == 2
    assert_one_clear_line(ran.stderr)
    assert "CATENARY_LOCK_SECONDS" in ran.stderr


def test_a_port_in_use_is_named_before_anything_is_done(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        ran = run_with(tmp_path, "serve", "--port", port)

    assert ran.returncode == 2
    assert_one_clear_line(ran.stderr)
    assert port in ran.stderr
    assert ran.stdout == ""


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    ran = run_with(tmp_path, "serve", "--port", port)

    assert ran.returncode == 2
    assert "--port" in ran.stderr


def test_somebody_defined_gets_a_new_password_each_time(
    installation: Installation, root: Path
) -> None:
    installation.fine("apply", root / "examples" / "hotel")
    email = str(installation.rows("SELECT email FROM organizations_person ORDER BY 1")[0][0])

    first, second = installation.fine("user", email), installation.fine("user", email.upper())

    assert email in first.out
    assert email in second.out
    assert first.out != second.out


def test_nobody_gets_an_account_unless_they_are_defined_or_run_the_installation(
    installation: Installation,
) -> None:
    before = installation.digest()

    stranger = installation.run("user", "stranger@nowhere.example")

    assert (stranger.code, installation.digest()) == (2, before)
    assert "--operator" in stranger.err
    assert installation.run("user", "root@nowhere.example", "--operator").code == 0


def test_an_unexpected_error_is_one_sentence_with_a_place(
    installation: Installation, tmp_path: Path
) -> None:
    spoilt = tmp_path / "sitecustomize.py"
    spoilt.write_text("import catenary.cli.catalogue as c\nc.print_schema = lambda: 1 / 0\n")
    more = {"PYTHONPATH": str(tmp_path)}

    plain = run_with(installation.data, "schema", **more)
    detailed = run_with(installation.data, "schema", CATENARY_DEBUG="1", **more)

    assert plain.returncode == detailed.returncode == 2
    assert_one_clear_line(plain.stderr)
    assert re.search(r"ZeroDivisionError at cli/\w+\.py:\d+", plain.stderr)
    assert "CATENARY_DEBUG=1" in plain.stderr
    assert "Traceback" in detailed.stderr


def test_ctrl_c_in_a_command_is_quiet(installation: Installation) -> None:
    process = installation.start("serve", "--port", str(free_port()))
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.5)

    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert process.returncode in (0, 130)
    assert b"Traceback" not in err


@pytest.mark.parametrize("command", ["import", "apply", "plan"])
def test_a_catalogue_is_brought_into_a_folder_that_is_not_there_yet(
    nothing_yet: Installation, root: Path, command: str
) -> None:
    examples = root / "examples"
    sheet = examples / "mappings"
    asked: list[str | Path] = [command, examples / "gutter-cleaning"]
    if command == "import":
        table = sheet / "spreadsheet-sample.csv"
        asked = [command, "csv", table, "--mapping", sheet / "spreadsheet.yaml"]

    ran = nothing_yet.fine(*asked, "--json")
    again = nothing_yet.fine(*asked, "--json")

    # What a program reads is the answer alone; who administers it is said beside.
    assert ran.json
    assert len(passwords_in(ran.err)) == 1
    assert passwords_in(again.err) == []
