"""import: read what another tool holds, plan it like files, apply it like files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from catenary import clock
from catenary.cli.catalogue import apply_prepared, plan_as_json, print_plan
from catenary.cli.exit_codes import FAILED, REFUSED, STOPPED
from catenary.cli.import_account import print_account, say_where, where_it_is
from catenary.cli.running import ready_or_new
from catenary.cli.session import actor_by, fail
from catenary.cli.terminal import answer, complain, progress, say

if TYPE_CHECKING:
    from catenary.exchange.catalogue.applying import PreparedPlan
    from catenary.exchange.importers.recording import HistoryTaken
    from catenary.exchange.importers.report import Imported

KINDS = ("csv", "compose", "backstage", "archimate", "cstate", "upptime")


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
    ready_or_new(data)
    from catenary.exchange.catalogue.applying import prepare_plan
    from catenary.exchange.importers.account import with_unchanged

    named = source or provider or (mapping or sources[0]).resolve().stem
    with progress("planning"):
        prepared = prepare_plan(
            wanted=imported.catalogue,
            source=f"import:{kind}:{named}",
            prune=prune,
            take_over=take_over,
        )
    lines = with_unchanged(imported.report, imported.catalogue, prepared.plan)
    imported = replace(imported, report=lines)
    if not json:
        _print_documents(imported)
        print_plan(prepared.plan, as_json=False)
    taken, kept = None, False
    try:
        if imported.told and not (dry_run and prepared.plan.refusals):
            taken, imported = _write_all(
                imported, prepared, kind, named, by, json, keep=not dry_run
            )
        elif not dry_run:
            apply_prepared(prepared, by=by, note=f"import {kind}", as_json=json)
        kept = not dry_run
    finally:
        # Whatever stood against it: why rows were rejected is wanted all the more.
        if report is not None:
            _write_report(imported, report)
        if not json:
            print_account(imported, taken, report, is_kept=kept)
    found = where_it_is(imported.catalogue)
    if json:
        answer(
            {
                "report": _report_as_json(imported),
                "plan": plan_as_json(prepared.plan),
                **({"observations": words_as_json(taken)} if taken is not None else {}),
                "look_at": [] if dry_run else [each.plain() for each in found],
            }
        )
    elif dry_run:
        say("Dry run: nothing was changed.")
    else:
        if not prepared.plan.is_empty or (taken is not None and taken.added):
            say("Imported.")
        say_where(found)
    if dry_run and prepared.plan.refusals:
        raise typer.Exit(REFUSED)


def _write_all(
    imported: Imported,
    prepared: PreparedPlan,
    kind: str,
    named: str,
    by: str,
    json: bool,
    *,
    keep: bool,
) -> tuple[HistoryTaken, Imported]:
    """Services and what is told of them in one transaction; the report then holds every row."""
    from catenary.apps.common.operations import CatalogueBusy
    from catenary.exchange.importers.recording import import_turn, record_imported
    from catenary.exchange.importers.voice import is_name

    actor = actor_by(by)
    if not imported.voice.name and not is_name(named):
        fail(f"'{named}' is no name for a source: say another with --source")
    try:
        with import_turn(keep=keep):
            apply_prepared(prepared, by=by, note=f"import {kind}", as_json=json)
            with progress("recording") as told:
                taken = record_imported(
                    actor=actor,
                    at=clock.now(),
                    imported=imported,
                    name=named,
                    telling=lambda count: told("recording words", count),
                )
    except CatalogueBusy as busy:
        fail(str(busy))
    except KeyboardInterrupt:
        complain("catenary: stopped; nothing was changed")
        raise typer.Exit(STOPPED) from None
    return taken, replace(imported, report=(*imported.report, *taken.report))


def words_as_json(taken: HistoryTaken) -> dict[str, int]:
    """How many words an import recorded, for programs."""
    return {"added": taken.added, "repeated": taken.repeated, "corrected": taken.corrected}


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
        if kind == "cstate":
            from catenary.exchange.importers.cstate import read_cstate

            return read_cstate(sources, mapping=mapping, provider=provider, name=name)
        if kind == "upptime":
            from catenary.exchange.importers.upptime import read_upptime

            return read_upptime(sources, mapping=mapping, provider=provider, name=name)
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


def _print_documents(imported: Imported) -> None:
    catalogue = imported.catalogue
    groups = sum(len(d.relies_on) for d in catalogue.services.values())
    say(
        f"Read: {_counted(len(catalogue.organizations), 'organization')}, "
        f"{_counted(len(catalogue.people), 'person', 'people')}, "
        f"{_counted(len(catalogue.services), 'service')} with "
        f"{_counted(groups, 'dependency group')}, and "
        f"{_counted(len(catalogue.consumption), 'consumption')}."
    )


def _report_as_json(imported: Imported) -> dict[str, object]:
    from catenary.exchange.importers.account import account_of

    reasons = account_of(imported.report).reasons
    return {
        "counts": {outcome.value: count for outcome, count in imported.count().items()},
        "reasons": [{"reason": reason, "rows": count} for reason, count in reasons],
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
