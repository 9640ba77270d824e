"""How many queries each reading route puts to the database: pinned, and no more of them on several
times as much."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from benchmarks.estate import COMMON, READER, Invented, document_of, invented
from catenary import clock
from catenary.apps.history.operations import open_change
from catenary.apps.monitoring.operations.maintenance import announce_maintenance
from catenary.apps.organizations.operations.people import give_account
from catenary.connectors.opening import opened
from catenary.domain.actors import Actor, ChangeSet, Origin, Scope
from catenary.exchange.catalogue.applying import apply_plan, prepare_plan
from tests.api.test_permission_matrix import ROUTES
from tests.api.worlds import Api, Speaker
from tests.web.access.world import kept_apart
from tests.web.test_query_counts import closed_inlet_with_words, desks

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
THEN = "as_of=2026-11-03T13:00Z"
OPERATOR = Actor(is_operator=True, door="tests")
NEW = {"name": "New", "stage": "live"}
SEED = 5
SMALL, LARGE = 100, 300
COMPARE = ("GET", "/services/{organization}/{service}/compare")
WORKSHOP = ("GET", "/services/{organization}/{service}/workshop")

#: Of each route: queries for the present, and, where it looks back, of a moment held in memory.
PINNED: dict[tuple[str, str], tuple[int, int | None]] = {
    ("GET", "/organizations"): (4, 5),
    ("POST", "/organizations/batch"): (4, 5),
    ("GET", "/organizations/{key}"): (4, 5),
    ("GET", "/people"): (4, 5),
    ("POST", "/people/batch"): (3, 5),
    ("GET", "/people/{email}"): (3, 5),
    ("GET", "/services"): (4, 8),
    ("POST", "/services/batch"): (3, 8),
    ("GET", "/services/{organization}/{service}"): (2, 8),
    ("GET", "/services/{organization}/{service}/chain"): (9, 7),
    ("GET", "/services/{organization}/{service}/history"): (8, None),
    COMPARE: (41, 16),
    WORKSHOP: (18, 15),
    ("GET", "/consumption"): (3, 4),
    ("POST", "/consumption/batch"): (3, 4),
    ("GET", "/consumption/{consumer}/{organization}/{service}"): (3, 4),
    ("GET", "/search"): (11, 11),
    ("GET", "/impact"): (11, 6),
    ("POST", "/impact"): (11, 6),
    ("GET", "/services/{organization}/{service}/status"): (19, 17),
    ("GET", "/status"): (13, 9),
    ("GET", "/inlets"): (3, None),
    ("GET", "/inlets/{organization}/{name}"): (4, None),
    ("GET", "/inlets/{organization}/{name}/last-words"): (7, None),
    ("GET", "/subscriptions"): (6, None),
    ("GET", "/subscriptions/{name}"): (6, None),
    ("GET", "/changes"): (4, None),
    ("GET", "/checks"): (2, None),
    ("POST", "/check"): (7, None),
    ("GET", "/drafts"): (2, None),
    ("GET", "/drafts/{kind}"): (7, None),
    ("GET", "/export"): (14, 13),
    ("GET", "/calendars"): (6, None),
    ("POST", "/calendars/batch"): (6, None),
    ("GET", "/calendars/{organization}/{calendar}"): (6, None),
    ("GET", "/maintenance"): (9, None),
    ("GET", "/maintenance/{key}"): (10, None),
    ("GET", "/me"): (2, None),
    ("GET", "/schema"): (1, None),
}
LAST_WORDS = ("GET", "/inlets/{organization}/{name}/last-words")
#: Routes that also say what was known at a moment, and what that takes.
KNOWN = {"/services/{organization}/{service}/status": 8, "/status": 7}
AS_KNOWN = ", as known then"


def requests(made: Invented, speaker: Speaker) -> dict[tuple[str, str], tuple[str, Any]]:
    """One request to every reading route: its address and body."""
    services = [
        each["reference"] for each in speaker.get(f"{V1}/services?limit=10").json()["items"]
    ]
    consumed = speaker.get(f"{V1}/consumption?limit=10").json()["items"]
    people = speaker.get(f"{V1}/people?limit=10").json()["items"]
    named = [each["reference"] for each in people]
    taken = [each["reference"] for each in consumed]
    assert len(services) == 10
    assert taken, "something is consumed in both catalogues"
    assert speaker.get(f"{V1}/changes").json()["items"], "something happened in both"
    one = f"services/{made.deep}"
    (planned,) = (each["key"] for each in speaker.get(f"{V1}/maintenance").json()["items"])
    (subscribed,) = (each["name"] for each in speaker.get(f"{V1}/subscriptions").json()["items"])
    consumption = taken[0].replace(" > ", "/")
    return {
        ("GET", "/organizations"): ("organizations?limit=10", None),
        ("POST", "/organizations/batch"): ("organizations/batch", {"references": ["top-0"]}),
        ("GET", "/organizations/{key}"): ("organizations/top-0", None),
        ("GET", "/people"): ("people?limit=10", None),
        ("POST", "/people/batch"): ("people/batch", {"references": named}),
        ("GET", "/people/{email}"): (f"people/{named[0]}", None),
        ("GET", "/services"): ("services?limit=10", None),
        ("POST", "/services/batch"): ("services/batch", {"references": services}),
        ("GET", "/services/{organization}/{service}"): (one, None),
        ("GET", "/services/{organization}/{service}/chain"): (
            f"services/{made.hottest}/chain?direction=up",
            None,
        ),
        ("GET", "/services/{organization}/{service}/history"): (f"{one}/history", None),
        COMPARE: (f"{one}/compare", None),
        WORKSHOP: (f"{one}/workshop", None),
        ("GET", "/services/{organization}/{service}/status"): (f"{one}/status", None),
        ("GET", "/status"): ("status?limit=10", None),
        ("GET", "/inlets"): ("inlets?organization=top-0", None),
        ("GET", "/inlets/{organization}/{name}"): ("inlets/top-0/none", None),
        ("GET", "/consumption"): ("consumption?limit=10", None),
        ("POST", "/consumption/batch"): ("consumption/batch", {"references": taken}),
        ("GET", "/consumption/{consumer}/{organization}/{service}"): (
            f"consumption/{consumption}",
            None,
        ),
        ("GET", "/search"): (f"search?q={COMMON}", None),
        ("GET", "/impact"): (f"impact?service={made.hottest}", None),
        ("POST", "/impact"): ("impact", {"services": [made.hottest]}),
        ("GET", "/subscriptions"): ("subscriptions", None),
        ("GET", "/subscriptions/{name}"): (f"subscriptions/{subscribed}", None),
        ("GET", "/changes"): ("changes?limit=10", None),
        ("GET", "/checks"): ("checks", None),
        ("POST", "/check"): (
            "check",
            {"changes": [{"kind": "service", "reference": "top-0/new", "document": NEW}]},
        ),
        ("GET", "/drafts"): ("drafts", None),
        ("GET", "/drafts/{kind}"): (f"drafts/service?of={made.deep}", None),
        ("GET", "/export"): ("export", None),
        ("GET", "/calendars"): ("calendars", None),
        ("POST", "/calendars/batch"): ("calendars/batch", {"references": ["top-0/desk-0"]}),
        ("GET", "/calendars/{organization}/{calendar}"): ("calendars/top-0/desk-0", None),
        ("GET", "/maintenance"): ("maintenance", None),
        ("GET", "/maintenance/{key}"): (f"maintenance/{planned}", None),
        ("GET", "/me"): ("me", None),
        ("GET", "/schema"): ("schema", None),
        LAST_WORDS: ("inlets/top-0/over/last-words", None),
    }


def queries(speaker: Speaker, method: str, address: str, body: Any) -> int | None:
    """How many the second request takes; none when the route knows only today."""
    for _ in range(2):
        with CaptureQueriesContext(connection) as context:
            answer = speaker.ask(method, f"{V1}/{address}", body)
            content = b"".join(answer) if answer.streaming else answer.content
        if "as_of" in address and answer.status_code == 422:
            return None
        assert answer.status_code == 200, (address, content)
    return len(context)


def counted(size: int) -> dict[tuple[str, str], tuple[int, int | None]]:
    """The queries of every reading route in an invented catalogue of this size."""
    made = invented(size, SEED)
    with kept_apart():
        wanted = document_of(made)
        wanted.calendars.update(desks(size))
        prepared = prepare_plan(wanted=wanted, source="folder:invented")
        apply_plan(prepared=prepared, actor=OPERATOR, at=NOON)
        change = open_change(actor=OPERATOR, at=NOON, source="tests")
        account = give_account(email=READER, password="x" * 20, is_operator=False, change=change)
        speaker = reader = Api({"reader": account})("reader")
        night = {
            "title": "New disks",
            "services": [made.deep],
            "zone": "UTC",
            "start": f"{clock.now() + timedelta(days=1):%Y-%m-%dT02:00}",
            "duration": "2 h",
        }
        announce_maintenance(actor=OPERATOR, at=clock.now(), plain=night)
        wish = {"about": "service", "service": made.deep, "channel": "mail"}
        assert reader.post(f"{V1}/subscriptions", wish).status_code == 200
        operator = _operator_with_an_inlet(made, change)
        draft = {"document": made.services[made.deep]}
        begun = operator.put(f"{V1}/drafts/service?of={made.deep}", draft)
        assert begun.status_code == 200, begun.content
        found = {}
        for (method, path), (address, body) in requests(made, speaker).items():
            # Readers see no inlets, and nobody begins to edit what they may not.
            speaker = operator if path.startswith(("/inlets", "/drafts")) else reader
            if (method, path) == LAST_WORDS:
                # The last of all: what it says would change what others tell.
                closed_inlet_with_words(made, clock.now())
            now = queries(speaker, method, address, body)
            assert now is not None
            then = f"{address}{'&' if '?' in address else '?'}{THEN}"
            found[method, path] = now, queries(speaker, method, then, body)
            if path in KNOWN:
                known = queries(speaker, method, f"{then}&known_at=2026-11-03T13:00Z", body)
                assert known is not None
                found[method, f"{path}{AS_KNOWN}"] = known, None
    return found


def _operator_with_an_inlet(made: Invented, change: ChangeSet) -> Speaker:
    """Somebody who sees inlets, and one of the organization ``top-0``."""
    email = next(email for email in made.people if email != READER)
    account = give_account(email=email, password="x" * 20, is_operator=True, change=change)
    opened(
        actor=OPERATOR,
        at=clock.now(),
        organization="top-0",
        key="none",
        kind="alertmanager",
        proof="secret",
        settings={},
        origin=Origin("tests"),
    )
    return Api({"operator": account})("operator")


@pytest.fixture(scope="module")
def counts(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[int, dict[tuple[str, str], tuple[int, int | None]]]]:
    """The counts by size of the catalogue."""
    with django_db_blocker.unblock():
        yield {size: counted(size) for size in (SMALL, LARGE)}


def test_every_reading_route_is_pinned() -> None:
    called = "/organizations/batch"  # The organization of that name is any organization.
    reading = {
        key
        for key, route in ROUTES.items()
        if (route.scope is Scope.READ or "/drafts" in key[1] and key[0] == "GET")
        and key != ("GET", called)
    }

    assert set(PINNED) == reading


def test_a_route_takes_just_so_many_queries(counts: Any) -> None:
    known = {("GET", f"{path}{AS_KNOWN}"): (number, None) for path, number in KNOWN.items()}

    assert counts[SMALL] == PINNED | known


def test_several_times_the_services_take_no_more_queries(counts: Any) -> None:
    # A stream asks for one batch after the other; what lies on a workshop's table, and who is
    # compared, depends on the service, which is another one in each catalogue.
    apart = {("GET", "/export"): None, WORKSHOP: None, COMPARE: None}
    several = {size: {**found, **apart} for size, found in counts.items()}

    for one in (WORKSHOP, COMPARE):
        assert counts[LARGE][one] <= counts[SMALL][one]
    assert several[LARGE] == several[SMALL]
