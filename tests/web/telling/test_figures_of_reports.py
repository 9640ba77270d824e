"""What metrics tell of the engine, of inlets, of pages that stay open, and of the outbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from catenary import clock
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.monitoring.models import Belated, Inlet, Propagation, Waiting
from catenary.apps.monitoring.operations import turning_away
from catenary.apps.monitoring.operations.gathering import TooManyWaiting
from catenary.apps.monitoring.operations.inlets import close_inlet
from catenary.apps.monitoring.operations.turning_away import TurningAway
from catenary.apps.monitoring.queries.following import MOST_COUNTED
from catenary.inlets import views
from catenary.web.live.pulse import PULSE, Watcher
from tests.apps.monitoring.worlds import report, word, work
from tests.apps.worlds import OPERATOR, begin
from tests.inlets.worlds import HERE, alert, notification, sender

pytestmark = pytest.mark.django_db

DATABASE = "bluewater-ops/database"
MINUTE = timedelta(minutes=1)
Labels = frozenset[tuple[str, str]]
NOTHING: Labels = frozenset()


@pytest.fixture(autouse=True)
def world(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begin()
    # Numbers of inlets come again when a test is rolled back.
    monkeypatch.setattr(turning_away, "TURNING_AWAY", TurningAway())
    settings.METRICS_TOKEN = "a-long-token"


def figures() -> dict[tuple[str, Labels], float]:
    """Everything that is told of the installation, by name and labels."""
    answer = Client().get("/metrics", headers={"Authorization": "Bearer a-long-token"})
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
        if sample.name.startswith("catenary_")
    }


def figure(name: str, **labels: str) -> float | None:
    return figures().get((f"catenary_{name}", frozenset(labels.items())))


def of_inlet(name: str, key: str, **more: str) -> float | None:
    return figure(name, organization="bluewater-ops", inlet=key, kind="alertmanager", **more)


def seen(at: datetime) -> None:
    Propagation.objects.update_or_create(pk=1, defaults={"seen_at": at})


# --- the engine ---


def test_an_engine_that_gave_no_sign_for_half_a_minute_is_not_up() -> None:
    Propagation.objects.all().delete()
    never = figures()
    now = clock.now()
    seen(now)
    lately = figures()
    seen(now - MINUTE)

    assert never["catenary_engine_up", NOTHING] == 0
    assert ("catenary_engine_seen_timestamp_seconds", NOTHING) not in never
    assert lately["catenary_engine_up", NOTHING] == 1
    sign = lately["catenary_engine_seen_timestamp_seconds", NOTHING]
    assert abs(sign - now.timestamp()) < 0.001
    assert figure("engine_up") == 0


def test_how_far_the_engine_is_behind_is_told_until_it_has_followed() -> None:
    now = clock.now()
    report(word(DATABASE, "down", now - MINUTE), now=now)
    Waiting.objects.update(due_at=now - 3 * MINUTE)
    Waiting.objects.create(
        service_id=Waiting.objects.get().service_id, since=now, due_at=now + 9 * MINUTE
    )
    before = figures()

    work(now=now)

    assert before["catenary_engine_waiting", NOTHING] == 1
    assert 180 <= before["catenary_engine_oldest_seconds", NOTHING] < 240
    assert (figure("engine_waiting"), figure("engine_oldest_seconds")) == (0, 0)


def test_what_is_owed_of_the_past_is_told() -> None:
    now = clock.now()
    Belated.objects.create(services="[]", since=now - MINUTE, until=now)

    assert figure("engine_owed") == 1


def test_no_more_waiting_words_are_counted_than_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from catenary.apps.monitoring.queries import following

    now = clock.now()
    report(*(word(DATABASE, "down", now - n * MINUTE) for n in range(5)), now=now)
    monkeypatch.setattr(following, "MOST_COUNTED", 3)

    assert figure("engine_waiting") == 3
    assert MOST_COUNTED == 10_000


# --- inlets ---


def test_of_an_inlet_what_became_of_its_items_is_told_each_once() -> None:
    monitor = sender()
    monitor.send(notification(alert(), alert("no-such-service", fingerprint="b")))
    monitor.send(notification(alert()))

    told = {
        became: of_inlet("inlet_items_total", "monitor", became=became)
        for became in ("taken", "repeated", "passed-over", "refused", "corrected")
    }

    assert told == {"taken": 1, "repeated": 1, "passed-over": 0, "refused": 1, "corrected": None}
    assert of_inlet("inlet_heard_timestamp_seconds", "monitor")
    assert monitor.address.rpartition("/")[2] not in str(figures())
    assert monitor.secret not in str(figures())


def test_of_an_inlet_it_is_told_how_often_a_flood_was_told_to_wait(
    settings: Any, tmp_path: Path
) -> None:
    settings.INLET_ITEMS_PER_MINUTE = 10
    settings.RATE_LIMITS_FILE = tmp_path / "limits"
    flooding, other = sender(key="flooding"), sender(key="other")
    flood = notification(*[alert(fingerprint=f"{n}") for n in range(9)])

    answers = [flooding.send(flood).status_code for _ in range(3)]
    other.send(notification(alert("vault")))

    assert answers == [202, 503, 503]
    assert of_inlet("inlet_told_to_wait_total", "flooding") == 2
    assert of_inlet("inlet_told_to_wait_total", "other") == 0


@pytest.mark.parametrize("error", [TooManyWaiting, CatalogueBusy])
def test_whoever_is_to_send_it_again_was_told_to_wait(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def full(**_: object) -> None:
        raise error

    monitor = sender()
    monkeypatch.setattr(views, "hear_together", full)

    assert monitor.send(notification(alert())).status_code == 503
    assert of_inlet("inlet_told_to_wait_total", "monitor") == 1


def test_strangers_do_not_count_as_told_to_wait(settings: Any, tmp_path: Path) -> None:
    settings.API_REQUESTS_PER_MINUTE = 10
    settings.RATE_LIMITS_FILE = tmp_path / "limits"
    monitor = sender()

    wrong = {"Authorization": "Bearer wrong"}
    answers = [monitor.plain(notification(alert()), headers=wrong).status_code for _ in range(3)]

    assert answers == [401, 429, 429]
    assert of_inlet("inlet_told_to_wait_total", "monitor") == 0


def test_closed_inlets_are_told_of_no_more_and_of_very_many_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(4):
        sender(key=f"n{number}")
    close_inlet(actor=OPERATOR, at=clock.now(), organization="bluewater-ops", key="n0", origin=HERE)

    assert figure("inlets") == 3
    assert of_inlet("inlet_told_to_wait_total", "n0") is None
    assert of_inlet("inlet_told_to_wait_total", "n3") == 0


# --- open pages, and the outbox ---


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    watcher = Watcher("key", 1, False)
    yield watcher
    PULSE.leave(watcher)


def test_open_pages_are_counted_and_those_without_a_place(settings: Any, watcher: Watcher) -> None:
    settings.STREAMS = 7
    before = figure("live_streams")

    PULSE.enter(watcher, most=7, most_of_one=7)

    assert before is not None
    assert figure("live_streams") == before + 1
    assert figure("live_streams_limit") == 7


def test_an_outbox_that_was_never_used_says_nought() -> None:
    names = ("waiting", "dead", "oldest_seconds", "sent_last_hour")

    assert {figure(f"outbox_{name}", kind="notice") for name in names} == {0}


# --- what it costs ---


def test_asking_costs_the_same_however_much_there_is() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            figures()
        return len(asked)

    now = clock.now()
    sender(key="first")
    queries()
    before = queries()
    for number in range(20):
        sender(key=f"n{number}")
    report(*(word(DATABASE, "down", now - n * MINUTE) for n in range(30)), now=now)

    assert queries() == before
    assert Inlet.objects.count() == 21


# --- the page about them ---


def test_the_page_names_every_figure_and_no_other(root: Path) -> None:
    page = (root / "docs/how-to/run-in-production.md").read_text(encoding="utf-8")
    answer = Client().get("/metrics", headers={"Authorization": "Bearer a-long-token"})
    families = list(text_string_to_metric_families(answer.content.decode()))
    told = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in families
        if family.name.startswith("catenary_") and not family.name.endswith("_created")
    }

    named = set(re.findall(r"\bcatenary_[a-z_]+", page))

    assert told - named == set()
    assert named - told == set()


def test_rules_to_begin_with_are_such_as_prometheus_reads(root: Path) -> None:
    page = (root / "docs/how-to/run-in-production.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(groups:.*?)```", page, re.DOTALL)

    (group,) = yaml.safe_load(block)["groups"]

    assert len(group["rules"]) >= 8
    for rule in group["rules"]:
        assert rule.keys() - {"for"} == {"alert", "expr", "annotations"}
        assert rule["expr"].count("(") == rule["expr"].count(")")
