"""Enabling services: Zara Novak of Kestrel, Henrik Dahl of the bank, Sofia Ramos of the shops."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Complaints
from tests.journeys.steps import (
    card,
    expect_nothing_there,
    expect_role,
    names_in_catalogue,
    open_service,
    table_lines,
)

pytestmark = pytest.mark.journey

ZARA = "zara.novak@kestrel.example"
HENRIK = "henrik.dahl@alder-bank.example"
SOFIA = "sofia.ramos@fern-retail.example"


def test_the_bank_buys_project_management_and_is_shown_the_helpdesk(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(HENRIK)
    names = names_in_catalogue(page)
    assert {"The desk of the future", "Branch moves", "Helpdesk"} <= set(names)
    assert not {"Till rescue", "Launch pad", "Network"} & set(names)

    open_service(page, "kestrel-workplace/project-management")
    expect_role(page, "external", "Alder Bank consumes it")
    open_service(page, "kestrel-workplace/helpdesk")
    expect_role(page, "not used by us", "which does not use it")
    expect(page.locator("main")).not_to_contain_text("Fern Retail")
    expect_nothing_there(
        page,
        complaints,
        "/services/kestrel/launch-pad/",
        "/services/kestrel-platform/network/",
        "/organizations/fern-retail/",
    )


def test_the_retailer_buys_the_helpdesk_and_has_its_own_names(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(SOFIA)
    page.goto("/")

    expect(card(page, "What we have")).to_contain_text("The greenhouse")
    card(page, "What we have").get_by_role("link", name="Till rescue").click()
    expect(page.locator("main")).to_contain_text("Kestrel Workplace calls it Helpdesk")
    expect(page.locator("main")).not_to_contain_text("Alder Bank")


def test_everything_stands_on_the_network(signed_in: Callable[..., Page]) -> None:
    page = signed_in(ZARA)
    open_service(page, "kestrel-platform/network")

    expect_role(page, "supporting", "inside Kestrel Services")
    page.goto("/chain/?focus=kestrel-platform/network&direction=up&depth=0")
    lines = " ".join(table_lines(page))
    for reliant in ("Modern workplace", "Launch pad", "Always in touch"):
        assert reliant in lines
    page.goto("/chain/?focus=kestrel-platform/application-hosting&direction=down&depth=1")
    assert "50 of 130 needed, 100 for full" in page.locator(".chain-gate-words").all_text_contents()


def test_a_retired_service_leaves_the_checks_quiet(signed_in: Callable[..., Page]) -> None:
    page = signed_in(ZARA)
    open_service(page, "kestrel-platform/tape-archive")

    expect(page.locator(".chip-retired")).to_have_text("retired")
    expect(page.locator("#findings")).to_have_count(0)
