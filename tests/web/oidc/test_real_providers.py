"""Signing in, in a real browser, through a real OpenID provider that somebody else wrote."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import MILLISECONDS_TO_WAIT, WIDE, Complaints
from tests.product import Product, free_port, serving, stop

pytestmark = pytest.mark.journey

PACKAGES = Path(__file__).resolve().parents[3] / ".venv" / "oidc-provider"
SECRET = "a-secret-of-the-tests-and-of-nobody-else"
MAPPING = """
catenary-sign-on: 1
groups:
  it-staff: {organization: hospital-it, roles: [viewer]}
"""


@dataclass(frozen=True)
class SignOn:
    """A product and the provider it trusts."""

    product: Product
    issuer: str


@pytest.fixture(scope="module")
def sign_on(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignOn]:
    """The certified provider, and a demonstration that trusts it."""
    node = shutil.which("node")
    if node is None or not (PACKAGES / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("no oidc-provider: it needs node and npm, then `make set-up-tests`")
    folder = tmp_path_factory.mktemp("sign-on")
    (folder / "groups.yaml").write_text(MAPPING)
    port, ours = free_port(), free_port()
    issuer = f"http://127.0.0.1:{port}"
    back = f"http://localhost:{ours}/sign-in/with/company/back/"
    script = Path(__file__).with_name("provider.js")
    with (folder / "provider.log").open("w+") as log:
        provider = subprocess.Popen(
            [node, str(script), str(port), back],
            env={**os.environ, "PACKAGES": str(PACKAGES)},
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        try:
            assert provider.stdout is not None
            said = provider.stdout.readline()
            assert said == b"ready\n", f"{said!r}{(folder / 'provider.log').read_text()}"
            data = folder / "data"
            data.mkdir()
            environment = {
                "CATENARY_OIDC_ISSUER": issuer,
                "CATENARY_OIDC_CLIENT_ID": "catenary",
                "CATENARY_OIDC_CLIENT_SECRET": SECRET,
                "CATENARY_OIDC_NAME": "Hospital ID",
                "CATENARY_OIDC_SCOPES": "openid profile email groups",
                "CATENARY_OIDC_GROUPS": str(folder / "groups.yaml"),
            }
            with serving(demo, data, ours, environment) as product:
                yield SignOn(product, issuer)
        finally:
            stop(provider)


@pytest.fixture
def visitor(
    browser: Browser, sign_on: SignOn, complaints: Complaints
) -> Iterator[Callable[[], Page]]:
    """Somebody with a browser of their own, who may go to the provider too."""
    contexts: list[BrowserContext] = []
    complaints.expected |= {f"the page called {sign_on.issuer}", "fonts.googleapis.com"}

    def come() -> Page:
        options: dict[str, Any] = {"viewport": WIDE, "locale": "en-GB"}
        context = browser.new_context(base_url=sign_on.product.url, **options)
        contexts.append(context)
        context.set_default_timeout(MILLISECONDS_TO_WAIT)
        # The provider's own pages would like a font from elsewhere; nothing here goes out.
        context.route("https://**", lambda route: route.fulfill(body=""))
        page = context.new_page()
        complaints.watch(page, urlsplit(sign_on.product.url).netloc)
        return page

    yield come
    for context in contexts:
        context.close()


def through_the_provider(page: Page, login: str, start: str = "/") -> Page:
    """From our sign-in page to the provider's, and back again."""
    page.goto(start)
    page.get_by_role("link", name="Sign in with Hospital ID").click()
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("anything")
    page.locator("button[type=submit], input[type=submit]").first.click()
    consent = page.get_by_role("button", name=re.compile("continue", re.I))
    consent.or_(page.locator("main#content")).first.wait_for()
    if consent.count():
        consent.first.click()
    expect(page.locator("main#content")).to_be_visible()
    return page


def test_somebody_signs_in_and_comes_to_the_page_they_wanted(visitor: Callable[[], Page]) -> None:
    page = through_the_provider(visitor(), "dana", "/services/hospital-it/patient-management/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Patient management")
    page.goto("/account/")
    expect(page.locator(".answer")).to_contain_text("dana.reyes@st-mary.example")


def test_a_newcomer_of_a_group_is_let_in_with_the_role_it_means(
    visitor: Callable[[], Page],
) -> None:
    page = through_the_provider(visitor(), "newcomer")

    page.goto("/account/")
    expect(page.locator(".answer")).to_contain_text("Nadia New")
    expect(page.get_by_role("region", name="Where you belong, and as what")).to_contain_text(
        "viewer"
    )


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ("unverified", "does not say that your e-mail address is verified"),
        ("stranger", "there is nobody with your address here"),
    ],
)
def test_somebody_who_is_not_let_in_reads_why(
    visitor: Callable[[], Page], complaints: Complaints, login: str, words: str
) -> None:
    complaints.expected.add("status of 403")

    page = through_the_provider(visitor(), login)

    expect(page.get_by_role("alert")).to_contain_text(words)
    page.goto("/account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_address_of_coming_back_is_worth_nothing_twice(
    visitor: Callable[[], Page], complaints: Complaints
) -> None:
    page = visitor()
    answers: list[str] = []
    page.on("request", lambda asked: answers.append(asked.url) if "/back/?" in asked.url else None)
    through_the_provider(page, "dana")
    assert answers
    complaints.expected.add("status of 403")

    thief = visitor()
    thief.goto(answers[0])

    expect(thief.get_by_role("alert")).to_contain_text("could not vouch for you")
