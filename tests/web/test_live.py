"""The stream of a page that changes: it says what became different of what one sees, and not a
word, not even that something happened, of anything else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import translation

from catenary import clock
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.recording import record_observations
from catenary.apps.monitoring.queries.sight import mark_of
from catenary.apps.monitoring.queries.standing import standing_now
from catenary.apps.monitoring.queries.stored import FRESH, Freshness, freshness
from catenary.apps.organizations.queries import actor_of_account, home_viewpoint
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.actors import Actor, Viewpoint
from catenary.web.live import pulse as pulsing
from catenary.web.live import stream as streaming
from catenary.web.live.pulse import Full, Pulse, Watcher
from catenary.web.live.stale import Unanswered, why_stale
from catenary.web.live.stream import Reader, Stream
from catenary.web.telling.metrics import REGISTRY
from tests.web.access.world import World

pytestmark = pytest.mark.django_db

OPERATOR = Actor(is_operator=True, door="tests")
#: A sign of life. An event: a browser passes over a comment without a word to the page.
HERE = b"event: here\ndata: 1\n\n"


class StillPulse(Pulse):
    """A pulse without a thread: it looks when it is told to, on the connection of the test."""

    def _begin(self) -> None:
        self._look()
        self._look_who_follows()

    def let_go(self) -> None:
        """The connection is the test's own."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits: where a page would be told nothing for a while, it gets its sign of life."""
    monkeypatch.setattr(streaming, "ALIVE_SECONDS", 0.05)
    monkeypatch.setattr(streaming, "PAUSE_SECONDS", 0.0)


def say(service: str, condition: str, text: str = "", **more: Any) -> None:
    """Report something, and let the engine follow it."""
    word = {"service": service, "condition": condition, "text": text, "source": "probe", **more}
    record_observations(actor=OPERATOR, at=clock.now(), words=[word])
    engine = Engine()
    while engine.step(clock.now()).is_more:
        pass


def who_asks(world: World, who: str) -> tuple[Actor, Viewpoint]:
    """Somebody of the world as the pages see them, looking from home."""
    account: Any = world.client(who).get("/status/").wsgi_request.user
    actor = actor_of_account(account.pk, account.is_operator, door="web")
    viewpoint = home_viewpoint(actor)
    assert viewpoint is not None
    return actor, viewpoint


def opened(world: World, who: str, pulse: Pulse, seen: str | None = None) -> Stream:
    """The stream of a page that somebody has just loaded."""
    actor, viewpoint = who_asks(world, who)
    reader = Reader(actor, viewpoint, "key")
    stream = Stream(pulse, reader, mark_of(actor, viewpoint) if seen is None else seen)
    first = next(stream)
    assert first.startswith(b"retry: ")
    assert (b"event: changed" in first) == (seen is not None)
    return stream


def told(stream: Stream) -> Any:
    """What the stream says next; none for a sign of life, and another one after it."""
    lines = next(stream)
    if lines == HERE:
        lines = next(stream)
    if lines == HERE:
        return None
    return json.loads(lines.partition(b"data: ")[2])


def test_whoever_sees_a_service_is_told_what_became_of_it(world: World) -> None:
    stream = opened(world, "viewer at the provider", StillPulse())

    say("alpha-it/engine", "down")

    said = told(stream)
    assert said["services"] == {
        "alpha-it/engine": "down",
        "alpha-it/portal": "down",
    }
    assert said["counts"]["down"] == 2
    assert told(stream) is None


def test_a_customer_is_told_of_what_they_see_alone(world: World) -> None:
    stream = opened(world, "customer", StillPulse())

    say("alpha-it/engine", "down")

    assert set(told(stream)["services"]) == {"alpha-it/portal", "bravo-ward/care"}


@pytest.mark.parametrize("who", ["of an unrelated organization", "customer"])
def test_of_what_one_does_not_see_one_learns_nothing_not_even_that_it_happened(
    world: World, who: str
) -> None:
    pulse = StillPulse()
    stream = opened(world, who, pulse)
    actor, viewpoint = who_asks(world, who)
    before, number = mark_of(actor, viewpoint), standing_now().number

    say("alpha-it/ledger", "down")
    assert standing_now().number != number
    assert told(stream) is None
    say("alpha-it/ledger", "degraded")

    assert told(stream) is None
    assert mark_of(actor, viewpoint) == before


