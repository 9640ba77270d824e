"""The picture under a real browser and a strict content security policy: keys, pointer, zoom."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import catenary.web
from catenary.domain.picture import ChainPicture, PictureGroup, PictureNode
from catenary.web.picture import render_chain

CHROMIUM = Path("/usr/bin/chromium")
STATIC = Path(catenary.web.__file__).parent / "static/catenary"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'"

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}"),
]


def picture() -> ChainPicture:
    """A focus on three supporters, of which the middle one stands on something more."""
    names = ["top", "left", "middle", "right", "ground"]
    return ChainPicture(
        "t",
        tuple(PictureNode(name, name, href=f"/s/{name}", is_focus=name == "top") for name in names),
        (
            PictureGroup("g", "top", (("left", ""), ("middle", ""), ("right", "")), "2 of 3"),
            PictureGroup("h", "middle", (("ground", ""),)),
        ),
    )


def wide() -> ChainPicture:
    leaves = [PictureNode(f"n{n}", f"Service {n}", href=f"/s/n{n}") for n in range(80)]
    group = PictureGroup("g", "top", tuple((leaf.id, "") for leaf in leaves), "2 of 80")
    return ChainPicture("t", (PictureNode("top", "top", href="/s/top"), *leaves), (group,))


class _Server(BaseHTTPRequestHandler):
    pages = {"/small": picture, "/wide": wide}

    def do_GET(self) -> None:
        kind, body = "text/html; charset=utf-8", b"<!doctype html><title>elsewhere</title>"
        if self.path in self.pages:
            body = (
                '<!doctype html><title>t</title><link rel="icon" href="data:,">'
                '<link rel="stylesheet" href="/chain.css">'
                '<script src="/chain.js" defer></script><main>'
                + render_chain(self.pages[self.path]())
            ).encode()
        elif self.path in {"/chain.css", "/chain.js"}:
            kind = "text/css" if self.path.endswith("css") else "text/javascript"
            body = (STATIC / self.path[1:]).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield page
    page.close()


def view(page: Page) -> list[float]:
    box = page.get_attribute("svg.chain-svg", "viewBox")
    assert box is not None
    return [float(number) for number in box.split()]


def test_arrow_keys_walk_the_chain_and_enter_follows(page: Page, address: str) -> None:
    page.goto(f"{address}/small")
    page.focus(".chain-mark.is-focus")
    seen = []

    for key in ["Down", "Down", "Up", "Left", "Right", "Right", "Up"]:
        page.keyboard.press(f"Arrow{key}")
        seen.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/s/middle")

    assert seen == ["middle", "ground", "middle", "left", "middle", "right", "top"]


def test_a_drag_pans_and_does_not_follow_the_link_under_it(page: Page, address: str) -> None:
    page.goto(f"{address}/wide")
    before = view(page)
    box = page.locator("a.chain-mark").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y - 40, steps=4)
    page.mouse.up()
    page.wait_for_timeout(50)

    assert page.url.endswith("/wide")
    assert view(page)[:2] != before[:2]
    assert view(page)[2:] == before[2:]


def test_keys_and_buttons_zoom_and_show_all(page: Page, address: str) -> None:
    page.goto(f"{address}/wide")
    start = view(page)
    page.click("[data-chain-do=in]")
    closer = view(page)
    page.locator("a.chain-mark").first.focus()
    page.keyboard.press("0")
    whole = view(page)

    assert closer[2] < start[2] < whole[2]
    width = page.evaluate("Number(document.querySelector('svg.chain-svg').getAttribute('width'))")
    assert whole[2] >= width - 1


def test_a_picture_that_is_swapped_in_comes_alive(page: Page, address: str) -> None:
    page.goto(f"{address}/small")

    alive = page.evaluate(
        """() => {
          const old = document.querySelector("figure");
          const fresh = old.cloneNode(true);
          fresh.classList.remove("is-live");
          old.replaceWith(fresh);
          fresh.dispatchEvent(
            new CustomEvent("htmx:load", { bubbles: true, detail: { elt: fresh } }));
          return fresh.classList.contains("is-live");
        }"""
    )

    assert alive is True


def test_without_script_the_whole_picture_is_there(page: Page, address: str) -> None:
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{address}/small")

    assert plain.locator("a.chain-mark").count() == 5
    assert plain.locator(".chain-tools").is_hidden()
    plain.locator("a.chain-mark", has_text="ground").click()
    plain.wait_for_url("**/s/ground")
