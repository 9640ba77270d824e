"""Between a word and the answer that explains it: marks are new at once, words are not; and answers
come late, or in another order than they were asked for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser import MILLISECONDS_TO_WAIT
from tests.journeys.live import DANA, NURSE, PATIENTS, say, shown
from tests.product import Product

pytestmark = pytest.mark.journey


class HeldBack:
    """What a page fetches again waits from here on, until it is let go."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[Route] = []
        self.is_over = False
        page.route("**/*", self.hold)

    def hold(self, route: Route) -> None:
        """Let one request wait, or go on."""
        if self.is_over or "hx-target" not in route.request.headers:
            route.continue_()
        else:
            self.waiting.append(route)

    def let_go(self) -> None:
        """Nothing waits any longer."""
        self.is_over = True
        for route in self.waiting:
            route.continue_()


def test_while_only_the_marks_are_new_no_words_contradict_them(
    live: Product, open_as: Callable[..., Page]
) -> None:
    service = "hospital-it/network"
    pages = {
        "board": open_as(DANA, "/status/"),
        "standing": open_as(DANA, f"/services/{service}/status/"),
        "ours": open_as(NURSE, "/our-services/"),
    }
    texts = {name: page.locator(f"#{name} .answer").inner_text() for name, page in pages.items()}
    held = {name: HeldBack(page) for name, page in pages.items()}
    say(live, (service, "down"))

    expect(pages["board"].locator('[data-count-of="down"]')).not_to_have_text("0")
    expect(shown(pages["standing"], service)).to_have_text("down")
    expect(shown(pages["ours"], PATIENTS)).to_have_text("down")
    for name, page in pages.items():
        part = page.locator(f"#{name}")
        expect(part).to_have_attribute("aria-busy", "true")
        answer = part.locator(".answer")
        expect(answer).to_have_css("visibility", "hidden")
        assert answer.evaluate("it => getComputedStyle(it, '::after').content") == '"updating…"'

    for name, page in pages.items():
        held[name].let_go()
        answer = page.locator(f"#{name} .answer")
        expect(answer).not_to_have_text(texts[name])
        expect(answer).to_be_visible()
        expect(page.locator(f"#{name}[aria-busy]")).to_have_count(0)
    say(live, (service, "operational"))
    for name, page in pages.items():
        expect(page.locator(f"#{name} .answer")).to_have_text(texts[name])


def test_an_answer_from_before_takes_nothing_back(
    live: Product, open_as: Callable[..., Page]
) -> None:
    service, page = "hospital-it/network", open_as(NURSE, "/our-services/")
    answers: list[tuple[Route, APIResponse | None]] = []

    def hold(route: Route) -> None:
        if "hx-target" not in route.request.headers:
            route.continue_()
        else:
            # The first is answered now, and comes much later.
            answers.append((route, None if answers else route.fetch()))

    page.route("**/*", hold)
    say(live, (service, "degraded"))
    expect(shown(page, PATIENTS)).to_have_text("degraded")
    holds(page, lambda: len(answers) == 1)
    say(live, (service, "down"))
    expect(shown(page, PATIENTS)).to_have_text("down")
    holds(page, lambda: len(answers) == 2)

    (first, answer), (second, _) = answers
    first.fulfill(response=answer)

    # Its words are there, and are known to be behind.
    expect(page.locator("#ours")).to_contain_text("degraded")
    expect(shown(page, PATIENTS)).to_have_text("down")
    expect(page.locator("#ours")).to_have_attribute("aria-busy", "true")
    second.continue_()
    expect(page.locator("#ours[aria-busy]")).to_have_count(0)
    expect(shown(page, PATIENTS)).to_have_text("down")
    page.unroute("**/*")
    say(live, (service, "operational"))
    expect(shown(page, PATIENTS)).to_have_text("operational")


def holds(page: Page, condition: Callable[[], bool]) -> None:
    """Wait until something is so, while the page goes on."""
    end = time.monotonic() + MILLISECONDS_TO_WAIT / 1000
    while not condition():
        assert time.monotonic() < end, "it did not come"
        page.wait_for_timeout(50)


def test_a_line_that_went_silent_is_given_up_and_another_one_asked_for(
    live: Product, open_as: Callable[..., Page]
) -> None:
    page = open_as(DANA, "/status/")
    page.clock.install()
    page.reload()
    sign = page.locator("[data-live]")
    expect(sign).to_contain_text("Live")

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        """() => {
          window.said = [];
          const sign = document.querySelector("[data-live]");
          new MutationObserver(() => window.said.push(sign.className))
            .observe(sign, { attributes: true });
        }"""
    )
    page.clock.fast_forward(60_000)

    page.wait_for_function("window.said.some((each) => each.includes('is-waiting'))")
    expect(sign).not_to_have_class(re.compile("is-waiting"))
    assert any("/status/live/" in url for url in asked)
    say(live, ("hospital-it/network", "down"))
    expect(shown(page, "hospital-it/network")).to_have_text("down")
    say(live, ("hospital-it/network", "operational"))
