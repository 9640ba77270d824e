"""Make the database that tests/upgrade begins from: an older version's own, from two stories.

    python -m scripts.upgrade_fixture fb84483 tests/upgrade/first-release

Takes the sources of that commit, lets them migrate, apply and export, and keeps the database and
what it exported, compressed. Run it once for a release; what it made is committed and stays.
"""

from __future__ import annotations

import io
import lzma
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

STORIES = ("hospital", "order-to-cash")


def main(commit: str, target: Path) -> None:
    """Write ``catenary.sqlite3.xz`` and ``exported.tar.xz`` into ``target``."""
    with tempfile.TemporaryDirectory() as scratch:
        sources, data, exported = (Path(scratch) / name for name in ("old", "data", "exported"))
        packed = subprocess.run(["git", "archive", commit], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(sources, filter="data")
        data.mkdir()
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = {
            **inherited, "PYTHONPATH": str(sources / "src"), "CATENARY_DATA": str(data),
        }  # fmt: skip

        def run(*arguments: str | Path) -> None:
            command = [sys.executable, "-m", "catenary", *map(str, arguments)]
            subprocess.run(command, check=True, cwd=sources, env=environment)

        run("migrate")
        for story in STORIES:
            run("apply", sources / "examples" / story)
        run("export", exported)
        database = data / "catenary.sqlite3"
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
        target.mkdir(parents=True, exist_ok=True)
        (target / "catenary.sqlite3.xz").write_bytes(lzma.compress(database.read_bytes(), preset=9))
        with tarfile.open(target / "exported.tar.xz", "w:xz") as archive:
            for path in sorted(exported.glob("*.yaml")):
                archive.add(path, path.name)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
