"""Every page in German: longer words, the same bones; and the words help is quoted with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE
from tests.journeys.test_every_page import DANA, PAGES

pytestmark = pytest.mark.journey

MORE = (
    "/help/words/",
    "/impact/",
    "/impact/?service=hospital-it/patient-management",
    "/account/tokens/",
    "/account/sessions/",
    "/account/second-factor/",
    "/services/hospital-it/patient-management/edit/",
)
GERMAN = {"locale": "de-DE"}
#: Half of a window of 1280 pixels: what is left of it at a zoom of 200 %.
ZOOMED = {"width": 640, "height": 450}


@pytest.mark.parametrize("window", [PHONE, ZOOMED], ids=["telephone", "zoomed"])
def test_every_page_fits_in_german(window: dict[str, int], signed_in: Callable[..., Page]) -> None:
    page = signed_in(DANA, viewport=window, **GERMAN)
    wide = []
    for address in (*PAGES, *MORE):
        page.goto(address)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if too_wide > 0:
            wide.append(f"{address} is {too_wide} pixels too wide")
    assert wide == []


def test_the_language_is_chosen_and_kept_without_script(
    new_page: Callable[..., Page],
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/sign-in/")

    page.get_by_role("button", name="Deutsch").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto("/help/words/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Was die Wörter bedeuten")


def test_a_word_is_explained_by_key_alone(signed_in: Callable[..., Page]) -> None:
    page = signed_in(DANA)
    page.goto("/services/hospital-it/patient-management/")
    help_ = page.locator("details.means", has_text="What “Outcome” means")
    meaning = help_.locator("p")
    expect(meaning).to_be_hidden()

    help_.locator("summary").focus()
    page.keyboard.press("Enter")

    expect(meaning).to_contain_text("What somebody achieves because the service is there")
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    expect(help_.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    meaning.get_by_role("link", name="All words").click()
    expect(page.locator("#outcome dt")).to_have_text("Outcome")
