"""Defining services in the browser: from nothing, two at once, by keyboard, without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE, Complaints
from tests.journeys.test_every_page import serious

pytestmark = pytest.mark.journey

DANA = "dana.reyes@st-mary.example"
HELEN = "helen.marsh@st-mary.example"
NURSE = "ingrid.lindqvist@st-mary.example"
PATIENTS = "/services/hospital-it/patient-management/"
Open = Callable[..., Page]


def begin(page: Page, name: str) -> None:
    """Open the form of a new service by its button, and name it."""
    page.goto("/catalogue/")
    page.get_by_role("link", name="New service", exact=True).click()
    page.get_by_label("Name", exact=True).fill(name)


def unfold(page: Page, title: str) -> None:
    """Open a section of the form."""
    page.locator("summary", has=page.get_by_role("heading", name=title, exact=True)).click()


def save(page: Page) -> None:
    """Press the button one sees."""
    page.get_by_role("button", name="Save", exact=True).last.click()


def made(page: Page, name: str) -> str:
    """Make a service with just a name; gives its address."""
    begin(page, name)
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url


def test_a_service_is_defined_from_nothing(signed_in: Open) -> None:
    page = signed_in(DANA)
    begin(page, "Theatre planning")
    page.get_by_label("Stage", exact=True).select_option("designed")

    # Sections open and close, and those that are open stay so while the form is drawn anew.
    expect(page.get_by_role("button", name="Add an outcome")).to_be_hidden()
    unfold(page, "Outcomes")
    page.get_by_role("button", name="Add an outcome").click()
    words = page.get_by_label("What customers achieve, in their own words")
    expect(words).to_be_focused()
    words.fill("Operations start on time")

    unfold(page, "What it relies on")
    page.get_by_role("button", name="Add something it relies on").click()
    expect(words).to_be_visible()
    contents = page.get_by_role("navigation", name="Parts of the form")
    expect(contents.get_by_role("listitem").filter(has_text="Warranty")).to_contain_text("empty")
    page.get_by_label("How much of this must be there").select_option("at-least")
    expect(page.get_by_label("Units needed, or the service is down")).to_be_hidden()
    page.get_by_label("At least how many").fill("1")
    supporter = page.get_by_label("Service", exact=True)
    supporter.press_sequentially("workflow", delay=20)
    page.locator(".found-list button", has_text="Workflow engine").click()
    expect(supporter).to_have_value("hospital-it/workflow-engine")
    expect(page.locator(".named", has_text="Workflow engine")).to_be_visible()
    # What was typed before the form was drawn anew is still there.
    expect(page.get_by_label("Name", exact=True)).to_have_value("Theatre planning")

    # The checks answer by themselves; one of them is mended at a click.
    checks = page.locator("#panel")
    expect(checks).to_contain_text("CAT105")
    expect(checks).to_contain_text("Draft kept at")
    checks.get_by_role("button", name="I am the owner").click()
    expect(page.get_by_label("Service owner")).to_have_value(DANA)
    expect(checks).not_to_contain_text("CAT105")
    # A link into a closed section opens it.
    expect(page.get_by_label("Security")).to_be_hidden()
    contents.get_by_role("link", name="Warranty: fit for use").click()
    expect(page.get_by_label("Hours", exact=True)).to_be_visible()

    save(page)
    expect(page).to_have_url("/services/hospital-it/theatre-planning/")
    expect(page.get_by_role("status")).to_have_text("Saved. It is in the catalogue now.")
    expect(page.get_by_text("Operations start on time")).to_be_visible()
    expect(page.get_by_role("region", name="What it rests on")).to_contain_text("Workflow engine")


def test_the_second_of_two_merges(signed_in: Open, new_page: Open, complaints: Complaints) -> None:
    complaints.expected.add("status of 409")
    dana, helen = signed_in(DANA), signed_in(HELEN)
    address = made(dana, "Bed planning")
    for page in (dana, helen):
        page.goto(f"{address}edit/")
        unfold(page, "What it is")
    dana.get_by_label("Name", exact=True).fill("Beds")
    dana.get_by_label("Description").fill("Which bed is free when.")
    save(dana)
    expect(dana).to_have_url(address)

    helen.get_by_label("Name", exact=True).fill("Bed management")
    helen.get_by_label("Tags").fill("wards")
    save(helen)

    expect(helen.get_by_role("heading", level=1)).to_have_text("Two changes of Beds")
    both = helen.get_by_role("region", name="Both of you changed these")
    expect(both).to_contain_text("Bed planning")
    expect(both).to_contain_text("Bed management")
    alone = helen.get_by_role("region", name="These go together by themselves")
    expect(alone).to_contain_text("Which bed is free when.")
    expect(alone).to_contain_text("wards")
    both.get_by_label("Take what I typed").check()
    helen.get_by_role("button", name="Save both changes").click()

    expect(helen.get_by_role("heading", level=1)).to_have_text("Bed management")
    expect(helen.locator(".lede")).to_have_text("Which bed is free when.")
    expect(helen.get_by_role("status")).to_contain_text("Saved. Changed: Name")
    helen.get_by_role("button", name="Undo").click()
    expect(helen.get_by_role("heading", level=1)).to_have_text("Beds")


def test_what_others_need_stays_and_what_is_deleted_comes_back(signed_in: Open) -> None:
    page = signed_in(DANA)
    page.goto(PATIENTS)
    page.get_by_role("link", name="Delete", exact=True).click()
    expect(page.get_by_text("Not yet: others still hold on to it.")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    held = page.get_by_role("region", name="What still holds on to it")
    expect(held.get_by_role("link", name="Ward 3")).to_be_visible()

    address = made(page, "Short lived")
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Short lived is deleted")
    page.get_by_role("button", name="Undo: bring it back").click()
    expect(page).to_have_url(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Short lived")


def test_files_keep_what_they_manage_until_it_is_taken_over(
    signed_in: Open, complaints: Complaints
) -> None:
    complaints.expected.add("status of 422")
    page = signed_in(DANA)
    page.goto("/services/hospital-it/network/edit/")
    expect(page.get_by_text("Managed by the catalogue files “hospital”.")).to_be_visible()
    unfold(page, "What it is")
    page.get_by_label("Description").fill("Cables and waves.")
    save(page)
    expect(page.get_by_role("heading", name="Nothing was saved yet")).to_be_focused()
    expect(page.get_by_label("Description")).to_have_value("Cables and waves.")


def test_a_keyboard_is_enough(signed_in: Open) -> None:
    page = signed_in(DANA)
    page.goto("/new/service/")

    def tab_to(selector: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"no way to {selector} by keyboard")

    tab_to("#f-name")
    page.keyboard.type("Keys alone")
    tab_to("#card-outcomes > summary")
    page.keyboard.press("Enter")
    tab_to("button[value='add outcomes']")
    page.keyboard.press("Enter")
    expect(page.locator("#f-outcomes-0-statement")).to_be_focused()
    page.keyboard.type("Nobody needs a mouse")
    tab_to("#f-outcomes-0-wanted-by")
    page.keyboard.type("ward 3")
    expect(page.locator("#f-outcomes-0-wanted-by-found button")).to_have_count(1)
    tab_to("#f-outcomes-0-wanted-by-found button")
    page.keyboard.press("Enter")
    expect(page.locator("#f-outcomes-0-wanted-by")).to_have_value("ward-3")
    tab_to("button.button[value='save']")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Keys alone")
    expect(page.get_by_text("Nobody needs a mouse")).to_be_visible()


def test_everything_goes_without_script(signed_in: Open, complaints: Complaints) -> None:
    complaints.expected.add("status of 422")
    page = signed_in(DANA, java_script_enabled=False)
    begin(page, "Plain paper")
    unfold(page, "What it relies on")
    page.get_by_role("button", name="Add something it relies on").click()
    page.get_by_label("Service", exact=True).fill("workflow")
    page.locator("button[value='find relies-on.0.members.0.service']").click()
    page.locator(".found-list button", has_text="Workflow engine").click()
    unfold(page, "Warranty: fit for use")
    page.get_by_label("Availability, in percent of the service hours").fill("99,9")
    save(page)

    expect(page.get_by_role("heading", name="Nothing was saved yet")).to_be_visible()
    availability = page.get_by_label("Availability, in percent of the service hours")
    expect(availability).to_have_value("99,9")
    availability.fill("99.9")
    page.get_by_role("button", name="Save draft").click()
    page.goto("/")
    page.get_by_role("link", name="Plain paper").click()
    unfold(page, "Warranty: fit for use")
    expect(availability).to_have_value("99.9")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Plain paper")
    expect(page.get_by_role("status")).to_contain_text("Saved.")


FORMS = (
    f"{PATIENTS}edit/",
    "/new/service/",
    "/new/consumption/?service=hospital-it/network",
    f"{PATIENTS}delete/",
)
HOUSE = (
    "/organizations/ward-3/edit/",
    "/organizations/ward-3/delete/",
    "/new/organization/?part-of=st-mary",
    "/new/person/?organization=ward-3",
    f"/people/{NURSE}/edit/",
)


def unfold_all(page: Page) -> int:
    """Open every section of a form; how many were closed."""
    every = "parts => parts.filter(part => !part.open).map(part => part.open = true).length"
    closed: int = page.locator("details[data-part]").evaluate_all(every)
    return closed


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forms_are_accessible(signed_in: Open, scheme: Any) -> None:
    found = []
    for who, addresses in ((DANA, FORMS), (HELEN, HOUSE)):
        page = signed_in(who, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
        for address in addresses:
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            found += serious(page, scheme)
            if unfold_all(page):
                found += serious(page, scheme)
    assert found == []


def test_forms_fit_a_telephone(signed_in: Open) -> None:
    for who, addresses in ((DANA, FORMS), (HELEN, HOUSE)):
        page = signed_in(who, viewport=PHONE)
        for address in addresses:
            page.goto(address)
            height = page.evaluate("document.documentElement.scrollHeight")
            # A full service is seen whole at a glance, not scrolled through.
            assert height <= 2.6 * PHONE["height"] or address != FORMS[0], height
            unfold_all(page)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], address
