"""The floor plan holds: contracts, private tables, the same shelves in every room."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import grimp
import pytest

from tests.house.rooms import contract, names, reads_of_other_tables, unplanned_shelves

BuildGraph = Callable[[str], grimp.ImportGraph]


def planned_shelves(root: Path) -> set[str]:
    plan = contract(root, "shelves")
    return names(plan["layers"]) | set(plan["exhaustive_ignores"])


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts on the package in `folder`, which need not be the one installed."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from importlinter.cli import lint_imports_command\n"
        "lint_imports_command(['--no-cache', '--no-logo', '--config', sys.argv[2]])"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(folder / "src"), str(folder / "pyproject.toml")],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def sample(tmp_path: Path, root: Path) -> Callable[[dict[str, str]], Path]:
    """A small house under the real contracts, with files of one's own in it."""

    def build(files: dict[str, str]) -> Path:
        shutil.copy(root / "pyproject.toml", tmp_path)
        package = tmp_path / "src" / "catenary"
        floors = ("config", "web", "api", "inlets", "cli", "exchange", "apps", "domain")
        rooms = ("apps/access", "apps/history", "apps/portfolio")
        for name in (*floors, *rooms):
            (package / name).mkdir(parents=True)
            (package / name / "__init__.py").touch()
        for name in ("__init__.py", "clock.py", "apps/portfolio/models.py"):
            (package / name).touch()
        for name, text in files.items():
            (package / name).write_text(text)
        return tmp_path

    return build


def test_no_room_reads_another_rooms_tables() -> None:
    graph = grimp.build_graph("catenary", cache_dir=None)

    found = list(reads_of_other_tables(graph))

    assert graph.modules
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("importer", "imported", "found"),
    [
        ("catenary.apps.portfolio.queries", "catenary.apps.access.models", 1),
        ("catenary.apps.portfolio.queries", "catenary.apps.access.models.account", 1),
        ("catenary.apps.portfolio.queries", "catenary.apps.portfolio.models", 0),
        ("catenary.apps.portfolio.queries", "catenary.apps.common.models", 0),
        ("catenary.apps.portfolio.queries", "catenary.apps.access.queries", 0),
        ("catenary.web.pages", "catenary.apps.access.models", 1),
    ],
)
def test_reading_another_rooms_tables_is_found(importer: str, imported: str, found: int) -> None:
    graph = grimp.ImportGraph()
    graph.add_import(importer=importer, imported=imported)

    assert len(list(reads_of_other_tables(graph))) == found


def test_every_room_has_only_the_planned_shelves(root: Path) -> None:
    rooms = root / "src" / "catenary" / "apps"

    found = list(unplanned_shelves(rooms, planned_shelves(root)))

    assert not found, "\n".join(found)


def test_an_unplanned_shelf_is_found(root: Path, tmp_path: Path) -> None:
    (tmp_path / "portfolio" / "helpers").mkdir(parents=True)
    (tmp_path / "portfolio" / "helpers" / "__init__.py").touch()
    for name in ("utils.py", "queries.py", "__init__.py", "apps.py"):
        (tmp_path / "portfolio" / name).touch()

    assert list(unplanned_shelves(tmp_path, planned_shelves(root))) == [
        "portfolio/helpers is not a shelf of the plan",
        "portfolio/utils.py is not a shelf of the plan",
    ]


def test_a_house_that_follows_the_plan_passes_the_contracts(
    sample: Callable[[dict[str, str]], Path],
) -> None:
    house = sample(
        {
            "apps/portfolio/queries.py": "from catenary.apps.portfolio import models",
            "web/pages.py": "from catenary.apps.portfolio import queries\nimport catenary.clock",
        }
    )

    result = lint_imports(house)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("where", "text", "contract_name"),
    [
        ("domain/a.py", "import catenary.apps", "floors"),
        ("apps/access/queries.py", "import catenary.apps.portfolio.models", "rooms"),
        ("apps/portfolio/choices.py", "import catenary.apps.portfolio.models", "shelves"),
        ("domain/a.py", "import django", "foundation is bare"),
        ("domain/a.py", "import yaml", "foundation is bare"),
        ("web/a.py", "import catenary.apps.portfolio.models", "tables are private"),
        ("exchange/a.py", "import catenary.apps.portfolio.models", "tables are private"),
        ("domain/a.py", "import numba", "numba lives in the kernels alone"),
        ("web/a.py", "from catenary.web import b", "no rings anywhere"),
        ("apps/portfolio/queries.py", "import catenary.clock", "only doors read the clock"),
    ],
)
def test_each_contract_is_broken_by_what_it_forbids(
    sample: Callable[[dict[str, str]], Path], where: str, text: str, contract_name: str
) -> None:
    house = sample({where: text, "web/b.py": "import catenary.web.a"})

    result = lint_imports(house)

    broken = [line for line in result.stdout.splitlines() if line.endswith("BROKEN")]
    assert result.returncode == 1, result.stdout + result.stderr
    assert any(line.startswith(contract_name) for line in broken), broken
