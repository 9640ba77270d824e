"""Spoilt and hostile catalogue files, end to end: an error naming file, line and remedy, and a
catalogue that is exactly as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from catenary.exchange.catalogue.reading import read_catalogue
from catenary.exchange.importers.compose import read_compose
from catenary.exchange.importers.report import ImportRefused
from tests.installation import Installation, copied

HEAD = "catenary: 1\norganizations: {acme: {name: Acme}}\nservices:\n"
BOMB = (
    HEAD
    + "  acme/a: {name: A, tags: &a [x, x, x, x, x, x, x, x, x, x]}\n"
    + "".join(
        f"  acme/{b}: {{name: B, tags: &{b} [{', '.join(['*' + a] * 10)}]}}\n"
        for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
)
CASES = {
    "malformed": (HEAD + "  acme/a: {name: [unclosed\n", None),
    "tabs": (HEAD + "\tacme/a: {name: A}\n", 4),
    "bomb": (BOMB, None),
    "redefined anchor": (
        HEAD + "  acme/a: {name: A, tags: &t [x]}\n  acme/b: {name: B, tags: &t [y]}\n",
        5,
    ),
    "duplicate key": (HEAD + "  acme/a: {name: A}\n  acme/a: {name: B}\n", 5),
    "duplicate field": (HEAD + "  acme/a: {name: A, name: B}\n", 4),
    "wrong unit": (
        HEAD + "  acme/a:\n    name: A\n    warranty: {continuity: {recovery-time: 5 parsec}}\n",
        6,
    ),
    "impossible availability": (
        HEAD + "  acme/a:\n    name: A\n    warranty: {availability: 101 %}\n",
        6,
    ),
    "look-alike key": (HEAD + "  аcme/a: {name: A}\n", 4),
    "look-alike field": (HEAD + "  acme/a: {nаme: A}\n", 4),
    "control character": (HEAD + '  acme/a: {name: "A\\e[31m"}\n', 4),
    "raw control character": (HEAD + "  acme/a: {name: A\x07}\n", 4),
    "direction of writing": (HEAD + '  acme/a: {name: "A\\u202e"}\n', 4),
    "typo": (HEAD + "  acme/a: {nmae: A}\n", 4),
    "bad threshold": (
        HEAD + "  acme/a:\n    name: A\n    relies-on: [{at-least: 3, of: [acme/b]}]\n",
        6,
    ),
    "tag": (HEAD + "  acme/a: !!python/object/apply:os.system [id]\n", 4),
    "deep": (HEAD + "  acme/a: {name: " + "[" * 100_000 + "\n", 4),
    "no version": ("organizations: {acme: {name: Acme}}\n", 1),
    "empty": ("", 1),
}


@pytest.fixture(scope="module")
def stocked(
    migrated: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Nothing in this file may change it, so one is enough."""
    folder = tmp_path_factory.mktemp("good")
    (folder / "good.yaml").write_text(HEAD + "  acme/good: {name: Good}\n")
    with copied(migrated, folder / "data") as own:
        own.fine("apply", folder / "good.yaml", "--source", "good")
        yield own


@pytest.mark.parametrize("case", CASES)
def test_a_spoilt_file_is_named_with_its_line_and_changes_nothing(
    stocked: Installation, tmp_path: Path, case: str
) -> None:
    text, line = CASES[case]
    path = tmp_path / "spoilt.yaml"
    path.write_text(text, encoding="utf-8")
    before = stocked.digest()

    ran = stocked.run("apply", tmp_path, "--prune", "--source", "good")

    assert ran.code == 2, ran
    assert f"{path}:{'' if line is None else f'{line}:'}" in ran.err
    assert "expected: " in ran.err
    assert "nothing was changed" in ran.err
    assert len(ran.err) < 20_000
    assert stocked.digest() == before


