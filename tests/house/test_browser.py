"""The browser of the journeys notices what a person would not be told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.axe import violations
from tests.browser import Complaints

POLICY = "default-src 'self'; img-src 'self' data: http:"


@contextmanager
def serving(html: str) -> Iterator[str]:
    """One page, whatever one asks for, under a policy like the product's; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if self.path == "/" else "text/javascript")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(html.encode() if self.path == "/" else b"nowhere.to.be.found()")

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def complaints_about(browser: Browser, html: str) -> list[str]:
    complaints = Complaints()
    with serving(f'<!doctype html><link rel="icon" href="data:,">{html}') as url:
        context = browser.new_context()
        page = context.new_page()
        complaints.watch(page, urlsplit(url).netloc)
        page.goto(url, wait_until="networkidle")
        context.close()
    return complaints.found


@pytest.mark.journey
@pytest.mark.parametrize(
    ("html", "part"),
    [
        ("<script src='/broken.js'></script>", "script error"),
        ("<p style='color: red'>red</p>", "Content Security Policy"),
        ("<script>1</script>", "Content Security Policy"),
        ("<a href='x' ping='y'>fine</a><img src='http://other.invalid/a.png'>", "other.invalid"),
    ],
)
def test_a_page_that_breaks_quietly_is_heard(browser: Browser, html: str, part: str) -> None:
    found = complaints_about(browser, html)

    assert any(part in complaint for complaint in found), found


@pytest.mark.journey
def test_a_page_that_is_well_is_not_complained_about(browser: Browser) -> None:
    assert complaints_about(browser, "<p>fine</p>") == []


@pytest.mark.journey
def test_what_axe_finds_is_told_with_its_element(browser: Browser) -> None:
    with serving("<title>A picture</title><main><h1>One</h1><img src='data:,'></main>") as url:
        context = browser.new_context(bypass_csp=True)
        page = context.new_page()
        page.goto(url)
        found = violations(page)
        context.close()

    told = {one["id"]: (one["impact"], one["nodes"][0]["html"]) for one in found}
    assert told["image-alt"] == ("critical", '<img src="data:,">')
