"""What an import says about itself: the documents it read, and what became of each row."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TextIO

from catenary.domain.documents.shapes import CatalogueDocument
from catenary.exchange.csv_safety import neutralise


class Outcome(StrEnum):
    """What became of something found in a source.

    ``taken``: it is in the catalogue document. ``unchanged``: it was in the catalogue already, just
    so; no importer knows that, but whoever plans and records what it read. ``merged``: it says more
    of something already taken, or the same again. ``skipped``: left aside on purpose.
    ``rejected``: it should have been taken and could not be.
    """

    TAKEN = "taken"
    UNCHANGED = "unchanged"
    MERGED = "merged"
    SKIPPED = "skipped"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What became of one thing. ``source`` is the file as it was given, ``line`` the physical
    line (0: the whole file), ``item`` names the thing in the words of the source, ``reference``
    is what it became (empty when nothing), ``reason`` says why (empty when all went well)."""

    source: str
    line: int
    item: str
    outcome: Outcome
    reference: str = ""
    reason: str = ""


class ImportRefused(Exception):
    """The import cannot be read at all: a source or the mapping is missing, too large or broken.

    ``problems`` holds every reason found, each with file and line; nothing was written.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Voice:
    """How a history is told: the name its source speaks under (empty: that of the import), from
    when on a service was well where nothing is recorded of it (none: after its first record), and
    whether it was well there at all, or nothing is said."""

    name: str = ""
    well_from: datetime | None = None
    is_well_after: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """A word or a record of a service, as `domain.observations.reading` takes it (a record has
    ``from``), and where it stands."""

    source: str
    line: int
    item: str
    plain: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an importer read: documents for ``plan`` and ``apply``, the report of each row, and
    what is told of services. What becomes of that is reported when it is recorded."""

    catalogue: CatalogueDocument
    report: tuple[ReportLine, ...] = field(default=())
    told: tuple[Told, ...] = ()
    voice: Voice = Voice()

    def count(self) -> dict[Outcome, int]:
        """How many lines of the report have each outcome; every outcome is there."""
        found = Counter(line.outcome for line in self.report)
        return {outcome: found[outcome] for outcome in Outcome}

    @property
    def rejected(self) -> tuple[ReportLine, ...]:
        """The lines of what could not be taken."""
        return tuple(line for line in self.report if line.outcome is Outcome.REJECTED)


def write_csv_report(report: Iterable[ReportLine], file: TextIO) -> None:
    """Write the report as CSV, safe to open in a spreadsheet: names in foreign files may be
    formulas. Open ``file`` with ``newline=""``."""
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["source", "line", "item", "outcome", "reference", "reason"])
    for line in report:
        texts = (line.source, str(line.line), line.item, line.outcome.value)
        rows.writerow([neutralise(text) for text in (*texts, line.reference, line.reason)])
