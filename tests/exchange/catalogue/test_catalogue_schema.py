"""The JSON Schema knows what the reading knows."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
import yaml

from catenary.domain.documents import fields
from catenary.domain.documents.plain import read_service
from catenary.domain.documents.relying import GROUP_FIELDS
from catenary.domain.findings import Problem
from catenary.exchange.catalogue.reading import TOP
from catenary.exchange.catalogue.schema import catalogue_schema
from tests.domain.documents import worlds

VALIDATOR = jsonschema.Draft202012Validator(catalogue_schema())


def is_valid_service(value: Any) -> bool:
    return bool(VALIDATOR.is_valid({"catenary": 1, "services": {"a/b": value}}))


def test_the_schema_is_itself_a_schema_that_json_can_carry() -> None:
    jsonschema.Draft202012Validator.check_schema(catalogue_schema())

    assert json.loads(json.dumps(catalogue_schema())) == catalogue_schema()


def test_reading_and_schema_know_the_same_fields() -> None:
    schema = catalogue_schema()

    assert set(schema["properties"]) == set(TOP)
    service = schema["$defs"]["service"]["properties"]
    assert set(service) == set(fields.SERVICE.fields)
    groups = schema["$defs"]["group"]["anyOf"]
    known = {name for group in groups for name in group["properties"]}
    assert known | {"soft"} == set(GROUP_FIELDS)
    titled = {item["title"]: item for item in _objects(schema) if "title" in item}
    for form in (
        fields.ORGANIZATION,
        fields.PERSON,
        fields.SERVICE,
        fields.OUTCOME,
        fields.MEASURE,
        fields.BURDEN,
        fields.CO_CREATION,
        fields.UTILITY,
        fields.WARRANTY,
        fields.CONTINUITY,
        fields.CONSUMPTION,
    ):
        assert set(titled[form.title]["properties"]) == set(form.fields), form.title


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for item in value.values() for found in _objects(item))]
    if isinstance(value, list):
        return [found for item in value for found in _objects(item)]
    return []


SERVICES: list[tuple[str, str, bool]] = [
    ("a name alone", "{name: B}", True),
    ("no name", "{stage: live}", False),
    ("an unknown field", "{name: B, nme: C}", False),
    ("a stage that is none", "{name: B, stage: lively}", False),
    ("an availability without unit", "{name: B, warranty: {availability: '99.9'}}", False),
    ("an availability in hours", "{name: B, warranty: {availability: 99.9 h}}", False),
    ("an availability", "{name: B, warranty: {availability: 99.9 %}}", True),
    ("a duration", "{name: B, warranty: {continuity: {recovery-time: 1 h 30 min}}}", True),
    ("a duration without unit", "{name: B, warranty: {continuity: {recovery-time: '5'}}}", False),
    ("several capacities", "{name: B, warranty: {capacity: [4 users, 5 GB]}}", True),
    ("always", "{name: B, service-hours: 24x7}", True),
    ("one line of hours", "{name: B, service-hours: Mon-Fri 08:00-18:00 UTC}", True),
    ("days", "{name: B, service-hours: {zone: UTC, mon-fri: '08:00-18:00'}}", True),
    ("no zone", "{name: B, service-hours: {mon-fri: '08:00-18:00'}}", False),
    ("a day that is none", "{name: B, service-hours: {zone: UTC, mo: '08:00-18:00'}}", False),
    ("relying", "{name: B, relies-on: [a/c, {any: [a/d, a/e], full: 2}, {soft: a/f}]}", True),
    ("capacity of weights", "{name: B, relies-on: [{minimum: 1, of: {a/c: 1, a/d: 0.5}}]}", True),
    ("weights after at-least", "{name: B, relies-on: [{at-least: 1, of: {a/c: 1}}]}", False),
    ("nothing says how many", "{name: B, relies-on: [{of: [a/c]}]}", False),
    ("no organization in a reference", "{name: B, relies-on: [c]}", False),
    ("two kinds of utility", "{name: B, utility: {u: {feature: x, cost: y}}}", False),
    ("one kind of utility", "{name: B, utility: {u: {feature: x, channel: web}}}", True),
    ("channels by name", "{name: B, channels: {web: {primary: true}, desk: null}}", True),
    ("processes with steps", "{name: B, supports-processes: {Triage: [Greet], Ward: []}}", True),
    ("a look-alike", "{name: B, owner: hоspital}", False),
    ("published to everyone", "{name: B, published-to: everyone}", True),
]


@pytest.mark.parametrize(
    ("text", "good"),
    [(text, good) for _, text, good in SERVICES],
    ids=[name for name, _, _ in SERVICES],
)
def test_reading_and_schema_agree_on_a_service(text: str, good: bool) -> None:
    value = yaml.safe_load(text)
    problems: list[Problem] = []

    read_service("a/b", value, problems, ("services", "a/b"))

    assert is_valid_service(value) is good
    assert (problems == []) is good


def test_the_service_with_everything_is_valid() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(_file(worlds.EVERYTHING))] == []


def _file(service: Any) -> dict[str, Any]:
    return {
        "catenary": 1,
        "organizations": {"a": {"name": "A"}, "b": {"name": "B", "part-of": "a"}},
        "people": {
            "dana@a.example": {"name": "Dana", "organization": "a", "roles": ["viewer"]},
            "eli@a.example": {
                "name": "Eli",
                "organization": "a",
                "roles": {"a": ["user"], "b": "sponsor"},
            },
        },
        "services": {"a/b": service},
        "consumption": {"b": ["a/b", {"service": "a/c", "known-as": "C"}]},
    }


@pytest.mark.parametrize(
    "spoiled",
    [
        {"catenary": 2},
        {"services": {}},
        {"catenary": 1, "service": {}},
        {"catenary": 1, "organizations": {"A": {"name": "A"}}},
        {"catenary": 1, "people": {"dana": {"name": "D", "organization": "a"}}},
        {"catenary": 1, "people": {"d@a.example": {"name": "D"}}},
        {"catenary": 1, "consumption": {"a": "b/c"}},
    ],
    ids=str,
)
def test_a_spoiled_file_is_not_valid(spoiled: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(spoiled)


def test_numbers_are_exact_in_both() -> None:
    problems: list[Problem] = []
    plain = {"name": "B", "relies-on": [{"minimum": 0.1, "of": {"a/c": 0.1}}]}

    service = read_service("a/b", plain, problems, ())

    assert service is not None
    assert service.relies_on[0].minimum == Decimal("0.1")
