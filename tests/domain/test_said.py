"""Sentences that remember how they were made."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal

from catenary.domain.said import figure, places, said, said_of


def test_a_sentence_is_its_english_text() -> None:
    sentence = said("{service} rests on {missing}.", "Portal {x}", "it/db")

    assert sentence == "Portal {x} rests on it/db."
    assert json.dumps(sentence) == '"Portal {x} rests on it/db."'
    assert (sentence.pattern, sentence.values) == (
        "{service} rests on {missing}.",
        ("Portal {x}", "it/db"),
    )


def test_a_place_that_occurs_twice_is_filled_twice() -> None:
    assert said("{a} and {b}, then {a}", "x", "y") == "x and y, then x"
    assert places("{a} and {b}, then {a}") == ("a", "b")


def test_braces_can_be_said() -> None:
    assert said("write {{any: […]}} for {name}", "x") == "write {any: […]} for x"


def test_one_and_many() -> None:
    def found(number: int) -> str:
        return said_of(number, "{n} gap", "{n} gaps", figure(number))

    assert [found(0), found(1), found(1204)] == ["0 gaps", "1 gap", "1,204 gaps"]


def test_figures_are_written_as_they_were_given() -> None:
    assert figure(Decimal("99.950"), "99.950") == "99.950"
    assert figure(Decimal("1204.5")) == "1,204.5"
    assert figure(7).amount == 7


def test_a_sentence_survives_being_copied() -> None:
    sentence = said_of(2, "{n} gap", "{n} gaps", figure(2))

    for again in (copy.deepcopy(sentence), pickle.loads(pickle.dumps(sentence))):
        assert again == sentence
        assert (again.pattern, again.many, again.number) == ("{n} gap", "{n} gaps", 2)
