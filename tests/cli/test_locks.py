"""Another program holds the database, the disk is full, the person presses Ctrl-C: nothing is
lost, and the next run goes on."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.installation import Installation, copied
from tests.soak.kills import assert_consistent, catalogue_text


@contextlib.contextmanager
def locked(installation: Installation) -> Iterator[None]:
    """Somebody else is in the middle of a change."""
    touch = "UPDATE common_catalogueversion SET number = number"
    if installation.url:
        with psycopg.connect(installation.url) as connection:
            connection.execute(touch.encode())
            yield
            connection.rollback()
        return
    with contextlib.closing(installation.sqlite()) as connection:
        connection.isolation_level = None
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.yaml").write_text(catalogue_text(5, turn=1))
    return folder


@pytest.fixture
def stocked(installation: Installation, files: Path) -> Installation:
    installation.fine("apply", files)
    (files / "a.yaml").write_text(catalogue_text(5, turn=2))
    return installation


def test_a_locked_catalogue_is_said_changed_by_nobody_and_readable(
    stocked: Installation, files: Path
) -> None:
    before = stocked.digest()
    writers: list[tuple[str | Path, ...]] = [
        ("apply", files),
        ("user", "x@y.example", "--operator"),
    ]

    with locked(stocked):
        for command in writers:
            refused = stocked.run(*command, CATENARY_LOCK_SECONDS="1")
            assert refused.code == 2
            assert "locked by another program" in refused.err
            assert "nothing was changed" in refused.err
        assert stocked.fine("show", "acme/s0", "--json").json["name"] == "Service 0 turn 1"
        assert stocked.fine("plan", files, "--json").json["changes"]
        assert stocked.run("check", "--fail-on", "error").code in (0, 1)
    assert stocked.digest() == before

    stocked.fine("apply", files)
    assert stocked.fine("show", "acme/s0", "--json").json["name"] == "Service 0 turn 2"


def test_a_writer_waits_for_its_turn(stocked: Installation, files: Path) -> None:
    with locked(stocked):
        process = stocked.start("apply", files, CATENARY_LOCK_SECONDS="60")
        time.sleep(2)
        assert process.poll() is None
    process.communicate(timeout=120)

    assert process.returncode == 0


def test_ctrl_c_in_the_middle_of_an_apply_changes_nothing(
    stocked: Installation, files: Path
) -> None:
    before = stocked.digest()
    with locked(stocked):
        process = stocked.start("apply", files, CATENARY_LOCK_SECONDS="60")
        assert process.stdout is not None
        while b"to create" not in process.stdout.readline():
            pass
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)
        if not stocked.url:
            # SQLite waits inside of its library, and hears of it when it has waited.
            time.sleep(0.2)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 130, err
    assert b"Traceback" not in err
    assert b"stopped; nothing was changed" in err
    assert stocked.digest() == before
    stocked.fine("apply", files)
    assert_consistent(stocked)


@pytest.mark.usefixtures("on_sqlite")
def test_a_full_disk_changes_nothing(stocked: Installation, files: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk could be mounted: {mounted.stderr.decode().strip()}")
    try:
        with copied(stocked, disk / "data") as small:
            before = small.digest()
            (files / "a.yaml").write_text(catalogue_text(20_000, turn=3))

            refused = small.run("apply", files)

            assert refused.code == 2
            assert "full" in refused.err
            assert "nothing was changed" in refused.err
            assert small.digest() == before
            (files / "a.yaml").write_text(catalogue_text(5, turn=3))
            small.fine("apply", files)
            assert_consistent(small)
    finally:
        subprocess.run(["umount", disk], check=True)