def test_what_others_published_is_heard_of_where_one_looks_at_it_alone(world: World) -> None:
    pulse, who = StillPulse(), "of an unrelated organization"
    actor, viewpoint = who_asks(world, who)
    board = opened(world, who, pulse)
    number = services_by_reference(["alpha-it/showcase"])["alpha-it/showcase"].id
    hidden = services_by_reference(["alpha-it/engine"])["alpha-it/engine"].id
    streams = {
        about: Stream(
            pulse, Reader(actor, viewpoint, "key", about), mark_of(actor, viewpoint, about)
        )
        for about in (number, hidden)
    }
    for stream in streams.values():
        next(stream)

    say("alpha-it/showcase", "down")
    say("alpha-it/engine", "down")

    assert told(board) is None
    assert told(streams[hidden]) is None
    assert told(streams[number])["services"] == {"alpha-it/showcase": "down"}


def test_whether_anybody_speaks_of_it_is_the_providers_own_business(world: World) -> None:
    ours, theirs = (
        opened(world, who, StillPulse()) for who in ("viewer at the provider", "customer")
    )

    say("alpha-it/portal", "unknown")

    assert told(ours)["services"] == {"alpha-it/portal": "unknown"}
    assert told(theirs) is None


def until_told(stream: Stream) -> Any:
    """What the stream says next of how current it is."""
    return json.loads(next(stream).partition(b"event: current\ndata: ")[2])


def nobody_follows(since: datetime | None = None) -> None:
    """The engine gives no sign of life since then."""
    from django.apps import apps

    seen_at = since or clock.now() - timedelta(minutes=5)
    apps.get_model("monitoring", "Propagation").objects.update(seen_at=seen_at)


def waits(since: datetime) -> Any:
    """A word about some service is due since then, and nobody has followed it yet."""
    from django.apps import apps

    service = apps.get_model("portfolio", "Service").objects.earliest("pk")
    rows = apps.get_model("monitoring", "Waiting").objects
    return rows.create(service=service, observation=None, since=since, due_at=since)


@pytest.mark.parametrize("who", ["viewer at the provider", "of an unrelated organization"])
def test_everybody_is_told_alike_since_when_nobody_follows_and_when_somebody_does_again(
    world: World, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulsing, "FRESH_SECONDS", 0.0)
    say("alpha-it/ledger", "operational")
    stream = opened(world, who, StillPulse())
    assert told(stream) is None

    nobody_follows(datetime(2026, 3, 4, 14, 5, tzinfo=UTC))
    said = until_told(stream)
    assert (said["current"], said["says"]) == (False, "What is shown may be out of date.")
    when = "4 March 2026, 14:05\xa0UTC"
    assert said["why"] == f"No worker has followed what is reported since {when}."
    assert told(stream) is None

    nobody_follows(clock.now())
    said = until_told(stream)
    assert (said["current"], said["says"], said["why"]) == (True, "", "")


def test_everybody_is_told_that_somebody_follows_but_far_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulsing, "FRESH_SECONDS", 0.0)
    say("alpha-it/ledger", "operational")
    stream = opened(world, "of an unrelated organization", StillPulse())
    assert told(stream) is None

    row = waits(datetime(2026, 3, 4, 14, 5, 59, tzinfo=UTC))
    said = until_told(stream)
    assert said["current"] is False
    assert said["why"] == (
        "What was reported since 4 March 2026, 14:05\xa0UTC may not be counted yet: the worker "
        "catches up."
    )
    # One word after the other is followed: that is no news within a minute.
    row.due_at = datetime(2026, 3, 4, 14, 5, 10, tzinfo=UTC)
    row.save()
    assert told(stream) is None

    row.delete()
    assert until_told(stream)["current"] is True


@pytest.mark.parametrize(
    ("ago", "is_behind"), [(29, False), (31, True), (86_400, True), (-31, False)]
)
def test_what_waits_for_half_a_minute_is_late_and_what_begins_later_is_not(
    world: World, ago: int, is_behind: bool
) -> None:
    say("alpha-it/ledger", "operational")
    at = clock.now()
    nobody_follows(at)
    since = at - timedelta(seconds=ago)
    waits(since)

    told = freshness(at)

    minute = since.replace(second=0, microsecond=0)
    assert told == (Freshness(True, minute, is_behind=True) if is_behind else FRESH)


def test_a_page_that_is_opened_where_nobody_follows_is_told_before_anything_else(
    world: World,
) -> None:
    say("alpha-it/ledger", "operational")
    nobody_follows()
    actor, viewpoint = who_asks(world, "customer")

    with translation.override("de"):
        stream = Stream(StillPulse(), Reader(actor, viewpoint, "key"), "")
    first = next(stream)

    assert b'event: current\ndata: {"current":false' in first.partition(b"event: changed")[0]
    # In the language in which the page was asked for, whoever was answered since.
    assert b"Was hier steht" in first
    assert told(stream) is None


