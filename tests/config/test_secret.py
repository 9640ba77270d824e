"""Where an installation keeps what it knows."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from catenary.config.secret import installation_secret


def test_a_folder_made_for_the_data_is_closed_to_others(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        secret = installation_secret(tmp_path / "new" / "var")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "new" / "var").stat().st_mode) == 0o700
    assert installation_secret(tmp_path / "new" / "var") == secret


def test_a_folder_that_somebody_made_stays_as_it_is(tmp_path: Path) -> None:
    there = tmp_path / "var"
    there.mkdir()
    there.chmod(0o750)

    installation_secret(there)

    assert stat.S_IMODE(there.stat().st_mode) == 0o750
