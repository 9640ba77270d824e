"""Hospital: Dana Reyes of Hospital IT, Dr. Okafor of the Emergency Ward, Priya Nair of Acme."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Complaints
from tests.journeys.steps import (
    card,
    expect_nothing_there,
    expect_role,
    look_as,
    names_in_catalogue,
    open_service,
    search,
    table_lines,
)
from tests.product import Product

pytestmark = pytest.mark.journey

DANA = "dana.reyes@st-mary.example"
OKAFOR = "chidi.okafor@st-mary.example"
PRIYA = "priya.nair@acme-cloud.example"
PATIENT_MANAGEMENT = "hospital-it/patient-management"


def test_dana_signs_in_and_is_told_when_the_password_is_wrong(
    page: Page, product: Product, complaints: Complaints
) -> None:
    complaints.expected.add("status of 422")
    page.goto("/checks/")

    expect(page).to_have_url(f"{product.url}/sign-in/?next=/checks/")
    page.get_by_label("E-mail address").fill(DANA)
    page.get_by_label("Password").fill("not hers at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("E-mail address")).to_have_value(DANA)

    page.get_by_label("Password").fill(product.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{product.url}/checks/")

    page.locator("header .menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{product.url}/sign-in/")
    page.goto("/")
    expect(page).to_have_url(f"{product.url}/sign-in/?next=/")


def test_home_answers_the_four_questions_of_a_provider(signed_in: Callable[..., Page]) -> None:
    page = signed_in(DANA)
    page.goto("/")

    expect(page.locator(".answer").first).to_have_text(
        "You provide 11 services to 5 customers, and for that rely on 1 provider."
    )
    customers = card(page, "Who our customers are")
    for customer in ("Emergency Ward", "Ward 3", "Outpatient Clinic", "Hospital Pharmacy"):
        expect(customers.get_by_role("link", name=customer, exact=True)).to_be_visible()
    expect(card(page, "What we provide")).to_contain_text("Patient management")
    expect(card(page, "Who we rely on")).to_contain_text("Acme Cloud Ltd")
    expect(card(page, "Outcomes that depend on us")).to_contain_text(
        "When it is serious, somebody who can help me is with me at once"
    )


def test_the_catalogue_is_searched_narrowed_and_leafed_through(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(DANA)

    search(page, "seen sooner arrive", found=["Patient management"])
    page.goto("/catalogue/")
    facet = page.get_by_role("region", name="Seen from here")
    facet.get_by_role("link", name="supporting").click()
    expect(page.locator("#answer")).to_have_text("5 services under these filters.")
    expect(page.locator(".hit .role")).to_have_text(["supporting"] * 5)
    page.get_by_role("link", name="(take this filter away)").click()

    everything = names_in_catalogue(page)
    assert len(everything) == len(set(everything)) == 24
    assert {"Patient management", "First database", "Emergency care"} <= set(everything)
    assert "Hall 1" not in everything
    page.get_by_role("searchbox").first.fill("nothing is called so")
    expect(page.locator("#found")).to_contain_text("Nothing we may see matches")


def test_the_service_page_is_a_blueprint_that_says_why(signed_in: Callable[..., Page]) -> None:
    page = signed_in(DANA)
    page.goto("/catalogue/?q=patient+management")
    page.get_by_role("link", name="Patient management", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Patient management")
    expect_role(page, "customer-facing", "Emergency Ward", "Ward 3", "outside Hospital IT")
    value = card(page, "Value: the outcomes our customers want")
    expect(value).to_contain_text("Patients are seen sooner after they arrive")
    expect(value).to_contain_text("Dr. Chidi Okafor, Emergency Ward")
    expect(value).to_contain_text("median wait at reception: 50 → 30 min")
    promise = card(page, "Warranty: fit for use").get_by_role("row", name="Availability")
    expect(promise).to_contain_text("99.9 %")
    expect(promise).to_contain_text("promised, unmeasured")
    expect(card(page, "Who stands on it")).to_contain_text("Ward 3 St. Mary's Hospital calls it")
    expect(card(page, "What it rests on")).to_contain_text("50 of 120 needed, 100 for full")
    expect(card(page, "History")).to_contain_text("defined it")


def test_the_blueprint_is_printed_on_two_sheets(signed_in: Callable[..., Page]) -> None:
    page = signed_in(DANA)
    page.goto(f"/services/{PATIENT_MANAGEMENT}/")
    printed = page.pdf(
        format="A4",
        margin={"top": "12mm", "bottom": "12mm", "left": "12mm", "right": "12mm"},
    )

    sheets = re.search(rb"/Count (\d+)", printed)
    assert sheets is not None and int(sheets[1]) <= 2


def test_a_customer_reads_the_same_record_in_his_own_names(signed_in: Callable[..., Page]) -> None:
    page = signed_in(OKAFOR)
    page.goto("/")

    expect(page.locator(".band")).to_have_attribute("data-look", "customer")
    card(page, "What we have").get_by_role("link", name="Emergency board").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Emergency board")
    expect(page.locator("main")).to_contain_text("Hospital IT calls it Patient management")
    expect(card(page, "Value: the outcomes we want")).to_be_visible()
    expect_role(page, "external", "Emergency Ward consumes it")


def test_other_eyes_are_one_click_and_the_page_stays(signed_in: Callable[..., Page]) -> None:
    page = signed_in(DANA, own_session=True)
    open_service(page, PATIENT_MANAGEMENT)

    look_as(page, "St. Mary's Hospital")
    expect_role(page, "supporting", "Emergency Ward", "inside St. Mary's Hospital")
    look_as(page, "Hospital IT")
    expect_role(page, "customer-facing")


def test_the_chain_hangs_with_its_thresholds_and_is_walked_by_keys(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(DANA)
    open_service(page, PATIENT_MANAGEMENT)
    page.get_by_role("link", name="Open the chain picture").click()

    picture = page.locator("svg.chain-svg")
    picture.wait_for()
    gates = picture.locator(".chain-gate-words").all_text_contents()
    assert {"2 of 3", "50 of 120 needed, 100 for full", "1 of 2 needed, 2 for full"} <= set(gates)
    focus = picture.locator(".chain-mark.is-focus")
    focus.focus()
    page.keyboard.press("ArrowDown")
    below = picture.locator(":focus")
    assert below.get_attribute("data-mark") != focus.get_attribute("data-mark")
    name = (below.get_attribute("aria-label") or "").split(",")[0]
    assert f"Patient management relies on {name}" in " ".join(table_lines(page))
    page.keyboard.press("ArrowUp")
    expect(focus).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)

    page.goto(f"/chain/?focus={PATIENT_MANAGEMENT}")
    page.get_by_label("What it rests on", exact=False).check()
    page.get_by_label("How far").select_option("1")
    page.get_by_role("button", name="Draw").click()
    page.wait_for_url("**direction=down**")
    lines = table_lines(page)
    assert sum(line.startswith("Patient management relies on") for line in lines) == 9
    assert not any("consumes" in line for line in lines)


def test_the_checks_say_what_to_mend_and_fold_what_is_known(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(DANA)
    page.goto("/checks/")

    retiring = page.get_by_role("region", name="Retiring while still consumed")
    expect(retiring).to_contain_text("CAT509")
    expect(retiring).to_contain_text("To mend it: Agree on a successor")
    known = page.get_by_role("region", name="Live by exception")
    expect(known.locator("li.finding").first).to_be_hidden()
    known.locator("summary").click()
    expect(known.locator("li.finding").first).to_be_visible()
    retiring.get_by_role("link", name="Clinic calendar").click()
    expect(card(page, "What the checks found")).to_contain_text("CAT509")


def test_the_supplier_knows_its_customer_and_nothing_of_the_customers_services(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(PRIYA)
    page.goto("/")

    customers = card(page, "Who our customers are")
    expect(customers.get_by_role("link", name="St. Mary's Hospital", exact=True)).to_be_visible()
    expect(card(page, "Outcomes that depend on us")).to_contain_text("we may count them, not read")
    expect(page.locator("main")).not_to_contain_text("Ruth Bell")
    assert not {"Patient management", "Pharmacy inventory"} & set(names_in_catalogue(page))

    open_service(page, "acme-cloud/db-1")
    expect_role(page, "customer-facing", "St. Mary's Hospital", "outside Acme Cloud Ltd")
    above = card(page, "Who stands on it")
    expect(above).to_contain_text("4 services of Hospital IT")
    expect(above).to_contain_text("6 more beyond what we may see")
    page.get_by_role("link", name="Open the chain picture").click()
    expect(page.locator("main")).to_contain_text("relies on it with 4 services of theirs")
    for name in ("Patient", "Pharmacy", "Ward"):
        expect(page.locator("main")).not_to_contain_text(name)
    expect_nothing_there(
        page,
        complaints,
        f"/services/{PATIENT_MANAGEMENT}/",
        f"/services/{PATIENT_MANAGEMENT}/history/",
        f"/chain/?focus={PATIENT_MANAGEMENT}",
        "/organizations/pascal-gutters-secret/",
    )


def test_what_the_supplier_did_not_publish_stays_behind_its_name(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    page = signed_in(DANA)
    page.goto("/services/acme-cloud/db-1/")

    expect(page.get_by_role("heading", level=1)).to_have_text("First database")
    expect(page.locator("main")).to_contain_text("Acme Cloud Ltd calls it Database 1")
    expect(page.locator("main")).to_contain_text("what is behind it is theirs to manage")
    expect(page.locator("main")).not_to_contain_text("Hall 1")
    expect_nothing_there(
        page, complaints, "/services/acme-cloud/hall-1/", "/services/acme-cloud/db-1/history/"
    )
