"""The documentation is true: links lead somewhere, and what it tells one to type exists."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.house.pages import (
    broken_links,
    catenary_commands_in,
    make_targets_in,
    slug,
    targets_of,
)
from tests.house.sources import kept_files


@pytest.fixture(scope="module")
def pages(root: Path) -> list[Path]:
    return [path for path in kept_files(root) if path.suffix == ".md"]


def test_every_relative_link_leads_somewhere(pages: list[Path]) -> None:
    assert pages

    found = [wrong for page in pages for wrong in broken_links(page)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("[a](other.md)", 0),
        ("[a](other.md#a-heading-twice)", 0),
        ("[a](#here)", 0),
        ("[a](https://example.org/x)", 0),
        ("`[a](code.md)`", 0),
        ("[a](missing.md)", 1),
        ("![a](missing.png)", 1),
        ('<img src="missing.png">', 1),
        ("[a](other.md#elsewhere)", 1),
        ("[a](#elsewhere)", 1),
    ],
)
def test_a_broken_link_is_found(tmp_path: Path, link: str, found: int) -> None:
    (tmp_path / "other.md").write_text("# A `heading`, twice\n")
    page = tmp_path / "page.md"
    page.write_text(f"# Here\n\n{link}\n")

    assert len(list(broken_links(page))) == found


def test_an_anchor_is_made_as_code_hosts_make_it() -> None:
    assert slug("What `make run` does: all of it") == "what-make-run-does-all-of-it"


def test_every_decision_is_in_the_index_under_its_own_title(root: Path) -> None:
    folder = root / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")

    decisions = sorted(folder.glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in decisions]
    titles = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in decisions}

    assert decisions
    assert len(set(numbers)) == len(numbers), "two decisions have one number"
    for path in decisions:
        number, _, title = titles[path.name].removeprefix("# ").partition(". ")
        assert number == path.name[:4]
        assert f"[{number}]({path.name}) | {title} |" in index


def test_every_make_command_in_the_pages_exists(root: Path, pages: list[Path]) -> None:
    targets = targets_of((root / "Makefile").read_text(encoding="utf-8"))

    told = {page: make_targets_in(page.read_text(encoding="utf-8")) for page in pages}

    assert told[root / "README.md"] >= {"run", "test"}
    assert not {page.name: unknown for page in pages if (unknown := told[page] - targets)}


def test_an_unknown_make_command_is_found() -> None:
    text = "Type `make supper`, make haste.\n\n```sh\nmake tea\n```\n"

    assert make_targets_in(text) == {"supper", "tea"}
    assert targets_of("tea: water\n\tboil\nKETTLE := x\n") == {"tea"}


def test_catenary_commands_are_found_where_one_would_type_them() -> None:
    text = "With catenary one plans; type `catenary plan`.\n\n```sh\ncatenary apply x\n```\n"

    assert catenary_commands_in(text) == {"plan", "apply"}


def test_the_makefile_says_what_can_be_done(root: Path) -> None:
    # The test process may itself run under make, whose flags are not meant for this one.
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    said = subprocess.run(
        ["make", "help"], cwd=root, env=env, check=True, capture_output=True, text=True
    ).stdout

    for target in ("run", "test", "lint", "soak", "bench", "screenshots", "clean"):
        assert f"make {target} " in said


def test_every_catenary_command_in_the_readme_exists(root: Path) -> None:
    from tests.product import catenary

    pages = (root / "README.md", root / "docs" / "how-to" / "tour.md")
    commands = {
        command
        for page in pages
        for command in catenary_commands_in(page.read_text(encoding="utf-8"))
    }

    missing = [
        command
        for command in sorted(commands)
        if subprocess.run(catenary(command, "--help"), capture_output=True, check=False).returncode
    ]

    assert commands >= {"check", "plan", "import"}
    assert not missing, missing
