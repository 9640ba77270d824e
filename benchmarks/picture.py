"""How long the chain picture takes: folding, layout, rendering, and drawing in a real browser.

``python benchmarks/picture.py`` prints milliseconds per size; ``--shots FOLDER`` also leaves
pictures of it, light and dark, wide and narrow. The browser is Debian's Chromium.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from catenary.domain.picture import (
    ChainPicture,
    PictureEdge,
    PictureNode,
    chain_picture,
    fold,
    layout,
)
from catenary.domain.picture.values import NodeCondition, NodeRole

STATIC = Path(__file__).parents[1] / "src/catenary/web/static/catenary"
CHROMIUM = "/usr/bin/chromium"
BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def hospital() -> ChainPicture:
    """A dozen services of a hospital with every kind of gate."""

    def service(
        key: str,
        name: str,
        provider: str,
        role: NodeRole = "supporting",
        condition: NodeCondition = "operational",
        stage: str = "live",
        is_focus: bool = False,
    ) -> PictureNode:
        return PictureNode(
            id=key,
            label=name,
            sublabel=provider,
            role=role,
            condition=condition,
            stage=stage,
            href=f"/services/{key}",
            is_focus=is_focus,
        )

    def group(
        *members: str,
        minimum: int = 1,
        full: int | None = None,
        soft: bool = False,
        weight: int = 1,
    ) -> DependencyGroupDocument:
        return DependencyGroupDocument(
            members=tuple(Supporter(name, Decimal(weight)) for name in members),
            minimum=Decimal(minimum),
            full=Decimal(full or minimum),
            soft=soft,
        )

    consumers = [
        PictureNode(id=key, label=name, kind="organization", href=f"/organizations/{key}")
        for key, name in (
            ("er", "Emergency ward"),
            ("wards", "Wards"),
            ("clinic", "Outpatient clinic"),
        )
    ]
    own, cloud = "Hospital IT", "Acme Cloud"
    services = [
        service("pm", "Patient management", own, "customer-facing", "degraded", is_focus=True),
        service("crm", "CRM", own),
        service("flow", "Workflow engine", own),
        service("pharmacy", "Pharmacy inventory", own, "supporting", "degraded"),
        service("reporting", "Reporting", own, "supporting", "unknown"),
        service("scan", "Record scanning", own, "supporting", "planned", stage="retiring"),
        service("db-1", "Database 1", cloud, "external"),
        service("db-2", "Database 2", cloud, "external", "down"),
        service("app-1", "Application host 1", cloud, "external"),
        service("app-2", "Application host 2", cloud, "external"),
        service("app-3", "Application host 3", cloud, "external"),
        service("net", "Hospital network", own),
        PictureNode(id="dc", label="A supporting service of Acme Cloud", kind="hidden"),
    ]
    reliance = [
        ("pm", group("crm")),
        ("pm", group("flow")),
        ("pm", group("pharmacy")),
        ("pm", group("reporting", soft=True)),
        ("pm", group("scan", soft=True)),
        ("pharmacy", group("db-1", "db-2", minimum=1, full=2)),
        ("crm", group("app-1", "app-2", "app-3", minimum=2)),
        ("flow", group("app-1", "app-2", "app-3", minimum=50, full=100, weight=60)),
        ("flow", group("db-1")),
        ("reporting", group("db-1", "db-2")),
        ("scan", group("net")),
        ("crm", group("net")),
        ("db-1", group("dc")),
        ("db-2", group("dc")),
    ]
    consumption = [
        PictureEdge("er", "pm", "Front door"),
        PictureEdge("wards", "pm"),
        PictureEdge("clinic", "pm"),
        PictureEdge("clinic", "crm"),
    ]
    return chain_picture(
        title="Chain of patient management",
        nodes=[*consumers, *services],
        reliance=reliance,
        consumption=consumption,
    )


def invented(services: int, links: int, *, consumers: int = 0, seed: int = 7) -> ChainPicture:
    """A portfolio by chance: few services at the top, shared platforms below, some gates."""
    chance = random.Random(seed)
    providers = ["Hospital IT", "Acme Cloud", "Northwind Networks", "Data Centre North", "HR"]
    words = ["Portal", "Registry", "Archive", "Gateway", "Billing", "Mail", "Queue", "Database"]
    level = sorted(min(int(chance.expovariate(0.55)), 7) for _ in range(services))
    names = [f"s{n}" for n in range(services)]
    nodes = [
        PictureNode(
            id=name,
            label=f"{chance.choice(words)} {chance.choice(words).lower()} {n}",
            sublabel=providers[(level[n] + chance.randrange(2)) % 5],
            role="customer-facing"
            if not level[n]
            else "supporting"
            if level[n] < 4
            else "external",
            stage="live" if chance.random() < 0.9 else "designed",
            href=f"/services/{name}",
            is_focus=n == 0,
        )
        for n, name in enumerate(names)
    ]
    reliance = []
    left = links
    for n in range(services):
        lower = [m for m in range(n + 1, services) if level[m] > level[n]]
        if not lower or left <= 0:
            continue
        near = [m for m in lower if level[m] == level[lower[0]]]
        wanted = min(1 + int(chance.expovariate(0.6 * services / links)), 6, left)
        chosen = sorted(
            {chance.choice(near if chance.random() < 0.8 else lower) for _ in range(wanted)}
        )
        left -= len(chosen)
        members = tuple(Supporter(names[m]) for m in chosen)
        if len(members) > 1 and chance.random() < 0.3:
            reliance.append((names[n], DependencyGroupDocument(members)))
        else:
            reliance += [
                (names[n], DependencyGroupDocument((member,), soft=chance.random() < 0.1))
                for member in members
            ]
    organizations = [
        PictureNode(id=f"o{n}", label=f"Ward {n + 1}", kind="organization", href=f"/o/{n}")
        for n in range(consumers)
    ]
    top = [name for name, at in zip(names, level, strict=True) if not at]
    consumption = [PictureEdge(f"o{n}", chance.choice(top)) for n in range(consumers)]
    return chain_picture(
        title=f"Chain of {services} services",
        nodes=[*organizations, *nodes],
        reliance=reliance,
        consumption=consumption,
    )


def milliseconds(work: Callable[[], object], rounds: int = 7) -> float:
    """The median time of ``work``."""
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def page_of(body: str, *, script: bool = True) -> str:
    """A bare page with the real stylesheets, as the product serves it."""
    css = "".join((STATIC / name).read_text() for name in ("catenary.css", "chain.css"))
    js = f"<script>{(STATIC / 'chain.js').read_text()}</script>" if script else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>Chain</title><style>{css}</style>'
        f'<body><main><section class="card">{body}</section></main>{js}'
    )


def draw_in_browser(html: str, browser: Any, *, width: int, dark: bool, shot: Path | None) -> float:
    """Milliseconds from handing the page to the browser until it has painted it twice."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page.set_content("<!doctype html><p>warm")
    took: float = page.evaluate(
        """html => new Promise(done => {
             const start = performance.now();
             document.open(); document.write(html); document.close();
             requestAnimationFrame(() => requestAnimationFrame(() =>
               done(performance.now() - start)));
           })""",
        html,
    )
    if shot is not None:
        page.screenshot(path=str(shot), full_page=True)
    page.close()
    return took


