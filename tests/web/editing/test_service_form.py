"""The form of a service says what its document says, and the document what the form says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given

from catenary.domain.documents.plain import digest, read_service, service_to_plain
from catenary.domain.documents.shapes import Continuity, ServiceDocument
from catenary.domain.findings import Problem
from catenary.web.editing.fields import State, flat, posted
from catenary.web.editing.service_form import build_service, service_state
from catenary.web.editing.service_table import ITEMS
from tests.domain.documents.worlds import everything, services


def as_posted(state: State) -> dict[str, list[str]]:
    """What a browser sends of a form in this state: every line end as two characters."""
    values: dict[str, list[str]] = {}
    for name, value in flat(ITEMS, state):
        values.setdefault(name, []).append(value.replace("\n", "\r\n"))
    return values


def numbers_of(plain: dict[str, Any], hide: int) -> dict[str, str]:
    """Numbers for every ``hide``-th of the supporters; none of them for 0."""
    found: dict[str, str] = {}

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.setdefault(value, str(len(found) + 1))
        elif isinstance(value, dict):
            for key, held in value.items():
                walk(held if key in ("any", "of", "soft") else key if "/" in key else [])
        else:
            for held in value:
                walk(held)

    walk(plain.get("relies-on", []))
    return {name: n for at, (name, n) in enumerate(found.items()) if hide and at % hide == 0}


def through_the_form(document: ServiceDocument, hide: int = 0) -> tuple[State, ServiceDocument]:
    """The form of a document, and the document that comes back when it is posted untouched."""
    plain = service_to_plain(document)
    numbers = numbers_of(plain, hide)
    state = service_state(document.reference, plain, numbers)
    back = posted(ITEMS, as_posted(state))
    built = build_service(back, {number: name for name, number in numbers.items()})
    problems: list[Problem] = []
    found = read_service(document.reference, built.plain, problems, ())
    assert built.problems == [] and problems == []
    assert found is not None
    assert back == state
    return state, found


def without_empty_continuity(document: ServiceDocument) -> bool:
    """A promise of continuity that promises nothing has no place in a form."""
    return document.warranty.continuity != Continuity()


@given(services.filter(without_empty_continuity))
@example(everything())
def test_an_untouched_form_gives_back_the_same_document(document: ServiceDocument) -> None:
    _, found = through_the_form(document)

    assert found == document
    assert digest(service_to_plain(found)) == digest(service_to_plain(document))


@given(services.filter(without_empty_continuity))
def test_the_form_of_what_was_posted_is_the_form_that_was_posted(
    document: ServiceDocument,
) -> None:
    state, found = through_the_form(document)

    assert service_state(found.reference, service_to_plain(found), {}) == state


@given(services.filter(without_empty_continuity))
@example(everything())
def test_supporters_that_may_not_be_seen_come_back_and_are_not_in_the_form(
    document: ServiceDocument,
) -> None:
    hidden = numbers_of(service_to_plain(document), 2)

    state, found = through_the_form(document, hide=2)

    assert found == document
    sent = {value for name, value in flat(ITEMS, state) if name.endswith(".service")}
    assert not sent & hidden.keys()


@pytest.mark.parametrize("spoiled", ["outcomes.0.statement", "nothing", "relies-on.0.how"])
def test_names_that_no_form_has_are_no_part_of_it(spoiled: str) -> None:
    values = {f"f.{spoiled}.deeper.0": ["x"], "f.name": ["A"], "else": ["y"], "f.": ["z"]}

    assert posted(ITEMS, values)["name"] == "A"
