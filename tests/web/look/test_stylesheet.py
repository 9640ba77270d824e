"""The stylesheet: readable in both themes, nothing from elsewhere, nothing in pages it forgot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

import catenary.web
from tests.web.look.samples import SAMPLES

STATIC = Path(catenary.web.__file__).parent / "static" / "catenary"
CSS = (STATIC / "catenary.css").read_text()
TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
COLOURS = {name: (light, dark) for name, light, dark in TOKEN.findall(CSS)}

#: Words in these colours stand on these grounds.
READ_ON = [
    *((ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "card", "sunk")),
    *((ink, "card") for ink in ("up", "degraded", "down", "unknown", "planned")),
    *((ink, "paper") for ink in ("degraded", "down", "customer", "provider")),
    ("customer", "card"),
    ("provider", "card"),
    ("provider", "provider-soft"),
    ("customer", "customer-soft"),
    ("ink", "customer-soft"),
    ("soft", "customer-soft"),
    ("ink", "accent-soft"),
    ("accent", "accent-soft"),
    ("on-accent", "accent"),
    ("ink", "down-soft"),
]


def luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), READ_ON)
def test_words_can_be_read_in_both_themes(ink: str, ground: str, theme: int) -> None:
    ratio = contrast(COLOURS[ink][theme], COLOURS[ground][theme])

    assert ratio >= 4.5, f"{ink} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_the_edge_of_a_field_can_be_seen(ground: str, theme: int) -> None:
    assert contrast(COLOURS["line-strong"][theme], COLOURS[ground][theme]) >= 3


def test_nothing_is_fetched_from_elsewhere() -> None:
    for name in ("catenary.css", "app.js", "mark.svg"):
        text = (STATIC / name).read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]+\.|@import|url\(|\beval\b|innerHTML", text), name


def test_every_variable_that_is_used_is_declared() -> None:
    declared = set(re.findall(r"(--[a-z0-9-]+):", CSS))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", CSS))

    assert used <= declared


def test_braces_close() -> None:
    assert CSS.count("{") == CSS.count("}")


def test_every_class_on_a_page_is_known_to_a_stylesheet() -> None:
    sheets = "".join(path.read_text() for path in sorted(STATIC.glob("*.css")))
    known = set(re.findall(r"\.([a-z][a-z0-9-]*)", sheets))
    # Words of the record as classes: not every value needs a look of its own.
    free = re.compile(
        r"(chip|role|condition|verdict|stage|kind|as|is)-[a-z-]+|chain-[a-z]+s|chain-caption"
    )
    strangers: dict[str, str] = {}
    for name, template, page, frame in SAMPLES:
        html = render_to_string(template, {"page": page, "frame": frame, "csrf_token": "t"})
        for classes in re.findall(r'class="([^"]*)"', html):
            for word in classes.split():
                if word not in known and not free.fullmatch(word):
                    strangers.setdefault(word, name)

    assert strangers == {}
