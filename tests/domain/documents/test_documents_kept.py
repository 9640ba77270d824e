"""Kept documents are built without the forms, and must come out the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from catenary.domain.documents import plain, shapes
from catenary.domain.documents.kept import kept_service
from catenary.domain.findings import Problem
from tests.domain.documents import worlds


@settings(max_examples=200, deadline=None)
@given(worlds.services)
def test_a_kept_service_equals_the_one_the_forms_read(service: shapes.ServiceDocument) -> None:
    written = json.loads(plain.canonical_json(plain.service_to_plain(service)))
    problems: list[Problem] = []

    kept = kept_service(service.reference, written)

    assert kept == service
    assert kept == plain.read_service(service.reference, written, problems, ())
    assert plain.service_to_plain(kept) == plain.service_to_plain(service)


def test_a_kept_service_with_everything_in_it_is_complete() -> None:
    read = plain.read_service("hospital-it/crm", worlds.EVERYTHING, [], ())
    assert read is not None

    assert kept_service("hospital-it/crm", plain.service_to_plain(read)) == read


@pytest.mark.parametrize(
    "spoilt",
    [
        {},
        {"name": "No stage"},
        {"name": "Odd stage", "stage": "sideways"},
        {"name": "Odd field", "stage": "live", "colour": "red"},
        {"name": "No promise", "stage": "live", "warranty": {"availability": "99 h"}},
        {"name": "No hours", "stage": "live", "service-hours": {"mon": "8"}},
        {"name": "No group", "stage": "live", "relies-on": [{"of": ["a/b"]}]},
        {"name": "No number", "stage": "live", "relies-on": [{"minimum": "x", "of": {"a/b": 1}}]},
    ],
    ids=lambda spoilt: str(spoilt.get("name", "nothing")),
)
def test_what_no_writer_wrote_is_not_taken(spoilt: dict[str, Any]) -> None:
    with pytest.raises((ValueError, ArithmeticError, LookupError, TypeError, AttributeError)):
        kept_service("hospital-it/crm", spoilt)
