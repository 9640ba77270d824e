"""Signing in where a second factor is demanded: a passkey made at the door, and every page of it
readable by everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE
from tests.journeys.test_every_page import Scheme, serious
from tests.product import Product, serving
from tests.web.access.test_passkeys_in_browser import password, sign_out, with_authenticator

pytestmark = pytest.mark.journey

NURSE = "ingrid.lindqvist@st-mary.example"
JONAS = "jonas.bauer@st-mary.example"
DANA = "dana.reyes@st-mary.example"
OKAFOR = "chidi.okafor@st-mary.example"


@pytest.fixture(scope="module")
def product(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product in which everybody must show a second factor."""
    demanding = {"CATENARY_SECOND_FACTOR": "everybody"}
    folder = tmp_path_factory.mktemp("demanding")
    with serving(demo, folder, environment=demanding) as product:
        yield product


def test_a_passkey_is_made_at_the_door_and_asked_for_the_next_time(
    new_page: Callable[..., Page], product: Product
) -> None:
    page = new_page()
    with_authenticator(page)
    password(page, product, NURSE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")

    page.get_by_role("button", name="Make a passkey").click()

    page.wait_for_url("**/account/second-factor/")
    expect(page.get_by_role("region", name="What you can show")).to_contain_text("passkey")
    page.get_by_role("button", name="Make new ones").click()
    expect(page.get_by_role("status").locator("code")).to_have_count(10)
    sign_out(page)
    password(page, product, NURSE)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_whoever_has_no_passkey_is_told_and_may_take_the_app(
    new_page: Callable[..., Page], product: Product
) -> None:
    page = new_page()
    page.add_init_script("navigator.credentials.create = () => Promise.reject(new Error('none'))")
    password(page, product, OKAFOR)

    page.get_by_role("button", name="Make a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("use an authenticator app")
    expect(page.get_by_label("The six digits it shows")).to_be_visible()


@pytest.mark.parametrize(("scheme", "who"), [("light", JONAS), ("dark", DANA)])
def test_axe_finds_nothing_serious_on_the_way_in(
    scheme: Scheme, who: str, new_page: Callable[..., Page], product: Product
) -> None:
    page = new_page(color_scheme=scheme, bypass_csp=True, viewport=PHONE, reduced_motion="reduce")
    with_authenticator(page)
    found = []

    def look() -> None:
        # Each page once in every light, with all the rules.
        found.extend(serious(page, "light"))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{page.url} is wider than a telephone")

    password(page, product, who)
    look()
    page.get_by_role("button", name="passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/account/second-factor/")
    page.get_by_role("button", name="Make new ones").click()
    expect(page.get_by_role("status").locator("code")).to_have_count(10)
    look()
    sign_out(page)
    password(page, product, who)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    look()
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}])
def test_the_page_of_the_api_is_readable_by_everybody(
    scheme: Scheme, viewport: dict[str, int], new_page: Callable[..., Page]
) -> None:
    page = new_page(color_scheme=scheme, bypass_csp=True, viewport=viewport)
    page.goto("/api/v1/docs")

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert serious(page, "light") == []
