"""Workshop: Hospital IT and the Emergency Ward agree on Patient management, and others look on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import PHONE, Complaints
from tests.journeys.steps import card, expect_nothing_there, look_as
from tests.journeys.test_every_page import serious
from tests.product import Product, serving

pytestmark = pytest.mark.journey

DANA = "dana.reyes@st-mary.example"
OKAFOR = "chidi.okafor@st-mary.example"
INGRID = "ingrid.lindqvist@st-mary.example"
JONAS = "jonas.bauer@st-mary.example"
PRIYA = "priya.nair@acme-cloud.example"
SERVICE = "/services/hospital-it/patient-management/"
TABLE = f"{SERVICE}workshop/?customer=emergency-ward"
#: The other side's change comes by itself within a few seconds.
SOON = 60_000


@pytest.fixture(scope="module")
def product(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this file's own: what is agreed here must not be met elsewhere."""
    with serving(demo, tmp_path_factory.mktemp("workshop")) as product:
        yield product


@pytest.fixture(scope="module")
def sessions(product: Product) -> dict[str, object]:
    """The cookies of people who have signed in to it."""
    return {}


def stand(page: Page) -> Locator:
    """Where the page says how both sides stand."""
    return card(page, "How you stand")


def suggest(page: Page, part: str, text: str, **measure: str) -> None:
    """Open the form of a part, fill it and send it."""
    form = page.locator(f"#{part} .ws-add")
    form.locator("summary").click()
    form.locator("textarea").fill(text)
    for label, value in measure.items():
        form.get_by_label(label.replace("_", " ")).fill(value)
    form.get_by_role("button").click()


def confirm(page: Page, organization: str) -> None:
    """Confirm the version that is shown."""
    stand(page).get_by_role("button", name=f"Confirm for {organization}").click()


