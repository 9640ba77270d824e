"""Suggestions read from forms, and written into a definition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.documents.plain import service_to_plain
from catenary.domain.documents.shapes import Burden, OutcomeDocument, ServiceDocument
from catenary.domain.findings import Problem
from catenary.domain.refusals import Refused
from catenary.domain.workshop.agreed import differences
from catenary.domain.workshop.parts import PROMISED
from catenary.domain.workshop.suggestions import (
    Act,
    Part,
    Suggestion,
    read_suggestion,
    seen_in,
    write_in,
)
from tests.domain.workshop.definitions import WORDS, definitions

PORTAL = ServiceDocument(
    reference="it/portal",
    name="Portal",
    provider="it",
    outcomes=(OutcomeDocument("sooner", "Seen sooner", "Ben", "ward"),),
    costs=Burden(("Servers", "Paper")),
)


def read(**given_: str) -> Suggestion:
    """A suggestion of a form without mistakes."""
    problems: list[Problem] = []
    found = read_suggestion(given_, problems)
    assert problems == [] and found is not None
    return found


def test_an_outcome_is_added_under_a_key_of_its_own_for_who_wants_it() -> None:
    suggestion = read(
        part="outcomes", statement=" Calm nights\r\non the ward ", name="calls", target="2,5"[:1]
    )

    document = write_in(PORTAL, suggestion, wanted_by="ward")

    outcome = document.outcomes[-1]
    assert (outcome.key, outcome.statement) == (
        "calm-nights-on-the-ward",
        "Calm nights\non the ward",
    )
    assert (outcome.wanted_by, outcome.said_by) == ("ward", "")
    assert outcome.measure is not None and outcome.measure.better == "higher"


def test_keys_of_outcomes_that_begin_alike_are_told_apart() -> None:
    long = "One two three four five six"
    one = write_in(PORTAL, read(part="outcomes", statement=f"{long} seven"))

    other = write_in(one, read(part="outcomes", statement=f"{long} eight"))

    assert len({outcome.key for outcome in other.outcomes}) == 3


def test_whoever_said_an_outcome_did_not_say_the_changed_one() -> None:
    changed = replace(
        read(part="outcomes", act="change", subject="sooner", statement="Seen at once"),
        before=seen_in(PORTAL, Part.OUTCOMES, "sooner"),
    )

    outcome = write_in(PORTAL, changed).outcomes[0]

    assert (outcome.statement, outcome.said_by, outcome.wanted_by) == ("Seen at once", "", "ward")


def test_a_line_is_changed_in_its_place() -> None:
    changed = Suggestion(Part.COSTS_REMOVED, Act.CHANGE, "Servers", "Servers", "All servers")

    assert write_in(PORTAL, changed).costs.removed == ("All servers", "Paper")


@pytest.mark.parametrize(
    ("suggestion", "code"),
    [
        (Suggestion(Part.COSTS_REMOVED, Act.ADD, after="Paper"), "already-there"),
        (Suggestion(Part.OUTCOMES, Act.ADD, after={"statement": "Seen sooner"}), "already-there"),
        (Suggestion(Part.COSTS_REMOVED, Act.REMOVE, "Ink", "Ink"), "changed-meanwhile"),
        (
            Suggestion(Part.OUTCOMES, Act.REMOVE, "sooner", {"statement": "Seen later"}),
            "changed-meanwhile",
        ),
        (
            Suggestion(Part.OUTCOMES, Act.CHANGE, "gone", None, {"statement": "x"}),
            "changed-meanwhile",
        ),
    ],
)
def test_nothing_is_written_over_what_its_writer_did_not_see(
    suggestion: Suggestion, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        write_in(PORTAL, suggestion)

    assert [r.code for r in refused.value.refusals] == [code]


@pytest.mark.parametrize(
    "given_",
    [
        {},
        {"part": "tags", "statement": "x"},
        {"part": "outcomes", "act": "burn", "statement": "x"},
        {"part": "outcomes", "statement": "  "},
        {"part": "costs.removed", "statement": "\u202eback"},
        {"part": "costs.removed", "act": "change", "statement": "x"},
        {"part": "words", "act": "remove", "subject": "x"},
        {"part": "outcomes", "statement": "x", "name": "wait", "target": "soon"},
        {"part": "outcomes", "statement": "x", "unit": "min"},
        {"part": "outcomes", "statement": "x", "name": "wait", "better": "sideways"},
        {"part": "costs.removed", "statement": "x" * 100_000},
    ],
)
def test_a_form_that_says_nothing_sensible_is_told_why(given_: dict[str, str]) -> None:
    problems: list[Problem] = []

    assert read_suggestion(given_, problems) is None
    assert problems


LINES = st.sampled_from(
    [part for part in Part if part not in (Part.OUTCOMES, Part.WORDS, *PROMISED)]
)


@given(definitions(), LINES, st.sampled_from(Act), st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_writing_a_line_in_changes_that_line_and_nothing_else(
    document: ServiceDocument, part: Part, act: Act, subject: str, after: str
) -> None:
    suggestion = Suggestion(
        part,
        act,
        "" if act is Act.ADD else subject,
        seen_in(document, part, subject) if act is not Act.ADD else None,
        None if act is Act.REMOVE else after,
    )
    before: Any = service_to_plain(document)

    try:
        written = write_in(document, suggestion)
    except Refused:
        assert service_to_plain(document) == before
        return

    found = differences(before, service_to_plain(written))
    assert {difference.part for difference in found} == {part.value}
    came = [d.after for d in found if d.before is None]
    went = [d.before for d in found if d.after is None]
    assert came == ([] if act is Act.REMOVE else [after])
    assert went == ([] if act is Act.ADD else [subject])


@given(definitions(), st.sampled_from(WORDS))
def test_adding_an_outcome_and_taking_it_back_is_as_before(
    document: ServiceDocument, statement: str
) -> None:
    try:
        written = write_in(
            document, Suggestion(Part.OUTCOMES, Act.ADD, after={"statement": statement})
        )
    except Refused:
        assert any(outcome.statement == statement for outcome in document.outcomes)
        return
    key = written.outcomes[-1].key

    back = write_in(
        written,
        Suggestion(Part.OUTCOMES, Act.REMOVE, key, seen_in(written, Part.OUTCOMES, key)),
    )

    assert back == document
