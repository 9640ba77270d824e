"""Every page: found by axe to be accessible, whole without script, narrow without scrolling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.axe import violations
from tests.browser import PHONE, WIDE, Complaints
from tests.journeys.steps import table_lines
from tests.product import Product

pytestmark = pytest.mark.journey

DANA = "dana.reyes@st-mary.example"
PRIYA = "priya.nair@acme-cloud.example"
HELEN = "helen.marsh@st-mary.example"
NURSE = "ingrid.lindqvist@st-mary.example"
PAGES = (
    "/",
    "/catalogue/",
    "/catalogue/?q=patient&stage=live",
    "/services/hospital-it/patient-management/",
    "/services/hospital-it/patient-management/history/",
    "/services/hospital-it/patient-management/compare/",
    "/services/hospital-it/patient-management/workshop/?customer=ward-3",
    "/services/hospital-it/network/workshop/",
    "/services/acme-cloud/db-1/",
    "/services/acme-cloud/db-1/compare/",
    "/chain/",
    "/chain/?focus=hospital-it/patient-management",
    "/status/",
    "/status/?all=1",
    "/services/hospital-it/patient-management/status/",
    "/organizations/st-mary/",
    "/organizations/acme-cloud/",
    "/our-services/",
    "/maintenance/",
    "/calendars/",
    "/calendars/hospital-it/clinic-hours/",
    "/calendars/hospital-it/clinic-hours/history/",
    "/checks/",
    "/checks/?rule=CAT601",
    "/account/",
)
#: Maintenance that is looked at before it is announced.
PLAN = (
    "/maintenance/new/?service=hospital-it/network&title=New+switches"
    f"&start={datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT10:00}"
    "&duration=2+h&zone=Europe/London&preview=1"
)
#: What if: each service in a condition of its own, at times of its own.
SUPPOSED = (
    "/impact/?service=hospital-it/network&is=down&from=2040-01-10T02:00&until=2040-01-10T04:00"
    "&service=acme-cloud/db-1&is=degraded&from=2040-01-10T03:00&until=2040-01-10T05:00"
    "&basis=fine&zone=Europe/London"
)
#: What an administrator who signed in a moment ago sees besides.
ADMINISTERING = (
    "/audit/",
    "/audit/?what=ways-in",
    "/changes/",
    "/impact/",
    "/impact/?service=hospital-it/patient-management",
    "/maintenance/new/",
    PLAN,
    SUPPOSED,
    "/calendars/new/",
    "/calendars/hospital-it/clinic-hours/edit/",
    "/calendars/hospital-it/clinic-hours/closed-days/",
    "/new/service/",
    "/new/organization/",
    "/new/person/",
    "/new/consumption/",
    "/services/hospital-it/patient-management/edit/",
    "/services/hospital-it/patient-management/delete/",
    "/organizations/hospital-it/edit/",
    "/organizations/hospital-it/inlets/",
    "/organizations/st-mary/second-factor/",
    "/account/tokens/",
    "/account/sessions/",
    "/account/subscriptions/",
    "/organizations/st-mary/public-page/",
    "/account/second-factor/",
    "/account/second-factor/app/",
    "/account/second-factor/passkey/",
    "/help/words/",
)
Scheme = Literal["light", "dark"]
#: Half of a window of 1280 pixels: what is left of it at a zoom of 200 %.
ZOOMED: ViewportSize = {"width": 640, "height": 450}
# In the dark only the colours are others: the rest is the same page.
AXE: dict[Scheme, dict[str, Any]] = {
    "light": {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}


def serious(page: Page, scheme: Scheme) -> list[str]:
    """What axe finds that keeps somebody from reading or doing something."""
    return [
        f"{page.url}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
        for one in violations(page, AXE[scheme])
        if one["impact"] in {"serious", "critical"}
    ]


#: On a telephone: tables whose cells should stand below each other and still have to be pushed.
_PUSHED = """[...document.querySelectorAll(".scroll:has(table.stacked)")]
  .filter(box => box.scrollWidth > box.clientWidth)
  .map(box => `a table is ${box.scrollWidth} pixels wide in ${box.clientWidth}`)"""
#: How many there are, written so close to what they are that both read as one word.
_JAMMED = """[...document.querySelectorAll("h2 > .tally, h3 > .tally")]
  .filter(one => parseFloat(getComputedStyle(one).marginInlineStart) < 4
      || parseFloat(getComputedStyle(one).paddingInlineStart) < 4)
  .map(one => one.parentElement.textContent.trim())"""


def wide(page: Page) -> list[str]:
    """That a page has to be pushed to the side on a telephone, or at a zoom of 200 %."""
    found = []
    for window in (ZOOMED, PHONE):
        page.set_viewport_size(window)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > window["width"]:
            found.append(f"{page.url} is {width} pixels wide in a window of {window['width']}")
    found += [f"{page.url}: {word}" for word in page.evaluate(_PUSHED)]
    page.set_viewport_size(WIDE)
    found += [f"{page.url}: the number touches {word}" for word in page.evaluate(_JAMMED)]
    return found


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("de", "dark")])
@pytest.mark.parametrize(("who", "pages"), [(DANA, PAGES), (HELEN, ADMINISTERING)])
def test_axe_finds_nothing_serious(
    who: str,
    pages: tuple[str, ...],
    language: str,
    scheme: Scheme,
    signed_in: Callable[..., Page],
) -> None:
    # axe is put into the page by the test: only for that the policy is left out here.
    page = signed_in(
        who, color_scheme=scheme, locale=language, bypass_csp=True, reduced_motion="reduce"
    )
    found = []
    for address in pages:
        response = page.goto(address)
        if response is None or response.status != 200:
            found.append(f"{address} did not answer")
        if page.locator("html").get_attribute("lang") != language:
            found.append(f"{address} is in another language")
        # Each page once in every language and once in every light, with all the rules.
        found += serious(page, "light")
        found += wide(page)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_pages_of_strangers_and_customers(
    scheme: Scheme,
    signed_in: Callable[..., Page],
    new_page: Callable[..., Page],
    complaints: Complaints,
) -> None:
    complaints.expected.add("status of 404")
    stranger = new_page(color_scheme=scheme, bypass_csp=True)
    stranger.goto("/sign-in/")
    found = serious(stranger, scheme)
    page = signed_in(NURSE, color_scheme=scheme, bypass_csp=True)
    for address in ("/", "/services/hospital-it/patient-management/", "/nowhere/"):
        page.goto(address)
        found += serious(page, scheme)
    assert found == []


@pytest.mark.parametrize("who", [DANA, PRIYA])
def test_every_page_is_fetched_without_a_complaint(
    who: str, signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(who)
    if who == PRIYA:
        complaints.expected.add("status of 404")
    for address in PAGES:
        response = page.goto(address)
        assert response is not None and response.status in {200, 404}, address
        assert response.status == 200 or who == PRIYA, address
        assert "default-src" in (response.header_value("content-security-policy") or ""), address
        expect(page.locator("h1")).to_have_count(1)
        page.wait_for_load_state("networkidle")


def test_everything_works_without_script(
    new_page: Callable[..., Page], product: Product, complaints: Complaints
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/services/hospital-it/patient-management/")
    page.get_by_label("E-mail address").fill(DANA)
    page.get_by_label("Password").fill(product.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Patient management")
    for address in PAGES:
        response = page.goto(address)
        assert response is not None and response.status == 200, address

    page.goto("/catalogue/")
    page.get_by_role("searchbox").first.fill("clinic calendar")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".hit h2")).to_have_text(["Clinic calendar"])
    page.goto("/chain/?focus=hospital-it/patient-management")
    expect(page.locator("svg.chain-svg")).to_be_visible()
    assert table_lines(page)
    page.locator("a.chain-mark", has_text="Pharmacy inventory").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pharmacy inventory")
    page.get_by_role("button", name="See it as St. Mary's Hospital").click()
    expect(page.locator(".band")).to_contain_text("Seen as St. Mary's Hospital")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pharmacy inventory")


def test_a_crowded_chain_folds_and_opens(signed_in: Callable[..., Page]) -> None:
    page = signed_in("zara.novak@kestrel.example")
    page.goto("/chain/?focus=kestrel-platform/network&depth=0")

    marks = page.locator("svg.chain-svg .chain-mark")
    expect(marks.first).to_be_visible()
    assert marks.count() <= 60


def test_the_keys_go_where_they_say(signed_in: Callable[..., Page]) -> None:
    page = signed_in(DANA)
    page.goto("/")

    page.keyboard.press("/")
    expect(page.locator("#bar-search")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    for key, heading in (("c", "Catalogue"), ("k", "Checks"), ("n", "Chain")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        # Its script, which listens to the next key, comes after its words.
        page.wait_for_load_state()
