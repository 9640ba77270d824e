"""Take the pictures in docs/screenshots from the running product: `make screenshots`.

The product is started with the example stories in a temporary folder; people of the hospital
sign in, and each page is taken light and dark, wide and at the width of a small telephone.
`python -m scripts.screenshots status` takes those of one name alone. Look at the pictures before
committing them.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
import urllib.request
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
# So many of the 256 colours of a small picture are as they were.
_EXACT = 128
# The pages whose narrow and dark faces are shown in the documentation; of the others one is enough.
EVERY_FACE = {"home", "service", "chain", "status", "our-services"}

#: Conditions follow from what was reported, and somebody tells how far that is.
SETTINGS = {"CATENARY_ENGINE": "", "CATENARY_METRICS": "loopback"}

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
    Picture("status", PROVIDER, path("/status/")),
    Picture("our-services", CUSTOMER, path("/our-services/")),
)


def wait_until_followed(product: Product) -> None:
    """Wait until what the stories say of their services was followed, the past as well."""
    figures = ("catenary_engine_up 1.0", "catenary_engine_waiting 0.0", "catenary_engine_owed 0.0")
    while True:
        with urllib.request.urlopen(f"{product.url}/metrics") as answer:
            told = answer.read().decode().splitlines()
        if all(figure in told for figure in figures):
            return
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
    with image.open(file) as opened:
        picture = opened.convert("RGB")
    # What is seen most stays exactly what it is, such as paper and ink; of the rest rare colours
    # count most: a green word on a page.
    seen = sorted(picture.getcolors(1 << 24), reverse=True)[:_EXACT]
    rare = picture.quantize(256 - _EXACT, method=image.Quantize.MAXCOVERAGE).getpalette()
    palette = image.new("P", (1, 1))
    palette.putpalette([part for _, colour in seen for part in colour] + rare)
    picture.quantize(palette=palette, dither=image.Dither.NONE).save(file, optimize=True)


def main(names: list[str]) -> int:
    """Take every picture, or those of some names; those of pages that are gone are removed."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken: set[Path] = set()
    with (
        tempfile.TemporaryDirectory(prefix="catenary-") as folder,
        running_demo(Path(folder), environment=SETTINGS, is_silent=False) as product,
        sync_playwright() as playwright,
    ):
        wait_until_followed(product)
        browser = launch(playwright)
        for picture in TO_TAKE:
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
