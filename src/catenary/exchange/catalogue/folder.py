"""The catalogue files of a folder, found and opened with care."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from catenary.exchange.catalogue.stream import Slip

MAX_BYTES = 50_000_000
ENDINGS = (".yaml", ".yml")


def is_catalogue_file(path: Path) -> bool:
    """True for names that end as YAML files do."""
    return path.suffix.lower() in ENDINGS


def printable(path: Path) -> str:
    """The path for a message, with whatever could move the cursor spelled out."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(path))


def catalogue_files(place: Path) -> Iterator[tuple[Path, Slip | None]]:
    """Every YAML file below a folder, or the one file, sorted; with what forbids reading it.

    Hidden folders (``.git``, ``.github``) are passed by. Links are followed to files inside the
    folder only, and each file is read once.
    """
    if place.is_file():
        yield place, None
        return
    root = place.resolve()
    seen: set[Path] = set()
    closed: list[OSError] = []
    for folder, folders, names in os.walk(place, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in list(folders):
            inner = Path(folder, name)
            if inner.is_symlink():
                folders.remove(name)
                if not _resolved(inner).is_relative_to(root):
                    yield inner, _leaves(inner)
        for name in sorted(names):
            path = Path(folder, name)
            if not is_catalogue_file(path) or name.startswith("."):
                continue
            target = _resolved(path)
            if path.is_symlink() and not target.is_relative_to(root):
                yield path, _leaves(path)
            elif target not in seen:
                seen.add(target)
                yield path, None
    # Passed by in silence, what a closed folder holds would look removed, and be pruned.
    for error in closed:
        yield Path(error.filename), _closed(error)


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a link to itself
        return Path(os.sep)


def _closed(error: OSError) -> Slip:
    return Slip(1, 1, f"the folder cannot be read: {error.strerror}", "a folder one may read")


def _leaves(path: Path) -> Slip:
    return Slip(
        1, 1, "this link leads out of the catalogue folder", f"the file itself as {path.name!r}"
    )


def open_text(path: Path) -> str | Slip:
    """The text of a file, or why it cannot be read."""
    try:
        # Without waiting: a pipe named like a catalogue file must not hang the command.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        return Slip(1, 1, f"the file cannot be opened: {error.strerror}", "a file one may read")
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return Slip(1, 1, "this is not a regular file", "a YAML file")
        if status.st_size > MAX_BYTES:
            return Slip(
                1,
                1,
                f"the file has {status.st_size / 1e6:,.0f} MB",
                f"at most {MAX_BYTES // 1_000_000} MB; split it, any number of files is merged",
            )
        content = file.read(MAX_BYTES + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n")
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        return Slip(
            line + 1,
            column + 1,
            f"the file is not UTF-8: the byte 0x{content[error.start]:02X} stands here",
            "a text file saved as UTF-8",
        )
