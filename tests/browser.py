"""A real browser for journeys: Debian's Chromium, driven by Playwright.

One browser for each test process, a fresh context (no cookies) for each test. A page that breaks
quietly fails its journey: script errors, refused content and calls to other hosts are collected
and must be none at the end.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    StorageState,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.product import Product

CHROMIUMS = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 780}
#: Whoever waits for nothing waits in vain so long; what comes is there at once, or when a busy
#: machine gets to it.
MILLISECONDS_TO_WAIT = 30_000
expect.set_options(timeout=MILLISECONDS_TO_WAIT)


def chromium() -> str:
    """The browser's program; CATENARY_CHROMIUM names another than Debian's."""
    named = os.environ.get("CATENARY_CHROMIUM")
    for candidate in [named] if named else CHROMIUMS:
        found = shutil.which(candidate)
        if found:
            return found
    raise FileNotFoundError("Chromium is missing. As root: apt-get install chromium")


def launch(playwright: Playwright) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS)


def sign_in(page: Page, product: Product, email: str) -> Page:
    """Sign in as an example person, through the form, as they would."""
    page.goto(f"{product.url}/sign-in/")
    page.locator("input[name=email], input[name=username]").fill(email)
    page.locator("input[name=password]").fill(product.password)
    page.locator("form:has(input[name=password]) [type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


class Complaints:
    """What went wrong on a page without anybody being told."""

    def __init__(self) -> None:
        """Start with none."""
        self.found: list[str] = []
        self.expected: set[str] = set()

    def watch(self, page: Page, own_host: str) -> None:
        """Collect the complaints of a page that may talk to `own_host` only."""
        page.on("pageerror", lambda error: self.add(f"script error: {error}"))
        page.on("console", self.hear)
        page.on("request", lambda request: self.add_foreign(request.url, own_host))
        page.on("requestfailed", self.add_failed)

    def add(self, complaint: str) -> None:
        """Remember one, unless the test said it was to come."""
        if not any(part in complaint for part in self.expected):
            self.found.append(complaint)

    def hear(self, word: ConsoleMessage) -> None:
        """Remember what the browser reports as an error: refused content among it."""
        if word.type == "error":
            self.add(f"{word.text} ({word.location.get('url', '')})")

    def add_failed(self, request: Request) -> None:
        """Remember what could not be fetched; what one leaves behind by moving on is no failure."""
        if request.failure != "net::ERR_ABORTED":
            self.add(f"{request.url} failed: {request.failure}")

    def add_foreign(self, url: str, own_host: str) -> None:
        """Remember a call to somebody else's host: nothing is loaded from elsewhere."""
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != own_host:
            self.add(f"the page called {parts.scheme}://{parts.netloc}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    # Playwright's synchronous interface keeps an event loop in this thread, which makes Django
    # refuse the database to every later test in it. The tests themselves are not asynchronous.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            started = launch(playwright)
            yield started
            started.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Quiet complaints of the pages; none may be left when the test ends.

    A journey that provokes one (a refused page is an error to the console) adds a part of its
    text to `complaints.expected` first.
    """
    collected = Complaints()
    yield collected
    assert not collected.found, "\n".join(collected.found)


@pytest.fixture
def new_page(
    browser: Browser, product: Product, complaints: Complaints
) -> Iterator[Callable[..., Page]]:
    """Open pages that know nothing of one another: `new_page(viewport=PHONE)`."""
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(
            **{"base_url": product.url, "viewport": WIDE, "locale": "en-GB", **options}
        )
        contexts.append(context)
        context.set_default_timeout(MILLISECONDS_TO_WAIT)
        page = context.new_page()
        complaints.watch(page, urlsplit(product.url).netloc)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A wide page of somebody who has not signed in."""
    return new_page()


@pytest.fixture(scope="session")
def sessions(product: Product) -> dict[str, StorageState]:
    """The cookies of people who have signed in to this product, by e-mail address."""
    return {}


@pytest.fixture
def signed_in(
    new_page: Callable[..., Page], product: Product, sessions: dict[str, StorageState]
) -> Callable[..., Page]:
    """`signed_in("dana.reyes@st-mary.example", viewport=PHONE)`: a page of an example person.

    Their session goes on from test to test; whoever switches the viewpoint or signs out asks for
    one of their own with `own_session=True`.
    """

    def open_as(email: str, *, own_session: bool = False, **options: Any) -> Page:
        if own_session:
            return sign_in(new_page(**options), product, email)
        if email in sessions:
            return new_page(storage_state=sessions[email], **options)
        page = sign_in(new_page(**options), product, email)
        sessions[email] = page.context.storage_state()
        return page

    return open_as
