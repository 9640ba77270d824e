"""Queries filter before they search: what one may not see does not even leave the database.

Every statement behind a page is run once more, and what it gives is held against what the person
may see. The chain in memory, which every request shares and masks, is loaded before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.web.access.world import INSIDE, SEES_SERVICE, World

pytestmark = pytest.mark.django_db

#: A word of each service's name, which nothing else holds: whoever tries it would find it.
WORDS = sorted({reference.rpartition("/")[2] for reference in SEES_SERVICE})


def statements(client: Client, address: str) -> list[tuple[str, Any]]:
    """The SQL behind one page, with its parameters."""
    found: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert client.get(address).status_code == 200
    return found


def given(sql: str, params: Any) -> list[tuple[Any, ...]]:
    """What a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def texts(rows: list[tuple[Any, ...]]) -> Iterator[str]:
    """Every text in the rows of a statement."""
    for row in rows:
        yield from (value for value in row if isinstance(value, str))


@pytest.mark.parametrize("who", ["customer", "of an unrelated organization", "another customer"])
def test_a_search_gives_nothing_that_may_not_be_seen(world: World, who: str) -> None:
    client = world.client(who)
    client.get("/catalogue/")
    hidden = [reference for reference, seers in SEES_SERVICE.items() if who not in seers]
    searched = 0
    for word in WORDS:
        for sql, params in statements(client, f"/catalogue/?q={word}"):
            rows = given(sql, params)
            searched += "portfolio_search" in sql
            for text in texts(rows):
                assert not any(reference in text for reference in hidden), (sql, text)
            if "portfolio_search" in sql:
                assert "scope" in f"{sql} {params}"
                assert {names(pk) for (pk,) in rows} <= set(SEES_SERVICE) - set(hidden)
    assert searched == len(WORDS)


def test_the_same_search_from_inside_finds_it(world: World) -> None:
    client = world.client("exactly right")
    client.get("/catalogue/")
    found = {
        names(pk)
        for sql, params in statements(client, "/catalogue/?q=engine")
        if "portfolio_search" in sql
        for (pk,) in given(sql, params)
    }

    assert "exactly right" in INSIDE
    assert "alpha-it/engine" in found


def names(service_id: int) -> str:
    """The reference of a service."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reference FROM portfolio_service WHERE id = %s", [service_id])
        row = cursor.fetchone()
    return str(row[0]) if row else ""
