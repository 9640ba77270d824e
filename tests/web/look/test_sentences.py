"""Sentences with links: one pattern for the translator, names that cannot break out."""

from __future__ import annotations

import pytest

from catenary.web.pages import Because, Contact, Count, Link, Sentence, say

WARDS = Link("Wards", "/organizations/wards/")
CLINIC = Link("Clinic", "/organizations/clinic/")
PLAIN = Link("a supporting service")


@pytest.mark.parametrize(
    ("links", "text"),
    [([], ""), ([WARDS], "Wards"), ([WARDS, CLINIC], "Wards and Clinic"),
     ([WARDS, CLINIC, PLAIN], "Wards, Clinic and a supporting service")],
)  # fmt: skip
def test_a_list_reads_like_a_list(links: list[Link], text: str) -> None:
    assert str(say("{who}", who=links)) == text


def test_a_sentence_has_its_links_and_no_markup_of_its_own() -> None:
    sentence = say("because {who} & {n} more <consume> it", who=[WARDS], n=1200)

    assert sentence.html == (
        'because <a href="/organizations/wards/"><bdi>Wards</bdi></a> &amp; 1,200 more '
        "&lt;consume&gt; it"
    )
    assert sentence.links == (WARDS,)


def test_a_name_given_as_text_is_isolated_as_well() -> None:
    assert say("called {name}", name="<b>").html == "called <bdi>&lt;b&gt;</bdi>"


def test_a_name_with_braces_is_not_a_place() -> None:
    assert str(say("{name}!", name="{other}")) == "{other}!"


def test_a_place_nobody_filled_is_refused() -> None:
    with pytest.raises(KeyError):
        say("{who} consumes it")


def test_an_address_cannot_leave_its_attribute() -> None:
    html = Link("x", '/a"onmouseover="y').html

    assert html == '<a href="/a&quot;onmouseover=&quot;y"><bdi>x</bdi></a>'


def test_a_mailbox_cannot_smuggle_a_second_field() -> None:
    assert Contact("Desk", "a@b.example?bcc=c@d.example").html == (
        '<a href="mailto:a@b.example%3Fbcc%3Dc@d.example"><bdi>Desk</bdi></a>'
    )


def test_nothing_to_say_is_false() -> None:
    assert not Sentence()
    assert not Because(Sentence())
    assert say("x")


@pytest.mark.parametrize(
    ("count", "text"),
    [(Count(0), "0"), (Count(999), "999"), (Count(1000, True), "1,000+"), (Count(1234), "1,234")],
)
def test_a_count_says_when_counting_stopped(count: Count, text: str) -> None:
    assert str(count) == text
