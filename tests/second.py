"""What is run on a second database, too: whatever reaches a database at all.

`make test` runs everything on SQLite. With ``--only-database``, as on PostgreSQL afterwards, it
leaves out what cannot tell the one from the other. Nobody has to say which tests those are: they
are the ones that ask for no database, and on the first run they get none (decision 0086).
"""

from __future__ import annotations

import unittest
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

#: Every fixture of ours that uses a database is built upon one of these.
ROOTS = frozenset(
    {
        "db",
        "transactional_db",
        "django_db_setup",
        # Installations in processes of their own have a database beside that of the tests.
        "migrated",
        "nothing_yet",
        "database_kind",
    }
)


def asks_for_a_database(item: pytest.Item) -> bool:
    """True for a test that may use a database; Django's and Hypothesis' classes always may."""
    assert isinstance(item, pytest.Function)
    return (
        item.get_closest_marker("django_db") is not None
        or (item.cls is not None and issubclass(item.cls, unittest.TestCase))
        or not ROOTS.isdisjoint(item.fixturenames)
    )


_asked = True


def must_have_asked() -> None:
    """Stop a test that makes a database of its own and was not seen to: on the second database it
    would be left out."""
    assert _asked, f"what this test is built upon belongs among the roots in {__name__}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any of its fixtures: remember whether the test asked."""
    global _asked
    _asked = asks_for_a_database(item)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--only-database`."""
    parser.addoption(
        "--only-database", action="store_true", help="only tests that ask for a database"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks for no database, and say how much that is."""
    if config.getoption("--only-database"):
        others = [item for item in items if not asks_for_a_database(item)]
        items[:] = [item for item in items if asks_for_a_database(item)]
        config.hook.pytest_deselected(items=others)


@pytest.fixture(autouse=True)
def _no_database_that_was_not_asked_for(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """pytest-django keeps the database from such tests, but for those of a module that has opened
    it for itself."""
    if asks_for_a_database(request.node):
        yield
        return
    with django_db_blocker.block():
        yield
