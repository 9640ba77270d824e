"""Take the pictures in docs/screenshots from the running product: `make screenshots`.

The product is started with the example stories in a temporary folder; people of the hospital
sign in, and each page is taken light and dark, wide and at the width of a small telephone. The
last are taken after something has failed. `python -m scripts.screenshots status` takes those of
one name alone. Look at the pictures before committing them.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from catenary import clock
from tests.browser import launch, sign_in
from tests.installation import run_command
from tests.product import Product, clean_environment, running_demo

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = {
    "wide": ViewportSize(width=1280, height=860),
    "phone": ViewportSize(width=360, height=780),
}
# A long page is cut: the picture is to show how it looks, not everything that is on it.
MOST_PIXELS_HIGH = 1800
# The pages whose narrow and dark faces are shown in the documentation; of the others one is enough.
EVERY_FACE = {"home", "service", "chain", "status", "our-services"}

PROVIDER = "dana.reyes@st-mary.example"
PATIENTS = "/services/hospital-it/patient-management/"
CUSTOMER = "ingrid.lindqvist@st-mary.example"


@dataclass(frozen=True)
class Picture:
    """A page to take: its name, who looks (nobody: not signed in), and how one gets there."""

    name: str
    who: str
    open: Callable[[Page], object]


def path(address: str) -> Callable[[Page], object]:
    """Open an address."""
    return lambda page: page.goto(address)


def service(page: Page) -> None:
    """Find Patient management in the catalogue and open it, as a person would."""
    page.goto("/catalogue/?q=patient+management")
    page.locator("main a[href$='hospital-it/patient-management/']").first.click()
    page.wait_for_url(re.compile("patient-management/?$"))


def chain(page: Page) -> None:
    """Follow the service's page to its chain."""
    service(page)
    page.locator("main a[href*='/chain/']").first.click()
    page.wait_for_url(re.compile("/chain/"))
    page.locator("main svg").first.wait_for()


TO_TAKE = (
    Picture("sign-in", "", path("/sign-in/")),
    Picture("home", PROVIDER, path("/")),
    Picture("home-of-a-customer", CUSTOMER, path("/")),
    Picture("catalogue", PROVIDER, path("/catalogue/")),
    Picture("search", PROVIDER, path("/catalogue/?q=patient")),
    Picture("service", PROVIDER, service),
    Picture("chain", PROVIDER, chain),
    Picture("checks", PROVIDER, path("/checks/")),
    Picture("edit", PROVIDER, path(f"{PATIENTS}edit/")),
    Picture("workshop", CUSTOMER, path(f"{PATIENTS}workshop/")),
    Picture("compare", PROVIDER, path(f"{PATIENTS}compare/?customer=emergency-ward")),
    Picture("what-if", PROVIDER, path("/impact/?service=acme-cloud/db-1")),
    Picture("changes", PROVIDER, path("/changes/")),
)

#: What stands on nothing: while it works, so does everything above it.
FOUNDATIONS = (
    *(f"acme-cloud/{name}" for name in ("hall-1", "hall-2", "hall-3", "backbone")),
    "hospital-it/network",
    "hospital-it/support-desk",
)
DATABASE = "acme-cloud/db-2"
#: A summer and an autumn, by how long ago, and a morning on which a database fails.
WORDS: tuple[tuple[timedelta, str, str, tuple[str, ...]], ...] = (
    *((timedelta(days=100), service, "operational", ()) for service in FOUNDATIONS),
    (timedelta(days=62), "hospital-it/network", "degraded", ("--text", "A switch fails")),
    (timedelta(days=61, hours=21), "hospital-it/network", "operational", ()),
    (timedelta(days=33), DATABASE, "down", ("--text", "A disk fails")),
    (timedelta(days=32, hours=22), DATABASE, "cleared", ()),
    (timedelta(hours=2), "acme-cloud/app-2", "down", ("--planned", "--text", "New memory")),
    (timedelta(minutes=26), DATABASE, "down", ("--text", "It takes no more connections")),
)
AFTER_A_FAILURE = (
    Picture("status", PROVIDER, path("/status/")),
    Picture("our-services", CUSTOMER, path("/our-services/")),
)


def let_it_fail(product: Product) -> None:
    """Report what works and what does not, plan maintenance, and wait until it was followed."""

    def run(*arguments: str) -> bytes:
        done = run_command(list(arguments), clean_environment(product.data))
        done.check_returncode()
        return done.stdout

    now = clock.now()
    for ago, service, condition, more in WORDS:
        run("observe", service, condition, "--at", (now - ago).isoformat(), *more)
    night = f"{now + timedelta(days=(6 - now.weekday()) or 7):%Y-%m-%d}T02:00"
    planned = ("--start", night, "--duration", "2 h", "--zone", "Europe/London")
    run("maintenance", "add", "hospital-it/network", *planned, "--title", "New switches")
    while b'"degraded"' not in run("status", "hospital-it/patient-management", "--json"):
        time.sleep(0.5)


def take(browser: Browser, product: Product, picture: Picture) -> list[Path]:
    """Take one page in every scheme and width; the files written."""
    taken = []
    for scheme in SCHEMES:
        for width, viewport in WIDTHS.items():
            if (scheme, width) != ("light", "wide") and picture.name not in EVERY_FACE:
                continue
            context = browser.new_context(
                base_url=product.url,
                viewport=viewport,
                color_scheme=scheme,
                reduced_motion="reduce",
                locale="en-GB",
            )
            page = context.new_page()
            if picture.who:
                sign_in(page, product, picture.who)
            picture.open(page)
            page.wait_for_load_state("networkidle")
            high: int = page.evaluate("document.documentElement.scrollHeight")
            file = PICTURES / f"{picture.name}-{scheme}-{width}.png"
            page.screenshot(
                path=file,
                full_page=True,
                clip={
                    "x": 0,
                    "y": 0,
                    "width": viewport["width"],
                    "height": min(max(high, viewport["height"]), MOST_PIXELS_HIGH),
                },
            )
            context.close()
            make_smaller(file)
            taken.append(file)
    return taken


def make_smaller(file: Path) -> None:
    """A third of the size in 256 colours, where Pillow happens to be installed."""
    try:
        image: Any = import_module("PIL.Image")
    except ImportError:
        return
    with image.open(file) as picture:
        # Rare colours count most here: a green word on a page of paper and ink.
        palette = picture.convert("RGB").quantize(
            256, method=image.Quantize.MAXCOVERAGE, dither=image.Dither.NONE
        )
        palette.save(file, optimize=True)


def main(names: list[str]) -> int:
    """Take every picture, or those of some names; those of pages that are gone are removed."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken: set[Path] = set()
    with (
        tempfile.TemporaryDirectory(prefix="catenary-") as folder,
        running_demo(Path(folder), environment={"CATENARY_ENGINE": ""}) as product,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for pictures in (TO_TAKE, AFTER_A_FAILURE):
            if pictures is AFTER_A_FAILURE:
                let_it_fail(product)
            for picture in pictures:
                if not names or picture.name in names:
                    taken.update(take(browser, product, picture))
                    print(f"screenshots: {picture.name}", flush=True)
        browser.close()
    if not names:
        for old in set(PICTURES.glob("*.png")) - taken:
            old.unlink()
    print(f"screenshots: {len(taken)} pictures in {PICTURES}. Look at them before committing.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
