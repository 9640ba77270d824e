"""`catenary --help` answers at once, because it loads nothing that it does not need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"django", "numpy", "scipy", "yaml", "granian", "psycopg"}

PROBE = """
import atexit, json, sys
@atexit.register
def tell():
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    sys.stderr.write("\\nLOADED " + json.dumps(loaded))
"""


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a process has loaded when `code` has ended."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE + code], check=False, capture_output=True, text=True
    )
    said, _, loaded = done.stderr.rpartition("LOADED ")
    assert done.returncode == 0, said
    return set(json.loads(loaded))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["plan", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"sys.argv = {['catenary', *arguments]}\nfrom catenary.__main__ import main\nmain()"

    assert not loaded_by(code) & HEAVY


def test_something_heavy_would_be_noticed() -> None:
    assert loaded_by("import django.conf") & HEAVY == {"django"}


def test_the_package_runs_as_a_module_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "catenary", "--help"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert "catenary" in done.stdout
