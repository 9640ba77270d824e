"""Every text of ours has its translation, whole and compiled."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages.catalog import Message

from scripts import translations

LANGUAGES = pytest.mark.parametrize("language", translations.LANGUAGES)
MARKUP = re.compile(r"</?[a-z]+>|%\([a-z_]+\)s")


def messages(language: str) -> list[Message]:
    return [message for message in translations.catalog_of(language) if message.id]


def strings(text: object) -> list[str]:
    return [str(part) for part in (text if isinstance(text, (tuple, list)) else [text])]


def places(text: str) -> set[str]:
    """What must stand in a translation just as in the original: places and markup."""
    fields = {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}
    return fields | set(MARKUP.findall(text))


@LANGUAGES
def test_every_text_is_translated(language: str) -> None:
    gaps = [text.one for text in translations.missing(language)]

    assert gaps == [], "run `python -m scripts.translations update` and translate what is new"


@LANGUAGES
def test_translations_have_the_places_of_their_originals(language: str) -> None:
    wrong = [
        (original, translation)
        for message in messages(language)
        for original, translation in zip(strings(message.id), strings(message.string), strict=True)
        if places(original) != places(translation)
    ]

    assert wrong == []


@LANGUAGES
def test_nothing_is_left_that_the_product_does_not_say(language: str) -> None:
    known = {(text.context, text.one) for text in translations.texts()}

    left = [m.id for m in messages(language) if (m.context or "", strings(m.id)[0]) not in known]

    assert left == []


@LANGUAGES
def test_the_compiled_file_is_that_of_the_translations(language: str) -> None:
    compiled = translations.po_file(language).with_suffix(".mo").read_bytes()

    assert compiled == translations.compiled(translations.catalog_of(language)), (
        "run `python -m scripts.translations update`"
    )


def test_the_tool_finds_texts_wherever_they_are_marked() -> None:
    python = (
        "from catenary.domain.said import said, said_of\n"
        'title = _("one")\nngettext("{n} a", "{n} b", 2)\npgettext("door", "open")\n'
        'said("{who} left", name)\nsaid_of(3, "{n} c", "{n} d", figure)\n'
        'rule("CAT1", "title", E, idea="an " "idea", remedy="mend")\n_(unknown)\n'
    )
    template = (
        '{% load i18n %}{% translate "in a template" %}{{ _("in a filter") }}'
        "{% blocktranslate trimmed count n=n %}\n  {{ n }} thing\n{% plural %}{{ n }} things"
        "{% endblocktranslate %}"
    )

    assert set(translations.texts_of_python(python, "x.py")) == {
        translations.Text("one"),
        translations.Text("{n} a", "{n} b"),
        translations.Text("open", context="door"),
        translations.Text("{who} left"),
        translations.Text("{n} c", "{n} d"),
        translations.Text("title"),
        translations.Text("an idea"),
        translations.Text("mend"),
    }
    assert set(translations.texts_of_template(template, "x.html")) == {
        translations.Text("in a template"),
        translations.Text("in a filter"),
        translations.Text("%(n)s thing", "%(n)s things"),
    }
    with pytest.raises(translations.NotWrittenOut):
        list(translations.texts_of_python(f"{python}said(sentence + '.')", "x.py"))


def test_a_translation_that_lacks_a_place_is_noticed() -> None:
    assert places("{who} has %(n)s <bdi>") == {"who", "%(n)s", "<bdi>"}
    assert places("{who} hat %(n)s <bdi>") == places("{who} has %(n)s <bdi>")
    assert places("Jemand hat %(n)s") != places("{who} has %(n)s <bdi>")
