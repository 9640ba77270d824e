"""Ruff's bans hold where they should: no clock and no database outside their places."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def banned(root: Path, where: str, text: str) -> bool:
    """True when ruff refuses `text` as the content of the file `where`."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251"]
        + ["--stdin-filename", where, "-"],
        cwd=root,
        input=text,
        text=True,
        check=False,
        capture_output=True,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 1


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("src/catenary/web/a.py", "from django.db import models\n"),
        ("src/catenary/exchange/a.py", "from django.db import transaction\n"),
        ("src/catenary/apps/portfolio/a.py", "from django.utils.timezone import now\n"),
        ("src/catenary/apps/portfolio/a.py", "from django.dispatch import receiver\n"),
        ("src/catenary/domain/a.py", "import time\n\nprint(time.time())\n"),
        ("src/catenary/domain/a.py", "import datetime\n\nprint(datetime.datetime.now())\n"),
    ],
)
def test_what_is_banned_is_refused(root: Path, where: str, text: str) -> None:
    assert banned(root, where, text)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("src/catenary/apps/portfolio/a.py", "from django.db import models\n"),
        ("src/catenary/clock.py", "import datetime\n\nprint(datetime.datetime.now())\n"),
        ("src/catenary/domain/a.py", "import time\n\nprint(time.monotonic())\n"),
    ],
)
def test_what_is_allowed_is_not(root: Path, where: str, text: str) -> None:
    assert not banned(root, where, text)
