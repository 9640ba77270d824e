"""Hotel: Katja Brandt of Harbour Hotel, Léo Martin of Meridian Travel, and her laundry."""

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

KATJA = "katja.brandt@harbour-hotel.example"
YUSUF = "yusuf.demir@harbour-hotel.example"
LEO = "leo.martin@meridian-travel.example"
HANNE = "hanne.olsen@whitecap-laundry.example"


def test_the_hotel_sees_its_guests_and_what_a_stay_is_made_of(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(KATJA)
    page.goto("/")

    customers = card(page, "Who our customers are")
    expect(customers).to_contain_text("Meridian Travel")
    expect(customers).to_contain_text("Amélie Fontaine")
    expect(card(page, "Who we rely on")).to_contain_text("Whitecap Laundry")

    open_service(page, "harbour-hotel/stay")
    expect_role(page, "customer-facing", "Meridian Travel", "Amélie Fontaine")
    assert "Front desk" in " ".join(card(page, "What it rests on").all_inner_texts())
    above = card(page, "Who stands on it")
    expect(above).to_contain_text("Bremen, allotment of forty")
    expect(above).to_contain_text("My spring week")


def test_two_boilers_and_a_missing_robe_read_as_thresholds(signed_in: Callable[..., Page]) -> None:
    page = signed_in(KATJA)
    page.goto("/chain/?focus=harbour-hotel/stay&direction=down&depth=3")

    lines = table_lines(page)
    assert any("Stay relies on soft" in line and "Robe" in line for line in lines)
    assert any("Hot water relies on 1 of 2 needed, 2 for full Boiler 1" in line for line in lines)


def test_the_robe_is_promised_longer_than_the_laundry_works(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(KATJA)
    page.goto("/checks/?severity=warning")

    finding = page.get_by_role("region", name="Open longer than an essential supporter")
    expect(finding).to_contain_text("CAT305")
    finding.get_by_role("link", name="Robe").click()
    expect(card(page, "What the checks found")).to_contain_text("To mend it:")


def test_room_cleaning_changes_its_role_with_the_eyes(signed_in: Callable[..., Page]) -> None:
    page = signed_in("rosa.almeida@harbour-hotel.example", own_session=True)
    open_service(page, "harbour-housekeeping/room-cleaning")

    expect_role(page, "customer-facing", "outside Housekeeping")
    look_as(page, "Harbour Hotel")
    expect_role(page, "supporting", "inside Harbour Hotel")


def test_one_guest_learns_nothing_of_the_other_or_of_the_house(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(LEO)
    page.goto("/")

    card(page, "What we have").get_by_role("link", name="Bremen, allotment of forty").click()
    expect(page.locator("main")).to_contain_text("Harbour Hotel calls it Stay")
    expect_role(page, "external", "Meridian Travel consumes it")
    value = card(page, "Value: the outcomes we want")
    expect(value).to_contain_text("Léo Martin, Meridian Travel")
    expect(value).to_contain_text("I wake up rested")
    for hidden in ("Amélie", "spring week", "Boiler", "Robe"):
        expect(page.locator("main")).not_to_contain_text(hidden)
    assert "Hot water" not in names_in_catalogue(page)
    expect_nothing_there(
        page,
        complaints,
        "/services/harbour-hotel/room/",
        "/services/whitecap-laundry/hotel-linen/",
        "/organizations/amelie-fontaine/",
        "/organizations/harbour-technics/",
    )


def test_the_laundry_knows_the_hotel_and_counts_the_guests(signed_in: Callable[..., Page]) -> None:
    page = signed_in(HANNE)
    page.goto("/")

    expect(card(page, "Who our customers are")).to_contain_text("Housekeeping")
    beyond = card(page, "Outcomes that depend on us")
    expect(beyond).to_contain_text("organizations stand beyond our direct customers")
    expect(page.locator("main")).not_to_contain_text("Meridian")
    assert not {"Stay", "Robe"} & set(names_in_catalogue(page))
