"""The floor plan, read from the import contracts, and who breaks it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grimp import ImportGraph


def contract(root: Path, begins: str) -> dict[str, Any]:
    """The import contract of pyproject.toml whose name begins so."""
    plan = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = plan["tool"]["importlinter"]["contracts"]
    return next(one for one in contracts if one["name"].startswith(begins))


def names(layers: list[str]) -> set[str]:
    """The module names in a contract's layers, without the marks for optional and independent."""
    return {name.strip(" ()") for layer in layers for name in layer.split("|")}


def reads_of_other_tables(graph: ImportGraph) -> Iterator[str]:
    """Imports of a room's tables by anything outside that room; `common` is everybody's.

    The import contract keeps doors out; this keeps the rooms out of one another's tables too,
    which no contract type can say for every pair of rooms at once.
    """
    for module in sorted(graph.modules):
        room = module.split(".")[:3]
        if module.split(".")[3:4] != ["models"] or room[1:] == ["apps", "common"]:
            continue
        for importer in sorted(graph.find_modules_that_directly_import(module)):
            if importer.split(".")[:3] != room:
                yield f"{importer} reads the tables of {room[2]}"


def unplanned_shelves(rooms: Path, shelves: set[str]) -> Iterator[str]:
    """Modules in a room that are not among the shelves every room has."""
    for path in sorted(rooms.glob("*/*")):
        name = path.stem if path.suffix == ".py" else path.name
        is_code = path.suffix == ".py" or (path / "__init__.py").is_file()
        if is_code and name not in shelves | {"__init__"}:
            yield f"{path.parent.name}/{path.name} is not a shelf of the plan"
