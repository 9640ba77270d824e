"""The words that decide: as many as do are read, however many were said before."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from catenary.apps.monitoring.models import Observation, Waiting
from catenary.apps.monitoring.queries.words import words_from
from catenary.apps.portfolio.models import Service
from tests.apps.monitoring.worlds import DAWN, MINUTE, report, word
from tests.apps.worlds import begin

pytestmark = pytest.mark.django_db

GRID = "ironport/grid"


def test_last_words_are_those_of_each_source_before_and_all_from_then_on() -> None:
    begin()
    report(
        word(GRID, "down", DAWN, source="a"),
        word(GRID, "degraded", DAWN + MINUTE, source="a", sequence=1),
        word(GRID, "down", DAWN + MINUTE, source="a", sequence=2),
        word(GRID, "operational", DAWN, source="b"),
        word(GRID, "down", DAWN + 3 * MINUTE, source="b"),
        now=DAWN + 3 * MINUTE,
    )
    grid = Service.objects.get(reference=GRID).pk

    found, _ = words_from({grid: DAWN + 2 * MINUTE})
    assert sorted(found.condition.tolist()) == sorted(
        Observation.objects.exclude(at=DAWN, source__name__endswith="a").values_list(
            "condition", flat=True
        )
    )
    assert words_from({grid: DAWN + 2 * MINUTE}, without_waiting=True)[1] == []
    Waiting.objects.filter(observation__at=DAWN).delete()
    assert len(words_from({grid: DAWN + 2 * MINUTE}, without_waiting=True)[1]) == 2


def test_what_a_monitor_said_for_years_is_not_read_for_its_next_word() -> None:
    begin()
    report(word(GRID, "operational", DAWN, source="probe"))
    Waiting.objects.all().delete()
    first = Observation.objects.get()
    one_thousand = _effort(_said_until(first, 0, 1_000), first.service_id)
    ten_thousand = _effort(_said_until(first, 1_000, 10_000), first.service_id)

    assert ten_thousand < 2 * one_thousand + 20


def _said_until(first: Observation, begin: int, end: int) -> datetime:
    """The same said again and again by the same source; a moment after the last of it."""
    Observation.objects.bulk_create(
        Observation(
            service_id=first.service_id,
            source_id=first.source_id,
            condition=first.condition,
            at=DAWN + number * timedelta(seconds=1),
            recorded_at=DAWN,
            planned=first.planned,
            share=first.share,
            digest=hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest(),
        )
        for number in range(begin + 1, end + 1)
    )
    return DAWN + (end + 1) * timedelta(seconds=1)


def _effort(since: datetime, service: int) -> int:
    """What the database does to find the words: pages on PostgreSQL, steps on SQLite."""
    if connection.vendor == "sqlite":
        steps: list[None] = []
        raw = connection.connection
        raw.set_progress_handler(lambda: steps.append(None), 10)
        try:
            found = words_from({service: since}, without_waiting=True)
        finally:
            raw.set_progress_handler(None, 0)
        assert len(found[1]) == 1
        return len(steps)
    asked: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        found = words_from({service: since}, without_waiting=True)
    assert len(found[1]) == 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE monitoring_observation")
        sql, params = asked[-1]
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        (said,) = cursor.fetchone()
    plan = (json.loads(said) if isinstance(said, str) else said)[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
