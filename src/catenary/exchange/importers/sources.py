"""The files an importer is given: single files, and folders searched in a steady order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catenary.exchange.importers.report import ImportRefused

#: Folders that hold other people's files, or none worth reading.
_LEFT_OUT = {"node_modules", "__pycache__", "venv"}
MAX_FILES = 100_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file, the folder nothing it names may lie outside of, and its name for the report."""

    path: Path
    root: Path
    name: str


def find_files(sources: Sequence[Path], is_wanted: Callable[[str], bool]) -> list[SourceFile]:
    """Files given by name, whatever they are called, and those in folders whose name
    ``is_wanted``, sorted; each file once. Hidden folders are left out, links to folders are not
    followed.

    Raises ``ImportRefused`` naming every source that is not there, and when nothing was found.
    """
    missing = [
        f"{source}: there is no such file or folder." for source in sources if not _is(source)
    ] + [
        f"{source}: this is neither a file nor a folder."
        for source in sources
        if _is(source) and not source.is_dir() and not source.is_file()
    ]
    if missing:
        raise ImportRefused(*missing)
    found: dict[Path, SourceFile] = {}
    for source in sources:
        root = (source if source.is_dir() else source.parent).resolve()
        for path in _below(source, is_wanted) if source.is_dir() else [source]:
            resolved = path.resolve()
            if resolved not in found and (path is source or resolved.is_relative_to(root)):
                found[resolved] = SourceFile(resolved, root, str(path))
            if len(found) > MAX_FILES:
                raise ImportRefused(f"{source}: more than {MAX_FILES:,} files. Import it in parts.")
    if not found:
        names = ", ".join(str(source) for source in sources) or "no source at all"
        raise ImportRefused(f"{names}: holds no file of the kind to import.")
    return list(found.values())


def _is(source: Path) -> bool:
    try:
        return source.exists()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """True for an existing file; foreign names can be too long for the system to look for."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _below(folder: Path, is_wanted: Callable[[str], bool]) -> Iterator[Path]:
    for here, folders, files in os.walk(folder, onerror=_refuse_closed):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _LEFT_OUT
        )
        for name in sorted(files):
            if is_wanted(name):
                yield Path(here) / name


def _refuse_closed(error: OSError) -> None:
    # Passed by in silence, what it holds would look removed, and be pruned.
    raise ImportRefused(f"{error.filename}: the folder cannot be read ({error.strerror}).")


def follow(named: str, *, by: SourceFile) -> SourceFile | None:
    """The file that ``by`` names by a relative path, or None when it would lie outside of the
    folder that was given. It may not exist."""
    try:
        path = (by.path.parent / named).resolve()
    except (OSError, ValueError, RuntimeError):
        return None
    if not path.is_relative_to(by.root):
        return None
    return SourceFile(path, by.root, name_below(path, by))


def name_below(path: Path, by: SourceFile) -> str:
    """How the report calls a file that was reached from ``by``."""
    relative = os.path.relpath(path, by.path.parent)
    return os.path.normpath(os.path.join(os.path.dirname(by.name), relative))


def folder_name(source: Path) -> str:
    """The name of the folder that was given, or of the one the file lies in."""
    path = source.resolve()
    return path.name if path.is_dir() else path.parent.name


def is_url(target: str) -> bool:
    """True for what lies on another machine."""
    return "://" in target or target.startswith(("git@", "oci:"))
