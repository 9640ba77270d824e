"""Take the pictures in docs/screenshots from the running product: `make screenshots`.

The product is started with the example stories in a temporary folder; people of the hospital
sign in, and each page is taken light and dark, wide and at the width of a small telephone.
Look at the pictures before committing them.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser import launch, sign_in
from tests.product import Product, running_demo

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = {
    "wide": ViewportSize(width=1280, height=860),
    "phone": ViewportSize(width=360, height=780),
}
# A long page is cut: the picture is to show how it looks, not everything that is on it.
MOST_PIXELS_HIGH = 1800
# The pages whose narrow and dark faces are shown in the documentation; of the others one is enough.
EVERY_FACE = {"home", "service", "chain"}

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


def main() -> int:
    """Take every picture; those of pages that are gone are removed."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken: set[Path] = set()
    with (
        tempfile.TemporaryDirectory(prefix="catenary-") as folder,
        running_demo(Path(folder)) as product,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for picture in TO_TAKE:
            taken.update(take(browser, product, picture))
            print(f"screenshots: {picture.name}", flush=True)
        browser.close()
    for old in set(PICTURES.glob("*.png")) - taken:
        old.unlink()
    print(f"screenshots: {len(taken)} pictures in {PICTURES}. Look at them before committing.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
