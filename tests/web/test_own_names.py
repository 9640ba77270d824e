"""Customers read their own names of services, and find them where these names belong."""

from __future__ import annotations

import re
from functools import partial
from random import Random

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catenary.apps.portfolio.queries import own_names
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, find_services
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.own_names import known_names, names_in_order
from catenary.domain.documents.shapes import ConsumptionDocument
from catenary.domain.text import sort_key
from tests.web.access.world import World
from tests.web.test_live import say, who_asks
from tests.web.test_our_services import named, page, use

pytestmark = pytest.mark.django_db

WHO = "another customer"
LEDGER, PORTAL = "/services/alpha-it/ledger/", "/services/alpha-it/portal/"


def text_of(world: World, who: str, url: str) -> str:
    response = world.client(who).get(url)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def first(world: World) -> World:
    """The customer's name of the portal comes before that of the ledger, the provider's after."""
    use(ConsumptionDocument("charlie", "alpha-it/portal", "Zaword"))
    return world


def test_lists_are_in_the_order_of_the_names_they_show(first: World) -> None:
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "operational")
    say("alpha-lab/vault", "operational")

    catalogue = text_of(first, WHO, "/catalogue/")
    board = text_of(first, WHO, "/status/?all=1").partition('id="board"')[2]
    home = text_of(first, WHO, "/")

    assert re.findall("Zaword|Zbrochure|Zcharlieledger|Zshowcase", catalogue)[:1] == ["Zaword"]
    assert board.index("Zaword") < board.index("Zcharlieledger")
    assert home.index("Zaword") < home.index("Zcharlieledger")
    assert named(page(first, WHO)) == ["Zaword", "Zcharlieledger"]
    # The provider knows them by its own names, and finds them under these.
    provider = text_of(first, "viewer at the provider", "/catalogue/")
    assert provider.index("Zledger") < provider.index("Zportal")


def test_a_search_puts_first_what_is_called_so(first: World) -> None:
    use(ConsumptionDocument("charlie", "alpha-it/ledger", "Zportal of ours"))

    found = text_of(first, WHO, "/catalogue/?q=zportal")

    assert found.index(LEDGER) < found.index(PORTAL)


def test_page_after_page_holds_every_service_once(first: World) -> None:
    actor, viewpoint = who_asks(first, WHO)
    find = partial(
        find_services,
        actor=actor,
        viewpoint=viewpoint,
        narrowed=CatalogueFilter(),
        as_known=True,
    )
    whole = find()
    assert whole is not None

    found, after = [], ""
    while True:
        part = find(after=after, limit=1)
        assert part is not None
        found += part.shown.tolist()
        if part.next is None:
            break
        after = part.next

    assert found == whole.shown.tolist()
    assert len(found) == whole.total == 4


def test_the_order_is_that_of_sorting_all_names(world: World) -> None:
    chance = Random(7)
    estate = current_estate()
    actor, viewpoint = who_asks(world, "customer")
    given = ["Zportal", "zPORTAL", "Éclair", "a", "zz", "Zcare", "Zengine"]
    for reference in ("alpha-it/portal", "alpha-it/ledger", "alpha-it/engine", "delta/quiet"):
        use(ConsumptionDocument("bravo-ward", reference, chance.choice(given)))
    estate = current_estate()
    known = known_names(viewpoint, None)
    order = names_in_order(estate, viewpoint)

    numbers = estate.service_ids.tolist()
    keys = {
        place: (sort_key(known[number]) if number in known else estate.service_names[place], number)
        for place, number in enumerate(numbers)
    }

    assert len(known) == 4
    assert order.order is not None
    assert order.order.tolist() == sorted(keys, key=lambda place: keys[place])
    # Few names are put where they belong, many are sorted with all the others.
    assert own_names._moved(estate, order.own).tolist() == order.order.tolist()
    assert own_names._sorted_anew(estate, order.own).tolist() == order.order.tolist()
    some = np.array([0, 2, 3])
    assert order.sorted(some).tolist() == [p for p in order.order.tolist() if p in {0, 2, 3}]


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL knows how many rows there are of each"
)
def test_the_names_of_a_page_are_looked_up_by_its_services(world: World) -> None:
    _actor, viewpoint = who_asks(world, "customer")
    with CaptureQueriesContext(connection) as asked:
        known_names(viewpoint, [1, 2])
    (sql,) = [query["sql"] for query in asked.captured_queries]

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = repr(cursor.fetchall())

    assert "portfolio_consumption_service_id" in plan
    assert "portfolio_consumption_consumer_root_id" not in plan


def test_what_if_is_asked_and_answered_in_ones_own_names(world: World) -> None:
    for query in ("", "&is=down&basis=fine"):
        html = text_of(world, WHO, f"/impact/?service=alpha-it/ledger{query}")
        assert "Zcharlieledger" in html and "Zledger" not in html


def test_whom_it_hits_is_told_in_ones_own_names(world: World) -> None:
    say("alpha-it/engine", "down")

    html = text_of(world, "customer", "/services/alpha-it/portal/status/")

    hit = html.partition('aria-labelledby="hit"')[2].partition("</section>")[0]
    assert "Zbravoword" in hit and "Zportal<" not in hit
    picture = text_of(world, "customer", "/impact/?service=alpha-it/portal")
    assert "Zbravoword" in picture and "Zportal<" not in picture
    rests = text_of(world, "customer", "/services/bravo-ward/care/")
    assert "Zbravoword" in rests and "Zportal<" not in rests
