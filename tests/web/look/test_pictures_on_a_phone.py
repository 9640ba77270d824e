"""Pictures that are wider than a telephone: what one looks for is in sight, and can be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from catenary.apps.monitoring.queries.courses import ShownStretch
from catenary.web.status.timeline import SPANS, timeline
from tests.web.look.test_in_the_browser import file_of
from tests.web.look.test_in_the_browser import opened as opened

NOW = datetime(2026, 11, 3, 12, 5, tzinfo=UTC)
#: Smaller words are not read on a telephone.
LEAST_HEIGHT = 10


def course(page: Page, days: int, now: datetime) -> None:
    """The course of a service that went down an hour ago, as its page shows it."""
    begin, fell = now - timedelta(days=days), now - timedelta(hours=1)
    stretches = (ShownStretch(begin, fell, "operational"), ShownStretch(fell, now, "down"))
    styles = "".join(file_of(f"catenary/{name}.css").decode() for name in ("catenary", "status"))
    picture = timeline(stretches, begin, now, days, "alpha-it/portal").svg
    page.set_content(
        f'<style>{styles}</style><main><div class="scroll timeline-scroll">{picture}</div></main>'
    )


def boxes(page: Page, what: str) -> list[dict[str, Any]]:
    """The places of what is drawn, in pixels of the screen."""
    found: list[dict[str, Any]] = page.eval_on_selector_all(
        what,
        """(all) => all.map((each) => each.getBoundingClientRect())
          .filter((box) => box.width).map((box) => box.toJSON())""",
    )
    return found


@pytest.mark.journey
@pytest.mark.parametrize("days", SPANS)
@pytest.mark.parametrize("now", [NOW, NOW.replace(hour=9), NOW.replace(hour=23)])
def test_the_course_on_a_phone_begins_with_now_and_its_words_can_be_read(
    days: int, now: datetime, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    course(page, days, now)

    (seen,), (down,) = boxes(page, ".timeline-scroll"), boxes(page, ".bar.is-down")
    words = sorted(boxes(page, ".scale"), key=lambda box: box["left"])
    page.close()

    assert seen["left"] <= down["left"] and down["right"] <= seen["right"] + 1
    assert words and all(word["height"] >= LEAST_HEIGHT for word in words)
    # What one sees first is whole.
    assert words[-1]["right"] <= seen["right"]
    assert all(one["right"] < other["left"] for one, other in zip(words, words[1:], strict=False))


@pytest.mark.journey
def test_the_words_of_a_week_on_a_phone_can_be_read(opened: Any) -> None:
    page = opened("calendar", 360)

    words = boxes(page, ".week text")
    (picture,) = boxes(page, ".week")

    assert words and all(word["height"] >= LEAST_HEIGHT for word in words)
    assert all(
        picture["left"] <= word["left"] and word["right"] <= picture["right"] for word in words
    )
