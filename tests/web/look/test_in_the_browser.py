"""Every page as a browser draws it: nothing for a screen reader to stumble over, nothing wider
than a phone, and the switch of the viewpoint always in sight."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Literal

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Route, expect

from tests.axe import violations
from tests.web.look.samples import SAMPLES

HOST = "http://look.test"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
PAGES = {
    name: (template, {"page": page, "frame": frame, "csrf_token": "token"})
    for name, template, page, frame in SAMPLES
}

Opened = Callable[..., Page]


@cache
def file_of(path: str) -> bytes:
    """A static file as the product would serve it."""
    found = finders.find(path)
    assert isinstance(found, str), f"no static file {path}"
    with open(found, "rb") as file:
        return file.read()


def answer(route: Route) -> None:
    """Serve the pages and their files without a server."""
    path = route.request.url.removeprefix(HOST).partition("?")[0]
    if path.startswith("/static/"):
        kind = KINDS[path.rpartition(".")[2]]
        route.fulfill(body=file_of(path.removeprefix("/static/")), content_type=kind)
        return
    template, context = PAGES[path.strip("/")]
    route.fulfill(
        body=render_to_string(template, context),
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": POLICY},
    )


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Opened:
    """`opened("home", width=360, theme="dark")`: that page; complaints of the browser fail."""

    def open_page(
        name: str,
        width: int = 1280,
        theme: Literal["light", "dark"] = "light",
        bypass_csp: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=theme, bypass_csp=bypass_csp
        )
        request.addfinalizer(context.close)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda word: complaints.append(word.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route("**/*", answer)
        page.goto(f"{HOST}/{name}")
        assert complaints == []
        return page

    return open_page


@pytest.mark.journey
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_a_phone(name: str, opened: Opened) -> None:
    # axe is put into the page by the test: only for that the policy is left out here.
    page = opened(name, 360, "dark", bypass_csp=True)

    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    found = violations(page)

    assert wider <= 0
    assert [f"{v['id']}: {v['nodes'][0]['html']}" for v in found] == []


@pytest.mark.journey
@pytest.mark.parametrize("width", [1280, 360])
def test_the_viewpoint_can_be_switched_in_one_click(width: int, opened: Opened) -> None:
    page = opened("service", width)

    assert page.get_by_role("button", name="See it as St. Mary's wards").is_visible()


@pytest.mark.journey
def test_keys_lead_to_the_search_and_to_the_pages(opened: Opened) -> None:
    page = opened("home")

    page.keyboard.press("/")
    page.keyboard.press("g")
    assert page.locator("#bar-search").input_value() == "g", "typing is typing"
    page.locator("#bar-search").blur()
    with page.expect_request("**/checks/"):
        page.keyboard.press("g")
        page.keyboard.press("k")


@pytest.mark.journey
def test_a_chosen_theme_is_kept_and_beats_the_system(opened: Opened) -> None:
    page = opened("home", theme="light")

    page.locator(".bar .menu summary").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()

    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(20, 23, 29)"


@pytest.mark.journey
def test_typing_in_the_search_brings_results_without_losing_the_place(opened: Opened) -> None:
    page = opened("catalogue")
    template, context = PAGES["catalogue-empty"]
    page.route(
        f"{HOST}/catalogue/?*",
        lambda route: route.fulfill(
            body=render_to_string(template, context), content_type="text/html; charset=utf-8"
        ),
    )

    page.locator("#search").fill("patient zebra")
    page.get_by_text("Nothing we may see matches").wait_for()

    page.wait_for_url(re.compile(r"q=patient(\+|%20)zebra"))
    expect(page.locator("#answer")).to_have_text("No service matches “zebra”.")
    expect(page.locator("#search")).to_be_focused()


@pytest.mark.journey
def test_paper_shows_addresses_and_no_navigation(opened: Opened) -> None:
    page = opened("service", theme="dark")
    page.emulate_media(media="print")

    assert not page.locator(".bar").is_visible()
    assert not page.get_by_role("button", name="See it as").first.is_visible()
    assert page.get_by_text("https://catalogue.example/organizations/emergency/").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
