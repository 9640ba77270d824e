"""Long ones about conditions: the database is gone for a minute, alarms are told a hundred thousand
times, and hundreds of stories in any order."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis.extra.django import TestCase

from catenary.apps.monitoring.models import Observation, OwnCondition, Waiting
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.rebuilding import rebuild_conditions
from scripts.postgres_for_tests import SECONDS_TO_START, Cluster, throw_away_cluster
from tests.apps.monitoring.test_late import compare, stories, tell
from tests.apps.monitoring.worlds import DAWN, report, word
from tests.apps.worlds import SERVICES, begin
from tests.installation import Installation
from tests.journeys.test_conditions import (
    INVENTORY,
    condition,
    status,
    wait_until,
    waiting,
    with_stories,
    worker,
)

pytestmark = pytest.mark.soak
ALERTS = 100_000


@contextlib.contextmanager
def a_cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own; stopping it must not leave this process deaf to signals."""
    handlers = {
        number: signal.getsignal(number)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        with throw_away_cluster() as cluster:
            yield cluster
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="brings a PostgreSQL of its own")
def test_a_database_that_is_gone_for_a_minute_is_found_again(tmp_path: Path, root: Path) -> None:
    with a_cluster() as cluster:
        installation = Installation(tmp_path, cluster.url)
        installation.fine("migrate")
        with_stories(installation, root)
        with worker(installation) as process:
            installation.fine("observe", INVENTORY, "down")
            wait_until(lambda: condition(installation, INVENTORY) == "down")
            installation.fine("observe", INVENTORY, "degraded")

            data = ("--pgdata", str(cluster.data))
            # Not as in a power cut: this one does not wait for its disk (`SETTINGS`).
            cluster.run("pg_ctl", "stop", "--mode", "fast", "--wait", "--silent", *data)
            time.sleep(60)
            assert process.poll() is None
            cluster.run(
                *("pg_ctl", "start", "--wait", "--timeout", SECONDS_TO_START, "--silent", *data),
                *("--log", str(cluster.folder / "log"), "-o", f"-p {cluster.port}"),
            )

            wait_until(lambda: status(installation, INVENTORY)["best"] == "degraded")
            installation.fine("observe", INVENTORY, "down")
            wait_until(lambda: condition(installation, INVENTORY) == "down")
            assert waiting(installation) == 0
        installation.fine("rebuild", "--check")


@pytest.mark.django_db
def test_a_storm_of_a_hundred_thousand_alerts_loses_nothing_and_leaves_what_it_says() -> None:
    begin()
    names = [document.reference for document in SERVICES]
    engine, now = Engine(), DAWN + timedelta(seconds=ALERTS)
    for start in range(0, ALERTS, 10_000):
        said: list[Any] = [
            word(
                names[number % len(names)],
                ("down", "operational")[number // 10_000 % 2],
                DAWN + number * timedelta(seconds=1),
                source="storm",
                text=str(number),
            )
            for number in range(start, start + 10_000)
        ]
        assert len(report(*said, now=now).taken) == 10_000
        engine.step(now)

    while Waiting.objects.filter(due_at__lte=now).exists():
        engine.step(now)

    assert Observation.objects.count() == ALERTS
    assert OwnCondition.objects.count() == 10 * len(names)
    found = rebuild_conditions(at=now, keeps=False)
    assert (found.own, found.effective) == (0, 0)


class TestManyStories(TestCase):
    """As in the short run, for hundreds of stories."""

    @settings(max_examples=600)
    @given(story=stories())
    def test_words_and_edits_in_any_order_end_in_what_really_stood(self, story: list[Any]) -> None:
        tell(story)

        compare(story)
        found = rebuild_conditions(at=DAWN + timedelta(hours=1), keeps=False)
        assert (found.own, found.effective) == (0, 0)
