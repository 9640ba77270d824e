"""The pages about importing say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catenary.domain.documents.fields import SERVICE
from catenary.exchange.importers.backstage.reading import IS_RELIED_ON_BY, RELIES_ON, STAGES
from catenary.exchange.importers.csv import mapping as mapping_file
from catenary.exchange.importers.csv.reading import read_csv
from catenary.exchange.importers.csv.templates import FILTERS
from tests.conftest import ROOT
from tests.exchange.importers.worlds import reliance, write

REFERENCE = (ROOT / "docs" / "reference" / "csv-mapping.md").read_text(encoding="utf-8")
HOW_TO = (ROOT / "docs" / "how-to" / "import.md").read_text(encoding="utf-8")


def _fields() -> list[str]:
    own = {name.rstrip("!") for names in mapping_file.TEMPLATE_FIELDS.values() for name in names}
    own -= set(SERVICE.fields) - {"name", "provider", "description", "relies-on"}
    named = own | mapping_file.TOP_FIELDS | mapping_file.FILE_FIELDS | mapping_file.JOIN_FIELDS
    named |= {name.rstrip("!") for name in mapping_file.GROUP_FIELDS}
    return sorted(named | set(mapping_file.COMMON))


@pytest.mark.parametrize("word", [*_fields(), *FILTERS])
def test_every_field_and_filter_stands_in_the_reference(word: str) -> None:
    assert re.search(rf"`{re.escape(word)}[`(]", REFERENCE)


@pytest.mark.parametrize("word", STAGES)
def test_every_lifecycle_stands_beside_its_stage(word: str) -> None:
    [row] = [row for row in HOW_TO.splitlines() if re.search(rf"^\|.*\b{word}\b.*\| {STAGES[word]}", row)]  # fmt: skip  # noqa: E501

    assert row


def test_every_relation_of_backstage_is_explained() -> None:
    known = {*RELIES_ON, *IS_RELIED_ON_BY} - {"consumesApi", "providesApi", "implementsApis"}

    assert {name for name in known if f"`{name}`" not in HOW_TO} == set()


def test_the_mapping_shown_in_the_reference_works(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)
    assert found is not None
    write(
        tmp_path,
        {
            "mapping.yaml": found[1],
            "sites.csv": "site,site name\nS1,North\n",
            "systems.csv": "system;kind;located at;state;labels;needs;either;used by\n"
            "db;server;S1;Running;x,y;;;\n"
            "db2;server;S1;Running;;;;\n"
            "app;server;S1;off;;db;db,db2;S1\n"
            "desk;furniture;S1;off;;;;\n",
        },
    )

    imported = read_csv([tmp_path], mapping=tmp_path / "mapping.yaml")

    assert reliance(imported) == ["s1/app -> s1/db", "s1/app -> 1 of s1/db, s1/db2"]
    assert imported.catalogue.services["s1/db"].tags == ("server", "x", "y")
    assert imported.rejected == ()