def main() -> None:
    """Print the table; with ``--shots`` leave the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=Path, help="a folder for screenshots")
    options = parser.parse_args()
    from django.conf import settings

    settings.configure(USE_I18N=False)
    from playwright.sync_api import sync_playwright

    from catenary.web.picture import render_chain

    cases = {
        "hospital": hospital(),
        "60": invented(52, 95, consumers=8),
        "300": invented(300, 600),
        "300-folded": fold(invented(300, 600), opening=lambda name: f"?open={name}"),
    }
    print(
        f"{'picture':>12} {'marks':>6} {'links':>6} {'fold':>8} {'layout':>8} {'svg':>8} "
        f"{'browser':>8} {'canvas':>12}   (ms, px)"
    )
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGUMENTS)
        for name, picture in cases.items():
            geometry = layout(picture)
            html = page_of(render_chain(picture, geometry))
            links = len(geometry.paths)
            spent = [
                milliseconds(partial(fold, picture)),
                milliseconds(partial(layout, picture)),
                milliseconds(partial(render_chain, picture, geometry)),
            ]
            drawn = statistics.median(
                draw_in_browser(html, browser, width=1280, dark=False, shot=None) for _ in range(3)
            )
            canvas = f"{geometry.width:.0f}x{geometry.height:.0f}"
            print(
                f"{name:>12} {len(picture.nodes):>6} {links:>6} "
                + " ".join(f"{ms:>8.1f}" for ms in [*spent, drawn])
                + f" {canvas:>12}"
            )
            if options.shots:
                options.shots.mkdir(parents=True, exist_ok=True)
                for width in (1280, 360):
                    for dark in (False, True):
                        shade = "dark" if dark else "light"
                        shot = options.shots / f"{name}-{width}-{shade}.png"
                        draw_in_browser(html, browser, width=width, dark=dark, shot=shot)
                whole = page_of(render_chain(picture, geometry), script=False).replace(
                    "<style>",
                    "<style>.card,main{max-width:none!important}"
                    ".chain-window{max-height:none!important}",
                )
                draw_in_browser(
                    whole,
                    browser,
                    width=int(geometry.width) + 140,
                    dark=False,
                    shot=options.shots / f"{name}-whole.png",
                )
        browser.close()


if __name__ == "__main__":
    main()
