"""How many queries each page puts to the database: pinned, and the same on ten times as much."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from benchmarks.estate import COMMON, READER, Invented, document_of, invented
from catenary.apps.history.operations import open_change
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.inlets import close_inlet
from catenary.apps.organizations.operations.people import give_account
from catenary.apps.portfolio.queries import estate
from catenary.connectors.opening import opened
from catenary.domain.actors import Actor, Origin
from catenary.domain.documents.calendars import read_calendar
from catenary.domain.documents.plain import read_service
from catenary.domain.documents.shapes import CalendarDocument
from catenary.domain.findings import Problem
from catenary.exchange.catalogue.amending import Amendment, amend
from catenary.exchange.catalogue.applying import apply_plan, prepare_plan
from tests.apps.monitoring.worlds import report, word, work
from tests.web.access.world import kept_apart

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
OPERATOR = Actor(is_operator=True, door="tests")
#: With this one both catalogues have something of everything that a page can show.
SEED = 5
SMALL, LARGE = 100, 1_000

#: Queries of each page the second time, when the chain is in memory.
PINNED = {
    "home": 15,
    "catalogue": 16,
    "catalogue, filtered": 17,
    "catalogue, second page": 16,
    "search": 18,
    "search, filtered": 18,
    "service": 42,
    "service, the hottest": 44,
    "history of a service": 30,
    "both sides of a service": 52,
    "status of a service": 50,
    "workshop of a service": 28,
    "organization": 25,
    "calendar": 23,
    "closed days of a calendar": 23,
    "calendars": 18,
    "chain": 19,
    "chain, everything upstream": 19,
    "chain, where to begin": 11,
    "impact, the hottest": 21,
    "impact, where to begin": 11,
    "status": 24,
    "status, narrowed": 25,
    "status, looking back": 20,
    "status, as known then": 18,
    "status of a service, as known then": 17,
    "changes": 18,
    "our services": 28,
    "service, looking back": 29,
    "catalogue, looking back": 15,
    "account": 11,
    "second factor": 13,
    "second factor, an app": 10,
    "second factor of others": 15,
    "tokens": 11,
    "sessions": 11,
    "inlets": 13,
    "inlet": 16,
    "inlet that is closed": 22,
    "status, with failures": 25,
    "status, with failures, looking back": 20,
    "status, with failures, as known then": 17,
    "status of a service that fails": 69,
    "our services, with failures": 37,
}
#: What a page costs more the first time: loading the chain into memory.
LOADING = 9
#: What it costs more after a service was changed: bringing the chain up to date.
RENEWING = 9
#: Pages of whoever administers the organization ``top-0``.
ADMINISTERED = {
    "second factor of others": "/organizations/top-0/second-factor/",
    "closed days of a calendar": "/calendars/top-0/desk-0/closed-days/",
    "inlets": "/organizations/top-0/inlets/",
    "inlet": "/organizations/top-0/inlets/monitor-0/",
}

CLOSED_INLET = "/organizations/top-0/inlets/over/"


def addresses(made: Invented, client: Client) -> dict[str, str]:
    """One page of each kind."""
    first = client.get("/catalogue/")
    after = first.context["page"].next_url
    assert after, "both catalogues have a second page"
    return {
        "home": "/",
        "our services": "/our-services/",
        "catalogue": "/catalogue/",
        "catalogue, filtered": "/catalogue/?role=customer-facing&stage=live&provider=top-0",
        "catalogue, second page": after,
        "search": f"/catalogue/?q={COMMON}",
        "search, filtered": f"/catalogue/?q={COMMON}&stage=live",
        "service": f"/services/{made.deep}/",
        "service, the hottest": f"/services/{made.hottest}/",
        "history of a service": f"/services/{made.deep}/history/",
        "both sides of a service": f"/services/{made.deep}/compare/",
        "status of a service": f"/services/{made.deep}/status/",
        "workshop of a service": table_of(made, client),
        "organization": "/organizations/top-0/",
        "calendar": "/calendars/top-0/desk-0/",
        "calendars": "/calendars/",
        "chain": f"/chain/?focus={made.deep}",
        "chain, everything upstream": f"/chain/?focus={made.hottest}&direction=up&depth=0",
        "chain, where to begin": "/chain/",
        "impact, the hottest": f"/impact/?service={made.hottest}",
        "impact, where to begin": "/impact/",
        "status": "/status/?all=1",
        "status, narrowed": "/status/?only=unknown&role=customer-facing&provider=top-0",
        "changes": "/changes/",
        "service, looking back": f"/services/{made.deep}/?as_of=2026-11-03T13:00Z",
        "catalogue, looking back": "/catalogue/?as_of=2026-11-03T13:00Z",
        "status, looking back": "/status/?all=1&as_of=2026-11-03T13:00Z",
        "status, as known then": "/status/?all=1&as_of=2026-11-03T13:00Z&known=then",
        "status of a service, as known then": (
            f"/services/{made.deep}/status/?as_of=2026-11-03T13:00Z&known=then"
        ),
        "account": "/account/",
        "second factor": "/account/second-factor/",
        "second factor, an app": "/account/second-factor/app/",
        "tokens": "/account/tokens/",
        "sessions": "/account/sessions/",
    }


def failing(made: Invented) -> dict[str, str]:
    """Pages that show conditions, while something does not work."""
    then = "as_of=2026-11-03T13:00Z"
    return {
        "status, with failures": "/status/",
        "status, with failures, looking back": f"/status/?{then}",
        "status, with failures, as known then": f"/status/?{then}&known=then",
        "status of a service that fails": f"/services/{made.deep}/status/",
        "our services, with failures": "/our-services/",
    }


def _fails(made: Invented) -> None:
    """The hottest service is down and another one degraded, and a third fell silent."""
    one, other, third = made.hottest, made.deep, next(reversed(made.services))
    said = [
        word(one, "down", NOON, text="it smokes"),
        word(other, "degraded", NOON),
        word(third, "operational", NOON, source="probe", valid_for="5 min"),
    ]
    report(*said, now=NOON)
    work(Engine(), NOON + timedelta(hours=1))


def table_of(made: Invented, client: Client) -> str:
    """The workshop of a service that somebody consumes and that the reader's people provide."""
    for consumed in made.consumption.values():
        for said in consumed:
            reference = said if isinstance(said, str) else said["service"]
            response = client.get(f"/services/{reference}/workshop/")
            if response.status_code == 200 and response.context["page"].customer:
                return f"/services/{reference}/workshop/"
    raise AssertionError("nobody sits at any table")


