"""Gutter cleaning: Pascal Meunier, Adwoa Osei who looks from two places, and the ladder rental."""

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

PASCAL = "pascal@meunier-gutters.example"
ADWOA = "adwoa@osei.example"
VERA = "vera.hoch@tall-order.example"
CLEANING = "pascal-gutters/gutter-cleaning"


def test_a_sole_trader_is_a_provider_and_a_customer(signed_in: Callable[..., Page]) -> None:
    page = signed_in(PASCAL)
    page.goto("/")

    expect(card(page, "Who our customers are")).to_contain_text("Hill Road Houses")
    expect(card(page, "Who we rely on")).to_contain_text("The long ladder")
    expect(card(page, "What we have")).to_contain_text("there called Ladder of eight metres")
    open_service(page, CLEANING)
    expect_role(page, "customer-facing", "Maple Street 4")
    expect(card(page, "Costs and risks")).to_contain_text("ladder")
    lines = table_lines_of_the_chain(page)
    assert any("Gutter cleaning relies on any 1 of 2" in line for line in lines)
    assert any("relies on soft" in line and "Booking calendar" in line for line in lines)


def table_lines_of_the_chain(page: Page) -> list[str]:
    """Follow the service page to its chain."""
    page.get_by_role("link", name="Open the chain picture").click()
    page.wait_for_url("**/chain/**")
    return table_lines(page)


def test_adwoa_looks_from_her_house_and_from_the_street(signed_in: Callable[..., Page]) -> None:
    page = signed_in(ADWOA, own_session=True)
    open_service(page, CLEANING)
    expect(page.get_by_role("heading", level=1)).to_have_text("The man with the ladder")

    look_as(page, "Hill Road Houses")
    expect(page.get_by_role("heading", level=1)).to_have_text("Gutters, spring and autumn")
    expect(page.locator("main")).not_to_contain_text("Adwoa Osei")
    expect(card(page, "Value: the outcomes we want")).to_contain_text("George Lam")


def test_two_ladders_that_one_woman_tests_are_known_to_her_house_alone(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(VERA)
    open_service(page, "tall-order/ladder-testing")
    expect_role(page, "supporting", "Ladder of eight metres")
    assert not {"Van", "Booking calendar", "Leaf disposal"} & set(names_in_catalogue(page))
    expect_nothing_there(page, complaints, "/services/pascal-gutters/van/")

    page = signed_in(PASCAL)
    expect_nothing_there(page, complaints, "/services/tall-order/ladder-testing/")


def test_what_is_published_to_everyone_names_no_customer(signed_in: Callable[..., Page]) -> None:
    page = signed_in(VERA)
    open_service(page, CLEANING)

    expect(page.locator("main")).to_contain_text("When it pours I stay in bed")
    for name in ("Adwoa", "Osei", "George Lam", "Hill Road"):
        expect(page.locator("main")).not_to_contain_text(name)


def test_snow_clearing_is_a_proposal_and_looks_like_one(signed_in: Callable[..., Page]) -> None:
    page = signed_in(PASCAL)
    page.goto("/catalogue/?stage=proposed")

    expect(page.locator(".hit h2")).to_have_text(["Snow clearing"])
    expect(page.locator(".hit .chip-proposed")).to_have_text("proposed")
