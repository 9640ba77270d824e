"""How the product opens its database."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django.plugin import DjangoDbBlocker

from catenary.apps.common.operations.turns import one_turn


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="a PostgreSQL server decides this for everybody"
)
@pytest.mark.django_db
def test_what_was_saved_survives_that_the_power_fails() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,), "FULL: the disk has it before anybody is told"
    assert "journal_mode=WAL" in settings.DATABASES["default"]["OPTIONS"]["init_command"]


def test_only_what_is_worked_out_again_does_not_wait_for_the_disk(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        # Servers for tests never wait.
        _on_postgresql("SET synchronous_commit TO ON")
        try:
            with one_turn(repeatable=True):
                assert not _waits_for_the_disk()
            with one_turn():
                assert _waits_for_the_disk()
                with one_turn(repeatable=True):
                    assert _waits_for_the_disk()
            with pytest.raises(ZeroDivisionError), one_turn(repeatable=True):
                raise ZeroDivisionError
            assert _waits_for_the_disk()
        finally:
            _on_postgresql("RESET synchronous_commit")


def _on_postgresql(statement: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _waits_for_the_disk() -> bool:
    asked = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return cursor.fetchone()[0] in {2, "on"}


@pytest.fixture
def own(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """A connection that nobody else uses, as a thread of the server has one."""
    with django_db_blocker.unblock():
        own = connection.copy()
        _a_request(own)
        yield own
        own.close()


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="a file is not asked whether it lives"
)


@on_postgresql
def test_a_connection_in_use_just_now_is_not_asked_whether_it_lives(
    own: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _noting_questions(own, monkeypatch)

    _a_request(own)

    assert asked == []


@on_postgresql
def test_a_connection_that_rested_is_asked_whether_it_lives(
    own: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _noting_questions(own, monkeypatch)
    monkeypatch.setattr(own, "_used_at", time.monotonic() - 2)

    _a_request(own)

    assert asked == ["is it usable?"]


@on_postgresql
def test_a_session_that_was_ended_is_noticed_and_replaced(own: BaseDatabaseWrapper) -> None:
    first, other = _a_request(own), own.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
        assert cursor.fetchone() == (True,)
    other.close()

    assert _a_request(own) != first


def _a_request(own: BaseDatabaseWrapper) -> int:
    """What a request does with its connection; the number of its session."""
    own.close_if_unusable_or_obsolete()
    with own.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()" if own.vendor == "postgresql" else "SELECT 1")
        number: int = cursor.fetchone()[0]
    own.close_if_unusable_or_obsolete()
    return number


def _noting_questions(own: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    is_usable = own.is_usable

    def noted() -> bool:
        asked.append("is it usable?")
        return is_usable()

    monkeypatch.setattr(own, "is_usable", noted)
    return asked
