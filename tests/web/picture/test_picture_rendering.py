"""The SVG: well-formed, harmless, readable without colour, script or styles of its own."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.domain.picture import ChainPicture, PictureEdge, PictureGroup, PictureNode
from catenary.web.picture import render_chain, render_svg

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title><script>alert(1)</script>\"'&\x00\x1b\u202e\ud800"


def small() -> ChainPicture:
    return ChainPicture(
        "Chain of patient management",
        (
            PictureNode("ward", "Wards", kind="organization", href="/o/wards"),
            PictureNode(
                "pm",
                "Patient management",
                sublabel="Hospital IT",
                role="customer-facing",
                href="/s/pm",
                is_focus=True,
            ),
            PictureNode("db-1", "Database 1", sublabel="Acme", role="external", href="/s/db-1"),
            PictureNode("db-2", "Database 2", condition="down", href="/s/db-2"),
            PictureNode("more", "12 more of Acme", kind="bundle", expand_href="?open=more"),
            PictureNode("secret", "A supporting service of Acme", kind="hidden"),
        ),
        (
            PictureGroup("g", "pm", (("db-1", "60"), ("db-2", "60")), "60 of 120 needed"),
            PictureGroup("h", "pm", (("more", ""),), "soft", soft=True),
            PictureGroup("i", "db-1", (("secret", ""),)),
            PictureGroup("j", "db-2", (("pm", ""),)),
        ),
        (PictureEdge("ward", "pm", "Front door"),),
    )


def parsed(picture: ChainPicture) -> ElementTree.Element:
    return ElementTree.fromstring(render_svg(picture))


def test_every_mark_is_a_link_or_can_be_reached_by_key() -> None:
    svg = parsed(small())

    links = [mark for mark in svg.iter(f"{SVG}a")]
    assert {mark.get("href") for mark in links} == {
        "/o/wards",
        "/s/pm",
        "/s/db-1",
        "/s/db-2",
        "?open=more",
    }
    [hidden] = [g for g in svg.iter(f"{SVG}g") if "kind-hidden" in (g.get("class") or "")]
    assert hidden.get("tabindex") == "0"


def test_role_threshold_weight_and_condition_are_words_and_shapes() -> None:
    svg = parsed(small())

    texts = {"".join(text.itertext()) for text in svg.iter(f"{SVG}text")}
    assert {"Hospital IT · customer-facing", "60 of 120 needed", "soft", "60"} <= texts
    labels = {mark.get("aria-label") for mark in svg.iter() if mark.get("data-mark")}
    assert "Patient management, provided by Hospital IT, customer-facing" in labels
    assert "Database 2, down" in labels
    classes = {element.get("class") for element in svg.iter()}
    assert "chain-glyph is-down" in classes and "chain-glyph as-external" in classes


def test_links_say_who_relies_on_whom() -> None:
    titles = {"".join(title.itertext()) for title in parsed(small()).iter(f"{SVG}title")}

    assert "Wards consumes Patient management, known there as Front door" in titles
    assert "Patient management relies on Database 1 (60 of 120 needed)" in titles
    assert "Database 2 relies on Patient management, which closes a loop" in titles


def test_the_legend_holds_only_what_the_picture_uses() -> None:
    words = render_chain(small())

    assert "closes a loop" in words and "how many of the supporters" in words
    assert "planned maintenance" not in words


def test_strict_content_security_holds() -> None:
    markup = render_chain(small())

    assert not re.search(r"\sstyle=|<script|<style|\son\w+=|javascript:", markup)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "//evil.example", "/\\evil.example", "data:text/html,x", ""]
)
def test_an_address_that_leads_astray_is_no_link(address: str) -> None:
    picture = ChainPicture("t", (PictureNode("a", "A", href=address),))

    assert not list(parsed(picture).iter(f"{SVG}a"))


def test_hostile_names_stay_text() -> None:
    picture = ChainPicture(
        HOSTILE,
        (
            PictureNode(HOSTILE, HOSTILE, sublabel=HOSTILE, stage=HOSTILE, href="/" + '"><script>'),
            PictureNode("b", HOSTILE, kind="organization"),
        ),
        (PictureGroup("g", HOSTILE, (("b", HOSTILE),), HOSTILE),),
        (PictureEdge("b", HOSTILE, HOSTILE),),
    )

    markup = render_chain(picture)

    assert "<script" not in markup
    assert not re.search("[\x00-\x08\x1b\u202e\ud800]", markup)
    parsed(picture)


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_text_gives_well_formed_markup(label: str, provider: str, gate: str) -> None:
    nodes = (PictureNode("a", label, sublabel=provider), PictureNode("b", provider))
    parsed(ChainPicture(gate, nodes, (PictureGroup("g", "a", (("b", gate),), gate),)))


def test_two_pictures_on_a_page_have_ids_of_their_own() -> None:
    ids = re.findall(r' id="([^"]+)"', render_svg(small()) + render_svg(small(), prefix="other"))

    assert len(ids) == len(set(ids)) == 4


def test_an_empty_picture_is_left_to_the_page() -> None:
    assert render_chain(ChainPicture("t", ())) == ""
