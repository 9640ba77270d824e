"""Flawless but worthless: Edith Crane promises, Anna Pell wanted it once, Omar Reed asks Lena."""

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
    open_service,
)

pytestmark = pytest.mark.journey

EDITH = "edith.crane@aldermoor.example"
DOV = "dov.katz@aldermoor.example"
OMAR = "omar.reed@residents-forum.example"


def test_every_promise_stands_beside_the_measure_that_tells_the_worth(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(EDITH, own_session=True)
    open_service(page, "aldermoor-it/microfilm-index")

    promises = card(page, "Warranty: fit for use")
    expect(promises.get_by_role("row", name="Availability")).to_contain_text("99.99 %")
    value = card(page, "Value: the outcomes our customers want")
    expect(value).to_contain_text("pages looked up on film: 2 → 4,000 per month")
    expect_role(page, "customer-facing", "Town Archive")
    look_as(page, "Town of Aldermoor")
    expect_role(page, "supporting")


def test_the_user_reads_the_dread_that_is_put_on_him(signed_in: Callable[..., Page]) -> None:
    page = signed_in(DOV)
    page.goto("/")

    card(page, "What we have").get_by_role("link", name="The Friday thing").click()
    burdens = card(page, "Costs and risks").get_by_role("row", name="Costs")
    expect(burdens).to_contain_text("hour")
    expect(card(page, "What it rests on")).to_contain_text("40 of 100 needed, 80 for full")


def test_no_check_finds_a_worthless_service(signed_in: Callable[..., Page]) -> None:
    page = signed_in(EDITH)
    page.goto("/checks/")

    expect(page.locator(".answer")).to_contain_text("Every definition holds")


def test_the_resident_sees_the_counter_and_nothing_behind_it(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(OMAR)
    page.goto("/")

    card(page, "What we have").get_by_role("link", name="Ask Lena").click()
    expect_role(page, "external", "Residents of Aldermoor consumes it")
    expect_nothing_there(
        page,
        complaints,
        "/services/aldermoor-it/microfilm-index/",
        "/services/aldermoor-it/plan-copies/",
        "/organizations/aldermoor-archive/",
    )