def test_provider_and_customer_complete_a_workshop(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    dana, okafor = signed_in(DANA), signed_in(OKAFOR)
    okafor.goto(SERVICE)
    card(okafor, "Seen from here").get_by_role("link", name="Workshop").click()
    dana.goto(TABLE)
    expect(okafor.locator("main")).to_contain_text("You speak for Emergency Ward")
    expect(dana.locator("main")).to_contain_text("You speak for Hospital IT")
    confirmed = stand(dana).get_by_role("button", name="Confirm for Hospital IT")
    expect(confirmed).to_be_visible()

    # The customer suggests, and the provider sees it without loading the page again.
    suggest(okafor, "outcomes", "Nobody waits for a bed", What_is_measured="wait", Wanted="10")
    proposal = dana.locator("#outcomes .ws-proposal")
    expect(proposal).to_contain_text("Nobody waits for a bed", timeout=SOON)
    expect(proposal).to_contain_text("Dr. Chidi Okafor, Emergency Ward, suggests to add")

    # An answer, and then acceptance: the files manage the service, and that must be said.
    proposal.get_by_label("Your answer").fill("From admission on?")
    proposal.get_by_role("button", name="Answer only").click()
    expect(okafor.locator("#outcomes")).to_contain_text("From admission on?", timeout=SOON)
    complaints.expected.add("status of 422")
    dana.locator("#outcomes .ws-proposal").get_by_role("button", name="Accept").click()
    expect(dana.get_by_role("alert")).to_contain_text("is managed by")
    accepting = dana.locator("#outcomes .ws-proposal")
    accepting.get_by_label("Take the service over").check()
    accepting.get_by_role("button", name="Accept").click()
    outcome = okafor.locator("#outcomes li", has_text="Nobody waits for a bed")
    expect(outcome).to_be_visible(timeout=SOON)
    expect(dana.locator("#outcomes .ws-proposal")).to_have_count(0)

    # Each confirms, and each sees that the other did.
    confirm(dana, "Hospital IT")
    expect(stand(okafor)).to_contain_text(
        "Hospital IT has confirmed it; Emergency Ward has not yet.", timeout=SOON
    )
    confirm(okafor, "Emergency Ward")
    for page in (okafor, dana):
        expect(stand(page)).to_contain_text("Agreed by Emergency Ward", timeout=SOON)
        expect(stand(page).get_by_role("button", name="Confirm for")).to_have_count(0)

    # The provider changes an outcome: both see what changed since, and confirm anew.
    line = dana.locator("#outcomes li", has_text="Nobody waits for a bed")
    line.locator("summary").click()
    line.get_by_label("The outcome").fill("Hardly anybody waits for a bed")
    line.get_by_role("button", name="Write down").click()
    for page in (dana, okafor):
        expect(stand(page)).to_contain_text("changed since in 1 line", timeout=SOON)
        expect(stand(page).locator("del")).to_contain_text("Nobody waits for a bed")
        expect(stand(page).locator("ins")).to_contain_text("Hardly anybody waits for a bed")
    for page, whom in ((dana, "Hospital IT"), (okafor, "Emergency Ward")):
        confirm(page, whom)
    for page in (okafor, dana):
        expect(stand(page)).to_contain_text("Agreed by Emergency Ward", timeout=SOON)
    stand(dana).get_by_text("Who confirmed which version").click()
    expect(stand(dana).locator("li")).to_have_count(4)

    # The page of the service says so to both, and the history whose proposal it was.
    for page in (dana, okafor):
        page.goto(SERVICE)
        seen = card(page, "Seen from here")
        expect(seen).to_contain_text("Agreed by Emergency Ward and Hospital IT on")
    dana.get_by_role("link", name="All of it").click()
    expect(dana.locator("main")).to_contain_text(
        "changed it, as suggested by Dr. Chidi Okafor, Emergency Ward"
    )


def test_whoever_is_writing_is_not_disturbed(signed_in: Callable[..., Page]) -> None:
    okafor, dana = signed_in(OKAFOR), signed_in(DANA)
    dana.goto(TABLE)
    okafor.goto(TABLE)
    line = dana.locator("#costs-removed li").first
    line.locator("summary").click()
    line.get_by_label("Costs taken off the customer").fill("Half a sen")

    suggest(okafor, "costs-removed", "Printing wristbands")

    expect(dana.locator("#ws-held")).to_be_visible(timeout=SOON)
    expect(line.get_by_label("Costs taken off the customer")).to_have_value("Half a sen")
    line.get_by_label("Costs taken off the customer").fill("Buying and running servers")
    dana.locator("h1").click()
    expect(dana.locator("#costs-removed")).to_contain_text("Printing wristbands", timeout=SOON)
    expect(dana.locator("#ws-held")).to_be_hidden()


def test_another_customer_has_a_table_of_their_own(
    signed_in: Callable[..., Page], complaints: Complaints
) -> None:
    okafor, ingrid = signed_in(OKAFOR), signed_in(INGRID)
    okafor.goto(TABLE)
    suggest(okafor, "words", "Is the emergency board really needed at night?")
    expect(okafor.locator("#words .ws-proposal")).to_have_count(1)

    ingrid.goto(f"{SERVICE}workshop/")

    expect(ingrid.locator("main")).to_contain_text("You speak for Ward 3")
    expect(ingrid.locator("main")).not_to_contain_text("emergency board")
    expect(ingrid.locator("#words .ws-proposal")).to_have_count(1)  # her own, of the story
    expect(stand(ingrid)).to_contain_text("Agreed")
    complaints.expected.add("status of 404")
    for address in (TABLE, TABLE.replace("emergency-ward", "nobody-at-all")):
        response = ingrid.goto(address)
        assert response is not None and response.status == 404
    ingrid.goto(SERVICE)
    expect(card(ingrid, "Seen from here")).not_to_contain_text("Emergency Ward")
    expect_nothing_there(signed_in(PRIYA), complaints, f"{SERVICE}workshop/")


def test_without_script_it_is_as_current_as_its_last_reload(
    new_page: Callable[..., Page], product: Product
) -> None:
    page = new_page(java_script_enabled=False, viewport=PHONE)
    page.goto(TABLE.replace("emergency-ward", "outpatient-clinic"))
    page.get_by_label("E-mail address").fill(JONAS)
    page.get_by_label("Password").fill(product.password)
    page.get_by_role("button", name="Sign in").click()

    suggest(page, "risks-imposed", "Two books to keep until the move is done")

    expect(page.locator("#risks-imposed .ws-proposal")).to_contain_text("Two books to keep")
    page.locator("#risks-imposed").get_by_role("button", name="Withdraw").click()
    expect(page.locator("#risks-imposed .ws-proposal")).to_have_count(0)
    confirm(page, "Outpatient Clinic")
    expect(stand(page)).to_contain_text("Outpatient Clinic has confirmed it")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_at_a_busy_table(
    scheme: str, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(
        OKAFOR, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce", viewport=PHONE
    )
    page.goto(TABLE)
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")

    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert too_wide <= 0
    assert serious(page, "dark" if scheme == "dark" else "light") == []


def test_both_sides_are_compared_and_on_a_telephone_one_at_a_time(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(DANA, own_session=True, viewport=PHONE)
    page.goto(SERVICE)
    page.get_by_role("link", name="Compare both sides").click()
    page.get_by_label("Customer", exact=True).select_option(label="Ward 3")
    page.get_by_role("button", name="Compare").click()

    theirs = page.locator("td.side-customer", has_text="Bed board")
    ours = page.locator("td.side-provider", has_text="Patient management")
    expect(theirs).to_be_visible()
    page.get_by_text("the provider's", exact=True).click()
    expect(theirs).to_be_hidden()
    expect(ours).to_be_visible()
    page.get_by_text("the customer's", exact=True).click()
    expect(ours).to_be_hidden()
    expect(theirs).to_be_visible()
    look_as(page, "St. Mary's Hospital")
    expect(page.locator("h1")).to_contain_text("from both sides")
