"""The pages of the command line and of the settings say everything there is, and nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import typer

from catenary.cli.main import app

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
NAMES = sorted(COMMANDS)


def sections(page: Path, level: str) -> dict[str, str]:
    """The text below each heading of a level, up to the next of the same or a higher one."""
    parts = re.split(rf"^{level} (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    higher = re.compile(rf"^#{{1,{len(level) - 1}}} ", re.MULTILINE)
    return {
        heading.strip("` "): higher.split(text)[0]
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.fixture(scope="module")
def commands_page(root: Path) -> dict[str, str]:
    return sections(root / "docs" / "reference" / "command-line.md", "##")


def test_every_command_has_its_heading_and_nothing_else_has(
    commands_page: dict[str, str],
) -> None:
    said = {name.removeprefix("catenary ") for name in commands_page if "catenary " in name}

    assert said == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_of_a_command_has_its_row_and_nothing_else_has(
    commands_page: dict[str, str], name: str
) -> None:
    text = commands_page[f"catenary {name}"]
    options = {o for p in COMMANDS[name].params for o in p.opts if o.startswith("--")}
    arguments = {p.name.upper() for p in COMMANDS[name].params if not p.opts[0].startswith("-")}

    rows = re.findall(r"^\| `(--[a-z-]+)[^`]*` \|", text, re.MULTILINE)
    usage = re.search(r"^    catenary .+$", text, re.MULTILINE)

    assert sorted(rows) == sorted(options - {"--help"})
    assert usage
    assert set(re.findall(r"\b[A-Z]{3,}\b", usage[0].partition("[OPTIONS]")[2])) == arguments


_SETTING = r"CATENARY_[A-Z_]+|DATABASE_URL|NO_COLOR"


def settings_read(source: Path) -> set[str]:
    """The names of the environment variables that the product looks at."""
    found = set()
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            word = node.value if isinstance(node, ast.Constant) else None
            if isinstance(word, str) and re.fullmatch(_SETTING, word):
                found.add(word)
    return found


def test_every_setting_has_its_heading_and_nothing_else_has(root: Path) -> None:
    said = sections(root / "docs" / "reference" / "settings.md", "##")

    assert set(said) == settings_read(root / "src" / "catenary")
    assert all("Default" in text for text in said.values())
