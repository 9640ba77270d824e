"""Every page in an invented language: whatever stays English there cannot be translated.

In the invented language every text of ours is wrapped in ⟦ and ⟧. What is left outside them and
outside names, quotations and code was written into a page by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import translation
from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR

from scripts import translations
from tests.web.access.world import World
from tests.web.test_permission_matrix import STARTS, harvest

pytestmark = pytest.mark.django_db

#: A language that Django knows and we do not speak.
INVENTED = "eo"
#: Elements whose text is somebody else's: names, references, code, dates, other languages.
NOT_OURS = {"bdi", "code", "pre", "time", "script", "style", "kbd", "textarea", "ins", "del"}
NOT_OUR_CLASSES = {
    "chip-reference",
    "chip-tag",
    "reference",
    "initials",
    "key",
}
SAID_BY_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")
WORD = re.compile(r"[^\W\d_]{2,}")
#: Names and references of the world: Zportal, alpha-it/portal, ada@alpha.example.
THEIRS = re.compile(r"\bZ\w+|[\w.-]+@[\w.-]+|[a-z-]+/[a-z-]+")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
#: Words that are the same in every language: the product, zones, units.
SAME_EVERYWHERE = {"folder", "Catenary", "UTC", "English", "Deutsch"}


@cache
def dates() -> set[str]:
    """Words of dates: Django knows them in the invented language, and how it joins them."""
    with translation.override(INVENTED):
        tables = (WEEKDAYS, WEEKDAYS_ABBR, MONTHS)
        names = " ".join(str(name) for table in tables for name in table.values())
    return {*WORD.findall(names), "de"}


class Words(HTMLParser):
    """Every word on a page that a reader sees and that is not wrapped."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.depth: list[tuple[str, bool]] = []
        self.open_marks = 0
        self.bare: list[str] = []
        self.feed(html)

    @property
    def is_ours(self) -> bool:
        return not any(foreign for _tag, foreign in self.depth)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        foreign = (
            tag in NOT_OURS
            or bool(classes & NOT_OUR_CLASSES)
            or (tag != "html" and "lang" in given)
            or given.get("translate") == "no"
            or (tag == "a" and (given.get("href") or "").startswith("mailto:"))
        )
        if not foreign and self.is_ours and tag != "svg" and "data-mark" not in given:
            for name in SAID_BY_ATTRIBUTES:
                self.look(given.get(name) or "", f"{tag} {name}")
        if tag not in VOID:
            self.depth.append((tag, foreign))

    def handle_endtag(self, tag: str) -> None:
        while self.depth and self.depth.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.look(data, self.depth[-1][0] if self.depth else "")

    def look(self, text: str, where: str) -> None:
        """Marks may open in one piece of text and close in another: a name can stand between."""
        bare = []
        for mark in text:
            if mark == "⟦":
                self.open_marks += 1
            elif mark == "⟧":
                self.open_marks -= 1
            elif self.open_marks == 0:
                bare.append(mark)
        if self.is_ours:
            known = THEIRS.sub(" ", "".join(bare))
            left = set(WORD.findall(known)) - SAME_EVERYWHERE - dates()
            if left:
                self.bare.append(f"<{where}> {''.join(bare).strip()}")


def wrapped(text: str) -> str:
    """The text in the invented language; spaces around it stay outside."""
    inner = text.strip()
    at = text.index(inner) if inner else 0
    return f"{text[:at]}⟦{inner}⟧{text[at + len(inner) :]}"


@pytest.fixture
def invented(tmp_path: Path) -> Iterator[None]:
    catalog = Catalog(locale="en")
    for text in translations.texts():
        both = (text.one, text.many)
        catalog.add(
            both if text.many else text.one,
            tuple(map(wrapped, both)) if text.many else wrapped(text.one),
            context=text.context or None,
        )
    folder = tmp_path / INVENTED / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(translations.compiled(catalog))

    # Django forgets what it read when these two change.
    with override_settings(
        LANGUAGES=[("en", "English"), (INVENTED, "Invented")], LOCALE_PATHS=[str(tmp_path)]
    ):
        yield
    translation.activate("en")


def english(html: str) -> list[str]:
    return Words(html).bare


@pytest.mark.parametrize("who", ["exactly right", "customer"])
def test_every_page_can_be_translated_whole(world: World, invented: None, who: str) -> None:
    client = world.client(who)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = INVENTED
    left: dict[str, str] = {}

    for url, html in harvest(client, [reverse(name) for name in STARTS], most=150):
        assert f'<html lang="{INVENTED}">' in html
        left |= {text: url for text in english(html)}

    assert left == {}


@pytest.mark.parametrize(
    "address", ["/sign-in/", "/sign-in/?next=/checks/", "/nowhere/", "/services/a/b/"]
)
def test_pages_for_strangers_and_refusals_too(invented: None, address: str) -> None:
    client = Client(headers={"accept-language": INVENTED})

    html = client.get(address, follow=True).content.decode()

    assert english(html) == []
    html = client.post("/sign-in/", {"email": "a@b.example", "password": "x"}).content.decode()
    assert english(html) == []


def test_the_eye_sees_what_is_left_in_english() -> None:
    html = (
        "<p>⟦Seen as⟧ <bdi>St. Mary's</bdi>, left <b>⟦over <bdi>name</bdi> words⟧</b></p>"
        '<input aria-label="bare label" placeholder="⟦fine⟧"><code>code</code>'
    )

    assert english(html) == ["<p> , left", "<input aria-label> bare label"]
