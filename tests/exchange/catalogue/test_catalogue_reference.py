"""The reference page of catalogue files tells what the reading knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catenary.domain.documents import calendars, fields
from catenary.domain.documents.forms import Form
from catenary.domain.documents.relying import GROUP_FIELDS
from catenary.domain.documents.shapes import Role, Stage
from catenary.exchange.catalogue.reading import TOP, read_catalogue

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "catalogue-files.md"
TEXT = PAGE.read_text(encoding="utf-8")
SAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)

FIELDS: list[tuple[str, list[str]]] = [
    ("Top of a file", list(TOP)),
    ("Organization", list(fields.ORGANIZATION.fields)),
    ("Person", list(fields.PERSON.fields)),
    ("Calendar", list(calendars.CALENDAR.fields)),
    ("Public holidays", list(calendars.HOLIDAYS.fields)),
    ("Exceptions", list(calendars.EXCEPTION.fields)),
    ("Service", list(fields.SERVICE.fields)),
    ("Outcome", list(fields.OUTCOME.fields)),
    ("Measure", list(fields.MEASURE.fields)),
    ("Costs and risks", list(fields.BURDEN.fields)),
    ("Co-creation", list(fields.CO_CREATION.fields)),
    ("Channel", list(fields.CHANNEL.fields)),
    ("Utility requirement", list(fields.UTILITY.fields)),
    ("Warranty", list(fields.WARRANTY.fields)),
    ("Continuity", list(fields.CONTINUITY.fields)),
    ("Relying on others", list(GROUP_FIELDS)),
    ("Consumption", list(fields.CONSUMPTION.fields)),
]


def part(heading: str) -> str:
    found = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S)
    assert found is not None, f"no heading {heading!r}"
    return found[1]


@pytest.mark.parametrize(("heading", "names"), FIELDS, ids=[heading for heading, _ in FIELDS])
def test_every_field_has_its_row_and_every_row_its_field(heading: str, names: list[str]) -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$", part(heading), re.M)

    assert sorted(rows) == sorted(names)


def test_no_form_is_left_out() -> None:
    known = (*vars(fields).values(), *vars(calendars).values())
    forms = [value for value in known if isinstance(value, Form)]

    assert {tuple(form.fields) for form in forms} <= {tuple(names) for _, names in FIELDS}


def test_every_role_and_every_stage_is_named() -> None:
    assert [role for role in Role if f"`{role}`" not in part("Person")] == []
    assert [stage for stage in Stage if f"`{stage}`" not in part("Service")] == []


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_a_sample_reads_without_problems(number: int, tmp_path: Path) -> None:
    sample = tmp_path / "sample.yaml"
    sample.write_text(SAMPLES[number], encoding="utf-8")

    assert [str(problem) for problem in read_catalogue(sample).problems] == []


def test_the_samples_together_use_every_field() -> None:
    everything = "\n".join(SAMPLES)
    names = {name for _, known in FIELDS for name in known} - {"cost", "other", "description"}

    assert [name for name in sorted(names) if f"{name}:" not in everything] == []