def counted(size: int) -> dict[str, int]:
    """How many queries each page takes in an invented catalogue of this size; "loading" what the
    very first page took beyond the second, "renewing" what the first one after a change did."""
    made = invented(size, SEED)
    with kept_apart():
        wanted = document_of(made)
        wanted.calendars.update(desks(size))
        prepared = prepare_plan(wanted=wanted, source="folder:invented")
        apply_plan(prepared=prepared, actor=OPERATOR, at=NOON)
        change = open_change(actor=OPERATOR, at=NOON, source="tests")
        account = give_account(email=READER, password="x" * 20, is_operator=False, change=change)
        client = Client()
        client.force_login(_account(account))
        session = client.session
        # As if just signed in: else nothing about signing in may be changed.
        session["proved-at"] = int(datetime.now(UTC).timestamp())
        session.save()
        _queries(client, "/catalogue/")
        usual = _queries(client, "/catalogue/")
        estate._held.clear()
        found = {"loading": _queries(client, "/catalogue/") - usual}
        document = made.services[made.deep]
        problems: list[Problem] = []
        service = read_service(made.deep, {**document, "name": "Another"}, problems, ())
        assert service is not None, problems
        amendment = Amendment("service", made.deep, service)
        amend(actor=OPERATOR, at=NOON, amendments=[amendment], take_over=True)
        found["renewing"] = _queries(client, "/catalogue/") - usual
        pages = addresses(made, client)
        # Everything once before: one page may find what another keeps ready.
        for address in pages.values():
            _queries(client, address)
        found |= {name: _queries(client, address) for name, address in pages.items()}
        _administers_top_0()
        _open_inlets(several=size // 50)
        for name, address in ADMINISTERED.items():
            _queries(client, address)
            found[name] = _queries(client, address)
        _fails(made)
        for name, address in failing(made).items():
            _queries(client, address)
            found[name] = _queries(client, address)
        closed_inlet_with_words(made, NOON)
        _queries(client, CLOSED_INLET)
        found["inlet that is closed"] = _queries(client, CLOSED_INLET)
    return found


def _administers_top_0() -> None:
    from django.apps import apps

    person = apps.get_model("organizations", "Person").objects.get(email=READER)
    apps.get_model("organizations", "Membership").objects.create(
        person=person, organization=person.organization, role="administrator"
    )


def _open_inlets(*, several: int) -> None:
    """Inlets of the organization ``top-0``, the more the larger the catalogue."""
    for number in range(several):
        opened(
            actor=OPERATOR,
            at=NOON,
            organization="top-0",
            key=f"monitor-{number}",
            kind="alertmanager",
            proof="secret",
            settings={},
            origin=Origin("tests"),
        )


def closed_inlet_with_words(made: Invented, at: datetime) -> None:
    """An inlet of ``top-0`` that said something of every tenth service and was closed."""
    which: dict[str, Any] = {"organization": "top-0", "key": "over", "origin": Origin("tests")}
    who: dict[str, Any] = {"actor": OPERATOR, "at": at}
    opened(**which, **who, kind="alertmanager", proof="secret", settings={})
    some = [*made.services][::10]
    report(*(word(each, "down", at, source="top-0/over") for each in some), now=at)
    close_inlet(**which, **who)


def desks(size: int) -> dict[str, CalendarDocument]:
    """Calendars, the more the larger the catalogue."""
    found = {}
    for number in range(size // 20):
        reference, problems = f"top-0/desk-{number}", list[Problem]()
        said = {"name": "Desk", "hours": {"zone": "UTC", "mon": "08:00-09:00"}, "holidays": "DE"}
        document = read_calendar(reference, said, problems, ())
        assert document is not None, problems
        found[reference] = document
    return found


def _account(number: int) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(pk=number)


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context)


@pytest.fixture(scope="module")
def counts(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[int, dict[str, int]]]:
    """The counts by size of the catalogue."""
    with django_db_blocker.unblock():
        yield {size: counted(size) for size in (SMALL, LARGE)}


@pytest.mark.parametrize("page", PINNED)
def test_a_page_takes_just_so_many_queries(counts: dict[int, dict[str, int]], page: str) -> None:
    assert counts[SMALL][page] == PINNED[page]


@pytest.mark.parametrize("page", PINNED)
def test_ten_times_the_services_take_no_more_queries(
    counts: dict[int, dict[str, int]], page: str
) -> None:
    assert counts[LARGE][page] == counts[SMALL][page]


def test_the_chain_is_loaded_in_just_so_many_queries(counts: dict[int, dict[str, int]]) -> None:
    assert {size: found["loading"] for size, found in counts.items()} == {
        SMALL: LOADING,
        LARGE: LOADING,
    }


def test_a_change_costs_the_next_page_just_so_many(counts: dict[int, dict[str, int]]) -> None:
    assert {size: found["renewing"] for size, found in counts.items()} == {
        SMALL: RENEWING,
        LARGE: RENEWING,
    }
