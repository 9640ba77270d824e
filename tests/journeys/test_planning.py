"""Helen plans with what is at hand: services by their names, closed days by a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.exchange.icalendar.test_closed_days import file_of

pytestmark = pytest.mark.journey

HELEN = "helen.marsh@st-mary.example"


def test_a_service_is_found_by_typing_and_planned_for(signed_in: Callable[..., Page]) -> None:
    page = signed_in(HELEN)
    page.goto("/maintenance/new/")
    page.locator("#f-title").fill("New switches")
    page.locator("#f-start").fill(f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT10:00}")

    services = page.locator("input[name=service]")
    services.first.press_sequentially("hospital net")
    page.locator(".offered button", has_text="Hospital network").click()
    expect(services.first).to_have_value("hospital-it/network")
    services.nth(1).fill("Patient management")
    expect(page.locator(".offered").nth(1)).to_contain_text("Hospital IT")
    services.nth(1).press("Enter")

    expect(services.nth(1)).to_have_value("hospital-it/patient-management")
    expect(page.locator("#f-title")).to_have_value("New switches")
    expect(page.locator("#what-it-does")).to_be_visible()


def test_without_a_script_a_name_is_asked_about(signed_in: Callable[..., Page]) -> None:
    page = signed_in(HELEN, java_script_enabled=False)
    page.goto("/maintenance/new/")
    page.locator("#f-title").fill("New switches")
    page.locator("input[name=service]").first.fill("patient")

    page.get_by_role("button", name="Find").click()
    page.locator(".offered button", has_text="Patient register").click()

    expect(page.locator("input[name=service]").first).to_have_value("hospital-it/crm")
    expect(page.locator("#f-title")).to_have_value("New switches")
    expect(page.locator("#problem")).to_have_count(0)


def test_a_file_of_closed_days_is_looked_at_and_mended(
    signed_in: Callable[..., Page], tmp_path: Path
) -> None:
    today = datetime.now(UTC).date()
    monday = today + timedelta(days=14 - today.weekday())
    file = tmp_path / "days.ics"
    file.write_bytes(file_of(f"SUMMARY:Stocktaking\nDTSTART:{monday:%Y%m%d}T090000Z"))
    page = signed_in(HELEN)
    page.goto("/calendars/hospital-it/clinic-hours/")

    page.get_by_role("link", name="Close days by a file").click()
    page.locator("#f-file").set_input_files(file)
    page.get_by_role("button", name="Look what would change").click()
    expect(page.locator(".not-taken")).to_contain_text("Line 7 Stocktaking")
    text = page.locator("#f-text")
    text.fill(text.input_value().replace("T090000Z", ""))
    page.get_by_role("button", name="Look what would change").click()

    expect(page.locator(".answer")).to_contain_text("1 day would be closed")
    expect(page.get_by_role("button", name="Close these days")).to_be_visible()
