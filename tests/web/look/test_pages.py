"""Every page, rendered from plain values: well-formed, escaped, and whole without a database."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template.loader import render_to_string

from catenary.web import pages as p
from tests.web.look.samples import FRAME, SAMPLES, SERVICE

VOID = {"meta", "link", "input", "br", "hr", "img", "path", "circle", "rect"}
REFUSALS = ("400.html", "403.html", "403_csrf.html", "404.html", "500.html")


class Markup(HTMLParser):
    """The tags of a page with their attributes, the text they hold, and who holds whom."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.unbalanced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self._open), data))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        """Every id, in reading order."""
        return [attributes["id"] for _tag, attributes in self.tags if "id" in attributes]


def render(template: str, page: object, frame: p.Frame | None) -> str:
    return render_to_string(template, {"page": page, "frame": frame, "csrf_token": "token"})


RENDERED = pytest.mark.parametrize(
    ("template", "page", "frame"),
    [pytest.param(template, page, frame, id=name) for name, template, page, frame in SAMPLES]
    + [pytest.param(template, None, None, id=template) for template in REFUSALS],
)


@RENDERED
def test_a_page_needs_nothing_that_the_content_policy_refuses(
    template: str, page: object, frame: p.Frame | None
) -> None:
    html = render(template, page, frame)

    for tag, attributes in Markup(html).tags:
        assert "style" not in attributes, f"<{tag}> has a style of its own"
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag not in {"style", "iframe", "object", "embed", "base"}
        for name in ("src", "action"):
            assert not attributes.get(name, "").startswith(("http:", "https:", "//", "data:"))
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", html), "a script without a file"
    assert not re.search(r"<script[^>]*>\s*[^<\s]", html), "a script with a body"


@RENDERED
def test_a_page_is_well_formed_and_can_be_read_aloud(
    template: str, page: object, frame: p.Frame | None
) -> None:
    markup = Markup(render(template, page, frame))

    assert markup.unbalanced == []
    assert markup.all("html")[0]["lang"] == "en"
    assert len(markup.all("h1")) == 1
    assert len(markup.all("main")) == 1
    assert len(markup.ids) == len(set(markup.ids)), "an id is used twice"
    titles = [text for parents, text in markup.texts if parents[-1:] == ("title",)]
    assert titles[0].strip(" ·") not in {"", "Catenary"}
    levels = [int(tag[1]) for tag, _ in markup.tags if re.fullmatch("h[1-6]", tag)]
    for above, below in zip(levels, levels[1:], strict=False):
        assert below <= above + 1, f"heading level jumps from {above} to {below}"


@RENDERED
def test_every_name_a_part_leans_on_is_on_the_page(
    template: str, page: object, frame: p.Frame | None
) -> None:
    markup = Markup(render(template, page, frame))

    for tag, attributes in markup.tags:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            for target in attributes.get(name, "").split():
                assert target in markup.ids, f"<{tag} {name}={target}>"


@RENDERED
def test_every_field_has_a_label_and_every_writing_form_its_token(
    template: str, page: object, frame: p.Frame | None
) -> None:
    html = render(template, page, frame)
    markup = Markup(html)

    labelled = {attributes["for"] for attributes in markup.all("label") if "for" in attributes}
    for tag in ("input", "select", "textarea"):
        for attributes in markup.all(tag):
            if attributes.get("type") in {"hidden", "radio"}:
                continue  # a radio button stands inside its label
            assert attributes.get("id") in labelled, attributes
    for form in re.findall(r"<form.*?</form>", html, re.S):
        assert ('method="post"' in form) == ("csrfmiddlewaretoken" in form)


# Codes choose shapes and words, they are never typed by anybody; the picture is markup already.
CODES = {
    "picture_svg", "role", "stage", "severity", "verdict", "look", "kind", "current", "language",
}  # fmt: skip
HOSTILE = "\u202e\"'><script>alert(1)</script><b onclick=x>&amp;{{ page }}"


def spoiled(value: Any, field: str = "") -> Any:
    """The same value with hostile text wherever a person could have typed some."""
    if field in CODES:
        return value
    if field == "pieces":  # plain text in a sentence is our own, names are links
        return tuple(spoiled(item) if isinstance(item, p.Link) else item for item in value)
    if isinstance(value, str):
        return HOSTILE if value else value
    if isinstance(value, tuple):
        return tuple(spoiled(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: spoiled(getattr(value, f.name), f.name)
                                 for f in fields(value)})  # fmt: skip
    return value


@pytest.mark.parametrize(
    ("template", "page", "frame"),
    [pytest.param(template, page, frame, id=name) for name, template, page, frame in SAMPLES],
)
def test_hostile_names_stay_text(template: str, page: object, frame: p.Frame) -> None:
    calm = Markup(render(template, page, frame))
    html = render(template, spoiled(page), spoiled(frame))
    hostile = Markup(html)

    def shape(markup: Markup) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in markup.tags]

    # Addresses that became the same are listed once on paper: at most some list items are gone.
    known = {(tag, tuple(names)) for tag, names in shape(calm)}
    assert {(tag, tuple(names)) for tag, names in shape(hostile)} <= known
    assert "<script>alert" not in html
    assert "\u202e" in html, "nothing was spoiled: the test looks at the wrong page"


@pytest.mark.parametrize(
    ("template", "page", "frame"),
    [pytest.param(template, page, frame, id=name) for name, template, page, frame in SAMPLES],
)
def test_a_name_that_turns_its_neighbours_around_stands_alone(
    template: str, page: object, frame: p.Frame
) -> None:
    markup = Markup(render(template, spoiled(page), frame))
    alone = {"bdi", "title", "code", "time", "option"}

    for parents, text in markup.texts:
        if "\u202e" in text and not alone & set(parents):
            holder = parents[-1]
            # A whole block of its own is as good: nothing of ours shares its line.
            assert text.strip() == HOSTILE, f"in <{holder}>: {text!r}"


def test_the_customers_page_shows_nothing_of_the_chain_behind() -> None:
    page = replace(SERVICE, look="customer", is_open=False)

    html = render("service.html", page, FRAME)

    for hidden in ("Farm A", "CRM", "chain-svg", "CAT204", "Discharge letters", "99.5 %"):
        assert hidden not in html
    assert "Value: the outcomes we want" in html


def test_htmx_may_neither_evaluate_nor_style_nor_keep_pages() -> None:
    name, template, page, frame = next(sample for sample in SAMPLES if sample[0] == "catalogue")

    metas = Markup(render(template, page, frame)).all("meta")

    [config] = [json.loads(meta["content"]) for meta in metas if meta.get("name") == "htmx-config"]
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["historyCacheSize"] == 0


def test_switching_the_viewpoint_is_one_button_that_keeps_the_page() -> None:
    markup = Markup(render("service.html", SERVICE, FRAME))

    buttons = [a["value"] for a in markup.all("button") if a.get("name") == "organization"]
    assert buttons == ["wards", "st-mary", "emergency", "pharmacy"]
    assert [a["value"] for a in markup.all("input") if a.get("name") == "next"] == [FRAME.here]


def test_a_search_keeps_the_chosen_facets_but_never_the_page() -> None:
    _name, template, page, frame = next(s for s in SAMPLES if s[0] == "catalogue")

    fields_of_ours = {"next", "csrfmiddlewaretoken"}
    hidden = [
        a for a in Markup(render(template, page, frame)).all("input") if a["type"] == "hidden"
    ]

    kept = [(a["name"], a["value"]) for a in hidden if a["name"] not in fields_of_ours]
    assert kept == [("role", "customer-facing")]


@pytest.mark.parametrize("condition", ["operational", "degraded", "down", "unknown", "planned"])
def test_a_condition_is_shape_colour_and_word(condition: str) -> None:
    html = render_to_string("partials/condition.html", {"condition": p.ConditionMark(condition)})

    assert f"condition-{condition}" in html
    assert p.ConditionMark(condition).word in html
    assert "<path" in html or "<circle" in html


def test_no_two_conditions_share_a_shape() -> None:
    shapes = [p.ConditionMark(c).shape for c in ("operational", "degraded", "down", "unknown")]
    shapes.append(p.ConditionMark("planned").shape)

    assert len(set(shapes)) == 5


def test_the_account_page_names_every_key_that_leads_to_a_place() -> None:
    html = next(render(*sample[1:]) for sample in SAMPLES if sample[0] == "account")
    assert set(re.findall(r"<code>g (\w)</code>", html)) == set(re.findall(r'data-go="(\w)"', html))
