"""The description is complete, its examples are right, and its page needs no script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from django.test import Client

from catenary.api.description import description
from catenary.api.main import api
from catenary.api.problems import KINDS


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


OPERATIONS = [
    pytest.param(operation, id=operation["operationId"]) for _, _, operation in operations()
]


def check(schema: dict[str, Any], example: Any) -> None:
    whole = {**schema, "components": description()["components"]}
    jsonschema.Draft202012Validator(whole).validate(example)


def odd(value: Any, place: str = "") -> Iterator[str]:
    """Where something stands that is not just what JSON has: some who read it take nothing else."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from odd(each, f"{place}/{name}")
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from odd(each, f"{place}/{at}")
    elif type(value) not in (str, int, float, bool, type(None)):
        yield f"{place}: {type(value).__name__}"


def test_it_is_made_of_plain_values() -> None:
    assert list(odd(description())) == []


def test_every_route_is_described() -> None:
    told = {(path, method.upper()) for path, method, _ in operations()}

    routes = {
        (f"/api/v1{path}", method)
        for router in api._get_bound_routers()
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
        if operation.include_in_schema
    }

    assert told == routes
    assert len(told) >= 30


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_example_is_what_its_schema_says(operation: dict[str, Any]) -> None:
    body = operation.get("requestBody", {"content": {}})["content"]
    done = operation["responses"].get("200") or operation["responses"]["202"]
    contents = [*body.values(), *done["content"].values()]

    for content in contents:
        check(content["schema"], content["example"])
    assert operation["summary"] and operation["description"] and operation["tags"]
    assert all(each.get("description") for each in operation["parameters"])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_way_to_fail_is_described_with_an_example(operation: dict[str, Any]) -> None:
    answers = operation["responses"]

    assert answers.keys() & {"200", "202"}
    assert {"400", "401", "403", "404", "406", "422", "429", "500", "503"} <= answers.keys()
    if "requestBody" in operation:
        assert {"413", "415"} <= answers.keys()


@pytest.mark.parametrize("code", KINDS)
def test_every_problem_has_an_example(code: str) -> None:
    shared = description()["components"]["responses"][f"Problem{KINDS[code].status}"]
    content = shared["content"]["application/problem+json"]

    example = content["examples"][code]["value"]

    check(content["schema"], example)
    assert example["detail"]


def test_everybody_may_read_the_description_and_its_page() -> None:
    client = Client()

    said = client.get("/api/v1/openapi.json")
    page = client.get("/api/v1/docs")

    assert said.json()["openapi"] == "3.1.0"
    html = page.content.decode()
    assert page.headers["Content-Type"].startswith("text/html")
    assert "<script" not in html and "style=" not in html
    assert 'src="http' not in html and 'href="http' not in html
    for code in KINDS:
        assert f'id="problem-{code}"' in html
