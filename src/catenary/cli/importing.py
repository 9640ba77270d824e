"""import: read what another tool holds, plan it like files, apply it like files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from catenary.cli.catalogue import apply_prepared, plan_as_json, print_plan
from catenary.cli.exit_codes import FAILED, REFUSED
from catenary.cli.session import fail, ready
from catenary.cli.terminal import answer, complain, progress, say

if TYPE_CHECKING:
    from catenary.exchange.importers.report import Imported

KINDS = ("csv", "compose", "backstage", "archimate")
_REJECTED_SHOWN = 50


def import_sources(
    *,
    kind: str,
    sources: list[Path],
    mapping: Path | None,
    provider: str,
    name: str,
    source: str,
    dry_run: bool,
    prune: bool,
    take_over: bool,
    report: Path | None,
    by: str,
    json: bool,
    data: Path | None,
) -> None:
    """Read everything first; then one plan and one transaction, so nothing is ever half-done."""
    if kind not in KINDS:
        fail(f"there is no importer {kind}: the kinds are {', '.join(KINDS)}")
    with progress("reading"):
        imported = _read(kind, sources, mapping, provider, name)
    if report is not None:
        _write_report(imported, report)
    ready(data)
    from catenary.exchange.catalogue.applying import prepare_plan

    named = source or provider or (mapping or sources[0]).resolve().stem
    with progress("planning"):
        prepared = prepare_plan(
            wanted=imported.catalogue,
            source=f"import:{kind}:{named}",
            prune=prune,
            take_over=take_over,
        )
    if not json:
        _print_report(imported)
        print_plan(prepared.plan, as_json=False)
    if not dry_run:
        apply_prepared(prepared, by=by, note=f"import {kind}", as_json=json)
    if json:
        answer({"report": _report_as_json(imported), "plan": plan_as_json(prepared.plan)})
    elif dry_run:
        say("Dry run: nothing was changed.")
    elif not prepared.plan.is_empty:
        say("Imported.")
    if dry_run and prepared.plan.refusals:
        raise typer.Exit(REFUSED)


def _read(
    kind: str, sources: list[Path], mapping: Path | None, provider: str, name: str
) -> Imported:
    from catenary.exchange.importers.report import ImportRefused

    try:
        if kind == "csv":
            from catenary.exchange.importers.csv.reading import read_csv

            return read_csv(sources, mapping=mapping)
        if kind == "compose":
            from catenary.exchange.importers.compose import read_compose

            return read_compose(sources, mapping=mapping, provider=provider, name=name)
        if kind == "archimate":
            from catenary.exchange.importers.archimate.reading import read_archimate

            return read_archimate(sources, mapping=mapping, provider=provider, name=name)
        from catenary.exchange.importers.backstage.reading import read_backstage

        return read_backstage(sources, mapping=mapping, provider=provider, name=name)
    except ImportRefused as refused:
        for problem in refused.problems:
            complain(problem)
        complain("Nothing was changed.")
        raise typer.Exit(FAILED) from refused


def _write_report(imported: Imported, path: Path) -> None:
    from catenary.exchange.importers.report import write_csv_report

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            write_csv_report(imported.report, file)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")


def _print_report(imported: Imported) -> None:
    for line in imported.rejected[:_REJECTED_SHOWN]:
        say(f"{line.source}:{line.line}: rejected {line.item}: {line.reason}")
    if len(imported.rejected) > _REJECTED_SHOWN:
        more = len(imported.rejected) - _REJECTED_SHOWN
        say(f"… and {more:,} more rejected (--report FILE lists every row)")
    counts = imported.count()
    said = ", ".join(f"{count:,} {outcome.value}" for outcome, count in counts.items())
    catalogue = imported.catalogue
    groups = sum(len(d.relies_on) for d in catalogue.services.values())
    say(f"Read: {said}.")
    say(
        f"That is {_counted(len(catalogue.organizations), 'organization')}, "
        f"{_counted(len(catalogue.people), 'person', 'people')}, "
        f"{_counted(len(catalogue.services), 'service')} with "
        f"{_counted(groups, 'dependency group')}, and "
        f"{_counted(len(catalogue.consumption), 'consumption')}."
    )


def _report_as_json(imported: Imported) -> dict[str, object]:
    return {
        "counts": {outcome.value: count for outcome, count in imported.count().items()},
        "lines": [
            {
                "source": line.source,
                "line": line.line,
                "item": line.item,
                "outcome": line.outcome.value,
                "reference": line.reference,
                "reason": line.reason,
            }
            for line in imported.report
        ],
    }


def _counted(number: int, noun: str, many: str = "") -> str:
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
