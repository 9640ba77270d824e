"""What is left out of the run on a second database cannot use one on the first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.installation import Installation, copied
from tests.second import FEW, a_few, asks_for_a_database


@pytest.fixture(scope="module", autouse=True)
def opened(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The way to the database, open for a whole module as some fixtures leave it."""
    with django_db_blocker.unblock():
        yield


def test_what_asks_for_no_database_gets_none(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    assert not asks_for_a_database(request.node)
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        connection.ensure_connection()
    (tmp_path / "there").mkdir()
    with (
        pytest.raises(AssertionError, match="belongs among the roots"),
        copied(Installation(tmp_path / "there", ""), tmp_path / "copy"),
    ):
        pass


@pytest.mark.django_db
def test_a_mark_asks_for_one(request: pytest.FixtureRequest) -> None:
    assert asks_for_a_database(request.node)
    connection.ensure_connection()


def test_so_does_a_fixture_that_is_built_on_one(
    request: pytest.FixtureRequest, installation: Installation
) -> None:
    assert asks_for_a_database(request.node)
    assert installation.counts()["services"] == 0


def test_only_installations_are_told_which_database_the_tests_run_on(root: Path) -> None:
    reads = re.compile(r"""environ(\.get\(|\[)["']DATABASE_URL""")
    told = {
        str(path.relative_to(root))
        for path in (root / "tests").rglob("*.py")
        if reads.search(path.read_text(encoding="utf-8"))
    }

    # That one is about the script which runs a command with such a database.
    assert told == {"tests/installation.py", "tests/house/test_set_up.py"}


def test_a_few_ask_for_each_thing_there_and_everybody_for_something() -> None:
    everybody = [f"person {number}" for number in range(16)]

    asked = [a_few(everybody, f"thing {number}") for number in range(40)]

    assert {len(each) for each in asked} == {FEW}
    assert {person for each in asked for person in each} == set(everybody)
    assert a_few(everybody[:FEW], "thing") == everybody[:FEW]
    assert a_few(everybody, "thing") == a_few(everybody, "thing")