def test_every_mistake_is_listed_and_not_only_the_first(
    stocked: Installation, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(HEAD + "  acme/a: {nmae: A}\n  acme/b: {nmae: B}\n")
    (tmp_path / "b.yaml").write_text("catenary: 2\n")

    problems = stocked.run("apply", tmp_path, "--json").json["problems"]

    places = {(Path(p["file"]).name, p["line"]) for p in problems}
    assert places >= {("a.yaml", 4), ("a.yaml", 5), ("b.yaml", 1)}


def test_a_hundred_megabytes_are_refused_at_once(stocked: Installation, tmp_path: Path) -> None:
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(100_000_000)

    ran = stocked.run("check", tmp_path)

    assert ran.code == 2
    assert "huge.yaml" in ran.err
    assert "split it" in ran.err


@pytest.mark.parametrize("kind", ["pipe", "device", "link out", "loop", "latin-1", "folder"])
@pytest.mark.parametrize("inside", [True, False])
def test_what_is_no_file_neither_hangs_nor_is_read(
    stocked: Installation, tmp_path: Path, kind: str, inside: bool
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    place = folder / "odd.yaml"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    elif kind == "link out":
        place.symlink_to("/etc/passwd")
    elif kind == "loop":
        place.symlink_to(place)
    elif kind == "latin-1":
        place.write_bytes("catenary: 1 # Größe".encode("latin-1"))
    else:
        place.mkdir()

    ran = stocked.run("check", folder if inside else place)

    assert ran.code == 2
    assert (folder.name if kind == "folder" else place.name) in ran.err
    assert "root:" not in ran.out + ran.err


def test_a_folder_that_cannot_be_looked_into_is_not_taken_for_empty(
    stocked: Installation, tmp_path: Path
) -> None:
    """Or --prune would remove everything that the files in it hold."""
    if os.geteuid() == 0:
        pytest.skip("root may look into every folder; the next test needs no closed one")
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "a.yaml").write_text(HEAD + "  acme/a: {name: A}\n")
    closed.chmod(0)

    ran = stocked.run("check", tmp_path)

    assert ran.code == 2
    assert "closed" in ran.err


def test_a_folder_that_fails_while_it_is_read_is_a_problem_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_text(HEAD + "  acme/a: {name: A}\n")
    (tmp_path / "closed").mkdir()
    scan = os.scandir

    def scan_or_fail(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scan_or_fail)

    problems = read_catalogue(tmp_path).problems
    assert [(Path(p.file).name, p.sentence) for p in problems] == [
        ("closed", "the folder cannot be read: Permission denied")
    ]
    with pytest.raises(ImportRefused, match="closed"):
        read_compose([tmp_path])


def test_names_that_are_code_elsewhere_are_names_here(
    installation: Installation, tmp_path: Path
) -> None:
    names = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{{ 7 * 7 }}", "%s %n", "[red]x"]
    lines = "".join(
        f"  acme/s{n}: {{name: '{name.replace(chr(39), chr(39) * 2)}'}}\n"
        for n, name in enumerate(names)
    )
    (tmp_path / "a.yaml").write_text(HEAD + lines)

    installation.fine("apply", tmp_path)

    for number, name in enumerate(names):
        assert installation.fine("show", f"acme/s{number}", "--json").json["name"] == name


@pytest.mark.parametrize("length", [1, 2, 10_000])
def test_a_cycle_is_found_and_hinders_nothing(
    installation: Installation, tmp_path: Path, length: int
) -> None:
    lines = "".join(
        f"  acme/s{n}: {{name: S{n}, relies-on: [acme/s{(n + 1) % length}]}}\n"
        for n in range(length)
    )
    (tmp_path / "ring.yaml").write_text(HEAD + lines)

    filed = installation.run("check", tmp_path, "--json")
    applied = installation.fine("apply", tmp_path)
    live = installation.run("check", "--json")
    drawn = installation.fine("chain", "acme/s0", "--depth", "0")
    told = installation.fine("chain", "acme/s0", "--depth", "0", "--json").json

    for checked in (filed, live):
        assert checked.code == 1
        cycles = [f for f in checked.json["findings"] if f["code"] == "CAT408"]
        assert len(cycles) == 1
        assert len(cycles[0]["sentence"]) < 2000
    assert "Applied." in applied.out
    assert len(told["services"]) == length
    assert len(drawn.out) < 1_000_000
    assert installation.fine("apply", tmp_path, "--json").json["changes"] == []


def test_references_into_organizations_one_may_not_see_tell_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(
        """catenary: 1
organizations: {acme: {name: Acme}, rival: {name: Rival}}
people: {ed@acme.example: {name: Ed, organization: acme, roles: [catalogue-editor]}}
services: {rival/secret: {name: Secret}, acme/shop: {name: Shop}}
"""
    )
    installation.fine("apply", tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    said = []
    before = installation.digest()
    for target in ("rival/secret", "rival/nothing"):
        (mine / "a.yaml").write_text(
            f"catenary: 1\nservices: {{acme/new: {{name: New, relies-on: [{target}]}}}}\n"
        )
        ran = installation.run("apply", mine, "--by", "ed@acme.example")
        said.append((ran.code, ran.err.replace(target, "X")))

    assert said[0] == said[1]
    assert said[0][0] == 1
    assert installation.digest() == before