def test_pages_are_told_when_the_database_does_not_answer_and_when_it_does_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[Any] = []

    def asked() -> Any:
        if not answers:
            raise OperationalError("the server closed the connection unexpectedly")
        return answers[0]

    monkeypatch.setattr(pulsing, "standing_now", asked)
    monkeypatch.setattr(pulsing, "freshness", lambda at: FRESH)
    monkeypatch.setattr(pulsing, "close_connections", lambda: None)
    monkeypatch.setattr(pulsing, "_TROUBLE_SECONDS", 0.01)
    monkeypatch.setattr(pulsing, "SESSION_SECONDS", 60)
    pulse, watcher = Pulse(), Watcher("key", 1, False)
    known: Any = object()
    pulse.enter(watcher, most=1, most_of_one=1)

    pulse.wait(watcher, known, 60, FRESH)
    gone = pulse.current
    assert isinstance(gone, Unanswered)
    assert why_stale(gone).startswith("The database has not answered since ")

    answers.append(known)
    pulse.wait(watcher, known, 60, gone)
    assert pulse.current == FRESH
    pulse.leave(watcher)


def test_a_database_that_is_waited_for_too_long_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stuck(Pulse):
        def _begin(self) -> None:
            """Its thread waits for an answer that does not come."""

    monkeypatch.setattr(pulsing, "SILENT_SECONDS", -1.0)
    pulse, watcher = Stuck(), Watcher("key", 1, False)
    pulse.enter(watcher, most=1, most_of_one=1)

    known: Any = object()
    pulse.wait(watcher, known, 60, FRESH)

    assert isinstance(pulse.current, Unanswered)


def test_a_page_that_comes_back_is_told_that_something_changed_meanwhile(world: World) -> None:
    actor, viewpoint = who_asks(world, "viewer at the provider")
    seen = mark_of(actor, viewpoint)
    say("alpha-it/engine", "down")

    stream = Stream(StillPulse(), Reader(actor, viewpoint, "key"), seen)

    first = next(stream)
    assert json.loads(first.partition(b"event: changed\ndata: ")[2])["all"] is True
    assert f"id: {mark_of(actor, viewpoint)}\n".encode() in first


def test_a_stream_ends_with_its_session_its_roles_and_the_server(world: World) -> None:
    from django.apps import apps

    pulse = StillPulse()
    stream = opened(world, "viewer at the provider", pulse)
    with pytest.raises(StopIteration):
        # Its session is none that stands.
        pulse._ask_for_sessions()
        next(stream)
    assert len(pulse) == 0

    stream = opened(world, "viewer at the provider", pulse)
    membership = apps.get_model("organizations", "Membership")
    membership.objects.filter(person__email="ann@alpha.example").delete()
    apps.get_model("common", "CatalogueVersion").objects.update(number=1_000_000_007)
    with pytest.raises(StopIteration):
        next(stream)


def test_a_stream_does_not_last_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "LONGEST_SECONDS", 0.0)
    pulse = StillPulse()
    stream = opened(world, "customer", pulse)

    with pytest.raises(StopIteration):
        next(stream)

    assert len(pulse) == 0


def test_only_so_many_pages_are_kept_open(world: World) -> None:
    pulse = StillPulse()
    watchers = [Watcher("key", account, False) for account in (1, 1, 2)]
    for watcher in watchers[:2]:
        pulse.enter(watcher, most=2, most_of_one=2)
    with pytest.raises(Full):
        pulse.enter(watchers[2], most=2, most_of_one=2)
    pulse.leave(watchers[0])
    pulse.enter(watchers[2], most=2, most_of_one=1)

    with pytest.raises(Full):
        pulse.enter(Watcher("key", 2, False), most=9, most_of_one=1)


def test_a_full_house_says_so_and_counts_whom_it_sends_away(world: World, settings: Any) -> None:
    settings.STREAMS = 0
    name = "catenary_live_streams_refused_total"
    before = REGISTRY.get_sample_value(name) or 0

    response = world.client("customer").get("/status/live/")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert REGISTRY.get_sample_value(name) == before + 1


def test_a_stream_that_nobody_reads_gives_its_place_back(world: World) -> None:
    pulse = StillPulse()
    actor, viewpoint = who_asks(world, "customer")
    stream = Stream(pulse, Reader(actor, viewpoint, "key"), "")
    assert len(pulse) == 1

    del stream

    assert len(pulse) == 0


def test_strangers_get_no_stream() -> None:
    assert Client().get("/status/live/").status_code == 302
