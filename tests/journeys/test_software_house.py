"""SaaS company and software house: the same service kind, read from two places by Jo Keller."""

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
)

pytestmark = pytest.mark.journey

JO = "jo.keller@stonebridge.example"
OSKAR = "oskar.lind@ledgerly.example"
CLAIRE = "claire.whitmore@northfield.example"
TILDA = "tilda@bergs-bakery.example"
AT_LEDGERLY = "ledgerly-development/application-maintenance"
AT_STONEBRIDGE = "stonebridge/application-maintenance"


def test_jo_sees_the_same_work_supporting_in_one_place_and_customer_facing_in_the_other(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(JO, own_session=True)
    open_service(page, AT_STONEBRIDGE)
    expect_role(page, "customer-facing", "Northfield Insurance", "outside Stonebridge")

    complaints.expected.add("status of 404")
    open_service(page, AT_LEDGERLY)
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    look_as(page, "Ledgerly")
    expect_role(page, "supporting", "Bookkeeping online", "inside Ledgerly")
    look_as(page, "Ledgerly Development")
    expect_role(page, "customer-facing", "outside Ledgerly Development")


def test_switching_changes_the_catalogue_and_keeps_the_search(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(JO, own_session=True)
    page.goto("/catalogue/?q=application+maintenance")
    mine = page.locator(".hit").filter(has=page.get_by_role("link", name="Application maintenance"))
    expect(mine).to_contain_text(AT_STONEBRIDGE)

    look_as(page, "Ledgerly")
    expect(mine).to_contain_text(AT_LEDGERLY)
    expect(mine.locator(".role")).to_have_text("supporting")


def test_for_the_insurer_the_same_maintenance_is_external(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(CLAIRE)
    open_service(page, AT_STONEBRIDGE)

    expect(page.get_by_role("heading", level=1)).to_have_text("The Stonebridge people")
    expect_role(page, "external", "Claims portal")
    expect(page.locator("main")).not_to_contain_text("Developers on call")
    expect_nothing_there(
        page, complaints, f"/services/{AT_LEDGERLY}/", "/services/stonebridge/developers/"
    )


def test_the_baker_has_her_books_and_never_heard_of_maintenance(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(TILDA)
    page.goto("/")

    card(page, "What we have").get_by_role("link", name="My books").click()
    expect(card(page, "Value: the outcomes we want")).to_contain_text("Tilda Berg")
    assert "Application maintenance" not in names_in_catalogue(page)
    expect_nothing_there(page, complaints, f"/services/{AT_LEDGERLY}/")


def test_an_owner_from_another_house_is_found(signed_in: Callable[..., Page]) -> None:
    page = signed_in(OSKAR)
    page.goto("/checks/?rule=CAT108")

    expect(page.locator("li.finding")).to_contain_text("Code and build")
    expect(page.locator("li.finding")).to_contain_text("another company")
    page.goto("/chain/?focus=ledgerly/bookkeeping&direction=down&depth=all")
    assert "2 of 3" in page.locator(".chain-gate-words").all_text_contents()
