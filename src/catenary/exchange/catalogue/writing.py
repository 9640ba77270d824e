"""A catalogue written as files: one for each top organization, read back as equal documents."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from catenary.domain.documents.calendars import calendar_to_plain
from catenary.domain.documents.plain import (
    consumption_to_plain,
    organization_to_plain,
    person_to_plain,
    service_to_plain,
)
from catenary.domain.documents.shapes import CatalogueDocument, ConsumptionDocument
from catenary.domain.references import organization_of
from catenary.exchange.catalogue.emitting import entry_lines
from catenary.exchange.catalogue.folder import catalogue_files, printable

#: The first line of every file an export wrote. A file without it is somebody's own work.
MARK = "# Written by catenary export; the next export replaces this file unless this line is gone."
#: Files are split well before the size at which reading refuses them.
MAX_CHARACTERS = 8_000_000
_SECTIONS = ("organizations", "people", "calendars", "services", "consumption")


class ExportRefused(Exception):
    """Writing would mix an export with files somebody else wrote; ``files`` names them."""

    def __init__(self, files: list[Path]) -> None:
        self.files = files
        named = ", ".join(printable(file) for file in files[:5])
        more = f" and {len(files) - 5} more" if len(files) > 5 else ""
        super().__init__(
            f"the folder holds YAML that no export wrote: {named}{more}; "
            "export into another folder, or force it"
        )


Sections = dict[str, dict[str, Any]]


def catalogue_text(catalogue: CatalogueDocument) -> str:
    """The whole catalogue as the text of one file."""
    sections = _new_sections()
    for parts in _by_top(catalogue).values():
        for name, entries in parts.items():
            sections[name].update(entries)
    return next(_texts(sections, limit=None))


def write_catalogue(
    catalogue: CatalogueDocument, folder: Path, *, force: bool = False
) -> list[Path]:
    """Write the catalogue below ``folder``; the files written, sorted.

    Each file appears whole or not at all. Files of an earlier export that are not needed any
    more are removed. Raises ExportRefused, before anything is written, when the folder holds
    YAML that no export wrote; ``force`` writes beside (and over) it.
    """
    before = _earlier(folder)
    foreign = [path for path, is_ours in before.items() if not is_ours]
    if foreign and not force:
        raise ExportRefused(foreign)
    written: list[Path] = []
    for top, sections in _by_top(catalogue).items():
        for number, text in enumerate(_texts(sections, limit=MAX_CHARACTERS), start=1):
            path = folder / f"{top}.yaml"
            if number > 1:
                # Organization keys may end in almost anything, but no file ends in .parts.
                path = folder / f"{top}.parts" / f"part-{number}.yaml"
            _write_whole(path, text)
            written.append(path)
    for path, is_ours in before.items():
        if is_ours and path not in written:
            path.unlink(missing_ok=True)
    return sorted(written)


def _consumed(documents: list[ConsumptionDocument]) -> list[Any]:
    return [
        consumption_to_plain(document) if document.known_as else document.service
        for document in documents
    ]


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "organizations": organization_to_plain,
    "people": person_to_plain,
    "calendars": calendar_to_plain,
    "services": service_to_plain,
    "consumption": _consumed,
}


def _new_sections() -> Sections:
    return {name: {} for name in _SECTIONS}


def _by_top(catalogue: CatalogueDocument) -> dict[str, Sections]:
    """The documents of each top organization, the organizations sorted by key."""
    tops: dict[str, str] = {}

    def top_of(key: str) -> str:
        found = tops.get(key)
        if found is None:
            above, seen = key, {key}
            while above in catalogue.organizations:
                next_above = catalogue.organizations[above].part_of
                if not next_above or next_above in seen:
                    break
                seen.add(next_above)
                above = next_above
            found = tops[key] = above
        return found

    files: dict[str, Sections] = {}

    def sections(key: str) -> Sections:
        return files.setdefault(top_of(key), _new_sections())

    for key, organization in catalogue.organizations.items():
        sections(key)["organizations"][key] = organization
    for email, person in catalogue.people.items():
        sections(person.organization)["people"][email] = person
    for reference, calendar in catalogue.calendars.items():
        owned = calendar.organization in catalogue.organizations
        home = calendar.organization if owned else organization_of(reference)
        sections(home)["calendars"][reference] = calendar
    for reference, service in catalogue.services.items():
        known = service.provider in catalogue.organizations
        home = service.provider if known else organization_of(reference)
        sections(home)["services"][reference] = service
    for consumption in catalogue.consumption.values():
        consumed = sections(consumption.consumer)["consumption"]
        consumed.setdefault(consumption.consumer, []).append(consumption)
    return dict(sorted(files.items()))


def _texts(sections: Sections, *, limit: int | None) -> Iterator[str]:
    """The text of one file, or of several when it grows beyond ``limit`` characters."""
    head = [MARK, "catenary: 1"]
    lines, size = list(head), 0
    for name, entries in sections.items():
        if not entries:
            continue
        lines.append(f"\n{name}:")
        upright = name in {"calendars", "services", "consumption"}
        # Made plain one by one: all at once they would take more memory than the documents.
        to_plain = _PLAIN[name]
        for key, document in entries.items():
            plain = to_plain(document)
            entry = "\n".join(entry_lines(key, plain, 2, block=upright))
            if limit is not None and size + len(entry) > limit and size:
                yield "\n".join(lines) + "\n"
                lines, size = [*head, f"\n{name}:"], 0
            if name == "services" and not lines[-1].endswith("services:"):
                lines.append("")
            lines.append(entry)
            size += len(entry)
    yield "\n".join(lines) + "\n"


def _earlier(folder: Path) -> dict[Path, bool]:
    """The YAML files in the folder, and whether an export wrote them."""
    if not folder.is_dir():
        return {}
    return {path: _is_ours(path) for path, _ in catalogue_files(folder)}


def _is_ours(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline(len(MARK) + 2).rstrip() == MARK.encode()


def _write_whole(path: Path, text: str) -> None:
    """The file as a whole or not at all, also when the machine stops in the middle."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.is_symlink() and path.parent.suffix == ".parts":
        raise ExportRefused([path.parent])
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
