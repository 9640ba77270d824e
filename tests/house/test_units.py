"""The units for systemd that are handed along."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SERVICES = ("catenary.service", "catenary-worker.service", "catenary-backup.service")
#: What they do, and how long they may take to end it.
THEIR_OWN = ("ExecStart=", "Environment=", "#")


def settings_of(unit: Path) -> list[str]:
    """The lines about the service, but for what it does."""
    _, _, section = unit.read_text(encoding="utf-8").partition("[Service]")
    return [line for line in section.splitlines() if not line.startswith(THEIR_OWN)]


def test_a_worker_of_its_own_is_shut_in_as_the_server_is(root: Path) -> None:
    server, worker = (settings_of(root / "deploy" / unit) for unit in SERVICES[:2])

    assert worker == server


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
@pytest.mark.parametrize("unit", SERVICES)
def test_systemd_finds_nothing_wrong_with_a_unit(root: Path, tmp_path: Path, unit: str) -> None:
    text = (root / "deploy" / unit).read_text(encoding="utf-8")
    # It also looks whether the program is there.
    (tmp_path / unit).write_text(text.replace("/opt/catenary/bin/catenary", sys.executable))

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
