"""Second factors in a real browser: Chromium's own virtual authenticator, and an app's digits."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import CDPSession, Page, expect

from tests.browser import PHONE, Complaints, sign_in
from tests.journeys.test_every_page import serious
from tests.product import Product

pytestmark = pytest.mark.journey

# Each test leaves its person with a password alone, as it found them: journeys share them.
NURSE = "ingrid.lindqvist@st-mary.example"
PRIYA = "priya.nair@acme-cloud.example"
ZARA = "zara.novak@kestrel.example"


def with_authenticator(page: Page) -> tuple[CDPSession, str]:
    """Put a security key into the browser; how one speaks to it, and its name."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable", {"enableUI": False})
    added = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devtools, str(added["authenticatorId"])


def digits_now(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def sign_out(page: Page) -> None:
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()


def password(page: Page, product: Product, email: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(product.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_made_asked_for_and_taken_away(
    new_page: Callable[..., Page], product: Product, complaints: Complaints
) -> None:
    email = NURSE
    page = new_page()
    devtools, key = with_authenticator(page)
    sign_in(page, product, email)
    page.goto("/account/second-factor/passkey/")
    page.get_by_label("What do you call it?").fill("Blue key")
    page.get_by_role("button", name="Add it").click()
    shown = page.get_by_role("status").locator("code")
    expect(shown).to_have_count(10)
    codes = shown.all_inner_texts()
    expect(page.get_by_role("region", name="What you can show")).to_contain_text("Blue key")

    sign_out(page)
    password(page, product, email)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more thing")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)

    # A key with the same name and address, but another secret.
    sign_out(page)
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    password(page, product, email)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The browser showed no passkey")).to_be_visible()

    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/account/second-factor/")
    expect(page.locator("main")).to_contain_text("9 recovery codes left")
    page.get_by_role("button", name=re.compile("take away")).click()
    expect(page.get_by_role("status")).to_contain_text("It was taken away")


def test_an_app_is_set_up_without_script_on_a_telephone(
    new_page: Callable[..., Page], product: Product
) -> None:
    email = PRIYA
    page = new_page(java_script_enabled=False, viewport=PHONE)
    sign_in(page, product, email)
    page.goto("/account/second-factor/app/")
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    expect(page.locator("svg.square")).to_be_visible()
    page.get_by_label("The six digits it shows").fill(digits_now(secret))
    page.get_by_role("button", name="Add it").click()
    shown = page.get_by_role("status").locator("code")
    expect(shown).to_have_count(10)
    codes = shown.all_inner_texts()
    sign_out(page)

    password(page, product, email)
    page.get_by_label("Six digits of your app, or a recovery code").fill(codes[1])
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_role("heading", level=1)).not_to_have_text("One more thing")
    page.goto("/account/second-factor/")
    page.get_by_role("button", name=re.compile("take away")).click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_telephone(
    scheme: str, new_page: Callable[..., Page], product: Product
) -> None:
    page = new_page(color_scheme=scheme, bypass_csp=True, viewport=PHONE, reduced_motion="reduce")
    sign_in(page, product, ZARA)
    found = []
    for address in ("", "app/", "passkey/"):
        page.goto(f"/account/second-factor/{address}")
        found += serious(page, scheme)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    assert found == []
