"""Small foreign files for the importer tests, and short questions about what came of them."""

from __future__ import annotations

from pathlib import Path

from catenary.exchange.importers.report import Imported, Outcome, ReportLine


def write(folder: Path, files: dict[str, str]) -> Path:
    """The folder, with the files in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def reliance(imported: Imported) -> list[str]:
    """Each dependency as ``a -> b``; soft ones as ``a ~> b``, groups as ``a -> 1 of b, c``."""
    found = []
    for service in imported.catalogue.services.values():
        for group in service.relies_on:
            names = ", ".join(member.service for member in group.members)
            gate = f"{group.minimum} of " if len(group.members) > 1 else ""
            found.append(f"{service.reference} {'~>' if group.soft else '->'} {gate}{names}")
    return found


def lines(imported: Imported, outcome: Outcome) -> list[ReportLine]:
    """The lines of the report with an outcome."""
    return [line for line in imported.report if line.outcome is outcome]


def rejections(imported: Imported) -> list[tuple[int, str]]:
    """Line and reason of everything rejected."""
    return [(line.line, line.reason) for line in lines(imported, Outcome.REJECTED)]
