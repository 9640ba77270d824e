"""YAML of other tools: line numbers, merges, bombs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.exchange.importers.foreign_yaml import (
    MAX_DEPTH,
    Document,
    Mapping,
    has_placeholder,
    read_documents,
)


def root_of(text: str) -> Mapping:
    [document] = read_documents(text)
    assert isinstance(document.root, Mapping), document.faults
    return document.root


def fault_of(text: str) -> tuple[int, str]:
    faults = [fault for document in read_documents(text) for fault in document.faults]
    assert len(faults) == 1
    return faults[0].line, faults[0].sentence


def test_texts_are_kept_as_written_with_their_lines() -> None:
    root = root_of("a: 1.10\nb:\n  c: 'null'\n  d: ~\n  e: no\n")

    assert root.text("a") == "1.10"
    assert root.text("b", "c") == "null"
    assert root.text("b", "d") == ""
    assert root.text("b", "e") == "no"
    assert root.line_of("b") == 2


def test_own_keys_beat_merged_ones_and_earlier_merges_beat_later_ones() -> None:
    root = root_of(
        "one: &one {a: 1, b: 1}\n"
        "two: &two {<<: *one, b: 2, c: 2}\n"
        "x: {<<: [*two, {c: 9, d: 3}], e: 4}\n"
        "y: {a: 0, <<: *two}\n"
        "z: {'<<': text}\n"
    )

    assert [root.text("x", key) for key in "abcde"] == ["1", "2", "2", "3", "4"]
    assert [root.text("y", key) for key in "abc"] == ["0", "2", "2"]
    assert root.text("z", "<<") == "text"


def test_a_redefined_anchor_stands_for_the_latest() -> None:
    root = root_of("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")

    assert (root.text("b"), root.text("d")) == ("1", "2")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: *gone\n", 2, "*gone stands for no anchor"),
        ("a: &x\n  - *x\n", 2, "&x holds itself"),
        ("a: 1\nb: {<<: [1]}\n", 2, "Only a mapping"),
        ("a: 1\nb: [1\nc: 2\n", 3, "not YAML"),
        ("a:\n\t- 1\n", 2, "not YAML"),
        ("a: \x01\n", 1, "not YAML"),
        ("a: b: c\n", 1, "not YAML"),
        ("{% if x %}\na: 1\n{% endif %}\n", 1, "template placeholders"),
        ("[" * (MAX_DEPTH + 1), 1, "nested deeper"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, line: int, words: str) -> None:
    at, sentence = fault_of(text)

    assert (at, words in sentence) == (line, True), sentence


def test_a_broken_document_does_not_spoil_the_next() -> None:
    documents = read_documents("a: 1\n---\nb: [\n---\nc: 3\nd: |\n  --- not a document\n")

    assert [bool(document.faults) for document in documents] == [False, True, False]
    last = documents[2].root
    assert isinstance(last, Mapping) and last.line_of("c") == 5


def test_a_repeated_key_is_told_and_the_first_counts() -> None:
    [document] = read_documents("a: 1\nb: 2\na: 3\n")

    assert isinstance(document.root, Mapping) and document.root.text("a") == "1"
    assert [(fault.line, "line 1" in fault.sentence) for fault in document.repeated] == [(3, True)]


def test_a_bomb_of_aliases_stays_small() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 60)
    )

    root = root_of(text)

    assert len(root.items) == 60


def test_a_bomb_of_merges_is_refused() -> None:
    base = "base: &b {" + ", ".join(f"k{n}: 1" for n in range(1000)) + "}\n"
    text = base + "".join(f"x{n}: {{<<: *b}}\n" for n in range(300))

    assert "Merge keys copy more" in fault_of(text)[1]


def test_placeholders_are_known_by_their_braces() -> None:
    assert has_placeholder("${{ values.name }}") and has_placeholder("{{name}}")
    assert not has_placeholder("${HOME}/x")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_no_text_whatsoever_raises(text: str) -> None:
    for document in read_documents(text):
        assert isinstance(document, Document)


@given(st.text(alphabet="ab:-?[]{}&*<>|!'\"#%@`, \n\t", max_size=80))
def test_no_text_of_yaml_signs_raises(text: str) -> None:
    for document in read_documents(text):
        assert not (document.faults and document.root is not None)
