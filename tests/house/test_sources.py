"""The source tree: short files, documented, at home on every machine, pages the policy accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.sources import (
    MOST_LINES,
    kept_files,
    long_files,
    machine_places,
    refused_markup,
    text_of,
    undocumented,
)


@pytest.fixture(scope="module")
def files(root: Path) -> list[Path]:
    return kept_files(root)


@pytest.fixture(scope="module")
def sources(root: Path, files: list[Path]) -> list[Path]:
    return [path for path in files if path.is_relative_to(root / "src")]


def test_no_file_in_src_is_too_long_to_keep_in_mind(sources: list[Path]) -> None:
    assert sources

    found = list(long_files(sources))

    assert not found, "\n".join(found)


@pytest.mark.parametrize(("lines", "found"), [(MOST_LINES, 0), (MOST_LINES + 1, 1)])
def test_a_long_file_is_found(tmp_path: Path, lines: int, found: int) -> None:
    path = tmp_path / "long.py"
    path.write_text("x = 1\n" * lines)

    assert len(list(long_files([path]))) == found


def test_nothing_names_a_folder_of_one_machine_or_a_registry(root: Path, files: list[Path]) -> None:
    texts = ((path.relative_to(root), text_of(path)) for path in files)

    found = [wrong for path, text in texts if text for wrong in machine_places(path, text)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        f"DATA = '/{'home'}/ann/catenary'",
        f"open('/{'work'}/main/x')",
        f"cd /{'root'}/.cache",
        f"--{'index'}-url https://mirror.example/simple",
        f"https://{'files'}.pythonhosted.org/x.whl",
    ],
)
def test_a_line_for_one_machine_is_found(line: str) -> None:
    assert list(machine_places(Path("sample"), line))


@pytest.mark.parametrize(
    "line", ["/usr/lib/postgresql", "docs/work/order.md", "https://x.example/home/page", "~/root/a"]
)
def test_a_line_for_every_machine_is_not(line: str) -> None:
    assert not list(machine_places(Path("sample"), line))


def test_templates_hold_nothing_that_the_policy_refuses(sources: list[Path]) -> None:
    templates = [path for path in sources if path.suffix == ".html"]

    found = [wrong for path in templates for wrong in refused_markup(path, text_of(path) or "")]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "markup",
    [
        '<p class="a" style="color: red">',
        "<p {% if a > b %}class='x'{% endif %}\n style = 'x'>",
        "<style>p {}</style>",
        "<button onclick='go()'>",
        "<script>go()</script>",
        '<script src="https://cdn.example/htmx.min.js"></script>',
        '<link href="//cdn.example/a.css">',
    ],
)
def test_refused_markup_is_found(markup: str) -> None:
    assert list(refused_markup(Path("sample.html"), markup))


@pytest.mark.parametrize(
    "markup",
    [
        "<script src=\"{% static 'app.js' %}\" defer></script>",
        '<script type="application/json" id="chain">{"a": 1}</script>',
        "<p>style = calm</p>",
        '<a href="https://example.org/standard">',
        "<p hx-on-nothing data-style='x'>",
    ],
)
def test_accepted_markup_is_not(markup: str) -> None:
    assert not list(refused_markup(Path("sample.html"), markup))


def test_everything_public_says_what_it_is_for(root: Path, sources: list[Path]) -> None:
    modules = [path for path in sources if path.suffix == ".py" and "migrations" not in path.parts]

    found = [
        wrong
        for path in modules
        for wrong in undocumented(path.relative_to(root), text_of(path) or "")
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""A."""\ndef f():\n    """B."""\n', 0),
        ('"""A."""\ndef _f(): ...\n', 0),
        ('"""A."""\n@rule("A1", idea="why")\ndef f(): ...\n', 0),
        ('"""A."""\n@rule("A1")\ndef f(): ...\n', 1),
        ("def _f(): ...\n", 1),
        ('"""A."""\ndef f(): ...\nclass C: ...\n', 2),
    ],
)
def test_what_is_undocumented_is_found(source: str, found: int) -> None:
    assert len(list(undocumented(Path("sample.py"), source))) == found


def test_every_package_has_a_door_sign(root: Path, sources: list[Path]) -> None:
    folders = {
        parent
        for path in sources
        if path.suffix == ".py"
        for parent in path.relative_to(root / "src").parents
    } - {Path()}

    without = [folder for folder in sorted(folders) if not is_package(root / "src" / folder)]

    assert folders
    assert not without, without


def is_package(folder: Path) -> bool:
    return (folder / "__init__.py").is_file()
