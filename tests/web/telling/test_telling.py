"""What those who run the product are told, and what nobody is told."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.db import connection, transaction
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from catenary import clock
from catenary.apps.common.models import OutboxRow
from catenary.apps.common.operations.outbox import leave
from catenary.config import logs
from catenary.web.telling import health
from tests.web.access.world import World

pytestmark = pytest.mark.django_db

LEAKING = "Key (email)=(dana@hospital.example) already\nDETAIL:  Key (x)=(secret)"
NUMBER = re.compile(r"[0-9a-f]{16}\Z")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Everything logged, as JSON lines, from info upwards."""
    monkeypatch.setenv("CATENARY_LOG", "json")
    monkeypatch.setenv("CATENARY_LOG_LEVEL", "info")
    settings = logs.logging_settings()
    stream = io.StringIO()
    formatter = dict(settings["formatters"]["ours"])
    formatter.pop("()")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**formatter))
    handler.addFilter(logs.RoutesForPaths())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    found: list[str] = []
    try:
        yield _Later(stream, found)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


class _Later(list[str]):
    """The lines logged by the time somebody looks."""

    def __init__(self, stream: io.StringIO, found: list[str]) -> None:
        super().__init__(found)
        self.stream = stream

    def __iter__(self) -> Iterator[str]:
        return iter(self.stream.getvalue().splitlines())


def figures(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


# --- requests ---


@pytest.mark.parametrize("url", ["/healthz", "/", "/nothing/", "/static/no.css", "/api/v1/x"])
def test_every_answer_carries_the_number_of_its_request(world: World, url: str) -> None:
    numbers = {world.client("nobody").get(url).headers["X-Request-Id"] for _ in range(2)}

    assert len(numbers) == 2
    assert all(NUMBER.match(number) for number in numbers)


@pytest.mark.parametrize(
    ("url", "who", "status"),
    [
        ("/nothing/", "nobody", 404),
        ("/nothing/", "exactly right", 404),
        ("/services/delta/quiet/", "exactly right", 404),
        ("/catalogue/?q=%00", "exactly right", 400),
    ],
)
def test_a_page_that_says_no_shows_the_number_of_its_request(
    world: World, url: str, who: str, status: int
) -> None:
    response = world.client(who).get(url)

    assert response.status_code == status
    assert response.headers["X-Request-Id"] in response.content.decode()


def test_pages_that_refuse_or_keep_waiting_show_it_too(world: World) -> None:
    strange = Client(enforce_csrf_checks=True).post("/sign-in/")
    client = Client()
    for _ in range(12):
        waiting = client.post("/sign-in/", {"email": "lara@alpha.example", "password": "x"})

    assert (strange.status_code, waiting.status_code) == (403, 429)
    for response in (strange, waiting):
        assert response.headers["X-Request-Id"] in response.content.decode()
    usual = world.client("exactly right").get("/account/")
    assert usual.headers["X-Request-Id"] not in usual.content.decode()


def test_only_a_proxy_we_were_told_of_may_number_requests(world: World, settings: Any) -> None:
    client = world.client("nobody")
    mine = {"X-Request-Id": "abcdefgh-1234"}

    strange = client.get("/healthz", headers=mine).headers["X-Request-Id"]
    settings.BEHIND_TLS = True
    proxied = client.get("/healthz", headers=mine).headers["X-Request-Id"]
    wrong = client.get("/healthz", headers={"X-Request-Id": "a b\r\nc"}).headers["X-Request-Id"]

    assert strange != "abcdefgh-1234"
    assert proxied == "abcdefgh-1234"
    assert NUMBER.match(wrong)


def test_a_broken_page_shows_the_number_that_finds_its_log_lines(
    world: World, monkeypatch: pytest.MonkeyPatch, lines: list[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(LEAKING)

    monkeypatch.setattr("catenary.web.telling.health.database_answers", broken)
    client = Client(raise_request_exception=False)

    response = client.get("/readyz")

    number = response.headers["X-Request-Id"]
    assert response.status_code == 500
    assert number in response.content.decode()
    told = [json.loads(line) for line in lines]
    about = [line for line in told if line.get("request_id") == number]
    assert {line["level"] for line in about} >= {"error", "info"}
    failed = next(line for line in about if line["level"] == "error")
    assert "RuntimeError" in failed["exception"]
    assert failed["event"] == "Internal Server Error: route readyz"
    assert "dana@" not in json.dumps(told)
    assert "secret" not in json.dumps(told)


def test_a_request_line_names_the_route_and_nothing_that_was_typed(
    world: World, lines: list[str]
) -> None:
    world.client("exactly right").get("/catalogue/?q=chocolate")
    world.client("nobody").get("/services/secret-unit/secret-key/")
    world.client("nobody").generic("BREW", "/sign-in/")

    told = [json.loads(line) for line in lines if '"request"' in line]
    said = {(line["route"], line["method"]) for line in told}
    assert said == {("catalogue", "GET"), ("service", "GET"), ("sign-in", "other")}
    assert set(told[0]) == {
        "event", "level", "logger", "method", "milliseconds", "request_id", "route", "status",
        "timestamp",
    }  # fmt: skip
    text = "".join(lines)
    assert "chocolate" not in text
    assert "secret" not in text


@pytest.mark.parametrize("name", ["CATENARY_LOG", "CATENARY_LOG_LEVEL"])
def test_a_setting_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "loud")

    with pytest.raises(Exception, match=f"{name} is one of"):
        logs.logging_settings()


def test_lines_for_people_are_one_line_each() -> None:
    line = logs.in_words(
        None, "", {"timestamp": "T", "level": "info", "logger": "x", "event": "said", "n": 1}
    )

    assert line == "T INFO x: said n=1"


# --- metrics ---


def test_metrics_are_nowhere_until_a_token_is_set(world: World, settings: Any) -> None:
    for who in ("nobody", "exactly right"):
        assert world.client(who).get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a-long-token"
    client = world.client("nobody")

    refused = [
        client.get("/metrics", headers=headers).status_code
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "a-long-token"})
    ]
    answer = client.get("/metrics", headers={"Authorization": "Bearer a-long-token"})

    assert refused == [404, 404, 404]
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "::1", 200),
        ({}, "192.0.2.1", 404),
        ({"X-Forwarded-For": "192.0.2.1"}, "127.0.0.1", 404),
        ({"Forwarded": "for=192.0.2.1"}, "127.0.0.1", 404),
        ({"Via": "1.1 proxy"}, "127.0.0.1", 404),
    ],
)
def test_loopback_means_this_machine_and_no_proxy_on_it(
    world: World, settings: Any, headers: dict[str, str], address: str, status: int
) -> None:
    settings.METRICS_ON_LOOPBACK = True

    answer = world.client("nobody").get("/metrics", headers=headers, REMOTE_ADDR=address)

    assert answer.status_code == status


