"""What is run on a second database, too: whatever reaches a database at all.

`make test` runs everything on SQLite. With ``--only-database``, as on PostgreSQL afterwards, it
leaves out what cannot tell the one from the other. Nobody has to say which tests those are: they
are the ones that ask for no database, and on the first run they get none. And where one test has
everybody ask for the same thing, a few ask there (decision 0086).
"""

from __future__ import annotations

import unittest
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

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

#: So many of those who may ask for a thing ask for it on the second database.
FEW = 3
#: What a test calls the one who asks, where each has a case of their own.
WHO = "who"

Each = TypeVar("Each")
_is_second = False


def a_few(those: Sequence[Each], of: str) -> list[Each]:
    """A few of many, far from one another, and others of other things."""
    many = len(those)
    begin = zlib.crc32(of.encode()) % max(many, 1)
    chosen = {(begin + number * many // FEW) % many for number in range(FEW)} if many > FEW else ()
    return [each for number, each in enumerate(those) if many <= FEW or number in chosen]


def asking(those: Sequence[Each], of: str) -> list[Each]:
    """Who is to ask for a thing, of those who may: all of them; a few on the second database."""
    return a_few(those, of) if _is_second else list(those)


def _who_asks_less(items: list[pytest.Item]) -> set[pytest.Item]:
    """The cases that are left out: all but a few of those that differ in who asks, and in nothing
    else."""
    alike: dict[tuple[str, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        case = getattr(item, "callspec", None)
        if case is not None and WHO in case.params:
            others = {name: value for name, value in case.params.items() if name != WHO}
            alike[item.nodeid.partition("[")[0], repr(others)].append(item)
    # Not by what they are given: what an object is called need not be the same in two processes.
    return {
        case
        for number, ((test, _), cases) in enumerate(alike.items())
        for case in set(cases) - set(a_few(cases, f"{test} {number}"))
    }


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
    global _is_second
    _is_second = config.getoption("--only-database")
    if _is_second:
        others = _who_asks_less(items) | {each for each in items if not asks_for_a_database(each)}
        config.hook.pytest_deselected(items=[item for item in items if item in others])
        items[:] = [item for item in items if item not in others]


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
