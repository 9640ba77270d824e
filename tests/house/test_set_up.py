"""Setting up: once, again when something changed, and never more than one may."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import set_up

Installed = list[str]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout with a real environment in it, into which nothing is installed."""
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("one")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(set_up, "VENV", venv)
    monkeypatch.setattr(set_up, "STAMP", venv / "catenary-set-up")
    return tmp_path


@pytest.fixture
def installed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """What was installed, instead of installing it; making an environment takes no time."""
    kinds: Installed = []

    def make_venv() -> None:
        programs = checkout / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "python").symlink_to(sys.executable)
        (programs / "pip").write_text(f"#!{programs / 'python'}\n")

    monkeypatch.setattr(set_up, "make_venv", make_venv)
    monkeypatch.setattr(set_up, "install", kinds.append)
    return kinds


def test_set_up_happens_once(installed: Installed) -> None:
    set_up.set_up_venv("product")
    set_up.set_up_venv("product")

    assert installed == ["product"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_set_up_happens_again_when_a_list_of_packages_changed(
    checkout: Path, installed: Installed, name: str
) -> None:
    set_up.set_up_venv("development")
    (checkout / name).write_text("two")
    set_up.set_up_venv("development")

    assert installed == ["development", "development"]


def test_a_development_environment_serves_the_product_too(installed: Installed) -> None:
    set_up.set_up_venv("development")
    set_up.set_up_venv("product")

    assert installed == ["development"]


def test_running_the_product_does_not_take_the_test_tools_away(
    checkout: Path, installed: Installed
) -> None:
    set_up.set_up_venv("development")
    (checkout / ".venv" / "bin" / "pytest").touch()
    (checkout / "constraints.txt").write_text("two")
    set_up.set_up_venv("product")

    assert installed == ["development", "development"]


def test_an_environment_that_was_moved_is_not_taken_for_a_good_one(
    checkout: Path, installed: Installed
) -> None:
    set_up.set_up_venv("product")
    assert set_up.what_is_set_up() == "product"

    (checkout / ".venv" / "bin" / "pip").write_text("#!/elsewhere/.venv/bin/python\n")

    assert set_up.what_is_set_up() == ""


def test_an_installation_that_failed_is_not_remembered(
    checkout: Path, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_kind: str) -> None:
        raise set_up.CannotSetUp("no network")

    set_up.set_up_venv("product")
    (checkout / "constraints.txt").write_text("two")
    monkeypatch.setattr(set_up, "install", fail)
    with pytest.raises(set_up.CannotSetUp):
        set_up.set_up_venv("product")

    assert set_up.what_is_set_up() == ""


def test_who_may_not_install_packages_is_told_what_to_ask_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(set_up, "may_install_packages", lambda: False)
    monkeypatch.setattr(set_up, "postgresql_is_there", lambda: False)
    monkeypatch.setattr(set_up, "chromium_is_there", lambda: False)

    assert set_up.main(["tests"]) == 2

    said = capsys.readouterr().err
    assert "apt-get install --no-install-recommends postgresql chromium" in said


WITH_POSTGRESQL = [sys.executable, "scripts/postgres_for_tests.py"]
ASK = """
import os, psycopg, sys
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print(connection.execute("SHOW data_directory").fetchone()[0])
    print(connection.execute("SHOW server_encoding").fetchone()[0])
sys.exit(7)
"""


@pytest.fixture
def run_in(root: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start something from the project's folder."""

    def start(*command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)

    return start


def test_a_throw_away_postgresql_is_gone_afterwards(
    run_in: Callable[..., subprocess.Popen[str]],
) -> None:
    process = run_in(*WITH_POSTGRESQL, sys.executable, "-c", ASK)
    said, _ = process.communicate()

    folder, encoding = said.split()
    assert process.returncode == 7, "the command's own exit code comes through"
    assert encoding == "UTF8"
    assert not Path(folder).parent.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_throw_away_postgresql_is_gone_after_an_interrupt_too(
    run_in: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    wait = f"{ASK.replace('sys.exit(7)', '')}\nsys.stdout.flush()\nimport time; time.sleep(600)"
    process = run_in(*WITH_POSTGRESQL, sys.executable, "-c", wait)
    assert process.stdout
    folder = Path(process.stdout.readline().strip())
    assert process.stdout.readline().strip() == "UTF8"
    server = int((folder / "postmaster.pid").read_text().split()[0])

    process.send_signal(number)
    if number is signal.SIGINT:
        # At a terminal the command hears it as well; here only we do, and wait for it.
        child = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
        os.kill(int(child), signal.SIGINT)
    process.wait()

    assert process.returncode != 0
    assert not folder.parent.exists()
    assert not is_postgres(server)


def is_postgres(number: int) -> bool:
    """True while a process of that number runs PostgreSQL (a number can be taken again)."""
    try:
        return b"postgres" in Path(f"/proc/{number}/cmdline").read_bytes()
    except FileNotFoundError:
        return False
