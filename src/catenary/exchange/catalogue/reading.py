"""Catalogue files read: every document, and every problem with its place."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catenary.domain.documents.calendars import read_calendar
from catenary.domain.documents.forms import unknown_word
from catenary.domain.documents.plain import (
    read_consumption,
    read_organization,
    read_person,
    read_service,
)
from catenary.domain.documents.readers import kind_of, shown
from catenary.domain.documents.shapes import CatalogueDocument
from catenary.domain.findings import FieldPath, Problem
from catenary.exchange.catalogue.folder import catalogue_files, open_text, printable
from catenary.exchange.catalogue.places import Places, Position
from catenary.exchange.catalogue.stream import Entry, Slip, Span, YamlStream

VERSION = "1"
TOP = ("catenary", "organizations", "people", "calendars", "services", "consumption")
SECTIONS = frozenset(TOP[1:])
MAX_CONSUMED = 100_000
#: After so many problems the rest is not worth listing, and would not fit into memory.
MAX_PROBLEMS = 50_000


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """A reason why a file cannot be taken as it is; line and column count from 1."""

    file: str
    line: int
    column: int
    sentence: str
    expected: str = ""

    def __str__(self) -> str:
        mend = f"; expected: {self.expected}" if self.expected else ""
        return f"{self.file}:{self.line}:{self.column}: {self.sentence}{mend}"


@dataclass(slots=True)
class ReadCatalogue:
    """What was read: the documents without mistakes, and every problem, sorted by place.

    The catalogue is whole only when there are no problems. References that lead nowhere are no
    problem here: they may be in the live catalogue.
    """

    catalogue: CatalogueDocument
    problems: list[FileProblem]
    places: Places = field(repr=False)

    def locate(self, path: FieldPath) -> Position:
        """Where a field stands, or the nearest known thing around it.

        Paths are those of findings and problems; a consumption is
        ``("consumption", consumer, service)``.
        """
        return self.places.locate(path)


def read_catalogue(folder: Path, progress: Callable[[int], None] | None = None) -> ReadCatalogue:
    """Every catalogue file below ``folder`` (or the one file), merged.

    ``progress`` is told how many entries were read, now and then. Never raises for what the
    files hold.
    """
    reading = _Reading(progress)
    # Everything read stays, and nothing of it is a ring: looking for garbage among a growing
    # million of values would cost a third of the time, and looking again later as much.
    collecting = gc.isenabled()
    gc.disable()
    try:
        reading.read(folder)
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
    return ReadCatalogue(reading.catalogue, sorted(set(reading.problems)), reading.places)


class _Reading:
    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self.catalogue = CatalogueDocument()
        self.problems: list[FileProblem] = []
        self.places = Places()
        self._progress = progress
        self._count = 0
        self._first: dict[tuple[str, str], Span] = self.places.entries

    def read(self, folder: Path) -> None:
        if not folder.exists():
            self._slip(printable(folder), Slip(1, 1, "there is no such file or folder", "a folder"))
            return
        found = False
        for path, refusal in catalogue_files(folder):
            found = True
            text = open_text(path) if refusal is None else refusal
            if isinstance(text, Slip):
                self._slip(printable(path), text)
            else:
                self._read_file(printable(path), text)
            if len(self.problems) > MAX_PROBLEMS:
                break
        if not found:
            self._slip(
                printable(folder),
                Slip(1, 1, "there is no catalogue file here", "files ending in .yaml or .yml"),
            )

    def _slip(self, file: str, slip: Slip) -> None:
        self.problems.append(
            FileProblem(file, slip.line, slip.column, slip.sentence, slip.expected)
        )

    def _problem(self, position: Position, sentence: str, expected: str) -> None:
        self.problems.append(
            FileProblem(position.file, position.line, position.column, sentence, expected)
        )

    def _read_file(self, file: str, text: str) -> None:
        number = len(self.places.files)
        self.places.files.append(file)
        self.places.texts.append(text)
        stream = YamlStream(text, number)
        version_seen = False
        for entry in stream.entries(SECTIONS):
            if entry.key is None:
                version_seen |= entry.section == "catenary"
                self._top(entry)
            else:
                self._entry(entry)
            if len(self.problems) > MAX_PROBLEMS:
                self._problem(
                    self.places.at(entry.span),
                    f"more than {MAX_PROBLEMS:,} problems: nothing after this was read",
                    "catalogue files; mend the first problems and read again",
                )
                break
            if entry.key is not None:
                self._count += 1
                if self._progress is not None and self._count % 1000 == 0:
                    self._progress(self._count)
        for slip in stream.slips:
            self._slip(file, slip)
        if not version_seen and not stream.slips:
            self._slip(
                file, Slip(1, 1, "the file does not say that it is a catalogue file", "catenary: 1")
            )

    def _top(self, entry: Entry) -> None:
        name, value = entry.section, entry.value
        if name == "catenary":
            if value != VERSION:
                said = shown(value) if isinstance(value, str) else kind_of(value)
                self._problem(
                    self.places.at(entry.span),
                    f"version {said} of the file format is not known here",
                    "catenary: 1",
                )
        elif name in SECTIONS:
            if value is not None:
                self._problem(
                    self.places.at(entry.span),
                    f"{name} is a mapping; this is {kind_of(value)}",
                    "keys with what they say below them",
                )
        else:
            problem = unknown_word(name, (), "a catalogue file", TOP)
            self._problem(self.places.at(entry.span), problem.sentence, problem.expected)

    def _entry(self, entry: Entry) -> None:
        section, key, value, span = entry
        assert key is not None
        self.places.sections.setdefault(section, span)
        if section == "consumption":
            self._consumption(key, value, span)
            return
        problems: list[Problem] = []
        path = (section, key)
        catalogue = self.catalogue
        if section == "services":
            service = read_service(key, value, problems, path)
            if service is not None and self._is_first(section, service.reference, span):
                catalogue.services[service.reference] = service
        elif section == "organizations":
            organization = read_organization(key, value, problems, path)
            if organization is not None and self._is_first(section, organization.key, span):
                catalogue.organizations[organization.key] = organization
        elif section == "calendars":
            calendar = read_calendar(key, value, problems, path)
            if calendar is not None and self._is_first(section, calendar.reference, span):
                catalogue.calendars[calendar.reference] = calendar
        else:
            person = read_person(key, value, problems, path)
            if person is not None and self._is_first(section, person.email, span):
                catalogue.people[person.email] = person
        if problems:
            self._is_first(section, key.strip().lower(), span)
            self._place(problems, span)

    def _is_first(self, section: str, key: str, span: Span) -> bool:
        """False, after adding a problem, when the key was read before."""
        first = self.places.entries.setdefault((section, key), span)
        if first is span:
            return True
        where = self.places.at(first)
        self._problem(
            self.places.at(span),
            f"{shown(key)} stands twice: first in {where.file}, "
            f"line {where.line}, column {where.column}",
            "each key once in all files",
        )
        return False

    def _place(self, problems: list[Problem], span: Span) -> None:
        for problem in problems:
            self._problem(
                self.places.within(span, problem.path[2:]), problem.sentence, problem.expected
            )

    def _consumption(self, consumer: str, value: Any, span: Span) -> None:
        problems: list[Problem] = []
        self.places.entries.setdefault(("consumption", consumer), span)
        if not isinstance(value, list):
            self._problem(
                self.places.at(span),
                f"what {shown(consumer)} consumes is a list; this is {kind_of(value)}",
                "a list: - hospital-it/crm",
            )
            return
        if len(value) > MAX_CONSUMED:
            self._problem(
                self.places.at(span),
                f"the list has {len(value)} items",
                f"at most {MAX_CONSUMED} items",
            )
            return
        for at, item in enumerate(value):
            path = ("consumption", consumer, at)
            document = read_consumption(consumer, item, problems, path)
            if document is None:
                continue
            pair = (document.consumer, document.service)
            first = self.places.consumption.setdefault(pair, (span, at))
            if pair in self.catalogue.consumption:
                where = self.places.within(first[0], (first[1],))
                self._problem(
                    self.places.within(span, (at,)),
                    f"{shown(consumer)} consumes {shown(document.service)} twice: "
                    f"first in {where.file}, line {where.line}, column {where.column}",
                    "each service once for each consumer",
                )
                continue
            self.catalogue.consumption[pair] = document
        # The mistake in a key is the same for every item: said once.
        seen: set[tuple[FieldPath, str]] = set()
        for problem in problems:
            mark = (problem.path if len(problem.path) > 3 else (), problem.sentence)
            if mark not in seen or len(problem.path) > 2:
                self._place([problem], span)
            seen.add(mark)
