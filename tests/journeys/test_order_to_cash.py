"""Order to cash: Greta Holm of Brightwell Finance, Noor Haddad who pays, Elin Strand who hosts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Complaints
from tests.journeys.steps import (
    card,
    expect_nothing_there,
    expect_role,
    look_as,
    names_in_catalogue,
    open_service,
    table_lines,
)

pytestmark = pytest.mark.journey

GRETA = "greta.holm@brightwell.example"
NOOR = "noor.haddad@corner-living.example"
ELIN = "elin.strand@norrland-hosting.example"
SYSTEM = "brightwell-supply-chain/supply-chain-system"


def test_greta_is_a_provider_and_a_customer(signed_in: Callable[..., Page]) -> None:
    page = signed_in(GRETA)
    page.goto("/")

    expect(card(page, "Who our customers are")).to_contain_text("Corner Living")
    expect(card(page, "What we provide")).to_contain_text("Accounts receivable")
    expect(card(page, "Who we rely on")).to_contain_text("The green screen")
    held = card(page, "What we have")
    expect(held).to_contain_text("there called Supply chain system")
    expect(card(page, "Outcomes that depend on us")).to_contain_text(
        "The money for what we delivered is in the bank within a month"
    )


def test_the_system_is_customer_facing_for_its_department_and_supporting_for_the_house(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in("piet.jansen@brightwell.example", own_session=True)
    open_service(page, SYSTEM)

    expect_role(page, "customer-facing", "Brightwell Finance", "outside Brightwell Supply Chain")
    look_as(page, "Brightwell Furniture")
    expect_role(page, "supporting")


def test_the_weights_of_the_servers_stand_on_the_gate(signed_in: Callable[..., Page]) -> None:
    page = signed_in(GRETA)
    page.goto(f"/chain/?focus={SYSTEM}&direction=down&depth=1")

    lines = table_lines(page)
    assert any("60 of 120 needed, 100 for full weight 70 Servers East" in line for line in lines)
    gates = page.locator(".chain-gate-words").all_text_contents()
    assert "60 of 120 needed, 100 for full" in gates


def test_the_promise_that_cannot_be_kept_is_found(signed_in: Callable[..., Page]) -> None:
    page = signed_in(GRETA)
    page.goto("/checks/?rule=CAT304")

    expect(page.locator("li.finding")).to_contain_text("Supply chain system")
    expect(page.locator("li.finding")).to_contain_text("99.5")


def test_elin_counts_the_far_end_without_its_names(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(ELIN)
    page.goto("/")

    expect(card(page, "Who our customers are")).to_contain_text("Brightwell Furniture")
    beyond = card(page, "Outcomes that depend on us")
    expect(beyond).to_contain_text("6 more depend on us through services of others")
    expect(beyond).to_contain_text("1 organization stands beyond our direct customers")
    expect(page.locator("main")).not_to_contain_text("Corner Living")
    assert "Supply chain system" not in names_in_catalogue(page)
    expect_nothing_there(page, complaints, f"/services/{SYSTEM}/", "/organizations/corner-living/")


def test_the_buyer_sees_invoices_and_not_the_system_behind_them(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(NOOR)
    page.goto("/")

    card(page, "What we have").get_by_role("link", name="The Brightwell invoices").click()
    expect(page.locator("main")).to_contain_text("Brightwell Finance calls it Accounts receivable")
    expect(page.locator("main")).not_to_contain_text("Supply chain system")
    expect_nothing_there(
        page, complaints, f"/services/{SYSTEM}/", "/organizations/norrland-hosting/"
    )
