"""Documents as plain values and back."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.domain.documents import plain, shapes
from catenary.domain.findings import Problem
from tests.domain.documents import worlds

SETTINGS = settings(max_examples=60, deadline=None)


def through_json(value: plain.Plain) -> Any:
    return json.loads(json.dumps(value))


@SETTINGS
@given(worlds.services)
def test_a_service_comes_back_from_its_plain_form(service: shapes.ServiceDocument) -> None:
    problems: list[Problem] = []

    written = through_json(plain.service_to_plain(service))
    back = plain.read_service(service.reference, written, problems, ("services",))

    assert problems == []
    assert back == service
    assert back is not None
    assert plain.digest(plain.service_to_plain(back)) == plain.digest(written)


@SETTINGS
@given(worlds.organizations)
def test_an_organization_comes_back(document: shapes.OrganizationDocument) -> None:
    problems: list[Problem] = []
    written = through_json(plain.organization_to_plain(document))

    assert plain.read_organization(document.key, written, problems, ()) == document
    assert problems == []


@SETTINGS
@given(worlds.people)
def test_a_person_comes_back(document: shapes.PersonDocument) -> None:
    problems: list[Problem] = []
    written = through_json(plain.person_to_plain(document))

    assert plain.read_person(document.email, written, problems, ()) == document
    assert problems == []


@SETTINGS
@given(worlds.consumptions)
def test_a_consumption_comes_back(document: shapes.ConsumptionDocument) -> None:
    problems: list[Problem] = []
    written = through_json(plain.consumption_to_plain(document))

    assert plain.read_consumption(document.consumer, written, problems, ()) == document
    assert problems == []


_anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.one_of(st.text(max_size=5), st.sampled_from(sorted(worlds.EVERYTHING))),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(_anything, st.sampled_from(sorted(worlds.EVERYTHING)))
def test_reading_anything_gives_a_document_or_a_problem_and_never_fails(
    value: Any, field: str
) -> None:
    problems: list[Problem] = []

    found = plain.read_service("a/b", {"name": "A", field: value}, problems, ("services", "a/b"))

    assert (found is None) == bool(problems)
    assert all(problem.path[:2] == ("services", "a/b") for problem in problems)


def test_the_service_with_everything_is_already_in_its_shortest_form() -> None:
    assert plain.service_to_plain(worlds.everything()) == worlds.EVERYTHING


def test_a_digest_changes_with_any_field_and_with_the_order_of_outcomes() -> None:
    first = {"name": "A", "outcomes": {"a": {"statement": "x"}, "b": {"statement": "y"}}}
    second = {"name": "A", "outcomes": {"b": {"statement": "y"}, "a": {"statement": "x"}}}

    assert len(plain.digest(first)) == 32
    assert plain.digest(first) == plain.digest(through_json(first))
    assert plain.digest(first) != plain.digest(second)
    assert plain.digest(first) != plain.digest({**first, "name": "B"})
