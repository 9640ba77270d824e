"""Keys made from names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.naming import distinct_keys, slug
from catenary.domain.references import is_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Patient management", "patient-management"),
        ("University of Wisconsin–Madison", "university-of-wisconsin-madison"),
        ("Universidade de São Paulo", "universidade-de-sao-paulo"),
        ("Straße Ærø", "strasse-aero"),
        ("  --A_B.c--  ", "a_b.c"),
        ("already-a-key", "already-a-key"),
        ("=HYPERLINK(1)", "hyperlink-1"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_name_gives_a_readable_key(text: str, key: str) -> None:
    assert slug(text) == key


def test_names_that_keys_cannot_spell_do_not_fall_together() -> None:
    keys = {
        slug("東京 A"),
        slug("大阪 A"),
        slug("!!!"),
        slug("???"),
        slug("a" * 101),
        slug("a" * 102),
    }

    assert len(keys) == 6
    assert all(is_key(key) for key in keys)


@given(st.text())
def test_every_text_that_is_not_blank_gives_a_well_formed_key(text: str) -> None:
    assert is_key(slug(text)) or not text.strip()


@given(st.text(alphabet="aA b-.", max_size=120))
def test_a_key_is_its_own_slug(text: str) -> None:
    assert slug(slug(text)) == slug(text)


@given(st.lists(st.text(alphabet="aAbB -", min_size=1, max_size=4), unique=True))
def test_no_two_names_share_a_key_and_order_does_not_matter(names: list[str]) -> None:
    texts = {name: name for name in names}
    keys = distinct_keys(texts)

    assert len(set(keys.values())) == len(keys)
    assert keys == distinct_keys(dict(reversed(texts.items())))
    assert all(is_key(key) for key in keys.values())


def test_the_name_written_like_the_key_keeps_it() -> None:
    keys = distinct_keys({1: "Crm", 2: "crm", 3: "CRM"})

    assert keys[2] == "crm"
    assert keys[1].startswith("crm-") and keys[3].startswith("crm-")
