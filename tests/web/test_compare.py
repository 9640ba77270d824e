"""Compare perspectives: what each kind of person reads on the page, and what never slips."""

from __future__ import annotations

import pytest

from tests.web.access.world import BELONGING, READS, World
from tests.web.test_permission_matrix import marks_in

pytestmark = pytest.mark.django_db
PORTAL = "/services/alpha-it/portal/compare/"


def text_of(world: World, who: str, customer: str = "") -> str:
    """The page as this person gets it; empty when there is none for them."""
    response = world.client(who).get(PORTAL, {"customer": customer} if customer else {})
    return response.content.decode() if response.status_code == 200 else ""


def test_the_provider_chooses_a_customer_and_reads_both_sides(world: World) -> None:
    html = text_of(world, "exactly right", "charlie")

    assert "Zcharlieword" in html and "Zportal" in html
    assert "<bdi>Zcharlie</bdi> does not see it." in html
    assert "Zvault" in html  # what it rests on, on the provider's side
    assert '<option value="bravo-ward">Zbravoward</option>' in html
    assert '<option value="charlie" selected>Zcharlie</option>' in html


def test_a_customer_reads_their_own_side_and_of_what_kind_the_rest_is(world: World) -> None:
    html = text_of(world, "customer")

    assert "Zbravoword" in html
    assert "What you do not see" in html
    assert "<bdi>what it rests on</bdi>; " in html
    assert "<select" not in html.partition("<main")[2], "there is nobody to choose among"


@pytest.mark.parametrize("customer", ["", "bravo-ward", "charlie", "bravo-board", "delta", "echo"])
@pytest.mark.parametrize("who", sorted(BELONGING))
def test_nobody_reads_more_here_than_elsewhere(world: World, who: str, customer: str) -> None:
    html = text_of(world, who, customer)

    assert {mark for mark in marks_in(html) if who not in READS[mark]} == set()


@pytest.mark.parametrize(
    ("who", "customer"),
    [("customer", "charlie"), ("another customer", "bravo-ward"), ("viewer at the provider", "x")],
)
def test_another_customer_is_as_missing_as_one_that_is_not_there(
    world: World, who: str, customer: str
) -> None:
    client = world.client(who)
    hidden, missing = (
        client.get(PORTAL, {"customer": key}) for key in (customer, "x" * len(customer))
    )

    assert hidden.status_code == missing.status_code == 404
