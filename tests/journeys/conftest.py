"""A product with its worker, and live pages of anybody in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import MILLISECONDS_TO_WAIT, WIDE, Complaints, sign_in
from tests.journeys.live import WELL, WITH_ENGINE, say
from tests.product import Product, serving


@pytest.fixture(scope="module")
def live(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its worker; everything in the hospital's chain is known to work."""
    with serving(demo, tmp_path_factory.mktemp("live"), environment=WITH_ENGINE) as product:
        say(product, *((service, "operational") for service in WELL))
        yield product


@pytest.fixture
def open_as(
    browser: Browser, live: Product, complaints: Complaints
) -> Iterator[Callable[..., Page]]:
    """`open_as(DANA, "/status/")`: a page of somebody, live before it is handed over."""
    contexts = []

    def opened(
        email: str,
        address: str,
        product: Product = live,
        *,
        is_followed: bool = True,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            **{"base_url": product.url, "viewport": WIDE, "locale": "en-GB", **options}
        )
        contexts.append(context)
        context.set_default_timeout(MILLISECONDS_TO_WAIT)
        page = sign_in(context.new_page(), product, email)
        complaints.watch(page, product.url.partition("://")[2])
        page.goto(address)
        if is_followed and options.get("java_script_enabled", True):
            expect(page.get_by_text("Live", exact=True)).to_be_visible()
            page.evaluate("window.neverReloaded = true")
        return page

    yield opened
    for context in contexts:
        context.close()
