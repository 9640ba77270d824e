"""Which database the tests run on, for the few tests that must know.

`make test` runs everything on SQLite, and then what uses the database on PostgreSQL.
"""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def database_kind() -> str:
    """`sqlite` or `postgresql`."""
    from django.conf import settings

    engine: str = settings.DATABASES["default"]["ENGINE"]
    return engine.rpartition(".")[2].removesuffix("3")


@pytest.fixture
def on_sqlite(database_kind: str) -> None:
    """For a test about something that only SQLite has."""
    if database_kind != "sqlite":
        pytest.skip(f"about SQLite alone; this run is on {database_kind}")


@pytest.fixture
def on_postgresql(database_kind: str) -> None:
    """For a test about something that only PostgreSQL has."""
    if database_kind != "postgresql":
        pytest.skip(f"about PostgreSQL alone; this run is on {database_kind}")
