"""What people do in journeys, and where on a page they look for the answer."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import Complaints


def open_service(page: Page, reference: str) -> None:
    """Open the page of a service by its address."""
    page.goto(f"/services/{reference}/")


def card(page: Page, title: str) -> Locator:
    """The part of a page under this title."""
    return page.get_by_role("region", name=title, exact=True)


def look_as(page: Page, organization: str) -> None:
    """Switch the viewpoint in the band: one click, and the page stays."""
    before = page.url
    band = page.get_by_role("region", name="Whose eyes")
    # A role of mere customers is said behind the name, in brackets.
    name = re.compile(rf"^(See it as )?{re.escape(organization)}( \(customer\))?$")
    button = band.get_by_role("button", name=name)
    if not button.count():
        band.locator("summary").click()
    button.click()
    expect(band.get_by_role("link", name=organization, exact=True)).to_be_visible()
    assert page.url == before


def expect_role(page: Page, role: str, *because: str) -> None:
    """The service page says what the service is, seen from here, and why."""
    seen = card(page, "Seen from here")
    expect(seen.locator(".role")).to_have_text(role)
    for words in because:
        expect(seen.locator(".why")).to_contain_text(words)


def search(page: Page, words: str, *, found: list[str]) -> None:
    """Search the catalogue by typing; the answer appears without a new page."""
    page.goto("/catalogue/")
    page.get_by_role("searchbox").first.fill(words)
    expect(page.locator("#found .hit h2")).to_have_text(found)


def names_in_catalogue(page: Page, address: str = "/catalogue/") -> list[str]:
    """The names on all pages of a list, leafing through it with Next."""
    page.goto(address)
    names = page.locator(".hit h2").all_inner_texts()
    while (following := page.get_by_role("link", name="Next", exact=True)).count():
        with page.expect_navigation():
            following.click()
        names += page.locator(".hit h2").all_inner_texts()
    return names


def expect_nothing_there(page: Page, complaints: Complaints, *addresses: str) -> None:
    """Addresses of others answer exactly like addresses of nobody."""
    complaints.expected.add("status of 404")
    stranger = "/services/nobody-here/nothing-here/"
    answers = []
    for address in (stranger, *addresses):
        response = page.goto(address)
        assert response is not None and response.status == 404, address
        text = page.locator("main").inner_text()
        assert "There is no such page" in text or "There is no service" in text, address
        answers.append(text)
    pages = [
        text
        for text, address in zip(answers, (stranger, *addresses), strict=True)
        if not address.startswith("/chain/")
    ]
    assert len(set(pages)) == 1, pages


def table_lines(page: Page) -> list[str]:
    """The table beside the chain picture, a line per link."""
    rows = page.locator("section[aria-labelledby=table] tbody tr")
    return [" ".join(text.split()) for text in rows.all_inner_texts()]
