"""Catalogues written as files and read back."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.domain.documents.shapes import (
    CatalogueDocument,
    ConsumptionDocument,
    OrganizationDocument,
    PersonDocument,
    ServiceDocument,
)
from catenary.exchange.catalogue import writing
from catenary.exchange.catalogue.reading import read_catalogue
from catenary.exchange.catalogue.writing import (
    MARK,
    ExportRefused,
    catalogue_text,
    write_catalogue,
)
from tests.domain.documents import worlds

catalogues = st.builds(
    lambda organizations, people, services, consumptions: CatalogueDocument(
        organizations={document.key: document for document in organizations},
        people={document.email: document for document in people},
        services={document.reference: document for document in services},
        consumption={(one.consumer, one.service): one for one in consumptions},
    ),
    st.lists(worlds.organizations, max_size=3),
    st.lists(worlds.people, max_size=2),
    st.lists(worlds.services, max_size=3),
    st.lists(worlds.consumptions, max_size=3),
)


def small() -> CatalogueDocument:
    service = worlds.everything()
    return CatalogueDocument(
        organizations={
            "st-mary": OrganizationDocument("st-mary", "St. Mary's Hospital"),
            "hospital-it": OrganizationDocument("hospital-it", "Hospital IT", part_of="st-mary"),
            "acme-cloud": OrganizationDocument("acme-cloud", "Acme: Cloud #1", description="A\nB"),
        },
        people={
            "dana@st-mary.example": PersonDocument("dana@st-mary.example", "Dana", "hospital-it")
        },
        services={service.reference: service},
        consumption={
            ("st-mary", service.reference): ConsumptionDocument(
                "st-mary", service.reference, "Our records"
            )
        },
    )


@settings(max_examples=60, deadline=None)
@given(catalogues)
def test_what_is_written_is_read_back_as_equal_documents(catalogue: CatalogueDocument) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = write_catalogue(catalogue, Path(folder))
        back = read_catalogue(Path(folder))

    assert (back.problems == []) == bool(written)  # nothing at all is no file at all
    assert back.catalogue == catalogue


@settings(max_examples=30, deadline=None)
@given(catalogues)
def test_one_text_holds_the_whole_catalogue(catalogue: CatalogueDocument) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "all.yaml")
        file.write_text(catalogue_text(catalogue), encoding="utf-8")

        back = read_catalogue(file)

    assert back.problems == []
    assert back.catalogue == catalogue


def test_each_top_organization_has_its_file(tmp_path: Path) -> None:
    written = write_catalogue(small(), tmp_path)

    assert [path.name for path in written] == ["acme-cloud.yaml", "st-mary.yaml"]
    acme = written[0].read_text()
    assert acme.startswith(f"{MARK}\ncatenary: 1\n")
    assert "hospital-it/patients:" in acme  # it provides the service now
    assert "      availability: 99.9 %\n" in acme
    assert "{minimum: 50, full: 100, of: {acme-cloud/farm-a: 60, acme-cloud/farm-b: 60.5}}" in acme
    assert 'mon-fri: "08:00-18:00"' in acme


def test_other_tools_see_texts_where_texts_were_written(tmp_path: Path) -> None:
    hostile = ["no", "1:30", "2024-01-01", "0x1F", "~", "null", "- a", "a: b", "a #b", "*x", "=1+1"]
    catalogue = CatalogueDocument(
        services={
            "a/b": ServiceDocument("a/b", "1e3", "a", tags=tuple(hostile), description="x\u2028y")
        }
    )

    loaded = yaml.safe_load(catalogue_text(catalogue))

    assert loaded["services"]["a/b"]["tags"] == hostile
    assert loaded["services"]["a/b"]["name"] == "1e3"
    assert loaded["services"]["a/b"]["description"] == "x\u2028y"


def test_a_second_export_replaces_the_first_and_removes_what_is_left_over(tmp_path: Path) -> None:
    write_catalogue(small(), tmp_path)
    smaller = small()
    del smaller.organizations["acme-cloud"]
    smaller.services.clear()

    written = write_catalogue(smaller, tmp_path)

    assert sorted(tmp_path.iterdir()) == written == [tmp_path / "st-mary.yaml"]


def test_somebody_elses_files_stop_an_export_before_it_writes(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("catenary: 1\n")

    with pytest.raises(ExportRefused, match=r"own\.yaml"):
        write_catalogue(small(), tmp_path)
    assert list(tmp_path.iterdir()) == [own]

    write_catalogue(small(), tmp_path, force=True)
    assert own.read_text() == "catenary: 1\n"
    assert (tmp_path / "st-mary.yaml").exists()


def test_a_large_organization_is_split_into_parts_that_read_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MAX_CHARACTERS", 500)
    catalogue = CatalogueDocument(
        organizations={"a": OrganizationDocument("a", "A")},
        services={f"a/s{n}": ServiceDocument(f"a/s{n}", f"S {n}", "a") for n in range(40)},
    )

    written = write_catalogue(catalogue, tmp_path)
    back = read_catalogue(tmp_path)

    assert len(written) > 2
    assert back.problems == []
    assert back.catalogue == catalogue


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_catalogue(small(), tmp_path)
    before = {path: path.read_text() for path in tmp_path.iterdir()}

    def full_disk(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_catalogue(CatalogueDocument(small().organizations), tmp_path)

    assert {path: path.read_text() for path in tmp_path.iterdir()} == before
