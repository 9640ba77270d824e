"""Prepared reads answer as the query sets they are made of, on either database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catenary.apps.common.queries.prepared import Prepared, numbers, texts
from catenary.apps.history.models import Change

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
COLUMNS = ("id", "source", "at")


@pytest.fixture
def changes() -> dict[str, int]:
    return {
        source: Change.objects.create(at=AT, source=source, door="web").pk
        for source in ("plain", "it's", "100 %", 'a "quoted" \\ one', "Zürich")
    }


def test_a_value_stands_in_its_place_and_comes_back_converted(changes: dict[str, int]) -> None:
    by_source = Prepared(lambda s: Change.objects.filter(source=s).values_list(*COLUMNS))
    for source, number in changes.items():
        assert by_source.rows(source) == [(number, source, AT)]
    assert by_source.rows("nobody's") == []


def test_lists_of_numbers_and_texts_find_what_query_sets_find(changes: dict[str, int]) -> None:
    found = Prepared(
        lambda ids, sources: (
            Change.objects.filter(id__in=numbers(ids), source__in=texts(sources))
            .order_by("source")
            .values_list(*COLUMNS)
        )
    )
    ids, sources = [*changes.values(), -1], [*list(changes)[1:], "other"]
    wanted = Change.objects.filter(id__in=ids, source__in=sources).order_by("source")
    assert found.rows(ids, sources) == list(wanted.values_list(*COLUMNS))
    assert len(found.rows(ids, sources)) == 4


def test_a_hundred_thousand_numbers_are_one_query(changes: dict[str, int]) -> None:
    by_id = Prepared(lambda ids: Change.objects.filter(id__in=numbers(ids)).values_list("source"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        rows = by_id.rows(range(100_000_000, 100_100_000))
        assert rows == []
        assert {row[0] for row in by_id.rows(changes.values())} == set(changes)
    assert len(asked) == 2


def test_an_empty_list_finds_nothing_and_asks_nobody(changes: dict[str, int]) -> None:
    by_id = Prepared(lambda ids: Change.objects.filter(id__in=numbers(ids)).values_list("id"))
    with CaptureQueriesContext(connection) as asked:
        assert by_id.rows([]) == []
    assert len(asked) == 0


def test_it_is_worded_once(changes: dict[str, int]) -> None:
    built = []

    def build(source: object) -> object:
        built.append(source)
        return Change.objects.filter(source=source).values_list("id")

    by_source = Prepared(build)  # type: ignore[arg-type]
    assert [by_source.rows(source) for source in changes] == [[(n,)] for n in changes.values()]
    assert len(built) == 1


def test_what_is_asked_with_is_never_sql(changes: dict[str, int]) -> None:
    by_source = Prepared(lambda s: Change.objects.filter(source__in=texts(s)).values_list("id"))
    hostile = ["') OR 1=1 --", "%s", "{plain}", '"],["plain"', "plain')"]
    assert by_source.rows(hostile) == []
    assert by_source.rows([*hostile, "plain"]) == [(changes["plain"],)]
