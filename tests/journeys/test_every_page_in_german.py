"""The language of pages: chosen, kept, and the words help is quoted with. That every page holds in
German too, the sweep of every page sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_every_page import DANA

pytestmark = pytest.mark.journey


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
