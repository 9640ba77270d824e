"""An installation of its own for a test: a data folder, a database, and the command line as a
user runs it, in processes of its own.

On SQLite the database lies in the data folder. When the tests run on PostgreSQL each installation
gets a database of its own beside the tests' one, copied from one that was migrated once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests.loaded import can_be_run_loaded, run_loaded
from tests.once import made_once
from tests.product import catenary, clean_environment
from tests.second import must_have_asked

SECONDS = 300


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the JSON document it is."""
        return json.loads(self.out)


def run_command(
    arguments: list[str], environment: dict[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run `catenary` to its end in a process of its own, with nothing on standard input."""
    if can_be_run_loaded(environment):
        return run_loaded(arguments, environment, folder, SECONDS)
    return subprocess.run(
        catenary(*arguments),
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


@dataclass(frozen=True)
class Installation:
    """A data folder and its database; ``url`` is empty on SQLite."""

    data: Path
    url: str

    def environment(self, **more: str) -> dict[str, str]:
        """The environment in which the command line finds this installation."""
        database = {"DATABASE_URL": self.url} if self.url else {}
        return clean_environment(self.data, **{**database, **more})

    def run(self, *arguments: str | Path, cwd: Path | None = None, **more: str) -> Ran:
        """Run a command to its end; ``more`` goes into its environment."""
        done = run_command(list(map(str, arguments)), self.environment(**more), cwd)
        out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        assert "Traceback" not in err, err
        return Ran(done.returncode, out, err)

    def fine(self, *arguments: str | Path, **more: str) -> Ran:
        """Run a command that must end with 0."""
        ran = self.run(*arguments, cwd=None, **more)
        assert ran.code == 0, (arguments, ran)
        return ran

    def start(self, *arguments: str | Path, **more: str) -> subprocess.Popen[bytes]:
        """Start a command without waiting for it, in a group of its own."""
        return subprocess.Popen(
            catenary(*map(str, arguments)),
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database answers, asked directly."""
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as connection:
                return connection.execute(statement.encode()).fetchall()
        with contextlib.closing(self.sqlite()) as connection:
            return connection.execute(statement).fetchall()

    def write(self, statement: str) -> None:
        """Change the database behind the product's back."""
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(statement.encode())
            return
        with contextlib.closing(self.sqlite()) as connection:
            connection.execute(statement)
            connection.commit()

    def sqlite(self) -> sqlite3.Connection:
        """A connection of one's own to the SQLite database."""
        return sqlite3.connect(self.data / "catenary.sqlite3", timeout=SECONDS)

    def digest(self) -> str:
        """A fingerprint of every row of every table; equal means that nothing changed."""
        digest = hashlib.sha256()
        for table in self._tables():
            rows = self.rows(f'SELECT * FROM "{table}"')
            digest.update(f"{table}\n".encode())
            for line in sorted(map(repr, rows)):
                digest.update(line.encode(errors="replace"))
        return digest.hexdigest()

    def counts(self) -> dict[str, int]:
        """How many live things of each kind there are."""
        tables = {
            "organizations": "organizations_organization",
            "services": "portfolio_service",
            "dependencies": "portfolio_dependency",
        }
        return {
            kind: int(self.rows(f"SELECT count(*) FROM {table}")[0][0])
            for kind, table in tables.items()
        }

    def _tables(self) -> list[str]:
        statement = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            if self.url
            else "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
        )
        return [row[0] for row in self.rows(statement) if not row[0].startswith("sqlite_")]


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL database with all tables, which others are copied from; empty on
    SQLite, where a database is a file or a piece of memory."""
    if not _address_of_a_new_database():
        yield ""
        return
    with made_once(tmp_path_factory, "tables", _make_tables, _drop) as folder:
        yield (folder / "url").read_text()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tables: str
) -> None:
    """Have Django copy the tests' own database as well, instead of migrating it anew."""
    if tables:
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = _name_in(tables)


@pytest.fixture(scope="session")
def migrated(tables: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with its tables and nothing in them; copied, never used."""
    must_have_asked()
    make = partial(_migrate, tables)
    with made_once(tmp_path_factory, "migrated", make, _drop) as folder:
        yield Installation(folder / "data", (folder / "url").read_text())


def _make_tables(folder: Path) -> None:
    django = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    with _kept_when_well(folder) as url:
        _create_database(url)
        installation = Installation(folder / "data", url)
        environment = installation.environment(DJANGO_SETTINGS_MODULE="catenary.config.settings")
        subprocess.run(django, env=environment, check=True, timeout=SECONDS)


def _migrate(tables: str, folder: Path) -> None:
    with _kept_when_well(folder) as url:
        _create_database(url, tables)
        Installation(folder / "data", url).fine("migrate")


@contextlib.contextmanager
def _kept_when_well(folder: Path) -> Iterator[str]:
    """The address of a new database, written into a folder; dropped if it could not be made."""
    url = _address_of_a_new_database()
    try:
        yield url
        (folder / "url").write_text(url)
    except BaseException:
        _drop_database(url)
        raise


def _drop(folder: Path) -> None:
    _drop_database((folder / "url").read_text())


@pytest.fixture
def installation(migrated: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A migrated, empty installation of the test's own."""
    with copied(migrated, tmp_path / "data") as own:
        yield own


@contextlib.contextmanager
def copied(original: Installation, data: Path) -> Iterator[Installation]:
    """A copy of an installation that nobody uses at the moment."""
    shutil.copytree(original.data, data, ignore=shutil.ignore_patterns("*-shm", "*-wal"))
    if not original.url:
        # The write-ahead log goes with it, whole: what it holds is part of the database.
        for log in original.data.glob("*-wal"):
            shutil.copy2(log, data)
    with _databases(template=original.url) as url:
        yield Installation(data, url)


@pytest.fixture
def nothing_yet(tmp_path: Path) -> Iterator[Installation]:
    """A folder and a database without any tables."""
    with _databases() as url:
        yield Installation(tmp_path / "new", url)


@contextlib.contextmanager
def _databases(template: str = "") -> Iterator[str]:
    """A PostgreSQL database of its own, dropped at the end; an empty address on SQLite."""
    must_have_asked()
    url = _address_of_a_new_database()
    _create_database(url, template)
    try:
        yield url
    finally:
        _drop_database(url)


def _address_of_a_new_database() -> str:
    """Where a database could be that is not there yet; empty on SQLite."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        return ""
    return urllib.parse.urlsplit(server)._replace(path=f"/catenary_{uuid.uuid4().hex}").geturl()


def _name_in(url: str) -> str:
    return urllib.parse.urlsplit(url).path.lstrip("/")


def _name(url: str) -> sql.Identifier:
    return sql.Identifier(_name_in(url))


def _create_database(url: str, template: str = "") -> None:
    """Make the database of an address, as a copy of another if there is one; nothing on SQLite."""
    if url:
        make = sql.SQL("CREATE DATABASE {}").format(_name(url))
        if template:
            make += sql.SQL(" TEMPLATE {}").format(_name(template))
        _tell_the_server(make)


def _drop_database(url: str) -> None:
    if url:
        _tell_the_server(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_name(url)))


def _tell_the_server(statement: sql.Composed) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement)