def test_metrics_say_how_much_and_how_long_and_never_who_or_what(
    world: World, settings: Any
) -> None:
    settings.METRICS_ON_LOOPBACK = True
    client = world.client("exactly right")

    def asked() -> float:
        found = figures(world.client("nobody").get("/metrics").content.decode())
        labels = (("method", "GET"), ("route", "catalogue"), ("status", "200"))
        return found.get("catenary_requests_total", {}).get(labels, 0)

    before = asked()
    client.get("/catalogue/?q=robe")
    client.get("/no/such/page-of-mine/")
    text = world.client("nobody").get("/metrics").content.decode()
    found = figures(text)

    assert asked() == before + 1
    assert found["catenary_database_up"] == {(("kind", connection.vendor),): 1.0}
    assert found["catenary_services"][()] > 0
    assert found["catenary_catalogue_version"][()] >= 0
    assert found["process_resident_memory_bytes"][()] > 1_000_000
    assert found["catenary_request_seconds_count"][(("route", "catalogue"),)] >= 1
    assert "robe" not in text
    assert "page-of-mine" not in text


def test_metrics_tell_of_the_outbox(world: World, settings: Any) -> None:
    settings.METRICS_TOKEN = "x" * 32
    now = clock.now()
    with transaction.atomic():
        for minutes in (1, 3):
            due = now - timedelta(minutes=minutes)
            leave(kind="notice", payloads=[{"n": minutes}], at=due)
        leave(kind="later", payloads=[{}], at=now, due_at=now + timedelta(hours=1))
    rows = OutboxRow.objects.filter(kind="notice").order_by("due_at")
    OutboxRow.objects.create(
        kind="notice", payload="{}", created_at=now, due_at=now, done_at=now, trouble=""
    )
    OutboxRow.objects.create(
        kind="notice", payload="{}", created_at=now, due_at=now, dead_at=now, trouble=""
    )
    assert rows.count() == 4

    text = (
        Client().get("/metrics", headers={"Authorization": f"Bearer {'x' * 32}"}).content.decode()
    )

    found = {
        (sample.name, sample.labels["kind"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("catenary_outbox")
    }
    assert found["catenary_outbox_waiting", "notice"] == 2
    assert found["catenary_outbox_dead", "notice"] == 1
    assert found["catenary_outbox_sent_last_hour", "notice"] == 1
    assert 180 <= found["catenary_outbox_oldest_seconds", "notice"] < 240
    assert found["catenary_outbox_oldest_seconds", "later"] == 0


def test_metrics_still_answer_when_the_database_does_not(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_ON_LOOPBACK = True
    monkeypatch.setattr("catenary.web.telling.metrics.database_answers", lambda: False)

    found = figures(world.client("nobody").get("/metrics").content.decode())

    assert list(found["catenary_database_up"].values()) == [0.0]
    assert "catenary_services" not in found


# --- ready ---


def test_ready_is_migrated_answering_and_not_about_to_stop(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    import os

    client = world.client("nobody")
    settings.DATA = tmp_path
    assert client.get("/readyz").json() == {"status": "ready"}

    monkeypatch.setattr(health, "is_migrated", health._Migrated())
    monkeypatch.setattr(health, "pending_migrations", lambda: 2)
    assert client.get("/readyz").status_code == 503
    monkeypatch.undo()

    monkeypatch.setattr(health, "database_answers", lambda: False)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    monkeypatch.undo()

    settings.DATA = tmp_path
    (tmp_path / f"stopping.{os.getppid()}").touch()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "stopping"})


def test_counting_migrations_is_not_repeated_for_everybody_who_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def pending() -> int:
        asked.append(1)
        return 0 if len(asked) > 1 else 1

    monkeypatch.setattr(health, "pending_migrations", pending)
    is_migrated = health._Migrated()

    first = [is_migrated() for _ in range(20)]
    is_migrated.asked_at = float("-inf")
    later = [is_migrated() for _ in range(20)]

    assert (first, later, len(asked)) == ([False] * 20, [True] * 20, 2)
