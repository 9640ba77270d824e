"""Small files that ask for very much are refused with a message, not with the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from catenary.exchange.importers import draft, foreign_yaml
from catenary.exchange.importers.backstage.reading import read_backstage
from catenary.exchange.importers.compose import read_compose
from catenary.exchange.importers.csv import mapping, reading, tables
from catenary.exchange.importers.csv.reading import read_csv
from catenary.exchange.importers.report import ImportRefused
from tests.exchange.importers.worlds import rejections, write

MAPPING = """\
catenary-mapping: 1
files:
  a: {organizations: [{key: "{x}"}], join: [{with: b, on: k, many: each}]}
  b: {optional: true}
"""


def test_dependencies_multiplied_by_aliases_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "MAX_GROUPS", 5)
    text = "x: &x [a, b, c]\nservices: {a: {depends_on: *x}, b: {depends_on: *x}, c: }"
    write(tmp_path, {"compose.yaml": text})

    with pytest.raises(ImportRefused, match="more than 5 dependencies"):
        read_compose([tmp_path])


def test_a_file_that_is_too_large_is_rejected_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"compose.yaml": "services: {a: }" + " " * 100, "compose.b.yaml": "services: "})
    monkeypatch.setattr(foreign_yaml.read_text, "__kwdefaults__", {"max_bytes": 100})

    imported = read_compose([tmp_path])

    assert "larger than 100 bytes" in rejections(imported)[0][1]


def test_a_table_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 3)
    write(tmp_path, {"a.csv": "x,k\n1,1\n", "m.yaml": "catenary-mapping: 1\nfiles: {a: {}}"})

    with pytest.raises(ImportRefused, match="larger than 3 bytes"):
        read_csv([tmp_path / "a.csv"], mapping=tmp_path / "m.yaml")


def test_joins_that_multiply_rows_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 8)
    rows = "".join(f"{n},same\n" for n in range(3))
    write(tmp_path, {"a.csv": "x,k\n" + rows, "b.csv": "y,k\n" + rows, "m.yaml": MAPPING})

    with pytest.raises(ImportRefused, match="make more than 8 rows"):
        read_csv([tmp_path], mapping=tmp_path / "m.yaml")


def test_a_mapping_multiplied_by_aliases_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "MAX_PARTS", 100)
    bomb = "".join(f"    a{n}: &a{n} {{x: *a{n - 1}, y: *a{n - 1}}}\n" for n in range(1, 40))
    text = (
        "catenary-mapping: 1\nfiles:\n  a:\n    a0: &a0 {x: '{x}'}\n" + bomb + "    services:\n"
        "      - {key: '{x}', provider: '{x}', warranty: *a39}\n"
    )
    write(tmp_path, {"a.csv": "x\n1\n", "m.yaml": text})

    with pytest.raises(ImportRefused, match="more than 100 templates"):
        read_csv([tmp_path], mapping=tmp_path / "m.yaml")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"in/compose.yaml": "services: {a: }", "out/compose.yaml": "services: {b: }"})
    (tmp_path / "in" / "compose.link.yaml").symlink_to(tmp_path / "out" / "compose.yaml")
    (tmp_path / "in" / "more").symlink_to(tmp_path / "out")

    imported = read_compose([tmp_path / "in"], provider="p")

    assert list(imported.catalogue.services) == ["p/a"]


def test_ten_thousand_in_a_ring_are_read(tmp_path: Path) -> None:
    head = "---\napiVersion: backstage.io/v1alpha1\nkind: Component\n"
    text = "".join(
        f"{head}metadata: {{name: s{n}}}\nspec: {{dependsOn: ['component:s{(n + 1) % 10_000}']}}\n"
        for n in range(10_000)
    )
    write(tmp_path, {"catalog-info.yaml": text})

    imported = read_backstage([tmp_path], provider="p")

    assert len(imported.catalogue.services) == 10_000
    assert imported.rejected == ()
