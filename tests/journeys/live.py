"""What journeys through live pages have in common: who looks, what is reported, what is shown."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.installation import run_command
from tests.product import Product, clean_environment

DANA = "dana.reyes@st-mary.example"
NURSE = "ingrid.lindqvist@st-mary.example"
PRIYA = "priya.nair@acme-cloud.example"
OPERATOR = "operator@catenary.example"
KATJA = "katja.brandt@harbour-hotel.example"
PATIENTS, INVENTORY = "hospital-it/patient-management", "hospital-it/pharmacy-inventory"
#: What stands on nothing: while it is known to work, so is everything above it.
HALLS = tuple(f"acme-cloud/{name}" for name in ("hall-1", "hall-2", "hall-3", "backbone"))
WELL = (*HALLS, "hospital-it/network", "hospital-it/support-desk")
DATABASES = ("acme-cloud/db-1", "acme-cloud/db-2")
WITH_ENGINE = {"CATENARY_ENGINE": ""}


def say(product: Product, *words: tuple[str, ...]) -> None:
    """Report conditions on the command line: service, condition, text."""
    for service, condition, *text in words:
        more = ["--text", *text] if text else []
        ran = run_command(["observe", service, condition, *more], clean_environment(product.data))
        assert ran.returncode == 0, ran.stderr


def same_page(page: Page) -> None:
    """Nobody reloaded anything."""
    assert page.evaluate("window.neverReloaded") is True


def shown(page: Page, reference: str) -> Any:
    return page.locator(f'[data-condition-of="{reference}"]').first
